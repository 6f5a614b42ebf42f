"""What goes wrong is told as problem details, with the headers that belong to it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from pydantic import BaseModel, ConfigDict
from starlette.types import Message, Scope

from shared.web.details import problem
from shared.web.problems import install_problems


class Strict(BaseModel):
    """A body that has no other fields."""

    model_config = ConfigDict(extra="forbid")

    name: str


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    app = FastAPI()
    install_problems(app)

    @app.get("/things/{name}")
    def show(name: str, q: str = "") -> str:
        return name + q

    @app.put("/things/{name}")
    def change(name: str, body: Strict) -> str:
        return name + body.name

    (tmp_path / "page.css").touch()
    app.mount("/files", StaticFiles(directory=tmp_path))
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://salname.test") as client:
        yield client


async def test_a_method_that_is_not_allowed_names_those_that_are(client: httpx.AsyncClient) -> None:
    answer = await client.delete("/things/a")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, PUT"
    assert answer.json()["title"] == "Method not allowed"
    assert (await client.put("/files/page.css")).headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/things/%00", 404),
        ("/things/a%00b", 404),
        ("/things/a?q=%00", 422),
        ("/things/a?%00=b", 422),
        ("/things/a?q=%ED%A0%80", 422),
        ("/things/a?q=%FF", 422),
        ("/things/a?q=%25%30%30", 200),
        ("/things/%C5%9Fu%C5%9Fa?q=%C6%8F", 200),
    ],
)
async def test_addresses_that_are_no_text_are_not_asked_for(client: httpx.AsyncClient, address: str, status: int) -> None:
    answer = await client.get(address)
    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


async def test_a_path_with_half_a_character_is_answered(app: FastAPI) -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    path = "/things/\ud800"
    scope: Scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": [], "http_version": "1.1"}
    await app(scope, receive, send)
    assert sent[0]["status"] == 404
    assert b'"instance":"/things/?"' in sent[1]["body"]


async def test_what_half_a_character_leads_to_is_told(client: httpx.AsyncClient) -> None:
    answer = await client.put("/things/a", content=b'{"name": "a", "\\ud800": 1}', headers={"content-type": "application/json"})
    assert answer.status_code == 422
    body = bytes(problem(422, "Not valid", "\ud800 is nothing, şuşa is", "/things/a").body)
    assert "? is nothing, şuşa is".encode() in body
