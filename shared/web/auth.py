"""Who asks: a bearer token, or the session cookie of a browser.

A cookie alone may change nothing unless the request comes from our own pages: browsers say so in `Sec-Fetch-Site` or `Origin`.
"""

from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool

from shared.domain.errors import NotAllowed, NotAuthenticated
from shared.domain.roles import Principal, Role
from shared.store.tokens import TokenStore

COOKIE = "salname_session"
SESSION_SECONDS = 30 * 24 * 3600
ANONYMOUS = Principal(name="anonymous", role=Role.reader)
_SAFE = ("GET", "HEAD", "OPTIONS")

bearer = HTTPBearer(auto_error=False, description="An API token, as `salname token create` or an admin gives it")


def _own_page(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] == request.headers.get("host")


async def identify(request: Request, token: str | None) -> Principal | None:
    """Return who asks, None for nobody in particular; refuse a token that is not valid. Without a token, the session's cookie counts."""
    tokens: TokenStore = request.app.state.tokens
    secret = token or request.cookies.get(COOKIE)
    if secret is None:
        return None
    # A thread costs more than the rest of this: only a token that nobody has shown for a while is worth one.
    principal = tokens.verified(secret) or await run_in_threadpool(tokens.verify, secret)
    if principal is None and token:
        raise NotAuthenticated("this token is not valid, or was revoked; ask an admin for a new one")
    if principal is not None and not token and request.method not in _SAFE:
        require_own_page(request)
    request.state.caller = principal
    return principal


def require_own_page(request: Request) -> None:
    """Refuse a request that a browser sends from another site."""
    if not _own_page(request):
        raise NotAllowed("this request comes from another site; use an API token instead of the browser's session")


def keep_session(request: Request, response: Response, secret: str) -> None:
    """Have the browser show a token with every request to us, out of the reach of scripts, and of other sites."""
    secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, secret, max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=secure)


def end_session(response: Response) -> None:
    """Have the browser forget the token. The token stays valid."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")


async def known(request: Request, token: str | None) -> Principal:
    """Return who asks, who has to be known."""
    principal = await identify(request, token)
    if principal is None:
        raise NotAuthenticated("send an API token: 'Authorization: Bearer salname_…'; `salname token create NAME --role ROLE` makes one")
    return principal


async def signed_in(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)] = None) -> Principal:
    """A dependency: the caller, who has to be known."""
    return await known(request, credentials.credentials if credentials else None)


async def reader(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)] = None) -> Principal:
    """A dependency: the caller, who may be anonymous where the settings let anyone read."""
    token = credentials.credentials if credentials else None
    principal = await identify(request, token)
    if principal is None and request.app.state.settings.anonymous_read:
        return ANONYMOUS
    return principal or await known(request, token)


SignedIn = Annotated[Principal, Depends(signed_in)]
Reader = Annotated[Principal, Depends(reader)]

READERS = (Depends(reader),)
"""The dependencies of routes for whoever may read, that ask no further who it is."""
