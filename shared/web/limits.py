"""A limit on the size of request bodies, kept while they come in."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problems import problem


class LimitBody:
    """Answers 413 when a body is larger than `max_bytes`, or announces that it will be. Streams of `exempt` paths are not counted."""

    def __init__(self, app: ASGIApp, max_bytes: int, exempt: str) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].endswith(self.exempt):
            await self.app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        refusal = problem(
            413,
            "The request is too large",
            f"a request may have {self.max_bytes:,} bytes (SALNAME_MAX_DOCUMENT_BYTES); nothing was recorded",
            scope["path"],
        )
        if announced.isdigit() and int(announced) > self.max_bytes:
            await refusal(scope, receive, send)
            return
        size = 0
        started = False

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self.max_bytes:
                raise _TooLargeError
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except _TooLargeError:
            if started:
                raise
            await refusal(scope, receive, send)


class _TooLargeError(Exception):
    """The body went over the limit."""
