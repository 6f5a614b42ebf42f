"""The projection: the same rows however it gets there, whenever it is killed, in whatever order the documents came."""

import itertools
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from services.projection.fold import VERSION
from services.projection.generations import Place, StaleFoldError, take_progress
from services.projection.runner import Projector
from shared.domain.ports import ChronologyInfo
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database, WriteSession
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader
from shared.store.read_model import READ_MODEL
from tests.support.keys import KEK
from tests.support.read_model import keys_of, read_model
from tests.support.running import ADMIN, Running, run
from tests.support.texts import SOURCES


def without_ids(database: Database) -> list[object]:
    """Every entry by what it says, with claims named by document and span instead of ids."""
    rows = read_model(database)
    sha256: dict[str, object] = {row["id"]: json.loads(row["body"])["sha256"] for row in rows["captured"]}
    claims = {
        claim["id"]: (sha256[claim["document_id"]], claim["start"], claim["end"])
        for row in rows["claim"]
        for claim in [json.loads(row["body"])]
    }

    def named(value: object) -> object:
        if isinstance(value, dict):
            return {key: named(item) for key, item in value.items() if key not in ("id", "sources")}
        if isinstance(value, list):
            return [named(item) for item in value]
        return {**sha256, **claims}.get(value, value) if isinstance(value, str) else value

    entries = (named(json.loads(row["body"])) for row in rows["entry"] if row["until"] is None)
    return sorted(entries, key=lambda entry: json.dumps(entry, ensure_ascii=False))


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    for text_, source in SOURCES.items():
        running.capture(text_, source)
    return running


def test_a_rebuild_gives_the_same_bytes(running: Running) -> None:
    before = read_model(running.database)
    assert len(before["entry"]) >= 2
    assert len(before["change"]) == len(SOURCES)
    running.projector.rebuild(running.info)
    assert read_model(running.database) == before


def test_projecting_in_steps_and_at_once_give_the_same_bytes(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read_model(running.database)
    with running.database.write() as session:
        for row in READ_MODEL:
            session.execute(text(f'DELETE FROM "{row.__tablename__}"'))
    monkeypatch.setattr("services.projection.folding.BATCH", 2)
    Projector(running.database, DatabaseReader(running.database)).catch_up()
    assert read_model(running.database) == before


def test_changes_are_chained_and_speak_of_each_entry(running: Running) -> None:
    changes = [json.loads(row["body"]) for row in read_model(running.database)["change"]]
    revisions = [change["revision"] for change in changes]
    assert [change["data"]["previous"] for change in changes] == [0, *revisions[:-1]]
    assert [change["id"] for change in changes] == [f"{running.info.id}:{revision}" for revision in revisions]
    assert changes[0]["data"]["entries"][0]["change"] == "created"
    assert {entry["change"] for change in changes[1:] for entry in change["data"]["entries"]} == {"changed"}


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Kill the projection at the nth table that it writes rows to; the list holds n."""
    from services.projection import writer

    countdown, insert = [0], writer._insert

    def die(*arguments: object) -> None:
        countdown[0] -= 1
        if countdown[0] == 0:
            raise KilledError
        insert(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(writer, "_insert", die)
    yield countdown
    monkeypatch.undo()


@pytest.mark.parametrize("statement", [1, 2, 3, 4])
def test_a_projection_that_is_killed_goes_on_where_it_was(database: Database, interrupted: list[int], statement: int) -> None:
    running = run(database)
    for text_, source in SOURCES.items():
        running.service.capture(running.info.id, text_.encode(), ADMIN, declared=source)
    interrupted[0] = statement
    with pytest.raises(KilledError):
        running.projector.catch_up()
    interrupted[0] = 0
    Projector(database, DatabaseReader(database)).catch_up()
    after = read_model(database)
    running.projector.rebuild(running.info)
    assert read_model(database) == after


def test_two_projections_do_not_harm_each_other(running: Running) -> None:
    other = Projector(running.database, DatabaseReader(running.database))
    other.catch_up()
    extra = "On 7 June 2001 the second Seed Fair was held in Sheki with 90 guests."
    running.capture(extra)
    running.service.capture(running.info.id, b"In 2003 the third Seed Fair was held in Lankaran.", ADMIN)
    assert other.catch_up() > 0
    assert running.projector.catch_up() == 0
    after = read_model(running.database)
    running.projector.rebuild(running.info)
    assert read_model(running.database) == after


@pytest.mark.parametrize("place", [Place(1, 1), Place(2, 3), Place(0, 0)])
def test_progress_moves_only_from_where_it_was_left(running: Running, place: Place) -> None:
    with pytest.raises(StaleFoldError), running.database.write() as session:
        take_progress(session, running.info.id, place, 99, "")


def test_two_projections_may_open_one_chronology_at_once(database: Database) -> None:
    running = run(database)
    running.service.capture(running.info.id, b"In 2003 the third Seed Fair was held in Lankaran.", ADMIN)
    head = running.info.head
    both = threading.Barrier(2)

    class Late(DatabaseReader):
        """Reads when the other one reads, too."""

        def chronologies(self) -> list[ChronologyInfo]:
            found = super().chronologies()
            both.wait(30)
            return found

    projectors = [Projector(database, Late(database)) for _ in range(2)]
    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(projector.catch_up) for projector in projectors]:
            done.result()
    assert [projector.stopped for projector in projectors] == [{}, {}]
    rows = read_model(database)
    assert [(row["position"], row["error"]) for row in rows["progress"]] == [(head, None)]
    assert len(keys_of(database)) == 1


def test_one_chronology_s_trouble_does_not_stop_the_others(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    other = running.service.ensure_chronology("zz-later", ADMIN)
    running.service.capture(other.id, b"In 2003 the third Seed Fair was held in Lankaran.", ADMIN)
    running.service.capture(running.info.id, b"In 2004 the fourth Seed Fair was held in Sheki.", ADMIN)
    from services.projection import folding, writer

    def fail(session: WriteSession, chronology: str, *rest: object) -> None:
        if chronology == running.info.id:
            raise ValueError("a row that cannot be written")
        writer.write_revisions(session, chronology, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(folding, "write_revisions", fail)
    projector = Projector(running.database, DatabaseReader(running.database))
    projector.catch_up()
    assert "test cannot be projected" in projector.stopped[running.info.id]
    with running.database.read() as session:
        positions = dict(session.execute(text("SELECT chronology_id, position FROM progress")).all())  # type: ignore[arg-type]
    assert positions[other.id] == running.service.chronology("zz-later").head
    assert positions[running.info.id] < running.info.head
    monkeypatch.undo()
    projector.catch_up()
    assert projector.stopped == {}


def add_newer_event(running: Running) -> None:
    """Append an event of a version that this release does not know."""
    position = running.info.head
    body = running.service.log.read_raw(running.info.id, position - 1)[0].decode()
    newer = re.sub(r'"typeversion":\d', '"typeversion":9', body).replace(f'"position":{position}', f'"position":{position + 1}')
    with running.database.write() as session:
        session.execute(
            text('INSERT INTO event (chronology_id, position, "commit", type, time_us, body) VALUES (:c, :p, :p, :t, 0, :b)'),
            {"c": running.info.id, "p": position + 1, "t": "claim.recorded", "b": newer},
        )


def test_an_event_of_a_newer_release_stops_the_projection_with_its_place_kept(running: Running) -> None:
    before = read_model(running.database)
    position = running.info.head
    add_newer_event(running)
    projector = Projector(running.database, DatabaseReader(running.database))
    projector.catch_up()
    assert "does not know" in projector.stopped[running.info.id]
    after = read_model(running.database)
    (progress,) = after.pop("progress")
    assert progress["position"] == position
    assert progress["error"] == projector.stopped[running.info.id]
    before.pop("progress")
    assert after == before


def test_a_rebuild_that_meets_an_event_of_a_newer_release_goes_as_far_as_it_can(running: Running) -> None:
    before = read_model(running.database)
    add_newer_event(running)
    projector = Projector(running.database, DatabaseReader(running.database))
    projector.rebuild(running.info)
    after = read_model(running.database)
    assert "does not know" in projector.stopped[running.info.id]
    assert [row["error"] for row in after["progress"]] == [projector.stopped[running.info.id]]
    assert {name: rows for name, rows in after.items() if name != "progress"} == {
        name: rows for name, rows in before.items() if name != "progress"
    }


def test_what_a_newer_release_projected_is_left_as_it_is(running: Running) -> None:
    position = running.info.head
    add_newer_event(running)
    with running.database.write() as session:
        session.execute(text("UPDATE progress SET position = :p, fold_version = :v"), {"p": position + 1, "v": VERSION + 1})
    before = read_model(running.database)
    projector = Projector(running.database, DatabaseReader(running.database))
    for _ in range(2):
        assert projector.catch_up() == 0
    after = read_model(running.database)
    assert [(row["position"], row["fold_version"]) for row in after["progress"]] == [(position + 1, VERSION + 1)]
    assert "newer release" in projector.stopped[running.info.id]
    assert after == before


@pytest.mark.parametrize("order", list(itertools.permutations(range(len(SOURCES)))))
def test_the_order_of_arrival_makes_no_difference(database: Database, tmp_path: Path, order: tuple[int, ...]) -> None:
    documents = list(SOURCES.items())
    expected = run(_fresh(tmp_path))
    for text_, source in documents:
        expected.capture(text_, source)
    running = run(database)
    for index in order:
        running.capture(*documents[index])
    assert without_ids(database) == without_ids(expected.database)
    expected.database.close()


def _fresh(folder: Path) -> Database:
    database = Database(f"sqlite:///{folder / 'expected.db'}", kek=KEK)
    migrate(database)
    return database


@pytest.mark.parametrize("order", [(4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
def test_the_seeds_in_any_order_and_one_by_one_give_the_same_chronology(
    seeds: Path, database: Database, tmp_path: Path, order: tuple[int, ...]
) -> None:
    files = sorted(seeds.glob("*.txt"))
    together = run(_fresh(tmp_path))
    for file in files:
        together.service.capture(together.info.id, file.read_bytes(), ADMIN, filename=file.name)
    together.projector.catch_up()
    one_by_one = run(database)
    for index in order:
        one_by_one.capture(files[index].read_text(encoding="utf-8"), SourceDetails(), filename=files[index].name)
    assert without_ids(database) == without_ids(together.database)
    together.database.close()
