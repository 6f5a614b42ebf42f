"""Any sequence of appends, repetitions, erasures, readings, crashes and restarts, on every backend, against a model in plain lists."""

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.exc import DBAPIError

from shared.domain.errors import Busy, SalnameError
from shared.domain.ids import IdSource
from shared.domain.ports import Append, Appended, Log, StoredDocument
from shared.store.append import DatabaseLog
from shared.store.driver import Driver, DriverError
from shared.store.engine import Database
from shared.store.memory import MemoryLog
from shared.store.verify import verify_log
from tests.contract.making import captured, claim, command, created, document, erased, rejected
from tests.properties.log_model import LogModel
from tests.support.keys import KEK
from tests.torture.checker import stored_log, wrong_in_log

NAMES = ("one seat", "another seat")
UNKNOWN = "unknown"
Work = tuple[Append, Sequence[StoredDocument]]
Moment = Literal["statement", "commit", "answer"]

numbers = itertools.count(1)


class Breaking:
    """A driver's connection that is lost at a statement."""

    def __init__(self, raw: Any, statements: int, lose: Callable[[Any], None]) -> None:
        self._raw = raw
        self._left = statements
        self._lose = lose

    def __getattr__(self, name: str) -> Any:
        if name in ("execute", "executemany", "cursor"):
            if self._left == 0:
                self._lose(self._raw)
            self._left -= 1
        return getattr(self._raw, name)


@contextmanager
def fault(database: Database, moment: Moment, statements: int) -> Iterator[None]:
    """Lose the connection of the next transaction: at a statement, before its commit, or after it, before the answer comes.

    A statement that is a transaction of its own has no moment before its commit but that before itself.
    """
    whole = database.drive

    def lose(raw: Any) -> None:
        if isinstance(raw, sqlite3.Connection):
            raw.close()
            return
        with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10000)", [raw.info.backend_pid])

    @contextmanager
    def drive(alone: bool = False) -> Iterator[Driver]:
        with whole(alone) as driver:
            raw = driver._raw
            breaks = moment == "statement" or (moment == "commit" and alone)
            yield Driver(driver.dialect, Breaking(raw, 0 if alone else statements, lose)) if breaks else driver
            if moment == "commit" and not alone:
                lose(raw)
        if moment == "answer":
            raise psycopg.OperationalError("the line is gone")

    database.drive = drive  # type: ignore[method-assign]
    try:
        yield
    finally:
        database.drive = whole  # type: ignore[method-assign]


class LogMachine(RuleBasedStateMachine):
    """One chronology of a log, and what the model says of it. Each run has a chronology of its own."""

    def __init__(self, new_id: IdSource, url: str | None) -> None:
        super().__init__()
        self.new_id = new_id
        self.url = url
        self.here = new_id()
        self.model = LogModel()
        self.log: Log = MemoryLog(new_id) if url is None else DatabaseLog(Database(url, kek=KEK), new_id)

    def teardown(self) -> None:
        self.verify()
        if isinstance(self.log, DatabaseLog):
            self.log.database.close()

    @initialize()
    def open_it(self) -> None:
        self.carry_out((command(self.here, created(self.here, self.here), key="create"), ()))

    def carry_out(self, work: Work) -> None:
        """Append in both, and compare the outcomes."""
        expected = self.model.append(*work)
        outcome = self.attempt(*work)
        assert outcome == expected if isinstance(expected, Appended) else outcome in expected

    def attempt(self, request: Append, documents: Sequence[StoredDocument]) -> Appended | type[Exception]:
        """The outcome of an append, or the kind of its failure."""
        try:
            return self.log.append(request, documents)
        except (SalnameError, DBAPIError, *DriverError) as error:
            return type(error)

    def fresh(self, data: st.DataObject) -> Work:
        """A command that was not there before, of any kind, which may have to be refused."""
        key = f"key {next(numbers)}"
        wishes: dict[str, Any] = {
            "expected_revision": data.draw(st.sampled_from([None, None, None, self.model.head, self.model.head - 1])),
            "reserves": data.draw(st.sampled_from([(), (), (), ((NAMES[0], key),), ((NAMES[0], key), (NAMES[1], key))])),
        }
        known = [*self.model.documents(), UNKNOWN]
        kind = data.draw(st.sampled_from(["plain", "plain", "many", "capture", "claim", "claim", "erase"]))
        if kind == "capture":
            document_id = data.draw(st.sampled_from([f"document {key}"] * 4 + known[-2:-1]))
            claims = [claim(f"{key} {n}", document_id) for n in range(data.draw(st.integers(0, 3)))]
            return command(self.here, captured(document_id), *claims, key=key, **wishes), (document(document_id),)
        if kind == "claim":
            quoted = data.draw(st.lists(st.sampled_from(known), min_size=1, max_size=3))
            return command(self.here, *(claim(f"{key} {n}", each) for n, each in enumerate(quoted)), key=key, **wishes), ()
        if kind == "erase":
            document_id = data.draw(st.sampled_from(known))
            return command(self.here, erased(document_id, *self.claims_of(document_id)), key=key, erases=document_id, **wishes), ()
        count = data.draw(st.integers(200, 300) if kind == "many" else st.integers(0, 4))
        return command(self.here, *map(rejected, range(count)), key=key, **wishes), ()

    def claims_of(self, document_id: str) -> list[str]:
        return [event.subject for done in self.model.commands for event in done.request.events if event.sealed_under == document_id]

    @rule(data=st.data())
    def append(self, data: st.DataObject) -> None:
        self.carry_out(self.fresh(data))

    @rule(data=st.data(), other=st.booleans())
    def append_again(self, data: st.DataObject, other: bool) -> None:
        done = data.draw(st.sampled_from(self.model.commands))
        change = {"fingerprint": "another body"} if other else {}
        self.carry_out((replace(done.request, **change), done.documents))

    @precondition(lambda self: self.url is not None)
    @rule(data=st.data(), moment=st.sampled_from(["statement", "statement", "commit", "answer"]), statements=st.integers(0, 9))
    def crash(self, data: st.DataObject, moment: Moment, statements: int) -> None:
        """Lose the connection in the middle of an append, and everything in memory with it."""
        assert isinstance(self.log, DatabaseLog)
        request, documents = self.fresh(data)
        reasons = self.model.refusals(request, documents)
        with fault(self.log.database, moment, statements):
            outcome = self.attempt(request, documents)
        told = isinstance(outcome, Appended)
        if isinstance(outcome, type) and issubclass(outcome, SalnameError):
            assert outcome is Busy or outcome in reasons
        self.restart()
        there = self.log.recall(self.here, request.key)
        assert (there is not None) == (told or (not reasons and moment == "answer")), "it is there exactly when it was committed"
        if there is not None:
            assert self.model.append(request, documents) == replace(there[1], repeated=False)
        self.carry_out((request, documents))

    @precondition(lambda self: self.url is not None)
    @rule()
    def restart(self) -> None:
        assert isinstance(self.log, DatabaseLog)
        assert self.url is not None
        self.log.database.close()
        self.log = DatabaseLog(Database(self.url, kek=KEK), self.new_id)

    @rule(after=st.integers(0, 400), limit=st.integers(1, 300))
    def read(self, after: int, limit: int) -> None:
        found = [(each.position, each.commit, each.correlationid, each.data) for each in self.log.read(self.here, after, limit)]
        assert found == self.model.read(after, limit)

    @invariant()
    def head_and_documents_agree(self) -> None:
        assert self.log.head(self.here) == self.model.head
        for document_id, kept in list(self.model.documents().items())[-3:]:
            assert self.log.document(self.here, document_id) == kept

    @rule()
    def verify(self) -> None:
        """Look at everything that is stored, from the raw rows, and let the log verify itself."""
        bodies = [json.loads(body) for body in self.log.read_raw(self.here, limit=1_000_000)]
        assert [(body["position"], body["commit"], body["correlationid"]) for body in bodies] == [each[:3] for each in self.model.events()]
        for done in self.model.commands:
            assert self.log.recall(self.here, done.request.key) == (done.request.fingerprint, done.outcome)
        reserved = {name: self.log.reserved(self.here, name) for name in NAMES}
        assert {name: (held.subject, held.position) for name, held in reserved.items() if held} == self.model.reserved()
        if isinstance(self.log, DatabaseLog):
            with self.log.database.read() as session:
                stored = stored_log(session.connection(), self.here)
                assert wrong_in_log(stored, {done.request.key: len(done.request.events) for done in self.model.commands}) == []
            assert verify_log(self.log.database, self.here).events == self.model.head


@pytest.mark.parametrize(("backend", "examples"), [("memory", 60), ("sqlite", 25), ("postgresql", 12)])
def test_any_history(request: pytest.FixtureRequest, new_id: IdSource, backend: str, examples: int) -> None:
    url = None
    if backend != "memory":
        url = request.getfixturevalue("sqlite_database_url" if backend == "sqlite" else "postgres_url")
    quiet = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        lambda: LogMachine(new_id, url),  # type: ignore[arg-type]  # a function that makes one does, too
        settings=settings(max_examples=examples, stateful_step_count=25, suppress_health_check=quiet),
    )
