"""Typesetting with typst: PDF/A-3a and PDF/UA-1, from our own templates and fonts, the same bytes for the same data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

_HERE = Path(__file__).parent
TEMPLATES = _HERE / "templates"
FONTS = _HERE / "fonts"


class PaperNotMade(Exception):
    """The typesetter refused: a template or a text has a fault, or the document would not be accessible."""


def typeset(template: str, data: Mapping[str, Any]) -> bytes:
    """Return the PDF of `templates/<template>.typ` filled with `data`, which is handed over as data, never as code."""
    # Loading typst takes tens of megabytes: only the worker pays for it.
    import typst

    try:
        made = typst.compile(
            str(TEMPLATES / f"{template}.typ"),
            root=str(TEMPLATES),
            format="pdf",
            sys_inputs={"data": orjson.dumps(dict(data)).decode()},
            pdf_standards=["a-3a", "ua-1"],
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
        )
    except typst.TypstError as failure:
        raise PaperNotMade(f"{template}: {failure}") from failure
    return made
