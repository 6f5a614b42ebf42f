"""A server on the loopback answers to its own names only."""

import httpx
import pytest
from fastapi import FastAPI

from shared.web.hosts import install_known_hosts


async def status(host: str, listening: str = "127.0.0.1") -> int:
    """The status for a request to `host` of a server that listens on `listening`."""
    app = FastAPI()

    @app.get("/")
    def home() -> str:
        return "home"

    install_known_hosts(app, listening)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        return (await client.get("/", headers={"host": host})).status_code


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "LocalHost", "[::1]", "[::1]:8000"])
async def test_the_loopback_s_own_names_are_known(host: str) -> None:
    assert await status(host) == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::2]", "["]
)
async def test_a_name_that_was_made_to_point_here_is_not(host: str) -> None:
    assert await status(host) == 400


async def test_the_configured_address_is_known_too() -> None:
    assert await status("127.0.0.2:8000", "127.0.0.2") == 200
    assert await status("127.0.0.2:8000") == 400
    assert await status("[::1]:8000", "::1") == 200
    assert await status("evil.example", "::1") == 400


@pytest.mark.parametrize("listening", ["0.0.0.0", "192.0.2.7", "chronology.example"])
async def test_a_server_for_others_has_names_that_it_does_not_know(listening: str) -> None:
    assert await status("chronology.example", listening) == 200
