"""The statuses of what can go wrong here."""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from services.query.errors import BrokenCitation, CursorLost, NotSignedYet, TooManyStreams
from shared.domain.errors import Damaged, InvalidProof, SalnameError
from shared.web import problems
from shared.web.details import problem

STATUSES: Mapping[type[SalnameError], int] = {
    BrokenCitation: 500,
    CursorLost: 410,
    Damaged: 500,
    InvalidProof: 500,
    NotSignedYet: 503,
    TooManyStreams: 503,
}


def status_of(error: SalnameError) -> int:
    """Return the HTTP status of an expected error."""
    known = {**problems.STATUSES, **STATUSES}
    return next((known[kind] for kind in type(error).__mro__ if kind in known), 400)


def install_query_problems(app: FastAPI) -> None:
    """Answer query's own errors as problem details."""

    async def expected(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, SalnameError)
        return problem(status_of(error), error.title, error.detail, request.url.path, **error.extra)

    for kind in STATUSES:
        app.add_exception_handler(kind, expected)
