"""Whenever a document is erased in whatever history: the read model is what the log that can still be read gives from nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from services.ingest.requests import NewCorrection, NewDecision
from services.projection import folding
from services.projection.runner import Projector
from shared.domain.errors import Gone, InvalidInput
from shared.domain.events import Recorded
from shared.domain.ports import LogReader
from shared.store.engine import Database
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader
from shared.store.read_model import ClaimRow
from tests.query.conftest import EDITOR, REVIEWER
from tests.support.keys import KEK
from tests.support.read_model import keys_of, read_model
from tests.support.running import ADMIN, Running, run

TEXTS = tuple(
    f"Note {number}\n\n{when} the first {what} was held in {where}. {guests} guests took part in the {what}.\n"
    for number, (when, what, where, guests) in enumerate(
        [
            ("On 4 May 1998", "Seed Fair", "Ganja", 212),
            ("In May 1998", "Seed Fair", "Ganja", 215),
            ("On 4-5 May 1998", "Seed Fair", "Ganja", 215),
            ("On 7 June 2001", "Seed Fair", "Ganja", 90),
            ("On 4 May 1998", "Kite Festival", "Ganja", 12),
            ("In 1998", "Kite Festival", "Ganja", 48),
        ]
    )
)

number = st.integers(min_value=0, max_value=len(TEXTS) - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("capture"), number),
        st.tuples(st.just("capture"), number),
        st.tuples(st.just("erase"), number),
        st.tuples(st.sampled_from(["merge", "split", "withdraw", "retitle"]), number, number),
        st.tuples(st.just("project")),
    ),
    min_size=4,
    max_size=14,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without chronologies, to be copied."""
    path = tmp_path_factory.mktemp("template") / "salname.db"
    database = Database(f"sqlite:///{path}", kek=KEK)
    migrate(database)
    database.close()
    return path


@contextmanager
def fresh(template: Path) -> Iterator[Running]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "salname.db"
        copyfile(template, path)
        database = Database(f"sqlite:///{path}", kek=KEK)
        yield run(database)
        database.close()


class History:
    """A chronology that steps are taken in; what is not possible is passed over."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.documents: dict[int, str] = {}

    def take(self, step: tuple[Any, ...]) -> None:
        service, info = self.running.service, self.running.info
        kind, *at = step
        if kind == "project":
            self.running.projector.project(info)
        elif kind == "capture":
            with suppress(Gone):
                self.documents[at[0]] = service.capture(info.id, TEXTS[at[0]].encode(), ADMIN, filename=f"{at[0]}.txt").id
        elif kind == "erase":
            if at[0] in self.documents:
                self.running.projector.project(info)
                service.erase(info.id, self.documents.pop(at[0]), "Why.", ADMIN)
        else:
            self.running.projector.project(info)
            self.correct(kind, [claim for index in at for claim in self.claims(index)])

    def claims(self, index: int) -> list[tuple[str, str]]:
        """The claims of a document, each with its entry."""
        with self.running.database.read() as session:
            found = select(ClaimRow.id, ClaimRow.entry_id).where(ClaimRow.document_id == self.documents.get(index, ""))
            return list(session.exec(found.order_by(ClaimRow.id)))

    def correct(self, kind: str, claims: list[tuple[str, str]]) -> None:
        if not claims:
            return
        (first, entry), (last, _) = claims[0], claims[-1]
        change: dict[str, object] = {
            "merge": {"kind": "merge-entries", "entry_ids": [first, last]},
            "split": {"kind": "split-entry", "entry_id": entry, "claim_ids": [first]},
            "withdraw": {"kind": "withdraw-claim", "claim_id": first},
            "retitle": {"kind": "retitle-entry", "entry_id": first, "title": "The fair"},
        }[kind]
        service, info = self.running.service, self.running.info
        try:
            proposed = service.propose(info.id, NewCorrection.model_validate({"change": change, "reason": "Seen."}), EDITOR)
        except InvalidInput:
            return
        service.decide_correction(info.id, proposed.id, NewDecision.model_validate({"decision": "accept"}), REVIEWER)


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
def test_who_follows_step_by_step_knows_what_is_told_from_the_beginning(template: Path, taken: list[tuple[Any, ...]]) -> None:
    with fresh(template) as running:
        history, always, late = History(running), Follower(), Follower()
        for step in taken:
            history.take(step)
            running.projector.project(running.info)
            always.follow(running.database)
        late.follow(running.database)
        assert always.entries == late.entries
        now = {json.loads(row["body"])["id"] for row in read_model(running.database)["entry"] if row["until"] is None}
        assert set(late.entries) == now


@settings(max_examples=20)
@given(steps)
def test_step_by_step_and_from_nothing_give_the_same_rows(template: Path, taken: list[tuple[Any, ...]]) -> None:
    with fresh(template) as running:
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
