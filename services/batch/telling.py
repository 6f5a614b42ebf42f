"""What a batch tells while it runs and when it is done: on a terminal, in a log, and as a report that programs read."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol, TextIO

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.batch.files import FAILED, PASSED_OVER
from services.ingest.parsing.formats import A_TABLE

MOST_LISTED = 40
"""Documents that are listed one by one when they went well. Failures are all listed."""

LINE_SECONDS = 5.0
"""How often a line is written where there is no terminal to draw on."""

FEW = 20
FEW_SECONDS = 30.0
"""How long nothing is written of so few documents: most often they are done by then."""

_NAME = 40


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document: `recorded`, `unchanged`, `failed` or `passed over`, the last two with a `reason`.

    `notes` are what should be known of how it was read.
    """

    path: str
    label: str
    status: str
    id: str | None = None
    claims: int = 0
    reason: str | None = None
    notes: tuple[str, ...] = ()


class Ticker(Protocol):
    """Shows how far a batch is."""

    def __call__(self, done: int, total: int, failed: int, label: str) -> None:
        """Show that so many of so many documents are done, of which some failed, and which one is being waited for."""
        ...


@contextmanager
def ticking(console: Console) -> Iterator[Ticker]:
    """Show a bar on a terminal; elsewhere write a line every few seconds."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    columns = (
        TextColumn("Reading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("[red]{task.fields[failed]}[/red]"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[label]}", markup=False),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, failed="", label="")

        def tick(done: int, total: int, failed: int, label: str) -> None:
            bar.update(task, completed=done, total=total, failed=f"{failed} failed" if failed else "", label=_short(printable(label)))

        yield tick


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._begun = self._last = time.monotonic()

    def __call__(self, done: int, total: int, failed: int, label: str) -> None:
        now = time.monotonic()
        if now - self._last >= LINE_SECONDS and (total > FEW or now - self._begun >= FEW_SECONDS):
            self._last = now
            troubles = f", {failed:,} failed" if failed else ""
            say(self._console, f"{done:,} of {total:,} documents read{troubles}; now {printable(label)}")


def _short(text: str) -> str:
    return text if len(text) <= _NAME else "…" + text[1 - _NAME :]


class Report:
    """A JSON line for each document, written as it is known: path, status, id, claims, reason, notes."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file

    def add(self, outcome: Outcome) -> None:
        """Write the line of a document."""
        if self._file is not None:
            line = {name: value for name, value in asdict(outcome).items() if name != "label"}
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()


@contextmanager
def reporting(path: Path | None) -> Iterator[Report]:
    """Open the report, where one is wanted."""
    if path is None:
        yield Report(None)
        return
    with path.open("w", encoding="utf-8") as file:
        yield Report(file)


def tell(outcomes: Sequence[Outcome], out: Console, err: Console) -> None:
    """Print what became of the documents: each that went well, if they are few, with its notes, and each that failed, with its reason."""
    went_well = [outcome for outcome in outcomes if outcome.status not in (FAILED, PASSED_OVER)]
    if len(went_well) <= MOST_LISTED:
        for outcome in went_well:
            said = "was there already: nothing changed" if outcome.status == "unchanged" else count(outcome.claims, "claim")
            say(out, f"  {printable(outcome.label)}: {said}")
            for note in outcome.notes if outcome.status != "unchanged" else ():  # they were told then
                say(out, f"    note: {printable(note)}")
    else:
        say(out, "  " + _in_numbers(went_well))
        if noted := sum(1 for outcome in went_well if outcome.notes and outcome.status != "unchanged"):
            say(out, f"  there are notes on how {count(noted, 'document')} of these {'was' if noted == 1 else 'were'} read: see --report")
    if passed := [outcome for outcome in outcomes if outcome.status == PASSED_OVER]:
        say(out, f"  {count(len(passed), 'file')} passed over, as no document: {_kinds(passed)}")
        if tables := sum(1 for outcome in passed if outcome.reason == A_TABLE):
            say(out, f"  {'one' if tables == 1 else f'{tables:,}'} of them by its name a table: `salname ingest-table` reads tables")
    for outcome in outcomes:
        if outcome.status == FAILED:
            line = f"  {printable(outcome.label)}: {printable(outcome.reason or '')}"
            err.print(f"[red]{escape(line)}[/red]", highlight=False, soft_wrap=True)


def _in_numbers(went_well: Sequence[Outcome]) -> str:
    recorded = [outcome for outcome in went_well if outcome.status != "unchanged"]
    said = f"{count(len(recorded), 'document')} recorded with {count(sum(outcome.claims for outcome in recorded), 'claim')}"
    there = len(went_well) - len(recorded)
    return f"{said}, {there:,} were there already" if there else said


def _kinds(passed: Sequence[Outcome]) -> str:
    kinds = Counter(PurePosixPath(outcome.label).suffix.lower() or "without an ending" for outcome in passed)
    return ", ".join(f"{number:,} {printable(kind)}" for kind, number in kinds.most_common())


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def say(console: Console, line: str) -> None:
    """Print a line as it is, however wide the terminal."""
    console.print(line, highlight=False, markup=False, soft_wrap=True)


def printable(text: str) -> str:
    """Names come from strangers, too: characters that move a cursor, or turn the writing around, are shown by their codes."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)
