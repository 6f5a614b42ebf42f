"""Parameters that a route does not know, that come twice or that say nothing are refused, not passed over."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Query

from shared.web.parameters import KNOWN_PARAMETERS
from shared.web.problems import install_problems


def narrowed(status: str = "any", since: Annotated[str, Query(alias="from")] = "") -> str:
    return status + since


@pytest.fixture
def app() -> FastAPI:
    router = APIRouter()

    @router.get("/things")
    def things(filters: Annotated[str, Depends(narrowed)], limit: int = 3) -> str:
        return f"{filters} {limit}"

    @router.get("/bare")
    def bare() -> str:
        return "bare"

    app = FastAPI()
    install_problems(app)
    app.include_router(router, dependencies=KNOWN_PARAMETERS)
    return app


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("/things?statuss=new", "there is no parameter 'statuss' here; those that it has are from, limit, status"),
        ("/things?since=1999", "there is no parameter 'since' here; those that it has are from, limit, status"),
        ("/things?status=new&status=old", "the parameter 'status' comes more than once: give it one value"),
        ("/things?status=", "the parameter 'status' is empty: give it a value, or leave it out"),
        ("/things?from", "the parameter 'from' is empty: give it a value, or leave it out"),
        ("/bare?q=1", "there is no parameter 'q' here; it has none"),
    ],
)
async def test_what_would_be_passed_over_is_refused(app: FastAPI, asked: str, said: str) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://salname") as client:
        refused = await client.get(asked)
    assert (refused.status_code, refused.json()["detail"]) == (422, said)


async def test_what_is_known_is_not(app: FastAPI) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://salname") as client:
        assert (await client.get("/things?status=new&from=1999&limit=4")).json() == "new1999 4"
        assert (await client.get("/bare?")).json() == "bare"
