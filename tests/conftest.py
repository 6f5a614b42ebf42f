"""Fixtures that any test may use: databases of each kind, the seeds, ids."""

import os
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from shared.domain.ids import IdSource
from shared.store.engine import Database
from shared.store.migrate import migrate
from tests.support.keys import KEK
from tests.support.postgres import PostgresMissing, postgres

# Shared machines stall: how long one example takes says nothing. CI tries the same examples every time, others look for new ones.
settings.register_profile("salname", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("salname")

REQUIRE_ALL = bool(os.environ.get("SALNAME_REQUIRE_ALL") or os.environ.get("CI"))
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name tests after what a parameter is for where it is bytes: archives made at import hold the time, and each worker makes its own."""
    return argname if isinstance(val, bytes) else None


def missing(reason: str) -> None:
    """Skip a test whose surroundings are missing; fail it where nothing may skip."""
    if REQUIRE_ALL:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder of the real documents."""
    if not (SHARED / "seeds").is_dir():
        missing(f"the seeds are not at {SHARED / 'seeds'}")
    return SHARED / "seeds"


@pytest.fixture(scope="session")
def evaluation() -> Path:
    """The folder of the labels and the scorers."""
    if not (SHARED / "eval").is_dir():
        missing(f"the labels are not at {SHARED / 'eval'}")
    return SHARED / "eval"


@pytest.fixture
def new_id() -> IdSource:
    """Ids as a process makes them."""
    return IdSource(lambda: datetime.now(UTC), os.urandom)


def served_postgres() -> Iterator[str]:
    """Start a PostgreSQL server for a fixture, give its URL, and stop it afterwards."""
    try:
        server = postgres(durable=False)
        url = server.__enter__()
    except PostgresMissing as error:
        missing(str(error))
        raise
    try:
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server for the whole run."""
    yield from served_postgres()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated database on the server, to be copied for each test."""
    name = "salname_template"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    database = Database(postgres_server.rsplit("/", 1)[0] + f"/{name}", kek=KEK)
    migrate(database)
    database.close()
    return name


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
        try:
            yield postgres_server.rsplit("/", 1)[0] + f"/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without chronologies, to be copied."""
    path = tmp_path_factory.mktemp("template") / "salname.db"
    database = Database(f"sqlite:///{path}", kek=KEK)
    migrate(database)
    database.close()
    return path


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite database."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'salname.db')}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh, migrated database of each kind."""
    url = request.getfixturevalue("sqlite_database_url" if request.param == "sqlite" else "postgres_url")
    database = Database(url, kek=KEK)
    yield database
    database.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser's tests last: its driver keeps an event loop running, in which no other asynchronous test can start."""
    items.sort(key=lambda item: "tests/browser/" in item.path.as_posix())
