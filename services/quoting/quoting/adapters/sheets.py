"""Lists as files for a spreadsheet: CSV as a French Excel opens it, and XLSX; row by row, however many there are.

A text that begins like a formula is never one: a name may hold what somebody typed to have another's Excel run it.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from plumbing.clock import PARIS

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ROWS_A_CHUNK = 500
_CHUNK = 64 * 1024
_IN_MEMORY = 4 * 1024 * 1024
# What makes a spreadsheet calculate (OWASP, CSV injection); tab and carriage return are skipped before it looks.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its name, and how wide XLSX shows it, in characters."""

    name: str
    width: int = 18


def csv_chunks(headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield UTF-8 with its mark, semicolons, French dates and amounts: what Excel opens by a double click in France."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([heading.name for heading in headings])
    yield _BYTE_ORDER_MARK
    for count, row in enumerate(rows, start=1):
        writer.writerow([_in_french(value) for value in row])
        if count % _ROWS_A_CHUNK == 0:
            yield _emptied(buffer)
    yield _emptied(buffer)


def xlsx_chunks(title: str, headings: Sequence[Heading], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a workbook of one sheet whose dates and amounts are numbers that can be sorted and summed."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    for position, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = heading.width
    names = [WriteOnlyCell(sheet, value=heading.name) for heading in headings]
    for cell in names:
        cell.font = Font(bold=True)
    sheet.append(names)
    cells = _Cells(WriteOnlyCell, sheet)
    for row in rows:
        sheet.append(cells.row(row))
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _emptied(buffer: io.StringIO) -> bytes:
    written = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return written


def _in_french(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(PARIS):%d/%m/%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, Decimal):
        return f"{value:.2f}".replace(".", ",")
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


class _Cells:
    """Cells of a sheet that is written row by row. One cell a column and format serves all rows: each row is written
    before the next one is asked for, and a cell of its own for each value would cost four times more.
    """

    def __init__(self, make: Callable[..., Any], sheet: Any) -> None:
        self._make, self._sheet = make, sheet
        self._made: dict[tuple[int, str], Any] = {}

    def row(self, values: Sequence[Any]) -> list[Any]:
        return [self._cell(column, value) for column, value in enumerate(values)]

    def _cell(self, column: int, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, datetime):
            return self._styled(column, "dd/mm/yyyy hh:mm", value.astimezone(PARIS).replace(tzinfo=None))
        if isinstance(value, date):
            return self._styled(column, "dd/mm/yyyy", value)
        if isinstance(value, Decimal):
            return self._styled(column, '#,##0.00\\ "€"', value)
        text = str(value)
        if not text.startswith("="):
            return text
        cell = self._make(self._sheet, value=text)
        cell.data_type = "s"  # openpyxl makes a formula of a text that begins with "="
        return cell

    def _styled(self, column: int, number_format: str, value: Any) -> Any:
        cell = self._made.get((column, number_format))
        if cell is None:
            cell = self._made[column, number_format] = self._make(self._sheet, value=value)
        cell.value = value
        cell.number_format = number_format  # a date given as value brings its own
        return cell
