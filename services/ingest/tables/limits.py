"""How large a table may be."""

from dataclasses import dataclass

TIMES = 5
"""How many times as long a table may take as a document: each of its rows is read as a text of its own."""


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Limits of one table.

    `bytes` of the file, `unpacked_bytes` of what an XLSX file unpacks to; `rows`, `columns` and `cells` of one sheet (empty ones between
    filled ones count), `sheets` of a workbook; `cell` and `row` are code points of one cell and of one row.
    """

    bytes: int = 50_000_000
    unpacked_bytes: int = 200_000_000
    sheets: int = 100
    rows: int = 120_000
    columns: int = 1_000
    cells: int = 2_500_000
    cell: int = 10_000
    row: int = 20_000
