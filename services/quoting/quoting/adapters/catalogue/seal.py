"""Publish the catalogue: write the checksums of its files.

    python -m quoting.adapters.catalogue.seal

Done by the person who changed a file on purpose; a service does not start with a file that differs from its checksum.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from quoting.adapters.catalogue.files import SUMS, published

DATA = Path(__file__).parent / "data"


def seal(folder: Path) -> int:
    """Write `SHA256SUMS` for the files of a folder; return how many they are."""
    names = sorted(published(folder))
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")
    return len(lines)


if __name__ == "__main__":
    sys.exit(0 if seal(DATA) else 1)
