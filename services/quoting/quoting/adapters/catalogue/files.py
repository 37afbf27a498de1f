"""Reading the catalogue's files, each against the checksum under which it was published."""

from __future__ import annotations

import csv
import hashlib
import io
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own that nothing else needs

from quoting.adapters.typography import french

SUMS = "SHA256SUMS"


class CatalogueRefused(Exception):
    """A file of the catalogue is missing, altered since it was published, or does not say what it must."""


class Files:
    """The files under one folder; nothing is read that its list of checksums does not name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sums = _read_sums(folder / SUMS)
        unlisted = published(folder) - set(self._sums)
        if unlisted:
            raise CatalogueRefused(f"not in {SUMS}: {', '.join(sorted(unlisted))}")

    def sha256(self, name: str) -> str:
        """Return the published checksum of a file."""
        return self._sums[name]

    def names(self, folder: str) -> list[str]:
        """Return the names of the published files of one folder, sorted."""
        return sorted(name for name in self._sums if name.startswith(f"{folder}/"))

    def yaml(self, name: str) -> Any:
        """Return a YAML file's content, its texts typeset, refusing floats: money is written as text."""
        try:
            return _checked(yaml.load(self._bytes(name), Loader=_ExactLoader))  # noqa: S506 (a subclass of SafeLoader)
        except yaml.YAMLError as failure:
            raise CatalogueRefused(f"{name}: {failure}") from failure

    def rows(self, name: str, header: tuple[str, ...]) -> list[dict[str, str]]:
        """Return a CSV file's rows; CatalogueRefused when its header is not exactly `header`."""
        reader = csv.DictReader(io.StringIO(self._bytes(name).decode()), strict=True)
        if tuple(reader.fieldnames or ()) != header:
            raise CatalogueRefused(f"{name}: header is {reader.fieldnames}, expected {list(header)}")
        rows = list(reader)
        if any(None in row or None in row.values() for row in rows):
            raise CatalogueRefused(f"{name}: a row with too many or too few columns")
        return rows

    def _bytes(self, name: str) -> bytes:
        if name not in self._sums:
            raise CatalogueRefused(f"{name} is not published")
        content = (self._folder / name).read_bytes()
        if hashlib.sha256(content).hexdigest() != self._sums[name]:
            raise CatalogueRefused(f"{name} was altered after it was published")
        return content


def published(folder: Path) -> set[str]:
    """Return the names of the data files under a folder."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in {".yaml", ".csv"}}


def exact(text: str, where: str) -> Decimal:
    """Return a decimal number written as text; CatalogueRefused when it is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CatalogueRefused(f"{where}: {text!r} is not a number") from None
    if not number.is_finite():
        raise CatalogueRefused(f"{where}: {text!r} is not a number")
    return number


class _ExactLoader(yaml.SafeLoader):
    """YAML without floats: 41.80 would silently become an approximation."""


def _refuse_float(_loader: yaml.SafeLoader, node: yaml.Node) -> None:
    raise CatalogueRefused(f"a number that is not quoted at line {node.start_mark.line + 1}")


_ExactLoader.add_constructor("tag:yaml.org,2002:float", _refuse_float)


def _checked(value: Any) -> Any:
    if isinstance(value, str):
        return french(value)
    if isinstance(value, list):
        return [_checked(item) for item in value]
    if isinstance(value, dict):
        return {key: _checked(item) for key, item in value.items()}
    return value


def _read_sums(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as failure:
        raise CatalogueRefused(f"no {SUMS} in {path.parent}") from failure
    sums = {}
    for line in lines:
        checksum, _, name = line.partition("  ")
        sums[name] = checksum
    missing = [name for name in sums if not (path.parent / name).is_file()]
    if missing:
        raise CatalogueRefused(f"published but missing: {', '.join(missing)}")
    return sums
