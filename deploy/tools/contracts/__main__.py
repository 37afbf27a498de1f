"""`python -m deploy.tools.contracts [--check] [--rewrite TYPE]`: write the contracts, or say that they are out of date.

A change that would hurt those who already receive an event is refused: it is published as a new version beside the old
one. `--rewrite` is for a type that has not left this repository yet.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

from deploy.tools.contracts.files import Files, breaks, contract_files, generate
from deploy.tools.house import House


def main(arguments: list[str]) -> int:
    """Exit code 0 when the contracts are (now) as the code says."""
    parser = argparse.ArgumentParser(prog="python -m deploy.tools.contracts")
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a file is out of date")
    parser.add_argument(
        "--rewrite", action="append", default=[], metavar="TYPE", help="allow a breaking change of this"
    )
    options = parser.parse_args(arguments)
    house = House()
    wanted = generate(house)
    stale = [path for path in contract_files(house) if path not in wanted]
    broken = {path: reasons for path, reasons in breaks(wanted, stale) if path.stem not in options.rewrite}
    for path, reasons in broken.items():
        for reason in reasons:
            print(f"{path.stem}: {reason}", file=sys.stderr)
    if broken:
        print("Publish a new version beside the old one, or say --rewrite TYPE if nobody has it yet.", file=sys.stderr)
        return 1
    return _report(house, wanted, stale) if options.check else _write(wanted, stale)


def _write(wanted: Files, stale: list[Path]) -> int:
    for path in stale:
        path.unlink()
    changed = [path for path, text in wanted.items() if _on_disk(path) != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
    print(f"{len(wanted)} contract files, {len(changed)} written, {len(stale)} removed")
    return 0


def _report(house: House, wanted: Files, stale: list[Path]) -> int:
    for path, text in wanted.items():
        name = str(path.relative_to(house.root))
        before = _on_disk(path)
        if before != text:
            difference = difflib.unified_diff(
                before.splitlines(), text.splitlines(), name, f"{name} (from the code)", n=1
            )
            print("\n".join(list(difference)[:40]))
    outdated = [path for path, text in wanted.items() if _on_disk(path) != text] + stale
    if outdated:
        print(f"{len(outdated)} contract files are out of date: run `make contracts` and commit them", file=sys.stderr)
    return 1 if outdated else 0


def _on_disk(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
