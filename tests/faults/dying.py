"""Appends in a process of their own that is killed at a statement: what a power cut or the kernel may do at any moment.

The scenarios are deterministic: the same commands run the same statements each time, so that every one of them can be the last.
"""

import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from shared.domain.ids import IdSource
from shared.domain.ports import Append, StoredDocument
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.migrate import migrate
from tests.contract.making import captured, claim, command, created, document, erased, rejected
from tests.support.keys import KEK

CHRONOLOGY = "0190a000-0000-7000-8000-000000000001"
PREPARED = 252
"""Events in the log before the death: the first tile is nearly full."""

Work = Sequence[tuple[Append, Sequence[StoredDocument]]]

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["pytest", __name__])


def _in_open_log(*numbers: int, key: str) -> Append:
    return command(CHRONOLOGY, *map(rejected, numbers), key=key)


SCENARIOS: dict[str, Callable[[], Work]] = {
    "one append": lambda: [(_in_open_log(1, 2, key="new"), [])],
    "an append over the border of a tile": lambda: [(_in_open_log(*range(12), key="new"), [])],
    "a group over the border of a tile": lambda: [
        (_in_open_log(1, key="new 1"), []),
        (command(CHRONOLOGY, claim("claim 1", "old"), key="new 2"), []),
        (command(CHRONOLOGY, rejected(2), key="new 3", reserves=(("a name", "x"),)), []),
        (_in_open_log(3, 4, 5, key="new 4"), []),
    ],
    "a document with its claims": lambda: [
        (command(CHRONOLOGY, captured("new"), claim("claim 1", "new"), claim("claim 2", "new"), key="new"), [document("new")])
    ],
    "an erasure": lambda: [(command(CHRONOLOGY, erased("old", "old claim"), key="new", erases="old"), [])],
    "the opening of a chronology": lambda: [(command("another", created("another", "another"), rejected(1), key="new"), [])],
}
"""What is under way when the process dies. The appends of a scenario share a transaction."""


def new_ids() -> IdSource:
    return IdSource(lambda: datetime.now(UTC), os.urandom)


def prepare(folder: Path) -> Path:
    """Make a database with a log in it, as one file without a WAL."""
    path = folder / "prepared.db"
    with closing(Database(f"sqlite:///{path}", kek=KEK)) as database:
        migrate(database)
        log = DatabaseLog(database, new_ids())
        log.append(command(CHRONOLOGY, created(CHRONOLOGY, "test"), key="create"))
        log.append(command(CHRONOLOGY, captured("old"), claim("old claim", "old"), key="old"), [document("old")])
        log.append(command(CHRONOLOGY, *map(rejected, range(PREPARED - 3)), key="many"))
    assert not path.with_name("prepared.db-wal").exists()
    return path


def work(log: DatabaseLog, todo: Work) -> None:
    if len(todo) == 1:
        log.append(*todo[0])
        return
    # Which appends meet in one transaction is chance for threads; here the group is put together by hand, as its leader would.
    outcomes = log._commit([log._prepare(request, documents) for request, documents in todo])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]


@dataclass(frozen=True)
class Death:
    """When the process dies: at this statement of its connections, counted from 1, or after the work and before it can tell anybody."""

    statement: int | None = None
    untold: bool = False


def _append(path: Path, scenario: str, death: Death, told: Path, statements: Path) -> None:
    seen: list[str] = []
    with closing(Database(f"sqlite:///{path}", kek=KEK)) as database:

        @event.listens_for(database.engine, "connect")
        def watch(raw: Any, _record: object) -> None:
            raw.set_trace_callback(count)

        def count(statement: str) -> None:
            seen.append(statement)
            if len(seen) == death.statement:
                os.kill(os.getpid(), signal.SIGKILL)

        work(DatabaseLog(database, new_ids()), SCENARIOS[scenario]())
        if death.untold:
            os.kill(os.getpid(), signal.SIGKILL)
        with told.open("w") as file:
            file.write("done")
            file.flush()
            os.fsync(file.fileno())
        statements.write_text(json.dumps(seen))


def append_and_die(path: Path, scenario: str, death: Death) -> tuple[bool, list[str]]:
    """Append in a process that dies; return whether it told that it was done, and, if it lived, which statements it ran."""
    told, statements = path.with_suffix(".told"), path.with_suffix(".statements")
    process = _forks.Process(target=_append, args=(path, scenario, death, told, statements))
    process.start()
    process.join(60)
    assert process.exitcode in (0, -signal.SIGKILL), f"the process ended with {process.exitcode}"
    assert (process.exitcode == 0) == told.exists()
    process.close()
    return told.exists(), json.loads(statements.read_text()) if statements.exists() else []
