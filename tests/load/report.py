"""The table that a person reads, and the file that a machine does."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from pathlib import Path

from tests.load.driver import Result

_COLUMNS = ("figure", "value", "against", "ratio", "limit", "")
_WIDTH = 116


def write(results: Sequence[Result], file: Path) -> None:
    """Write the figures of this run as a list of objects."""
    file.parent.mkdir(exist_ok=True)
    figures = [result.as_json() for result in results]
    file.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def table(results: Sequence[Result]) -> str:
    """Return the figures, their limits and whether these hold; what is compared with what stands below."""
    rows = [_COLUMNS, *map(_row, results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = []
    for row in rows:
        name, *others = row
        cells = [name.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, "", *_explanations(results)])


def _row(result: Result) -> tuple[str, ...]:
    limit = result.figure.limit
    return (
        result.figure.name,
        f"{_readable(result.value)} {result.figure.unit}",
        _readable(result.against),
        f"{result.ratio:.3f}",
        f"{'value' if limit.of_value else 'ratio'} {limit}",
        "holds" if result.holds else "MISSED",
    )


def _readable(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _explanations(results: Sequence[Result]) -> list[str]:
    names: dict[str, list[str]] = {}
    for result in results:
        names.setdefault(result.how, []).append(result.figure.name)
    return [
        textwrap.fill(f"{', '.join(figures)}: {how}.", _WIDTH, subsequent_indent="  ") for how, figures in names.items()
    ]
