"""`at` on every read: a revision or a time of recording, and what it does and does not bring back."""

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from services.ingest.wiring import build_service
from services.projection.runner import Projector
from services.query.snapshot import open_snapshot
from shared.domain.errors import Busy, InvalidInput, NotFound
from shared.domain.ids import IdSource
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from shared.store.read_model import RevisionRow
from tests.query.conftest import World
from tests.support.running import ADMIN, Running

MORNING = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = MORNING

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(database: Database, clock: Clock) -> Running:
    """A chronology that is opened in the morning of 4 March 2026."""
    service = build_service(database, Settings(database_url=database.url), IdSource(clock, os.urandom))
    service.ensure_chronology("test", ADMIN)
    running = Running(database, service, Projector(database, DatabaseReader(database)))
    running.projector.catch_up()
    return running


def capture(running: Running, clock: Clock, minutes: int, text: str) -> int:
    """Capture a text when the clock shows so many minutes after the morning; return the revision."""
    clock.time = MORNING + timedelta(minutes=minutes)
    return running.capture(f"On 3 April 1899 {text}").revision


def revision_at(running: Running, at: str) -> int:
    with open_snapshot(running.database, "test", at) as snapshot:
        return snapshot.revision


def after(minutes: float) -> str:
    return (MORNING + timedelta(minutes=minutes)).isoformat()


def test_a_time_stands_for_all_that_was_recorded_up_to_it(timed: Running, clock: Clock) -> None:
    one, two = capture(timed, clock, 10, "a bridge opened."), capture(timed, clock, 20, "a mill opened.")
    assert [revision_at(timed, after(minutes)) for minutes in (0, 9.99, 10, 19.99, 20, 1e6)] == [1, 1, one, one, two, two]
    assert revision_at(timed, "2026-03-04") == two
    assert revision_at(timed, "2026-03-04T13:10:00+04:00") == one
    with pytest.raises(NotFound, match=r"begins with revision 1, recorded at 2026-03-04T09:00:00\+00:00; ask for that time or a later"):
        revision_at(timed, "2026-03-03")


def test_a_clock_set_back_changes_nothing_about_what_was_answered_before(timed: Running, clock: Clock) -> None:
    early = capture(timed, clock, 10, "a bridge opened.")
    late = capture(timed, clock, 60, "a mill opened.")
    answered = {minutes: revision_at(timed, after(minutes)) for minutes in (5, 10, 30, 59, 60)}
    assert answered == {5: 1, 10: early, 30: early, 59: early, 60: late}
    back = capture(timed, clock, 15, "a school opened.")
    forward = capture(timed, clock, 70, "a shop opened.")
    assert {minutes: revision_at(timed, after(minutes)) for minutes in (5, 10, 30, 59)} == {5: 1, 10: early, 30: early, 59: early}
    assert [revision_at(timed, after(minutes)) for minutes in (60, 69, 70)] == [back, back, forward]
    with open_snapshot(timed.database, "test", back) as snapshot:
        assert snapshot.recorded == MORNING + timedelta(minutes=15), "what the clock said then is told as it was"


def test_a_position_inside_a_command_stands_for_the_revision_before_it(timed: Running, clock: Clock) -> None:
    revision = capture(timed, clock, 10, "a bridge opened. On 4 May 1901 it was closed.")
    assert revision > 3
    assert [revision_at(timed, str(position)) for position in range(revision + 1)] == [0, *[1] * (revision - 1), revision]
    with pytest.raises(InvalidInput, match=f"no revision {revision + 1} yet"):
        revision_at(timed, str(revision + 1))


def test_rows_that_keep_no_moments_are_not_guessed_from(timed: Running, clock: Clock) -> None:
    revision = capture(timed, clock, 10, "a bridge opened.")
    with timed.database.write() as session:
        session.execute(delete(RevisionRow))
    assert revision_at(timed, str(revision)) == revision
    for at in ("1", after(5)):
        with pytest.raises(Busy, match="built anew"):
            revision_at(timed, at)


PATHS = (
    "", "/entries", "/entries/{entry}", "/claims/{claim}", "/documents", "/documents/{document}", "/documents/{document}/text",
    "/documents/{document}/original", "/sources", "/corrections", "/export", "/entries/{entry}/history",
)  # fmt: skip


def test_every_read_takes_it(world: World) -> None:
    first = world.get("/changes")["changes"][0]["revision"]
    then = world.get("/entries", at=first)["entries"][0]["id"]
    document = world.get("/documents", at=first)["documents"][0]["id"]
    claim = world.get(f"/documents/{document}")["citations"][0]["claim_id"]
    for path in PATHS:
        address = "/v1/chronologies/test" + path.format(entry=then, claim=claim, document=document)
        now, past = world.client.get(address), world.client.get(address, params={"at": first})
        assert past.status_code == 200, (address, past.text)
        if "application/json" in past.headers["content-type"]:
            assert past.json()["revision"] == first, address
        assert world.client.get(address, params={"at": "tomorrow"}).status_code == 422, address
        assert world.client.get(address, params={"at": "1999-01-01"}).status_code == 404, address
        # What a moment stands for has the very answer, and the same ETag, as its revision.
        assert world.client.get(address, params={"at": "2999-01-01"}).headers["etag"] == now.headers["etag"], address
        again = world.client.get(address, params={"at": first}, headers={"If-None-Match": past.headers["etag"]})
        assert again.status_code == 304, address


def test_what_was_recorded_later_is_not_there(world: World) -> None:
    first, *_, last = (change["revision"] for change in world.get("/changes")["changes"])
    newest = world.get("/documents")["documents"][-1]
    claim = world.get(f"/documents/{newest['id']}")["citations"][0]["claim_id"]
    for path in (f"/documents/{newest['id']}", f"/documents/{newest['id']}/text", f"/claims/{claim}"):
        missing = world.client.get(f"/v1/chronologies/test{path}", params={"at": first})
        assert missing.status_code == 404
        assert f"at revision {first}" in missing.json()["detail"]
    shown = world.get("", at=first)
    assert (shown["documents"], shown["revision"], shown["log_head"]) == (1, first, last)
    assert shown["recorded"] < world.get("")["recorded"]
    lines = world.client.get("/v1/chronologies/test/export", params={"at": first}).text.splitlines()
    assert len(lines) == shown["claims"] < world.get("")["claims"]


def test_a_correction_applies_from_its_acceptance_on(world: World) -> None:
    before = world.running.info.head
    fair = world.entry_with("guests")
    correction = world.correct({"kind": "retitle-entry", "entry_id": fair["id"], "title": "The fair of seeds"})
    accepted = world.running.info.head
    assert world.client.get(f"/v1/chronologies/test/corrections/{correction}", params={"at": before}).status_code == 404
    pending = world.get(f"/corrections/{correction}", at=accepted - 1)
    assert (pending["state"], pending["decided_by"], pending["decided_at"]) == ("proposed", None, None)
    assert world.get(f"/corrections/{correction}", at=accepted)["state"] == "accepted"
    states = {
        at: [one["id"] for one in world.get("/corrections", state="accepted", at=at)["corrections"]] for at in (accepted - 1, accepted)
    }
    assert states == {accepted - 1: [], accepted: [correction]}
    for at, title in ((before, fair["title"]), (accepted - 1, fair["title"]), (accepted, "The fair of seeds")):
        assert world.get(f"/entries/{fair['id']}", at=at)["title"] == title
    claim = fair["claims"][0]["claim_id"]
    assert world.get(f"/claims/{claim}", at=accepted - 1)["entry_id"] == fair["id"]


def test_what_was_erased_stays_erased_at_every_revision(world: World) -> None:
    revisions = [change["revision"] for change in world.get("/changes")["changes"]]
    documents = world.get("/documents")["documents"]
    claim = world.get(f"/documents/{documents[1]['id']}")["citations"][0]["claim_id"]
    world.running.service.erase(world.running.info.id, documents[1]["id"], "Asked to.", ADMIN)
    for at in revisions:
        early = world.client.get("/v1/chronologies/test/entries", params={"at": at})
        assert early.status_code == (200 if at == revisions[-1] else 503), "until it is gone, no earlier revision is shown"
    world.running.projector.project(world.running.info)

    def status(path: str, at: int) -> Any:
        return world.client.get(f"/v1/chronologies/test{path}", params={"at": at}).status_code

    for path in (f"/documents/{documents[1]['id']}", f"/claims/{claim}"):
        assert [status(path, at) for at in revisions] == [404, 410, 410], "before its capture it was unknown"
    listed = world.get("/documents", at=revisions[1])["documents"]
    assert [one["erased"] is not None for one in listed] == [False, True]
    exported = world.client.get("/v1/chronologies/test/export", params={"at": revisions[1]}).text
    assert not re.search(r"\b215\b", exported), "an id may hold these figures, but never by themselves"
