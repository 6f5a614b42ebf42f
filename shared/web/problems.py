"""Errors as problem details (RFC 9457), each with a status, a title and words that say what to do."""

import re
from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from shared.domain import errors
from shared.store.driver import OperationalErrors, connection_lost, is_lost
from shared.web.addresses import ReadableAddresses
from shared.web.details import problem, problem_body

STATUSES: Mapping[type[errors.SalnameError], int] = {
    errors.NotFound: 404,
    errors.AlreadyExists: 409,
    errors.IdempotencyConflict: 409,
    errors.RevisionConflict: 412,
    errors.NotAllowed: 403,
    errors.NotAuthenticated: 401,
    errors.TooLarge: 413,
    errors.UnreadableDocument: 422,
    errors.WrongMediaType: 415,
    errors.InvalidInput: 422,
    errors.Gone: 410,
    errors.Busy: 503,
    errors.UnknownEvent: 500,
    errors.WrongKey: 500,
}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_FILES = ("GET", "HEAD")
_CHRONOLOGY = re.compile(r"/v1/chronologies/[^/]+(?=/)")
"""The address of the chronology that a path leads into."""

log = structlog.get_logger(__name__)


def _status(error: errors.SalnameError) -> int:
    return next((STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES), 400)


def problem_fields(error: errors.SalnameError, request: Request) -> dict[str, object]:
    """Return what the problem of an expected error says, for answers that have begun as something else."""
    detail, extra = _told(error, request)
    return problem_body(_status(error), error.title, detail, request.url.path, **extra)


def refusal(request: Request, error: errors.SalnameError) -> JSONResponse:
    """The answer to a request that came to an expected error."""
    if isinstance(error, errors.Unreachable):
        log.error("database.unreachable", path=request.url.path, reason=error.detail)
    detail, extra = _told(error, request)
    return problem(_status(error), error.title, detail, request.url.path, **extra)


def _told(error: errors.SalnameError, request: Request) -> tuple[str, dict[str, object]]:
    """The detail and the further fields of an error; who decided on an old revision is told where to see what changed since."""
    here = _CHRONOLOGY.match(request.url.path)
    expected, current = error.extra.get("expected"), error.extra.get("current")
    if not isinstance(error, errors.RevisionConflict) or here is None or not isinstance(expected, int) or not isinstance(current, int):
        return error.detail, error.extra
    if expected > current:
        return error.detail, error.extra
    changes, events = (f"{here[0]}/{feed}?after={expected}" for feed in ("changes", "events"))
    detail = f"{error.detail}: GET {changes} shows the changes since, GET {events} the log"
    return detail, {**error.extra, "changes": changes, "events": events}


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _allowed(app: FastAPI, request: Request) -> list[str]:
    """The methods that a path has. Each method is a route of its own, and the router knows only of the first that it tried."""
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    found = [method for method, scope in scopes.items() if any(route.matches(scope)[0] is Match.FULL for route in app.router.routes)]
    return found or list(_FILES)  # what is no route of the app is a file of a folder that it mounts


def http_problem(request: Request, error: HTTPException) -> JSONResponse:
    """The answer where no route has an address, or the method, and to what the framework itself refuses."""
    title = {404: "Not found", 405: "Method not allowed"}.get(error.status_code, "The request could not be carried out")
    allowed = ", ".join(_allowed(request.app, request)) if error.status_code == 405 else ""
    detail = str(error.detail)
    if error.status_code == 404 and detail == "Not Found":  # the router's, of an address that no route has
        detail = "there is nothing at this address; GET /openapi.json describes what there is"
    elif allowed:
        detail = f"{request.method} is none of what can be done here; that is {allowed}"
    answer = problem(error.status_code, title, detail, request.url.path)
    answer.headers.update(error.headers or {})
    if allowed:
        answer.headers["Allow"] = allowed
    return answer


def install_problems(app: FastAPI) -> None:
    """Answer every error of an app as problem details, and addresses that nothing can have before they reach it."""
    app.add_middleware(ReadableAddresses)

    @app.exception_handler(errors.SalnameError)
    async def expected(request: Request, error: errors.SalnameError) -> JSONResponse:
        return refusal(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        kind = request.headers.get("content-type", "")
        if any(item["loc"] == ("body",) and item["type"] != "missing" for item in error.errors()) and not _is_json(kind):
            said = f"the request says {kind[:100]}" if kind else "the request says nothing"
            return refusal(request, errors.WrongMediaType(f"JSON is read here, and {said}: send 'Content-Type: application/json'"))
        found = [{"where": ".".join(map(str, item["loc"])), "what": item["msg"]} for item in error.errors()]
        first = found[0]
        return problem(422, "The request is not valid", f"{first['where']}: {first['what']}", request.url.path, errors=found)

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> JSONResponse:
        return http_problem(request, error)

    async def lost(request: Request, error: Exception) -> JSONResponse:
        if not is_lost(error):
            raise error
        return refusal(request, connection_lost(error))

    for kind in (DBAPIError, *OperationalErrors):
        app.add_exception_handler(kind, lost)

    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        if is_lost(error):
            return refusal(request, connection_lost(error))
        log.exception("request.failed", path=request.url.path, exc_info=error)
        return problem(500, "Something went wrong here", "the error is in the server's log; nothing was changed", request.url.path)
