"""French towns by postcode, from the extract beside this file."""

from __future__ import annotations

import csv
import gzip
import io
from functools import cache
from pathlib import Path

from quoting.usecases.ports import Town

EXTRACT = Path(__file__).parent / "towns.csv.gz"


class TownExtract:
    """The extract, read when first asked (a fifth of a second) and kept by the process."""

    def at(self, postcode: str) -> tuple[Town, ...]:
        """Return the towns of a postcode in alphabetical order; nothing when there is no such postcode."""
        return _by_postcode().get(postcode, ())


@cache
def _by_postcode() -> dict[str, tuple[Town, ...]]:
    text = gzip.decompress(EXTRACT.read_bytes()).decode()
    found: dict[str, list[Town]] = {}
    for postcode, insee, name, department in list(csv.reader(io.StringIO(text)))[1:]:
        found.setdefault(postcode, []).append(Town(postcode, insee, name, department))
    return {postcode: tuple(towns) for postcode, towns in found.items()}
