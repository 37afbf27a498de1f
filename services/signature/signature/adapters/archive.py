"""The evidence as one zip file, the same bytes for the same members."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

# The oldest date a zip can hold: the members' real times are in the evidence itself.
_NO_DATE = (1980, 1, 1, 0, 0, 0)


def verifier_source() -> bytes:
    """Return the script that checks an evidence without anything of ours: it is part of each."""
    return Path(__file__).with_name("evidence_verifier.py").read_bytes()


def zip_of(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of `members` by name."""
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), members[name], zipfile.ZIP_DEFLATED)
    return output.getvalue()
