"""A table as a document whose rows are claims: pure, from bytes and options to what is to be captured and what is to be told."""

from dataclasses import dataclass

from services.ingest.extraction.letters import base_language
from services.ingest.parsing.encoding import decode
from services.ingest.parsing.language import SAMPLE, detect_language
from services.ingest.tables.delimited import read_delimited
from services.ingest.tables.grid import Grid, Sheet, letters
from services.ingest.tables.lexicon import is_empty
from services.ingest.tables.limits import TableLimits
from services.ingest.tables.mapping import Mapping, data_rows, map_columns
from services.ingest.tables.options import TableOptions
from services.ingest.tables.report import BadRow, ColumnUse, SheetReport, TableReport, sampled
from services.ingest.tables.rows import RowReader, Trouble
from services.ingest.tables.workbook import XLSX, read_workbook
from shared.domain.claims import ClaimBody
from shared.domain.errors import InvalidInput, TooLarge, UnreadableDocument
from shared.domain.provenance import Span

__all__ = ["XLSX", "TableReading", "read_table"]

LISTED = 1_000
"""How many rows that are wrong a report lists."""

SHOWN = 10
"""How many rows a report shows as they were read."""

_FIRST_ROWS = 100
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class TableReading:
    """What was read of a table: its canonical text, its claims in text order, and the report for whoever brought it.

    `skip` are the spans of sheets that were not read. `notes` is what is recorded of how it was read. It is recorded in the open and for
    ever, so it repeats no words of the table, the names of its sheets included; the report, which is not recorded, does.
    """

    grid: Grid
    language: str
    language_detected: bool
    claims: tuple[ClaimBody, ...]
    skip: tuple[Span, ...]
    notes: tuple[str, ...]
    report: TableReport


def read_table(data: bytes, options: TableOptions, language: str | None, limits: TableLimits) -> TableReading:
    """Read a CSV or XLSX file into claims.

    Args:
        data: The file.
        options: What is said of its columns, sheets and dates; the rest is guessed.
        language: The language of its words (BCP 47), where it is known.
        limits: How large it may be.

    Raises:
        UnreadableDocument: It is no table, damaged, or (`TooLarge`) too large.
        InvalidInput: Its columns cannot be told, or the options do not fit it.
    """
    grid = read_grid(data, options, limits)
    mappings, notes = _mappings(grid, options, base_language(language or _likely(grid)))
    spoken = language or _language(mappings)
    readers = [(sheet, mapping, RowReader(grid, sheet, mapping, spoken, options)) for sheet, mapping in mappings]
    read = [(sheet, mapping, reader, reader.claims()) for sheet, mapping, reader in readers]
    claims = tuple(claim for _, _, _, found in read for _, claim in found)
    chosen = {id(sheet) for sheet, _ in mappings}
    bad = [_bad(sheet, trouble) for sheet, _, reader, _ in read for trouble in reader.trouble]
    report = TableReport(
        media_type=grid.media_type,
        encoding=grid.encoding,
        language=spoken,
        language_detected=language is None,
        rows=sum(reader.rows for _, _, reader, _ in read),
        claims=len(claims),
        bad_rows=sum(not trouble.kept for trouble in bad),
        sheets=tuple(_sheet_report(sheet, mapping, reader, len(found)) for sheet, mapping, reader, found in read),
        sample=tuple(sampled(sheet.name, number, claim) for sheet, _, _, found in read for number, claim in found[:SHOWN])[:SHOWN],
        bad=tuple(bad[:LISTED]),
        shortened=len(bad) > LISTED,
        notes=(*grid.notes, *notes),
    )
    skip = tuple(Span(start=sheet.start, end=sheet.end) for sheet in grid.sheets if id(sheet) not in chosen and sheet.end > sheet.start)
    return TableReading(grid, spoken, language is None, claims, skip, (*grid.notes, *_recorded(grid, mappings)), report)


def read_grid(data: bytes, options: TableOptions, limits: TableLimits) -> Grid:
    """Read the cells of a CSV or XLSX file, known by its first bytes."""
    if len(data) > limits.bytes:
        raise TooLarge(f"the file has {len(data):,} bytes, more than the {limits.bytes:,} allowed (SALNAME_MAX_DOCUMENT_BYTES)")
    if data.startswith(_ZIP):
        if options.delimiter:
            raise InvalidInput("an XLSX file has no delimiter: leave it out")
        return read_workbook(data, limits)
    if data.startswith(_OLD_OFFICE):
        raise UnreadableDocument("this is an Excel file of the old kind, or one with a password: save it as .xlsx without a password")
    if options.sheets:
        raise InvalidInput("a CSV file has no sheets: leave the sheet out")
    decoded = decode(data)
    return read_delimited(decoded, options.delimiter, limits)


def _mappings(grid: Grid, options: TableOptions, language: str) -> tuple[list[tuple[Sheet, Mapping]], list[str]]:
    """Settle which sheets are read and how; also returns what is to be told of the others."""
    notes: list[str] = []
    found: list[tuple[Sheet, Mapping]] = []
    failures: list[InvalidInput] = []
    for sheet in _chosen(grid, options, notes):
        try:
            found.append((sheet, map_columns(sheet, options, language)))
        except InvalidInput as error:
            if options.sheets:
                raise
            failures.append(error)
    if not found:
        raise failures[0] if failures else InvalidInput("no sheet of the workbook holds anything and is visible: name one (--sheet)")
    notes += [f"not read: {error.detail}" for error in failures]
    for sheet, mapping in found:
        where = f" of the sheet {sheet.name!r}" if sheet.name is not None else ""
        notes += _above(sheet, mapping, where)
    return found, notes


def _above(sheet: Sheet, mapping: Mapping, where: str) -> list[str]:
    above = [row.number for row in sheet.rows if row.cells and row.number < mapping.header]
    return [f"rows above the header{where} are no claims: {', '.join(map(str, above[:20]))}"] if above else []


def _recorded(grid: Grid, mappings: list[tuple[Sheet, Mapping]]) -> list[str]:
    """What is recorded of the sheets, which are told by their numbers."""
    read, notes = {id(sheet): mapping for sheet, mapping in mappings}, list[str]()
    for number, sheet in enumerate(grid.sheets, start=1):
        if id(sheet) in read:
            notes += _above(sheet, read[id(sheet)], f" of sheet {number}" if sheet.name is not None else "")
        elif _filled(sheet):
            notes.append(f"sheet {number} was not read")
    return notes


def _filled(sheet: Sheet) -> bool:
    return any(row.cells or row.trouble for row in sheet.rows)


def _chosen(grid: Grid, options: TableOptions, notes: list[str]) -> list[Sheet]:
    filled = [sheet for sheet in grid.sheets if _filled(sheet)]
    if not options.sheets:
        notes += [f"the sheet {sheet.name!r} is hidden and was not read: name it (--sheet) to read it" for sheet in filled if sheet.hidden]
        return [sheet for sheet in filled if not sheet.hidden]
    names = {sheet.name: sheet for sheet in grid.sheets}
    for name in options.sheets:
        if name not in names:
            raise InvalidInput(f"there is no sheet {name!r}; the sheets are {', '.join(repr(sheet.name) for sheet in grid.sheets)}")
    notes += [f"the sheet {sheet.name!r} was not asked for" for sheet in filled if sheet.name not in options.sheets]
    return [sheet for sheet in grid.sheets if sheet.name in options.sheets]


def _likely(grid: Grid) -> str:
    """Return the language that the words of the first rows are most likely in."""
    cells = [cell.text for sheet in grid.sheets for row in sheet.rows[:_FIRST_ROWS] for cell in row.cells if cell]
    return detect_language("\n".join(text for text in cells if any(map(str.isalpha, text))))


def _language(mappings: list[tuple[Sheet, Mapping]]) -> str:
    """Detect the language of the statements."""
    said: list[str] = []
    length = 0
    for sheet, mapping in mappings:
        columns = [*mapping.of("statement"), *mapping.of("title"), *mapping.of("note")]
        for row in data_rows(sheet, mapping.header):
            for column in columns:
                cell = row.cell(column.index)
                if cell is not None and not is_empty(cell.text) and length < SAMPLE:
                    said.append(cell.text)
                    length += len(cell.text)
    return detect_language("\n".join(said))


def _sheet_report(sheet: Sheet, mapping: Mapping, reader: RowReader, claims: int) -> SheetReport:
    columns = tuple(
        ColumnUse(
            column=letters(column.index),
            header=column.header,
            role=column.role,
            why=column.why,
            sample=column.sample,
            attribute=reader.attributes[column.index].name if column.index in reader.attributes else None,
            unit=reader.attributes[column.index].unit if column.index in reader.attributes else None,
        )
        for column in mapping.columns
    )
    return SheetReport(
        sheet=sheet.name,
        hidden=sheet.hidden,
        header=mapping.header,
        order=reader.style.order,
        columns=columns,
        rows=reader.rows,
        claims=claims,
        bad_rows=sum(not trouble.kept for trouble in reader.trouble),
    )


def _bad(sheet: Sheet, trouble: Trouble) -> BadRow:
    return BadRow(
        sheet=sheet.name,
        row=trouble.row,
        column=trouble.column.name if trouble.column else None,
        holds=trouble.holds[:200],
        reason=trouble.reason,
        remedy=trouble.remedy,
        kept=trouble.kept,
    )
