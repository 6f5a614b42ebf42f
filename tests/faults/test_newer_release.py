"""A log that a newer release has written to: the projection stops there, says why, and goes on after the upgrade."""

from typing import ClassVar

import pytest
from sqlalchemy import text

from services.projection.runner import Projector
from shared.domain import upcast
from shared.domain.errors import UnknownEvent
from shared.domain.events import SourceRegistered
from shared.domain.ids import IdSource
from shared.domain.provenance import SourceDetails
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from shared.store.read_model import ProgressRow
from tests.contract.making import command
from tests.support.running import ADMIN, Running, run
from tests.support.texts import FAIR_AZ, FAIR_EN, SOURCES


def source(number: int) -> SourceRegistered:
    return SourceRegistered(source_id=f"source {number}", identity=f"{number}", details=SourceDetails(title=f"Source {number}"))


class Later(SourceRegistered):
    """A source as a release after this one registers it."""

    version: ClassVar[int] = 2
    shelf: int


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    running.capture(FAIR_EN, SOURCES[FAIR_EN])
    return running


def upgrade(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upcast, "LATEST", {**upcast.LATEST, Later.type: Later})
    monkeypatch.setattr(upcast, "UPCASTERS", {(Later.type, 1): lambda data: data | {"shelf": 0}})


def written_by_a_newer_release(running: Running, new_id: IdSource) -> tuple[int, int]:
    """Append what this release knows, then a command with something that it does not, then more; return the command's first and last."""
    log, here = DatabaseLog(running.database, new_id), running.info.id
    log.append(command(here, source(1), key="known"))
    with pytest.MonkeyPatch.context() as later:
        upgrade(later)
        newer = log.append(
            command(
                here,
                source(2),
                Later(source_id="later", identity="later", details=SourceDetails(title="Later"), shelf=3),
                source(3),
                key="newer",
            )
        )
    log.append(command(here, source(4), key="known again"))
    return newer.first, newer.last


def progress(running: Running) -> tuple[int, str | None]:
    with running.database.read() as session:
        row = session.get(ProgressRow, running.info.id)
        assert row is not None
        return row.position, row.error


def entries(running: Running) -> int:
    with running.database.read() as session:
        return int(session.execute(text("SELECT count(*) FROM entry")).scalar() or 0)


def test_reading_goes_as_far_as_whole_commits_are_known(running: Running, new_id: IdSource) -> None:
    first, _ = written_by_a_newer_release(running, new_id)
    reader, here = DatabaseReader(running.database), running.info.id
    assert [event.position for event in reader.read(here)] == list(range(1, first))
    for after in (first - 1, first):
        with pytest.raises(UnknownEvent, match=r"source\.registered version 2.*upgrade"):
            reader.read(here, after=after)
    assert len(reader.read_raw(here)) == running.info.head, "the bytes are there for whoever can read them"


def test_the_projection_stops_keeps_its_place_and_goes_on(running: Running, new_id: IdSource, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = written_by_a_newer_release(running, new_id)
    shown = entries(running)
    assert shown > 0
    for projector in (running.projector, Projector(running.database, DatabaseReader(running.database))):
        for _ in range(2):
            projector.catch_up()
            reason = projector.stopped[running.info.id]
            assert "source.registered version 2" in reason
            assert "upgrade" in reason
            assert progress(running) == (first - 1, reason)
            assert entries(running) == shown

    upgrade(monkeypatch)
    upgraded = Projector(running.database, DatabaseReader(running.database))
    upgraded.catch_up()
    assert upgraded.stopped == {}
    assert progress(running) == (running.info.head, None)
    running.capture(FAIR_AZ, SOURCES[FAIR_AZ])
    upgraded.catch_up()
    assert progress(running) == (running.info.head, None)


def test_another_chronology_is_projected_meanwhile(running: Running, new_id: IdSource) -> None:
    written_by_a_newer_release(running, new_id)
    running.service.ensure_chronology("other", ADMIN)
    other = running.service.chronology("other")
    running.service.capture(other.id, FAIR_AZ.encode(), ADMIN, filename="text.txt", declared=SOURCES[FAIR_AZ])
    running.projector.catch_up()
    assert set(running.projector.stopped) == {running.info.id}
    with running.database.read() as session:
        row = session.get(ProgressRow, other.id)
    assert row is not None
    assert (row.position, row.error) == (running.service.chronology("other").head, None)
