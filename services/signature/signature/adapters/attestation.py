"""The attestation as a paper: PDF/A-3a and PDF/UA-1 by typst, with the typesetter's own fonts."""

from __future__ import annotations

from pathlib import Path

from signature.domain.canonical import Facts, canonical_json

_TEMPLATES = Path(__file__).parent / "templates"


def attestation_paper(facts: Facts) -> bytes:
    """Return the PDF; the facts are handed over as data, never as code."""
    # Loading typst takes tens of megabytes: the sealer alone pays for it.
    import typst

    paper: bytes = typst.compile(
        str(_TEMPLATES / "attestation.typ"),
        root=str(_TEMPLATES),
        format="pdf",
        sys_inputs={"data": canonical_json(facts).decode()},
        pdf_standards=["a-3a", "ua-1"],
        ignore_system_fonts=True,
    )
    return paper
