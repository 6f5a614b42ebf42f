"""The log on every backend, and further views of the same one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest

from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.ids import IdSource
from shared.domain.ports import Log
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.memory import MemoryLog
from tests.contract.making import command, created
from tests.support.keys import KEK

BACKENDS = ("memory", "sqlite", "postgresql")


@pytest.fixture(params=BACKENDS)
def log(request: pytest.FixtureRequest, new_id: IdSource) -> Iterator[Log]:
    if request.param == "memory":
        yield MemoryLog(new_id)
        return
    url = request.getfixturevalue("sqlite_database_url" if request.param == "sqlite" else "postgres_url")
    with closing(Database(url, kek=KEK)) as database:
        yield DatabaseLog(database, new_id)


@pytest.fixture(params=BACKENDS[1:])
def database_log(request: pytest.FixtureRequest, new_id: IdSource) -> Iterator[DatabaseLog]:
    """For what only databases have: files, transactions, rows, other processes."""
    url = request.getfixturevalue("sqlite_database_url" if request.param == "sqlite" else "postgres_url")
    with closing(Database(url, kek=KEK)) as database:
        yield DatabaseLog(database, new_id)


@pytest.fixture
def chronology(request: pytest.FixtureRequest, new_id: IdSource) -> str:
    """The id of a chronology called `test`, just opened."""
    log: Log = request.getfixturevalue("database_log" if "database_log" in request.fixturenames else "log")
    chronology_id = new_id()
    log.append(command(chronology_id, created(chronology_id, "test"), key="create"))
    return chronology_id


Another = Callable[..., DatabaseLog]


@pytest.fixture
def another(database_log: DatabaseLog, new_id: IdSource) -> Iterator[Another]:
    """Opens the same database once more, as another process would: with connections, keys and a tree of its own."""
    with ExitStack() as opened:

        def open_again(kek: KeyEncryptionKey | None = KEK) -> DatabaseLog:
            return DatabaseLog(opened.enter_context(closing(Database(database_log.database.url, kek=kek))), new_id)

        yield open_again
