"""What goes wrong outside the pages' own routes: a page for browsers, the problem as JSON for programs."""

import json

from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from services.query.pages.rendering import error_page
from shared.web.auth import identify
from shared.web.problems import http_problem


def install_elsewhere(app: FastAPI) -> None:
    """Answer browsers with a page where no route has the address, or none that reads, and where something fails unexpectedly.

    The app has `install_problems` already.
    """

    async def nothing_here(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if not _for_people(request):
            return http_problem(request, error)
        await identify(request, None)
        return error_page(request, error.status_code, "Not found", f"there is nothing to read at {request.url.path}")

    failed = app.exception_handlers[Exception]

    async def unexpected(request: Request, error: Exception) -> Response:
        answer: Response = await failed(request, error)  # type: ignore[misc]  # ours, and it can be awaited
        if not _for_people(request):
            return answer
        said = json.loads(bytes(answer.body))
        return error_page(request, answer.status_code, said["title"], said["detail"])

    app.add_exception_handler(404, nothing_here)
    app.add_exception_handler(405, nothing_here)
    app.add_exception_handler(500, unexpected)


def _for_people(request: Request) -> bool:
    """Whether a browser asks for a page."""
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and request.method in ("GET", "HEAD") and not request.url.path.startswith("/v1/")
