"""What the routes of the API share: their parameters, and the problems they answer with."""

from typing import Annotated, Any

from fastapi import Path, Query

from services.query.schemas import Problem

PROBLEM = "application/problem+json"

Slug = Annotated[str, Path(description="the chronology's name in addresses", examples=["alder-quay"])]
At = Annotated[
    str | None,
    Query(
        max_length=40,
        description="as it was recorded at a revision (42), at the end of a day in UTC (2026-11-24), or at a time "
        "(2026-11-24T09:30:00Z); without it, the current revision",
        examples=["42", "2026-11-24", "2026-11-24T09:30:00Z"],
    ),
]
After = Annotated[int, Query(ge=0, le=2**53, description="the `next` of the page before; 0 begins with the first")]
PerPage = Annotated[int, Query(ge=1, le=1000, description="how many are listed at most")]
LISTED = 200
"""Documents and sources in one answer, unless another number is asked for."""


def problem(description: str) -> dict[str, Any]:
    """Describe a problem that a route answers with, for its OpenAPI description."""
    return {"model": Problem, "description": description, "content": {PROBLEM: {}}}


GONE = problem("It was erased: `document`, `erased_by`, `erased_at` and `reason` say what and why")
INVALID = problem("A parameter is not valid; the problem says which and why")

READING: dict[int | str, dict[str, Any]] = {
    304: {"description": "The asker's copy (If-None-Match) is the current one"},
    404: problem("There is nothing under this name or id"),
    422: INVALID,
    503: problem("The database is busy, or a document is being erased; try again after Retry-After seconds"),
}
"""What every route that reads a chronology may answer with."""
