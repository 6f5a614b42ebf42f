"""Answers go to the network in one piece, and nothing is held back that somebody waits for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.server import ServerState

from shared.web.one_write import HttpProtocol

ASK = b"GET / HTTP/1.1\r\nhost: salname.test\r\n\r\n"


class Counted:
    """A transport that keeps what is written."""

    def __init__(self, transport: asyncio.Transport, written: list[bytes]) -> None:
        self._transport = transport
        self._written = written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._written.append(data)
        self._transport.write(data)


@asynccontextmanager
async def serving(app: ASGIApp) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, list[bytes]]]:
    """A connection to a server with the app, and what the server writes to it."""
    written: list[bytes] = []

    class Protocol(HttpProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(Counted(transport, written))  # type: ignore[arg-type]

    config = uvicorn.Config(app, lifespan="off", log_config=None, date_header=False, server_header=False)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(lambda: Protocol(config, state, {}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield reader, writer, written
        writer.close()


def answering(body: bytes, *more: tuple[bytes, bytes]) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        length = (b"content-length", str(len(body)).encode())
        await send({"type": "http.response.start", "status": 200, "headers": [length, *more]})
        await send({"type": "http.response.body", "body": body})

    return app


async def test_a_short_answer_is_one_write_and_the_next_one_another() -> None:
    async with serving(answering(b"recorded")) as (reader, writer, written):
        for asked in (1, 2):
            writer.write(ASK)
            assert (await reader.readuntil(b"recorded")).startswith(b"HTTP/1.1 200 OK\r\n")
            assert len(written) == asked
    assert written[0] == written[1] == b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nrecorded"


async def test_an_answer_without_a_body_comes_too() -> None:
    async with serving(answering(b"")) as (reader, writer, written):
        writer.write(ASK)
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
        assert len(written) == 1


async def test_the_last_answer_of_a_connection_comes_whole() -> None:
    async with serving(answering(b"good-bye", (b"connection", b"close"))) as (reader, writer, _):
        writer.write(ASK)
        assert (await reader.read()).endswith(b"\r\n\r\ngood-bye")


async def test_the_head_of_a_stream_does_not_wait_for_what_is_said_later() -> None:
    head_seen = asyncio.Event()

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await head_seen.wait()
        await send({"type": "http.response.body", "body": b"at last"})

    async with serving(app) as (reader, writer, _):
        writer.write(ASK)
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).startswith(b"HTTP/1.1 200 OK")
        head_seen.set()
        assert b"at last" in await reader.readuntil(b"at last")


async def test_a_part_of_a_stream_that_looks_like_a_head_is_not_lost() -> None:
    part = b"HTTP/1.1 200 OK\r\n\r\n"

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(2 * len(part)).encode())]})
        await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": part})

    async with serving(app) as (reader, writer, _):
        writer.write(ASK)
        assert await asyncio.wait_for(reader.readuntil(part + part), 10)
