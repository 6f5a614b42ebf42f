"""ETags of what is said at a version of the read model."""

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.web.conditional import JSON, conditional


def etag_of(version: str) -> str:
    """The ETag of what is said at a version of the read model. Ingest takes it as `If-Match`, of which only the revision counts."""
    return f'"{version}"'


def answer(request: Request, version: str, body: BaseModel) -> Response:
    """Answer with JSON that speaks of a version of the read model."""
    return conditional(request, etag_of(version), body.model_dump_json(), JSON)
