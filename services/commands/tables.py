"""`salname ingest-table`: a chronology that somebody keeps as a table, each row a claim."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands.options import DataOption

if TYPE_CHECKING:
    from rich.console import Console

    from services.ingest.tables.intake import TableIntake
    from services.ingest.tables.options import TableOptions
    from services.ingest.tables.report import BadRow, RowSample, SheetReport, TableReport
    from shared.domain.provenance import SourceDetails
    from shared.settings import Settings

LISTED = 20
"""How many bad rows are listed; `--all` lists them all."""

QUIET_SECONDS = 5.0
"""How long nothing is said where there is no terminal to draw on: most tables are read by then."""

SHORT = 90
"""Characters of a statement that are shown."""


class Serial(StrEnum):
    """From which year the day numbers of a spreadsheet count."""

    windows = "1900"
    mac = "1904"


def ingest_table(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV or XLSX file.")],
    chronology: Annotated[
        str, typer.Option("--chronology", "-c", metavar="SLUG", help="The chronology; it is opened if there is none of that name.")
    ],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="ROLE=COLUMN",
            help="What a column is, by its header, letter or number: `date=Datum`, `statement=C`. Roles: date, end, year, month, day, "
            "statement, title, source, page, place, actor, url, note, status, value, ignore. What is not said is guessed.",
        ),
    ] = None,
    sheet: Annotated[list[str] | None, typer.Option(metavar="NAME", help="The sheets to be read [default: all that are visible].")] = None,
    header: Annotated[int | None, typer.Option(metavar="ROW", min=0, help="The row with the headers, 0 where there is none.")] = None,
    day_first: Annotated[bool, typer.Option("--day-first", help="09/11/2001 is 9 November.")] = False,
    month_first: Annotated[bool, typer.Option("--month-first", help="09/11/2001 is September 11.")] = False,
    fill_down: Annotated[bool, typer.Option("--fill-down", help="An empty date means the date above.")] = False,
    serial: Annotated[Serial | None, typer.Option(help="Bare day numbers such as 37204 count from this year.")] = None,
    delimiter: Annotated[str | None, typer.Option(metavar="CHARACTER", help="What parts the cells of a CSV file; `tab` is one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show how the table would be read, and record nothing.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="List all bad rows, not only the first ones.")] = False,
    title: Annotated[str | None, typer.Option(help="Title of the source.")] = None,
    author: Annotated[str | None, typer.Option(help="Its author.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Its publisher.")] = None,
    url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    published: Annotated[str | None, typer.Option(help="Its publication date, as EDTF: 2003, 2003-11, 2003-11-10 …")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, such as en or az; detected when not given.")] = None,
    data: DataOption = None,
) -> None:
    """Read a chronology kept as a table: each row becomes a claim of the table as its source.

    The columns are guessed and shown; `--map` says otherwise. Rows that cannot be read are listed with what is wrong, and the others
    are recorded. `--dry-run` first is a good idea.
    """
    from rich.console import Console

    from services.ingest.files import read_file
    from services.ingest.parsing.details import combine, details_from
    from services.ingest.readers import Readers
    from services.ingest.tables.intake import take_in_table
    from services.ingest.tables.limits import TIMES
    from services.ingest.wiring import parse_limits
    from shared.domain.errors import InvalidInput
    from shared.settings import read_settings
    from shared.telemetry import calm_collector, configure_logging

    out, err = Console(), Console(stderr=True)
    if day_first and month_first:
        raise InvalidInput("--day-first and --month-first contradict each other: say one")
    order = "day-first" if day_first else "month-first" if month_first else None
    options = _options(mapping or (), sheet or (), header, order, fill_down, serial, delimiter)
    given = {"title": title, "author": author, "publisher": publisher, "url": url, "published": published, "language": language}
    details = details_from({name: value for name, value in given.items() if value}, "the command line")
    settings = read_settings() if data is None else read_settings(data=data)
    calm_collector()
    configure_logging(settings.log_format, "warning")
    limits = parse_limits(settings)
    content = read_file(file, limits.bytes)
    with Readers(limits, 1) as readers, _working(err, f"Reading {printable(file.name)}"):
        taken = readers.run(take_in_table, content, options, combine(details, _beside(file)), limits, times=TIMES)
    for line in _told(taken.report, dry_run, show_all):
        out.print(line, highlight=False, markup=False, soft_wrap=True)
    if dry_run:
        return
    out.print(_recorded(settings, chronology, content, taken, file.name, err), highlight=False, markup=False, soft_wrap=True)


def _beside(file: Path) -> "SourceDetails":
    """Return what a file beside the table says of its source."""
    from services.ingest.parsing.containers import SIDECAR
    from services.ingest.parsing.details import sidecar_details
    from shared.domain.provenance import SourceDetails

    sidecar = file.with_name(file.name + SIDECAR)
    return sidecar_details(sidecar.read_bytes(), sidecar.name) if sidecar.is_file() else SourceDetails()


def _options(
    mapping: "list[str] | tuple[str, ...]",
    sheets: "list[str] | tuple[str, ...]",
    header: int | None,
    order: str | None,
    fill_down: bool,
    serial: Serial | None,
    delimiter: str | None,
) -> "TableOptions":
    from pydantic import ValidationError

    from services.ingest.tables.options import TableOptions
    from shared.domain.errors import InvalidInput

    columns: dict[str, list[str]] = {}
    for pair in mapping:
        role, equals, column = pair.partition("=")
        if not equals or not column.strip():
            raise InvalidInput(f"--map {pair!r}: write ROLE=COLUMN, such as date=Datum")
        columns.setdefault(role.strip(), []).append(column)
    raw = {
        "columns": columns,
        "sheets": sheets,
        "header": header,
        "order": order,
        "fill_down": fill_down,
        "serial": serial.value if serial else None,
        "delimiter": "\t" if delimiter in ("tab", "\\t") else delimiter,
    }
    try:
        return TableOptions.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def _recorded(settings: "Settings", slug: str, content: bytes, taken: "TableIntake", filename: str, err: "Console") -> str:
    from services.ingest.tables.capturing import capture_table
    from services.local import Workspace, progress

    with Workspace(settings, new=True) as workspace:
        info = workspace.service.ensure_chronology(slug, workspace.caller)
        with _working(err, f"Recording {count(taken.report.claims, 'claim')}"):
            receipt = capture_table(workspace.service, info.id, content, taken, workspace.caller, filename)
        with progress(err, "Consolidating") as advance, _working(err, "Consolidating", drawn=False):
            workspace.projector.bring_up(workspace.service.chronology(slug), advance)
        if receipt.status == "unchanged":
            return f"{slug}: the table was there already: nothing changed."
        return f"{slug}: {count(receipt.claims, 'claim')} recorded, at revision {receipt.revision}."


@contextmanager
def _working(console: "Console", what: str, *, drawn: bool = True) -> Iterator[None]:
    """Say what takes long while it lasts: with a clock on a terminal (unless something else is `drawn` there), elsewhere in one line."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    if console.is_terminal:
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not drawn) as bar:
            bar.add_task(what, total=None)
            yield
        return
    late = threading.Timer(QUIET_SECONDS, lambda: console.print(f"{what} …", highlight=False, markup=False, soft_wrap=True))
    late.daemon = True
    late.start()
    try:
        yield
    finally:
        late.cancel()


def _told(report: "TableReport", dry_run: bool, show_all: bool) -> Iterator[str]:
    detected = " (detected)" if report.language_detected else ""
    yield f"{report.media_type}{f', {report.encoding}' if report.encoding else ''}; language: {report.language}{detected}"
    for sheet in report.sheets:
        yield from _columns(sheet)
    if dry_run and report.sample:
        yield "First rows, as they would be read:"
        for row in report.sample:
            yield from _sample(row)
    listed = report.bad if show_all else report.bad[:LISTED]
    if listed:
        yield "Rows with something wrong:"
        yield from map(_wrong, listed)
    if len(listed) < len(report.bad) or (report.shortened and show_all):
        yield f"  and more; the list ends at row {listed[-1].row}" + ("" if show_all else " (--all shows more)")
    for note in report.notes:
        yield f"Note: {printable(note)}"
    yield f"{count(report.rows, 'row')}: {report.claims:,} can be read, each a claim; {report.bad_rows:,} cannot."


def _columns(sheet: "SheetReport") -> Iterator[str]:
    name = f"Sheet {printable(sheet.sheet)!r}" if sheet.sheet is not None else "Table"
    order = f"; dates are {sheet.order}" if sheet.order else ""
    yield f"{name}, {f'header in row {sheet.header}' if sheet.header else 'no header'}{order}:"
    width = max((len(printable(column.header or "")) for column in sheet.columns), default=0)
    for column in sheet.columns:
        value = f"value {column.attribute}{f' in {column.unit}' if column.unit else ''}"
        role = column.role if column.attribute is None else printable(value)
        sample = f', such as "{printable(column.sample)[:40]}"' if column.sample else ""
        header = f"{printable(column.header or '')[:40]:<{min(width, 40)}}"
        yield f"  {column.column:<3} {header}  {role} ({printable(column.why)}{sample})"


def _sample(row: "RowSample") -> Iterator[str]:
    where = f"{printable(row.sheet)} {row.row}" if row.sheet is not None else str(row.row)
    modality = "" if row.modality == "happened" else f" [{row.modality}]"
    yield f"  {where}: {row.date}  {printable(row.statement)[:SHORT]}{modality}"
    parts = {"date": row.derivation if row.derivation != "explicit" else None, "values": "; ".join(row.values)}
    parts |= {"places": "; ".join(row.places), "actors": "; ".join(row.actors), "source": row.source}
    told = [f"{name}: {printable(part)}" for name, part in parts.items() if part]
    if told:
        yield f"      {' | '.join(told)}"


def _wrong(bad: "BadRow") -> str:
    where = f"sheet {printable(bad.sheet)!r}, row {bad.row}" if bad.sheet is not None else f"row {bad.row}"
    column = f", column {printable(bad.column)}" if bad.column else ""
    holds = f' holds "{printable(bad.holds)[:SHORT]}"' if bad.holds else ""
    return f"  {where}{column}{holds}: {printable(bad.reason)}; {printable(bad.remedy)}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def printable(text: str) -> str:
    """Return a text without what a terminal would obey: control characters, marks that turn the direction of writing."""
    return "".join(char if char.isprintable() else " " for char in text)
