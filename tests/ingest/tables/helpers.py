"""Tables for tests, and what is read of them."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from openpyxl import Workbook

from services.ingest.tables.limits import TableLimits
from services.ingest.tables.options import TableOptions
from services.ingest.tables.reading import TableReading, read_table

LIMITS = TableLimits()


def read(text: str | bytes, language: str | None = "en", limits: TableLimits = LIMITS, **options: Any) -> TableReading:
    """Read a table; every claim stands where it says it stands."""
    data = text.encode() if isinstance(text, str) else text
    reading = read_table(data, TableOptions.model_validate(options), language, limits)
    for claim in reading.claims:
        claim.check(reading.grid.text)
    return reading


def dates(reading: TableReading) -> list[str | None]:
    """The dates of the claims."""
    return [claim.date.edtf if claim.date else None for claim in reading.claims]


def roles(reading: TableReading) -> dict[str, str]:
    """The roles of the columns of the first sheet, by their headers or letters."""
    return {column.header or column.column: column.role for column in reading.report.sheets[0].columns}


def saved(workbook: Workbook) -> bytes:
    """The bytes of a workbook."""
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def sheet(rows: Sequence[Sequence[str | int | float | date | None]]) -> bytes:
    """A workbook with one sheet of these rows."""
    workbook = Workbook()
    assert workbook.active is not None
    for row in rows:
        workbook.active.append(row)
    return saved(workbook)
