"""The short way of a single claim, past the app's routes and what surrounds them.

`POST …/claims` is the one request that comes thousands of times a second, and each is to be durable before it is answered. Choosing among
routers, and the layers that only other requests need, cost more than all that is done with the claim. Whatever is not plainly such a
request goes the usual way, and is answered there the same.
"""

import re
from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.domain.errors import SalnameError
from shared.web.limits import JSON_LINES
from shared.web.problems import refusal

Record = Callable[[str, Request], Awaitable[Response]]
"""From a chronology's slug and the request to the answer."""

_CLAIMS = re.compile(r"/v1/chronologies/([a-z0-9-]+)/claims", re.ASCII)


class ShortWay:
    """Middleware that has single claims recorded. Its app answers everything else, requests of more than `max_bytes` among it."""

    def __init__(self, app: ASGIApp, record: Record, max_bytes: int) -> None:
        self.app = app
        self._record = record
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        slug = self._slug(scope)
        if slug is None:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            response = await self._record(slug, request)
        except SalnameError as error:
            response = refusal(request, error)
        await response(scope, receive, send)

    def _slug(self, scope: Scope) -> str | None:
        """The chronology that a single claim is for; None where the request is another one, or has anything unusual about it."""
        if scope["type"] != "http" or scope["method"] != "POST" or scope["query_string"] or scope.get("root_path"):
            return None
        found = _CLAIMS.fullmatch(scope["path"])
        if found is None:
            return None
        headers = dict(scope["headers"])
        # A server reads no more of a body than was announced, so there is nothing to be counted while it comes in.
        announced = headers.get(b"content-length", b"")
        if b"transfer-encoding" in headers or not announced.isdigit() or int(announced) > self._max_bytes:
            return None
        if b"content-encoding" in headers:
            return None
        return None if JSON_LINES.encode() in headers.get(b"content-type", b"").lower() else found[1]


class ClaimsFirst(FastAPI):
    """An app that has single claims recorded before it asks any of its layers: for a process in which none has to come before.

    What goes wrong unexpectedly is answered by the handler that the app has for that, as its outermost layer would.
    """

    _way: ShortWay | None = None

    def have_claims_recorded(self, record: Record, max_bytes: int) -> None:
        """Have single claims recorded from now on."""

        async def record_here(slug: str, request: Request) -> Response:
            request.scope["app"] = self
            try:
                return await record(slug, request)
            except SalnameError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, it has a handler
                response: Response = await self.exception_handlers[Exception](request, error)  # type: ignore[misc]  # an asynchronous one
                return response

        self._way = ShortWay(super().__call__, record_here, max_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._way is None:
            await super().__call__(scope, receive, send)
        else:
            await self._way(scope, receive, send)
