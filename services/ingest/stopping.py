"""Telling those who are in the middle of a long request that the server is about to stop."""

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.ingest.errors import ServerStopping

LINGER_SECONDS = 1.0
"""How long who still sends may take to notice that the answer is there. A connection that is closed at once is reset, answer and all."""


class Stopping:
    """Whether the server is about to stop. For one event loop."""

    def __init__(self) -> None:
        self.begun = False
        self._noticed = asyncio.Event()

    def begin(self) -> None:
        """Say that it is, on the event loop."""
        self.begun = True
        self._noticed.set()

    async def until(self, coming: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Yield what is coming until it ends; raise `ServerStopping` once the server begins to stop, even if nothing comes any more."""
        noticed = asyncio.create_task(self._noticed.wait())
        try:
            while True:
                following = asyncio.ensure_future(anext(coming))
                await asyncio.wait({following, noticed}, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    following.cancel()
                    raise ServerStopping("the server is about to stop")
                try:
                    data = following.result()
                except StopAsyncIteration:
                    return
                if self.begun:
                    raise ServerStopping("the server is about to stop")
                yield data
        finally:
            noticed.cancel()


class LastAnswer(Response):
    """Sends another response, and reads on for a moment what the client still sends before the connection is closed."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self._answer = answer
        answer.headers["Connection"] = "close"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self._answer.status_code, "headers": self._answer.raw_headers})
        await send({"type": "http.response.body", "body": self._answer.body, "more_body": True})
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                    pass
        except TimeoutError:
            pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})
