"""A database that cannot be reached, or is lost, is answered with 503 and told in one line of the log."""

import sqlite3
from collections.abc import AsyncIterator

import httpx
import psycopg
import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from shared.store.engine import Database
from shared.web import problems
from shared.web.problems import install_problems


class LostError(psycopg.OperationalError):
    """As the driver raises it when the server ended the session."""

    sqlstate = "57P01"


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problems(app)
    database = Database("postgresql://nobody:secret@127.0.0.1:1/nothing")

    @app.get("/unreachable")
    def unreachable() -> None:
        with database.read() as session:
            session.connection()

    @app.get("/driven")
    def driven() -> None:
        with database.drive():
            pass

    @app.get("/lost")
    def lost() -> None:
        raise OperationalError("SELECT 1", {}, LostError("terminating connection due to administrator command\nand more"))

    @app.get("/full")
    def full() -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    structlog.reset_defaults()
    monkeypatch.setattr(problems, "log", structlog.get_logger())  # another test may have had its own one made
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app, raise_app_exceptions=False), base_url="http://salname") as client:
        yield client
    structlog.reset_defaults()
    database.close()


@pytest.mark.parametrize("path", ["/unreachable", "/driven", "/lost"])
async def test_a_database_that_does_not_answer_is_503_and_one_line(client: httpx.AsyncClient, path: str) -> None:
    with capture_logs() as logged:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["title"] == "The database cannot be reached"
    assert "secret" not in answer.text
    (line,) = logged
    assert (line["event"], line["path"], "exc_info" in line) == ("database.unreachable", path, False)
    assert "\n" not in str(line["reason"])


async def test_what_else_is_wrong_with_it_is_still_told_in_full(client: httpx.AsyncClient) -> None:
    with capture_logs() as logged:
        answer = await client.get("/full")
    assert answer.status_code == 500
    assert [line["event"] for line in logged] == ["request.failed"]
