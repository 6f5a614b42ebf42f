"""A read model is verified against its log, and what differs is named."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from services.projection.verify import verify_read_model
from shared.domain.errors import Damaged, SalnameError
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.read import DatabaseReader
from shared.store.read_model import ChangeRow, KeptClaimRow
from tests.support.following import another, consolidate_otherwise, told
from tests.support.running import ADMIN, Running, run

TEXTS = (
    "The mill at Oxbow opened on 4 May 1901 with 12 workers. It closed in 1930.",
    "On 4 May 1901 the Oxbow mill opened; 14 workers came. In 1911 a bakery opened in Oxbow.",
)


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    for number, text in enumerate(TEXTS):
        running.capture(text, filename=f"{number}.txt")
    return running


def test_a_read_model_is_what_its_log_gives(running: Running) -> None:
    log = DatabaseReader(running.database)
    found = verify_read_model(running.database, log, running.info)
    assert found.position == running.info.head
    assert found.rows > 10
    running.projector.rebuild(running.info)
    assert verify_read_model(running.database, log, running.info) == found, "another generation says the same"


def test_a_read_model_that_is_behind_is_compared_where_it_is(running: Running) -> None:
    before = running.info.head
    running.service.capture(running.info.id, b"A school opened in Oxbow in 1950.", ADMIN, filename="late.txt")
    assert verify_read_model(running.database, DatabaseReader(running.database), running.info).position == before


@pytest.mark.parametrize(
    ("member", "value", "named"),
    [("keys", [4], "something else is kept"), ("has", 0, "something else is kept"), ("links", [], "the link of the claims .* is missing")],
)
def test_what_is_kept_of_a_claim_is_verified(running: Running, member: str, value: object, named: str) -> None:
    database = running.database
    with database.write() as session:
        here = live_rows(session, running.info.id)
        key = database.read_keys.find(session, here.chronology_id, here.generation)
        assert key is not None
        for row in session.exec(select(KeptClaimRow)):
            said = json.loads(key.open(row.body, "kept_claim", row.position))
            row.body = key.seal(json.dumps({**said, member: value}).encode(), "kept_claim", row.position)
    with pytest.raises(Damaged, match=named):
        verify_read_model(database, DatabaseReader(database), running.info)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entry SET status = 'corroborated' WHERE status = 'single-source'", "entry .* differs in status"),
        ("DELETE FROM change", "missing or invented in change"),
        ("UPDATE claim SET entry_id = 'other' WHERE start = 0", "claim .* differs in entry_id"),
        ("UPDATE source SET body = '{}'", "source .* differs in body"),
        ("DELETE FROM segment", "segments hold 0 versions of"),
        ("UPDATE segment SET last_since = last_since + 1", "segment 1 differs in last_since"),
        ("UPDATE segment SET facets = body", "segment 1 differs in facets"),
        ("UPDATE segment SET ends = ends || ends WHERE length(ends) > 0", "differs in until|cannot be read"),
        ("UPDATE segment SET body = facets", "body of segment 1 cannot be read|segment 1"),
        ("DELETE FROM posting WHERE token = (SELECT max(token) FROM posting)", "postings of segment"),
        (
            "UPDATE listing SET tokens = (SELECT other.tokens FROM listing AS other ORDER BY number DESC LIMIT 1)",
            "listing .* differs in tokens",
        ),
    ],
)
def test_a_row_that_was_changed_is_named(running: Running, statement: str, named: str) -> None:
    with running.database.drive() as driver:
        driver.run(statement)
    with pytest.raises(Damaged, match=named):
        verify_read_model(running.database, DatabaseReader(running.database), running.info)


def test_what_comes_in_meanwhile_is_no_damage(running: Running) -> None:
    late = ["A school opened in Oxbow in 1950."]

    def meanwhile(position: int, head: int) -> None:
        if late:
            running.capture(late.pop())

    found = verify_read_model(running.database, DatabaseReader(running.database), running.info, meanwhile)
    assert not late
    assert found.position == running.info.head


def alter(running: Running, revision: int, change: Callable[[dict[str, Any], dict[str, Any]], None]) -> None:
    """Seal another body for a change, as somebody could who has the keys; an entry is altered of which no other change tells."""
    again = {entry["id"] for one in told(running) if one["revision"] != revision for entry in one["data"]["entries"]}
    with running.database.write() as session:
        rows = live_rows(session, running.info.id)
        key = running.database.read_keys.find(session, running.info.id, rows.generation)
        row = rows.find(session, ChangeRow, revision)
        assert key is not None
        assert row is not None
        said = json.loads(key.open(row.body, "change", revision))
        change(said, next(entry for entry in said["data"]["entries"] if entry["id"] not in again))
        row.body = key.seal(json.dumps(said).encode(), "change", revision)
        session.add(row)


Told = dict[str, Any]


def _another_title(said: Told, once: Told) -> None:
    once["title"] = "What nobody said"


def _without(said: Told, once: Told) -> None:
    said["data"]["entries"].remove(once)


def _removing(said: Told, once: Told) -> None:
    once["change"] = "removed"


def _inventing(said: Told, once: Told) -> None:
    said["data"]["entries"].append({**once, "id": "0190a000-0000-7000-8000-000000000999"})


def _unknown(said: Told, once: Told) -> None:
    once["colour"] = "red"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (_another_title, "subscribers were told of entry .* otherwise than readers see it"),
        (_unknown, "subscribers were told of entry .* otherwise than readers see it"),
        (_without, "never told of entry"),
        (_removing, "never told of entry"),
        (_inventing, "and readers see none"),
        (lambda said, _: said["data"].update(previous=1), "the one before it is at 1, and it is at 0"),
        (lambda said, _: said.update(id="another"), "is not of that revision: its id"),
        (lambda said, _: said["data"].update(actor="Mallory"), "is not of that revision: its actor"),
        (lambda said, _: said.update(time="2020-01-01T00:00:00+00:00"), "is not of that revision: its time"),
    ],
)
def test_what_was_told_before_a_switch_is_followed(
    running: Running, monkeypatch: pytest.MonkeyPatch, change: Callable[[Told, Told], None], named: str
) -> None:
    first = told(running)[0]["revision"]
    consolidate_otherwise(monkeypatch)
    projector = another(running)
    projector.catch_up()
    log = DatabaseReader(running.database)
    waiting = verify_read_model(running.database, log, running.info)
    assert (waiting.changes, waiting.waiting) == (2, 1)
    running.service.announce_switches()
    projector.catch_up()
    sound = verify_read_model(running.database, log, running.info)
    assert (sound.changes, sound.waiting) == (3, 0)
    alter(running, first, change)
    with pytest.raises(Damaged, match=named):
        verify_read_model(running.database, log, running.info)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DELETE FROM change WHERE revision = (SELECT min(revision) FROM change)", "the one before it is at .* and it is at 0"),
        ("UPDATE change SET body = (SELECT body FROM change ORDER BY revision DESC LIMIT 1)", "the change at revision .* cannot be read"),
        ("UPDATE change SET revision = revision - 1 WHERE revision = (SELECT min(revision) FROM change)", "cannot be read"),
    ],
)
def test_a_feed_from_before_a_switch_that_was_tampered_with_is_told(
    running: Running, monkeypatch: pytest.MonkeyPatch, statement: str, named: str
) -> None:
    consolidate_otherwise(monkeypatch)
    projector = another(running)
    projector.catch_up()
    running.service.announce_switches()
    projector.catch_up()
    projector.drop(running.info)
    with running.database.drive() as driver:
        driver.run(statement)
    with pytest.raises(Damaged, match=named):
        verify_read_model(running.database, DatabaseReader(running.database), running.info)


def test_rows_of_another_release_are_not_called_damaged(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    consolidate_otherwise(monkeypatch)
    with pytest.raises(SalnameError, match="the release that made it can say") as refused:
        verify_read_model(running.database, DatabaseReader(running.database), running.info)
    assert not isinstance(refused.value, Damaged)
