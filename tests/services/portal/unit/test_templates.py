"""What may stand in a template and what may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import portal

FOLDER = Path(portal.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.html"))
SOURCES = sorted(FOLDER.rglob("*.py"))
BEFORE_SIGN = re.compile(r"[\w’)»] [:;!?»%€](?:\s|[.,)]|$)|« \w")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_template_has_no_script_and_no_style_in_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\bstyle\s*=|\bon[a-z]+\s*=\s*[\"']|javascript:|hx-on", text)
    assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(?:src|href|action)=[\"']https?:", text), "everything a page loads is ours"
    assert "|safe" not in text.replace(" ", "")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_form_that_changes_something_brings_the_sessions_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r'<form method="post".*?</form>', text, re.DOTALL):
        assert "field.tokens(form, csrf)" in form or 'name="_csrf"' in form


@pytest.mark.parametrize("path", [*TEMPLATES, *SOURCES], ids=lambda path: str(path.relative_to(FOLDER)))
def test_what_is_read_has_its_no_break_spaces(path: Path) -> None:
    texts = re.findall(r'\b(?:_|gettext|refuse)\(\s*f?"([^"]*)"', path.read_text(encoding="utf-8"))
    assert [text for text in texts if BEFORE_SIGN.search(text)] == []


def test_the_files_of_others_are_what_their_packages_hold() -> None:
    import hashlib

    vendor = FOLDER / "static" / "vendor"
    lines = (vendor / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split() for line in lines)}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in vendor.iterdir() if path.name in listed
    }
    assert found == listed
    assert {path.suffix for path in vendor.iterdir() if path.name not in listed} <= {".txt", ""}
