"""Exports are streamed: what is held does not grow with the chronology, whoever shares days with whom, and a taker may be slow."""

import gc
import json
import threading
import tracemalloc
from collections.abc import Callable

import pytest

from services.query.exports import walking
from services.query.exports.formats import FORMATS, Format
from services.query.exports.walking import Export, open_export
from shared.domain.errors import Busy
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database
from shared.store.migrate import migrate
from tests.support.keys import KEK
from tests.support.running import ADMIN, Running, run

A_DOCUMENT = 20
"""Claims of one document."""

SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qi", "ro", "su", "ta", "ve", "wi", "xo", "zy"]


def words(number: int) -> str:
    """Three words that no other number has."""
    digits = [number // 20**place % 20 for place in range(6)]
    return " ".join(SYLLABLES[one] * 2 + SYLLABLES[other] for one, other in zip(digits[::2], digits[1::2], strict=True))


def grow(running: Running, first: int, last: int, date: Callable[[int], str | None]) -> None:
    """Add an entry for each number, made of one claim."""
    for start in range(first, last, A_DOCUMENT):
        said = {number: f"{words(number)} came to pass." for number in range(start, min(start + A_DOCUMENT, last))}
        source = SourceDetails(title=f"Leaf {start}", language="mi")
        document = running.service.capture(running.info.id, "\n".join(said.values()).encode(), ADMIN, filename="leaf.txt", declared=source)
        lines = []
        for number, quote in said.items():
            edtf = date(number)
            dated = {"date": {"quote": quote, "edtf": edtf}} if edtf else {}
            lines.append((number + 1, json.dumps({"document_id": document.id, "quote": quote, "language": "en", **dated}).encode()))
        assert not running.service.record_claims(running.info.id, lines, ADMIN).refused
    running.projector.project(running.info)


def calendar_day(number: int) -> str:
    return f"{1000 + number % 800:04d}-{1 + number % 12:02d}-{1 + number % 28:02d}"


def peak(opened: Callable[[], Export], known: Format) -> int:
    """The most bytes that were held at once while an export was taken and thrown away: the least of three, as others allocate, too."""
    return min(_peak(opened(), known) for _ in range(3))


def _peak(export: Export, known: Format) -> int:
    gc.freeze()  # the more objects live, the longer the collector lets garbage lie: what other tests left must not count
    gc.collect()
    tracemalloc.start()
    try:
        for at, _ in enumerate(known.write(export)):
            if at % 10 == 0:
                gc.collect()  # when the collector looks by itself depends on what was there before: what is garbage is not held
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.unfreeze()


@pytest.mark.parametrize(
    ("date", "formats"), [(calendar_day, FORMATS), (lambda number: None, FORMATS[:1])], ids=["on days of their own", "all without a date"]
)
def test_memory_does_not_grow_with_the_chronology(
    sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch, date: Callable[[int], str | None], formats: tuple[Format, ...]
) -> None:
    monkeypatch.setattr(walking, "BATCH", 20)
    database = Database(sqlite_database_url, kek=KEK)
    running = run(database)
    grow(running, 0, 100, date)  # more than any format holds at a time
    few = {known.name: peak(lambda: open_export(database, running.info), known) for known in formats}
    grow(running, 100, 400, date)
    assert sum(1 for _ in open_export(database, running.info).entries()) == 400
    many = {known.name: peak(lambda: open_export(database, running.info), known) for known in formats}
    database.close()
    grown = {name: round(many[name] / few[name], 2) for name in few if many[name] > 1.3 * few[name] + 100_000}
    assert grown == {}, (few, many)


@pytest.mark.parametrize("known", FORMATS, ids=[known.name for known in FORMATS])
def test_how_many_are_read_at_a_time_does_not_show(
    crowded: tuple[Database, Running], monkeypatch: pytest.MonkeyPatch, known: Format
) -> None:
    database, running = crowded

    def taken() -> str | set[str]:
        text = "".join(known.write(open_export(database, running.info)))
        # A document is described in each batch that cites it: the same said again adds nothing to a graph.
        return set(text.rstrip("]}\n").split(",\n")) if known.name == "jsonld" else text

    whole = taken()
    for batch in (1, 2, 7):
        monkeypatch.setattr(walking, "BATCH", batch)
        assert taken() == whole


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Running]:
    """Thirty entries: ten on one day, ten on days of their own, ten without a date."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('crowded') / 'salname.db'}", kek=KEK)
    migrate(database)
    running = run(database)
    grow(running, 0, 30, lambda number: (calendar_day(number), "1750-05-05", None)[number % 3])
    return database, running


def test_each_database_streams_the_same(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    running = run(database)
    grow(running, 0, 30, lambda number: (calendar_day(number), "1750-05-05", None)[number % 3])
    monkeypatch.setattr(walking, "BATCH", 4)
    for known in FORMATS:
        taken = "".join(known.write(open_export(database, running.info)))
        assert sum(taken.count(f"{words(number)} came") > 0 for number in range(30)) in (20, 30)  # calendars and timelines have the dated


def test_any_thread_may_take_the_next_piece(crowded: tuple[Database, Running], monkeypatch: pytest.MonkeyPatch) -> None:
    database, running = crowded
    monkeypatch.setattr(walking, "BATCH", 3)
    pieces = FORMATS[0].write(open_export(database, running.info))
    taken: list[str] = []
    for _ in range(30):
        thread = threading.Thread(target=lambda: taken.append(next(pieces)))
        thread.start()
        thread.join()
    assert "".join(taken) == "".join(FORMATS[0].write(open_export(database, running.info)))


@pytest.mark.parametrize("known", FORMATS, ids=[known.name for known in FORMATS])
def test_a_rebuild_on_the_way_is_told(sqlite_database_url: str, monkeypatch: pytest.MonkeyPatch, known: Format) -> None:
    database = Database(sqlite_database_url, kek=KEK)
    running = run(database)
    grow(running, 0, 12, calendar_day)
    monkeypatch.setattr(walking, "BATCH", 4)
    pieces = known.write(open_export(database, running.info))
    next(pieces)
    running.projector.rebuild(running.info)
    with pytest.raises(Busy, match="export again"):
        list(pieces)
    database.close()


@pytest.mark.parametrize("known", FORMATS, ids=[known.name for known in FORMATS])
def test_an_empty_chronology_is_exported_whole(sqlite_database_url: str, known: Format) -> None:
    database = Database(sqlite_database_url, kek=KEK)
    running = run(database)
    text = "".join(known.write(open_export(database, running.info)))
    database.close()
    begins = {
        "jsonl": "",
        "csv": "entry_id,",
        "jsonld": '{"@context"',
        "timelinejs": '{"events":[',
        "atom": "<?xml",
        "ical": "BEGIN:VCALENDAR",
    }
    assert text.startswith({**begins, "markdown": "# Test", "report": "<!doctype html>"}[known.name])
    if known.name in ("jsonld", "timelinejs"):
        assert json.loads(text)
    if known.name in ("markdown", "report"):
        assert "There are no entries." in text
