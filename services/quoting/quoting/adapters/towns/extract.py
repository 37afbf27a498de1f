"""Make `towns.csv.gz` from the official list of French communes.

    npm pack @etalab/decoupage-administratif@6.0.0 && tar xzf etalab-decoupage-administratif-6.0.0.tgz
    python -m quoting.adapters.towns.extract package/data/communes.json towns.csv.gz

One row per (postcode, commune). Paris, Lyon and Marseille are kept whole, as an address names them. The archive is
written without a time stamp, so that the same source gives the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any


def rows(communes: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """Return (postcode, INSEE code, name, department) sorted by postcode then name."""
    kept: list[tuple[str, str, str, str]] = []
    for commune in communes:
        if commune["type"] != "commune-actuelle":
            continue
        code, name, department = commune["code"], commune["nom"], commune["departement"]
        # A few uninhabited islands have no postcode at all.
        kept.extend((postcode, code, name, department) for postcode in commune.get("codesPostaux", []))
    return sorted(kept, key=lambda row: (row[0], row[2], row[1]))


def main(source: Path, target: Path) -> int:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("postcode", "insee", "town", "department"))
    writer.writerows(rows(json.loads(source.read_text(encoding="utf-8"))))
    target.write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
