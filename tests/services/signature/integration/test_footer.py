"""Every page of a sealed file bears its reference, in the sealed revision and whatever the page left behind."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from signature.adapters.sealer import demo_pki
from signature.adapters.sealer.credentials import Credentials
from signature.adapters.sealer.pades import PadesSealer
from tests.services.signature import papers

HEIGHT = 500


@pytest.fixture(scope="module")
def sealer(tmp_path_factory: pytest.TempPathFactory) -> PadesSealer:
    folder: Path = tmp_path_factory.mktemp("pki")
    demo_pki.make(folder, operator="Sigillaire")
    key, chain = ((folder / name).read_bytes() for name in (demo_pki.KEY_FILE, demo_pki.CHAIN_FILE))
    return PadesSealer(Credentials.from_pem(key, chain), operator="Sigillaire")


def odd_pdf(*, width: int = 300) -> bytes:
    """Two pages that share size, resources and one content, which leaves a scale, a colour and a clip behind."""
    content = b"0.05 0 0 0.05 40 40 cm 1 1 1 rg 0 0 10 10 re W n"
    objects = [
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R 4 0 R] /Count 2 /MediaBox [10 20 %d %d] /Resources 6 0 R>>"
        % (10 + width, 20 + HEIGHT),
        b"<</Type /Page /Parent 2 0 R /Contents 5 0 R>>",
        b"<</Type /Page /Parent 2 0 R /Contents [5 0 R]>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(content), content),
        b"<</XObject <<>>>>",
    ]
    written, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(written))
    return written + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (len(objects) + 1, table, end)


def ink(content: bytes) -> list[tuple[float, float, float]]:
    """Return of each page from where to where it is dark: left, right, and how far up, in points."""
    found = []
    for page in pypdfium2.PdfDocument(io.BytesIO(content)):
        dark = page.render(scale=2).to_numpy()[:, :, 0] < 200
        rows, columns = np.flatnonzero(dark.any(axis=1)), np.flatnonzero(dark.any(axis=0))
        found.append((columns[0] / 2, columns[-1] / 2, (dark.shape[0] - rows[0]) / 2))
    return found


def test_each_page_says_reference_and_address_once(sealer: PadesSealer) -> None:
    pages = papers.words(sealer.seal_pdf(papers.pdf(), reason="", footer=papers.FOOTER))
    assert [page.count(papers.FOOTER) for page in pages] == [1, 1]


def test_nothing_that_a_page_leaves_behind_reaches_it(sealer: PadesSealer) -> None:
    sealed = sealer.seal_pdf(odd_pdf(), reason="", footer=papers.FOOTER)
    assert [page.count("7K2M9QXA") for page in papers.words(sealed)] == [1, 1]
    for left, right, up in ink(sealed):
        assert 10 < left < right < 290
        assert 10 < up < 25


def test_it_shrinks_with_a_narrow_page(sealer: PadesSealer) -> None:
    for left, right, _ in ink(sealer.seal_pdf(odd_pdf(width=150), reason="", footer=papers.FOOTER)):
        assert 5 < left < right < 145


def test_it_is_no_content_to_who_listens(sealer: PadesSealer) -> None:
    original = papers.pdf()
    added = sealer.seal_pdf(original, reason="", footer=papers.FOOTER)[len(original) :]
    assert added.count(b"/Artifact <</Type /Pagination /Subtype /Footer>> BDC") == 2
