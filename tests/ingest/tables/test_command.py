"""`salname ingest-table`."""

import os
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from services.cli import app
from services.commands import tables
from services.commands.tables import printable
from shared.domain.errors import AlreadyExists, InvalidInput

FAIRS = "Date,Event,Stalls\n04/05/1998,The seed fair opened,120\n1999,\u202eIt was =SUM(A1) again,130\n"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "fairs.csv"
    path.write_text(FAIRS, encoding="utf-8")
    return path


def salname(table: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["ingest-table", str(table), "-c", "fairs", "--data", str(table.parent / "data"), *options])


def test_a_dry_run_shows_the_mapping_the_rows_and_what_is_wrong_and_touches_nothing(table: Path) -> None:
    done = salname(table, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "A   Date    date (its header" in done.output
    assert "C   Stalls  value" in done.output
    assert 'row 2, column A (Date) holds "04/05/1998": day and month cannot be told apart' in done.output
    assert "3: 1999   It was =SUM(A1) again" in done.output, "what a cell holds neither turns the terminal's writing nor is computed"
    assert "2 rows: 1 can be read" in done.output
    assert not (table.parent / "data").exists()


@pytest.mark.parametrize(("terminal", "said"), [(False, ["Reading fairs.csv …"]), (True, [])])
def test_what_takes_long_is_told_while_it_lasts(table: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool, said: list[str]) -> None:
    """Lines where nothing can be drawn. On a terminal what is drawn is gone at the end."""
    monkeypatch.setattr(tables, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(Console, "is_terminal", property(lambda console: terminal and console.stderr))
    done = salname(table, "--dry-run")
    told = [line for line in done.stderr.splitlines() if line.endswith("…")]
    assert [line for line in said if line in told] == said
    assert ("\x1b[?25l" in done.stderr) == terminal, "the cursor is hidden while something is drawn"


def test_a_pipe_is_refused_and_not_waited_for(table: Path) -> None:
    table.unlink()
    os.mkfifo(table)
    refused = salname(table)
    assert isinstance(refused.exception, InvalidInput)
    assert "this is a pipe and no file" in refused.exception.detail


def test_a_table_is_recorded_and_shown_once(table: Path) -> None:
    done = salname(table, "--month-first", "--map", "statement=Event", "--map", "note=C", "--title", "Fairs")
    assert done.exit_code == 0, done.output
    assert "2 rows: 2 can be read, each a claim; 0 cannot." in done.output
    assert "fairs: 2 claims recorded, at revision 5." in done.output
    again = salname(table, "--month-first", "--map", "statement=Event", "--map", "note=C", "--title", "Fairs")
    assert again.exit_code == 0
    assert "fairs: the table was there already: nothing changed." in again.output
    otherwise = salname(table, "--title", "Fairs")
    assert isinstance(otherwise.exception, AlreadyExists)
    assert "read otherwise: 2 claims then, 1 now" in otherwise.exception.detail


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--map", "date"), "ROLE=COLUMN"),
        (("--map", "when=Date"), "no role"),
        (("--day-first", "--month-first"), "contradict"),
        (("--sheet", "One"), "no sheets"),
        (("--delimiter", "::"), "delimiter"),
        (("--published", "soon"), "published"),
    ],
)
def test_options_that_do_not_fit_are_refused(table: Path, options: tuple[str, ...], says: str) -> None:
    done = salname(table, *options)
    assert isinstance(done.exception, InvalidInput)
    assert says in done.exception.detail


def test_a_file_beside_the_table_tells_its_source(table: Path) -> None:
    table.with_name("fairs.csv.source.json").write_text('{"title": "Fairs", "language": "tr"}', encoding="utf-8")
    assert "language: tr\n" in salname(table, "--dry-run").output
    assert "language: en\n" in salname(table, "--dry-run", "--language", "en").output, "what is said on the command line goes first"


def test_only_the_first_bad_rows_are_listed_unless_all_are_asked_for(table: Path) -> None:
    table.write_text("Date,Event\n1990,Fine\n" + "09/11/2001,Unclear\n" * 30, encoding="utf-8")
    short, whole = salname(table, "--dry-run"), salname(table, "--dry-run", "--all")
    assert short.output.count("cannot be told apart") == 20
    assert "the list ends at row 22 (--all shows more)" in short.output
    assert whole.output.count("cannot be told apart") == 30


def test_what_a_terminal_would_obey_is_not_printed() -> None:
    assert printable("a\x1b[2Jb\u202ec\nd") == "a [2Jb c d"
