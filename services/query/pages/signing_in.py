"""Signing in to the pages with an API token, and out again: the browser keeps it, and shows it instead of whoever reads."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from services.query.pages.rendering import HEADERS, SIGN_IN, own_address, render
from services.query.pages.routes import PageRoute
from shared.store.tokens import TokenStore
from shared.web.auth import end_session, identify, keep_session, require_own_page

LONGEST = 500
"""Characters of a token, more than any has."""

router = APIRouter(route_class=PageRoute, include_in_schema=False)

Address = Annotated[str, Form(max_length=10_000)]


def _form(request: Request, to: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
    body = render(request, "sign_in.html", signing_in=True, to=to, refused=status is not HTTPStatus.OK)
    return HTMLResponse(body, status, headers=HEADERS | {"Cache-Control": "no-store"})


@router.get(SIGN_IN)
async def ask(request: Request, to: str = "/") -> Response:
    """Ask for a token; `to` is the page to come back to."""
    await identify(request, None)
    return _form(request, own_address(to))


@router.post(SIGN_IN)
async def sign_in(request: Request, token: Annotated[str, Form(max_length=LONGEST)], to: Address = "/") -> Response:
    """Keep a token that is valid as the browser's session."""
    require_own_page(request)
    tokens: TokenStore = request.app.state.tokens
    secret = token.strip()
    if not secret or await run_in_threadpool(tokens.verify, secret) is None:
        return _form(request, own_address(to), HTTPStatus.UNAUTHORIZED)
    response = RedirectResponse(own_address(to), HTTPStatus.SEE_OTHER)
    keep_session(request, response, secret)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, to: Address = "/") -> Response:
    """Forget the browser's token."""
    require_own_page(request)
    response = RedirectResponse(own_address(to), HTTPStatus.SEE_OTHER)
    end_session(response)
    return response
