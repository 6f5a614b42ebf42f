"""Query parameters that a route of the API does not know are refused: a filter that is misspelt would be no filter, without a word."""

from collections.abc import Iterator

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.domain.errors import InvalidInput


async def known_parameters(request: Request) -> None:
    """A dependency: each parameter of the query is one that the route has, comes once, and says something."""
    if not request.scope["query_string"]:
        return
    given = request.query_params.multi_items()
    route: APIRoute = request.scope["route"]
    known = sorted(set(_declared(route.dependant)))
    seen: set[str] = set()
    for name, value in given:
        if name not in known:
            listed = f"those that it has are {', '.join(known)}" if known else "it has none"
            raise InvalidInput(f"there is no parameter {name[:100]!r} here; {listed}")
        if name in seen:
            raise InvalidInput(f"the parameter {name!r} comes more than once: give it one value")
        if not value:
            raise InvalidInput(f"the parameter {name!r} is empty: give it a value, or leave it out")
        seen.add(name)


KNOWN_PARAMETERS = (Depends(known_parameters),)


def _declared(dependant: Dependant) -> Iterator[str]:
    for field in dependant.query_params:
        yield field.alias
    for below in dependant.dependencies:
        yield from _declared(below)
