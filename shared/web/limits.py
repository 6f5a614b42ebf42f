"""A limit on the size of request bodies, kept while they come in."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.details import ProblemResponse, problem

JSON_LINES = "application/x-ndjson"


class LimitBody:
    """Answers 413 when a body is larger than `max_bytes`, or announces that it will be, and 415 when it is compressed.

    Streams of JSON Lines, which are read a line at a time, are not counted on paths that end in `exempt`.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, exempt: str) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _header(scope, b"content-encoding").strip().lower() not in ("", "identity"):
            detail = "compressed bodies are not read: send the body as it is, without Content-Encoding; nothing was recorded"
            await problem(415, "This encoding is not read here", detail, scope["path"])(scope, receive, send)
            return
        if scope["type"] != "http" or self._streamed(scope):
            await self.app(scope, receive, send)
            return
        announced = _header(scope, b"content-length") or "0"
        if announced.isdecimal() and int(announced) > self.max_bytes:
            await self._refusal(scope)(scope, receive, send)
            return
        size = 0
        started = False

        def too_large() -> bool:
            return size > self.max_bytes and not started

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.max_bytes:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            # FastAPI answers 400 to a body that it could not read to the end: that answer is kept back for ours.
            if not too_large():
                started = True
                await send(message)

        try:
            await self.app(scope, counted, watched)
        except _TooLargeError:
            if started:
                raise
        if too_large():
            await self._refusal(scope)(scope, receive, send)

    def _refusal(self, scope: Scope) -> ProblemResponse:
        detail = f"a request may have {self.max_bytes:,} bytes (SALNAME_MAX_DOCUMENT_BYTES); nothing was recorded"
        return problem(413, "The request is too large", detail, scope["path"])

    def _streamed(self, scope: Scope) -> bool:
        return bool(scope["path"].endswith(self.exempt)) and is_json_lines(_header(scope, b"content-type"))


def _header(scope: Scope, name: bytes) -> str:
    """A header of a request, empty where it has none. Every request comes by here, so no object is made of its headers."""
    return next((value.decode("latin-1") for known, value in scope["headers"] if known == name), "")


def is_json_lines(content_type: str) -> bool:
    """Whether a `Content-Type` is that of JSON Lines; media types are compared without case (RFC 9110, 8.3.1)."""
    return content_type.partition(";")[0].strip().lower() == JSON_LINES


class _TooLargeError(Exception):
    """The body went over the limit."""
