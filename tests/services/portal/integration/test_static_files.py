"""What a first visit loads beside its page: small, kept for a year, nobody's in particular."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

import portal
from tests.services.portal.conftest import Visitor

STYLE = "/static/vendor/bootstrap-5.3.9.min.css"
TAKES_GZIP = {"Accept-Encoding": "br, gzip"}


def loaded(api: Visitor, **headers: str) -> TestResponse:
    answer = api.client.get(STYLE, headers=headers)
    answer.get_data()
    answer.close()
    return answer


def test_a_text_is_sent_compressed_and_not_twice(api: Visitor) -> None:
    plain = (Path(portal.__file__).parent / STYLE.lstrip("/")).read_bytes()
    answer = loaded(api, **TAKES_GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data) == plain
    assert int(answer.headers["Content-Length"]) == len(answer.data) < len(plain) / 5
    kept = loaded(api, **TAKES_GZIP, **{"If-None-Match": answer.headers["ETag"]})
    assert (kept.status_code, kept.data) == (304, b"")
    uncompressed = loaded(api)
    assert uncompressed.data == plain
    assert "Accept-Encoding" in uncompressed.headers["Vary"]


@pytest.mark.parametrize("path", ["/", "/connexion"])
def test_a_page_is_never_compressed_for_it_holds_a_secret(api: Visitor, path: str) -> None:
    assert "Content-Encoding" not in api.client.get(path, headers=TAKES_GZIP).headers


def test_what_is_kept_for_a_year_carries_nobodys_cookie(api: Visitor) -> None:
    answer = loaded(api)
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
