"""Conditional requests: an ETag on everything, and 304 when the asker has it already."""

from fastapi import Request
from fastapi.responses import Response

from shared.domain.ids import sha256

JSON = "application/json"


def has_already(request: Request, etag: str) -> bool:
    """Whether the asker's `If-None-Match` names this ETag (weak comparison, RFC 9110, 13.1.2)."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    known = {part.strip().removeprefix("W/") for part in given.split(",")}
    return "*" in known or etag.removeprefix("W/") in known


def conditional(request: Request, etag: str, content: bytes | str, media_type: str, headers: dict[str, str] | None = None) -> Response:
    """Answer with content, or with 304 when the asker has it already. Copies may be kept, but are asked about each time."""
    all_headers = {"ETag": etag, "Cache-Control": "no-cache", **(headers or {})}
    if has_already(request, etag):
        return Response(status_code=304, headers=all_headers)
    return Response(content, media_type=media_type, headers=all_headers)


def conditional_on_content(request: Request, content: bytes) -> Response:
    """Answer with JSON whose ETag is made of itself: for what belongs to no revision."""
    return conditional(request, f'"{sha256(content)[:16]}"', content, JSON)
