"""Who asks: a bearer token, or the session cookie of a browser.

A cookie alone may change nothing unless the request comes from our own pages: browsers say so in `Sec-Fetch-Site` or `Origin`.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool

from shared.domain.errors import NotAllowed, NotAuthenticated
from shared.domain.roles import Principal, Role
from shared.store.tokens import TokenStore

COOKIE = "salname_session"
ANONYMOUS = Principal(name="anonymous", role=Role.reader)
_SAFE = ("GET", "HEAD", "OPTIONS")

bearer = HTTPBearer(auto_error=False, description="An API token, as `salname token create` or an admin gives it")


def _own_page(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] == request.headers.get("host")


async def identify(request: Request, credentials: HTTPAuthorizationCredentials | None) -> Principal | None:
    """Return who asks, None for nobody in particular; refuse a token that is not valid."""
    tokens: TokenStore = request.app.state.tokens
    secret = credentials.credentials if credentials else request.cookies.get(COOKIE)
    if secret is None:
        return None
    # A thread costs more than the rest of this: only a token that nobody has shown for a while is worth one.
    principal = tokens.verified(secret) or await run_in_threadpool(tokens.verify, secret)
    if principal is None and credentials is not None:
        raise NotAuthenticated("this token is not valid, or was revoked; ask an admin for a new one")
    if principal is not None and credentials is None and request.method not in _SAFE and not _own_page(request):
        raise NotAllowed("this request comes from another site; use an API token instead of the browser's session")
    return principal


async def signed_in(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)] = None) -> Principal:
    """A dependency: the caller, who has to be known."""
    principal = await identify(request, credentials)
    if principal is None:
        raise NotAuthenticated("send an API token: 'Authorization: Bearer salname_…'; `salname token create NAME --role ROLE` makes one")
    return principal


async def reader(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)] = None) -> Principal:
    """A dependency: the caller, who may be anonymous where the settings let anyone read."""
    principal = await identify(request, credentials)
    if principal is None and request.app.state.settings.anonymous_read:
        return ANONYMOUS
    return principal or await signed_in(request, credentials)


SignedIn = Annotated[Principal, Depends(signed_in)]
Reader = Annotated[Principal, Depends(reader)]
