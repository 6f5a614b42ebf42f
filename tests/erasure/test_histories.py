"""Whenever a document is erased in whatever history: the read model is what the log that can still be read gives from nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings

from services.projection import folding
from services.projection.runner import Projector
from services.projection.verify import verify_read_model
from shared.domain.events import Recorded
from shared.domain.ports import LogReader
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from tests.support.histories import TEXTS, History, fresh, steps
from tests.support.read_model import keys_of, read_model
from tests.support.running import ADMIN, Running, run


class Follower:
    """Somebody who keeps a copy of a chronology's entries by what the feed tells."""

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}
        self.cursor = 0

    def follow(self, database: Database) -> None:
        for row in read_model(database)["change"]:
            if row["revision"] > self.cursor:
                change = json.loads(row["body"])
                assert change["data"]["previous"] <= self.cursor, "nothing was missed"
                self.cursor = row["revision"]
                for told in change["data"]["entries"]:
                    if told.pop("change") == "removed":
                        self.entries.pop(told["id"], None)
                    else:
                        self.entries[told["id"]] = told


ALL_KINDS = [("capture", 0), ("capture", 4), ("capture", 5), ("erase", 4), ("capture", 1), ("merge", 0, 5), ("erase", 0), ("capture", 2)]


@settings(max_examples=20)
@example(ALL_KINDS)
@given(steps)
def test_who_follows_step_by_step_knows_what_is_told_from_the_beginning(sqlite_template: Path, taken: list[tuple[Any, ...]]) -> None:
    with fresh(sqlite_template) as running:
        history, always, late = History(running), Follower(), Follower()
        for step in taken:
            history.take(step)
            running.projector.project(running.info)
            always.follow(running.database)
        late.follow(running.database)
        assert always.entries == late.entries
        now = {json.loads(row["body"])["id"] for row in read_model(running.database)["entry"] if row["until"] is None}
        assert set(late.entries) == now
        verify_read_model(running.database, running.service.log, running.info)


@settings(max_examples=20)
@given(steps)
def test_step_by_step_and_from_nothing_give_the_same_rows(sqlite_template: Path, taken: list[tuple[Any, ...]]) -> None:
    with fresh(sqlite_template) as running:
        history = History(running)
        stored: list[bytes] = []
        for step in taken:
            history.take(step)
            now = running.service.log.read_raw(running.info.id)
            assert now[: len(stored)] == stored, "what is in the log stays as it is"
            stored = now
        running.projector.project(running.info)
        by_steps = read_model(running.database)
        running.projector.rebuild(running.info)
        assert read_model(running.database) == by_steps
        assert len(keys_of(running.database)) == 1
        other = Projector(running.database, DatabaseReader(running.database))
        other.catch_up()
        assert read_model(running.database) == by_steps


class Overtaken(DatabaseReader):
    """A log in which a document is erased just after some events of it were read."""

    def __init__(self, running: Running, document: str) -> None:
        super().__init__(running.database)
        self._running = running
        self._document = document

    def read(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        found = super().read(chronology_id, after, limit)
        if self._document and found and found[-1].position >= 5:
            document, self._document = self._document, ""
            self._running.service.erase(chronology_id, document, "Why.", ADMIN)
        return found


@pytest.mark.parametrize("anew", [False, True])
def test_an_erasure_while_the_log_is_read_is_not_missed(database: Database, monkeypatch: pytest.MonkeyPatch, anew: bool) -> None:
    running = run(database)
    documents = [running.service.capture(running.info.id, text.encode(), ADMIN).id for text in TEXTS[:3]]
    monkeypatch.setattr(folding, "BATCH", 4)
    log: LogReader = Overtaken(running, documents[0])
    projector = Projector(database, log)
    if anew:
        projector.rebuild(running.info)
    projector.catch_up()
    rows = read_model(database)
    assert {row["document_id"] for row in rows["claim"]} == set(documents[1:])
    assert {row["document_id"] for row in rows["erased_claim"]} == {documents[0]}
    assert [row["position"] for row in rows["progress"]] == [running.info.head]
    Projector(database, DatabaseReader(database)).rebuild(running.info)
    assert read_model(database) == rows


def test_a_projection_that_starts_after_an_erasure_it_has_not_seen_builds_anew(database: Database) -> None:
    running = run(database)
    documents = [running.capture(text).id for text in TEXTS[:2]]
    running.service.erase(running.info.id, documents[0], "Why.", ADMIN)
    Projector(database, DatabaseReader(database)).catch_up()
    rows = read_model(database)
    assert {row["document_id"] for row in rows["claim"]} == {documents[1]}
    assert keys_of(database) == [(running.info.id, 2)]
    running.projector.catch_up()
    assert read_model(database) == rows
    assert keys_of(database) == [(running.info.id, 2)], "one projection found the work of the other done"
