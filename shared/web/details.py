"""The response of a problem: problem details (RFC 9457)."""

import json

from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

MEDIA_TYPE = "application/problem+json"


class ProblemResponse(JSONResponse):
    """A problem as JSON. What it repeats of the request may hold lone surrogates, which have no UTF-8: they become question marks."""

    media_type = MEDIA_TYPE

    def render(self, content: object) -> bytes:
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def problem_body(status: int, title: str, detail: str, instance: str, **extra: object) -> dict[str, object]:
    """Return what a problem says. `instance` is the path of the request."""
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": instance, **extra}


def problem(status: int, title: str, detail: str, instance: str, **extra: object) -> ProblemResponse:
    """Make the response of a problem. `instance` is the path of the request."""
    body = problem_body(status, title, detail, instance, **extra)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {"Retry-After": "1"} if status == 503 else None
    return ProblemResponse(jsonable_encoder(body), status, headers=headers)
