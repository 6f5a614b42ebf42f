"""Answers that begin while their request is still coming in: lines of progress, and a last line that says how it ended.

A client may well send all of its stream before it reads a word of the answer. It never gets stuck: what is written until then always
fits into the buffers between us, because lines become rarer the longer it takes (a day's stream is told about in 40 kilobytes).
"""

import time
from collections.abc import AsyncIterator, Callable

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from shared.domain.model import Frozen
from shared.web.limits import JSON_LINES

INTERVAL_SECONDS = 1.0
SHARE = 60
"""Between two lines passes at least this fraction of the time that the request has taken so far."""


class Pace:
    """Says when it is time to tell of progress again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = self._told = clock()

    def due(self) -> bool:
        """Whether a line may be told now; if so, it counts as told."""
        now = self._clock()
        if now - self._told < max(INTERVAL_SECONDS, (now - self._begun) / SHARE):
            return False
        self._told = now
        return True


def progress_line(kind: str, told: Frozen | dict[str, object]) -> bytes:
    """Write one line: what kind it is, then what it tells."""
    fields = told.model_dump(mode="json") if isinstance(told, Frozen) else told
    return orjson.dumps({"kind": kind, **fields}, option=orjson.OPT_APPEND_NEWLINE)


class ProgressAnswer(Response):
    """Sends lines as they come. Unlike a `StreamingResponse` it leaves the request's body to whoever makes the lines."""

    media_type = JSON_LINES

    def __init__(self, lines: AsyncIterator[bytes]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._lines = lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for line in self._lines:
            await send({"type": "http.response.body", "body": line, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
