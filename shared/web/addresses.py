"""Addresses that no row can have: refused before they reach a database that cannot even be asked about them."""

from urllib.parse import unquote_to_bytes

from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.details import problem


class ReadableAddresses:
    """Answers 404 for a path, and 422 for a query, that holds a NUL or is not Unicode text: PostgreSQL stores neither."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
        elif not readable(scope["path"].encode(errors="surrogatepass")):
            refusal = problem(404, "Not found", "nothing has an address with such characters", scope["path"])
            await refusal(scope, receive, send)
        elif not readable(unquote_to_bytes(scope.get("query_string", b""))):
            refusal = problem(422, "The request is not valid", "the query holds characters that no text has: send UTF-8", scope["path"])
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def readable(data: bytes) -> bool:
    """Whether bytes are UTF-8 text without NUL; lone surrogates are not UTF-8."""
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False
