"""Which requests go the short way of single claims: those that are plainly such, and no other."""

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from services.ingest.short_way import ClaimsFirst, ShortWay
from shared.domain.errors import Busy, RevisionConflict
from shared.web.problems import install_problems

LIMIT = 100
CLAIMS = "/v1/chronologies/fairs-2/claims"


@pytest.fixture(params=["among the layers", "before all layers"])
def client(request: pytest.FixtureRequest) -> httpx.AsyncClient:
    """An app whose usual way answers with the path, and whose short way answers with slug and body."""
    app = FastAPI() if request.param == "among the layers" else ClaimsFirst()
    install_problems(app)

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT"])
    async def usual(path: str) -> Response:
        return PlainTextResponse(f"usual: /{path}")

    async def record(slug: str, request: Request) -> Response:
        assert request.app is app
        body = (await request.body()).decode()
        if body == "busy":
            raise Busy("try again")
        if body == "stale":
            raise RevisionConflict("you decided on revision 3", expected=3, current=5)
        if body == "broken":
            raise RuntimeError("a fault of ours")
        return PlainTextResponse(f"short: {slug}: {body}")

    if isinstance(app, ClaimsFirst):
        app.have_claims_recorded(record, LIMIT)
    else:
        app.add_middleware(ShortWay, record=record, max_bytes=LIMIT)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://salname.test")


@pytest.mark.parametrize("media_type", ["application/json", "application/json; charset=utf-8", ""])
async def test_a_single_claim(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post(CLAIMS, content=b"x" * LIMIT, headers={"content-type": media_type})
    assert answer.text == f"short: fairs-2: {'x' * LIMIT}"


@pytest.mark.parametrize(
    ("method", "address", "headers"),
    [
        ("GET", CLAIMS, {}),
        ("PUT", CLAIMS, {}),
        ("POST", f"{CLAIMS}/", {}),
        ("POST", f"/x{CLAIMS}", {}),
        ("POST", f"{CLAIMS}/batches/key", {}),
        ("POST", f"{CLAIMS}?at=%00", {}),
        ("POST", "/v1/chronologies/a%20b/claims", {}),
        ("POST", "/v1/chronologies/a%0A/claims", {}),
        ("POST", "/v1/chronologies/fairs/documents", {}),
        ("POST", CLAIMS, {"content-type": "application/x-ndjson"}),
        ("POST", CLAIMS, {"content-type": "Application/X-NDJSON; charset=utf-8"}),
        ("POST", CLAIMS, {"transfer-encoding": "chunked"}),
        ("POST", CLAIMS, {"content-length": "+4"}),
        ("POST", CLAIMS, {"content-length": str(LIMIT + 1)}),
    ],
)
async def test_everything_else_goes_the_usual_way(client: httpx.AsyncClient, method: str, address: str, headers: dict[str, str]) -> None:
    answer = await client.request(method, address, content=b"body", headers=headers)
    assert not answer.text.startswith("short")


async def test_a_body_that_nobody_announced_goes_the_usual_way(client: httpx.AsyncClient) -> None:
    request = client.build_request("POST", CLAIMS, content=b"body")
    del request.headers["content-length"]
    assert (await client.send(request)).text == f"usual: {CLAIMS}"


async def test_errors_are_problems(client: httpx.AsyncClient) -> None:
    busy = await client.post(CLAIMS, content=b"busy")
    assert (busy.status_code, busy.headers["content-type"]) == (503, "application/problem+json")
    assert busy.json()["instance"] == CLAIMS
    stale = await client.post(CLAIMS, content=b"stale")
    assert (stale.status_code, stale.json()["changes"]) == (412, "/v1/chronologies/fairs-2/changes?after=3")
    broken = await client.post(CLAIMS, content=b"broken")
    assert (broken.status_code, broken.json()["title"]) == (500, "Something went wrong here")
