"""What a batch tells: short for many, whole for failures, and safe for terminals."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from services.batch.telling import MOST_LISTED, Outcome, printable, reporting, tell, ticking
from services.ingest.parsing.formats import A_TABLE


def screens() -> tuple[Console, Console]:
    return Console(file=io.StringIO(), width=60), Console(file=io.StringIO(), width=60)


def written(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def recorded(number: int, status: str = "recorded") -> Outcome:
    return Outcome(f"in/{number}.txt", f"{number}.txt", status, f"id-{number}", 2)


def test_few_documents_are_listed_and_many_are_counted() -> None:
    out, err = screens()
    tell([recorded(1), recorded(2, "unchanged")], out, err)
    assert written(out) == "  1.txt: 2 claims\n  2.txt: was there already: nothing changed\n"
    out, err = screens()
    tell([recorded(number) for number in range(MOST_LISTED)] + [recorded(99, "unchanged")], out, err)
    assert written(out) == "  40 documents recorded with 80 claims, 1 were there already\n"
    assert written(err) == ""


def test_notes_stand_under_the_file_they_are_about_once() -> None:
    noted = Outcome("in/a.pdf", "a.pdf", "recorded", "id", 1, notes=("page 2 has no text \x1b[2J", "its day is " + "long " * 20))
    again = Outcome("in/b.pdf", "b.pdf", "unchanged", "id", 1, notes=("page 2 has no text",))
    out, err = screens()
    tell([noted, again], out, err)
    assert written(out).splitlines() == [
        "  a.pdf: 1 claim",
        "    note: page 2 has no text \\x1b[2J",
        "    note: its day is " + "long " * 20,
        "  b.pdf: was there already: nothing changed",
    ]
    out, err = screens()
    tell([recorded(number) for number in range(MOST_LISTED)] + [noted, again], out, err)
    assert "  there are notes on how 1 document of these was read: see --report\n" in written(out)


def test_all_failures_are_told_whole_and_without_markup() -> None:
    out, err = screens()
    failures = [Outcome("a", f"[red]{number}.txt", "failed", reason=f"byte {number} [bold] " + "is wrong " * 20) for number in range(100)]
    tell(failures, out, err)
    assert written(out) == ""
    assert written(err).splitlines() == [f"  {failure.label}: {failure.reason}" for failure in failures]


def test_what_was_passed_over_is_counted_by_its_kind() -> None:
    out, err = screens()
    tell([Outcome("a", name, "passed over", reason="r") for name in ("a.png", "b.PNG", "c.xyz", "README")], out, err)
    assert written(out) == "  4 files passed over, as no document: 2 .png, 1 .xyz, 1 without an ending\n"


def test_tables_that_were_passed_over_lead_to_the_command_that_reads_them() -> None:
    out, err = screens()
    passed = [Outcome("a", "a.png", "passed over", reason="r"), Outcome("a", "b.csv", "passed over", reason=A_TABLE)]
    tell(passed, out, err)
    assert "  one of them by its name a table: `salname ingest-table` reads tables\n" in written(out)


def test_a_terminal_shows_a_bar_with_counts_and_the_file_at_hand() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=140)
    with ticking(console) as tick:
        tick(3, 300, 2, "folder/\x1b[2Jname.txt")
    shown = written(console)
    for part in ("Reading", "3/300", "2 failed", "folder/\\x1b[2Jname.txt"):
        assert part in shown
    assert "\x1b[2J" not in shown


def test_elsewhere_a_line_is_written_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("services.batch.telling.time.monotonic", lambda: now[0])
    console, _ = screens()
    with ticking(console) as tick:
        for done in range(13):
            now[0] = float(done)
            tick(done, 3000, done // 6, f"{done}.txt")
    assert written(console) == "5 of 3,000 documents read; now 5.txt\n10 of 3,000 documents read, 1 failed; now 10.txt\n"


def test_of_few_documents_nothing_is_written_for_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("services.batch.telling.time.monotonic", lambda: now[0])
    console, _ = screens()
    with ticking(console) as tick:
        for second in range(37):
            now[0] = float(second)
            tick(1, 3, 0, "long.pdf")
    assert written(console) == "1 of 3 documents read; now long.pdf\n" * 2


def test_a_report_has_a_line_for_each_document(tmp_path: Path) -> None:
    file = tmp_path / "report.jsonl"
    with reporting(file) as report:
        report.add(replace(recorded(1), notes=("page 2 has no text",)))
        assert file.read_text("utf-8").endswith("\n")  # at once: who is killed leaves a report, too
        report.add(Outcome("b\udcff.txt", "b", "failed", reason="why"))
    assert [json.loads(line) for line in file.read_text("utf-8").splitlines()] == [
        {"path": "in/1.txt", "status": "recorded", "id": "id-1", "claims": 2, "reason": None, "notes": ["page 2 has no text"]},
        {"path": "b\udcff.txt", "status": "failed", "id": None, "claims": 0, "reason": "why", "notes": []},
    ]


@pytest.mark.parametrize(
    ("given", "shown"), [("Şəki.txt", "Şəki.txt"), ("a\u202eb", "a\\u202eb"), ("a\nb", "a\\nb"), ("\udcff", "\\udcff"), ("a\x1b", "a\\x1b")]
)
def test_characters_that_move_things_are_shown_by_their_codes(given: str, shown: str) -> None:
    assert printable(given) == shown
