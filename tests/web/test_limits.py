"""Bodies larger than allowed are answered 413, however they come and wherever they go."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel

from shared.web.limits import LimitBody
from shared.web.problems import install_problems

LIMIT = 1000


class Typed(BaseModel):
    """A body that FastAPI reads by itself."""

    text: str


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    install_problems(app)

    @app.post("/corrections")
    def corrections(body: Typed) -> int:
        return len(body.text)

    @app.post("/claims")
    async def claims(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(LimitBody, max_bytes=LIMIT, exempt="/claims")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://salname.test") as client:
        yield client


async def chunks(size: int) -> AsyncIterator[bytes]:
    """A body whose length nobody announces."""
    yield b'{"text": "'
    for _ in range(size // 100):
        yield b"x" * 100
    yield b'"}'


async def test_a_body_in_chunks_is_too_large_even_where_the_framework_reads_it(client: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    refused = await client.post("/corrections", content=chunks(5 * LIMIT), headers=headers)
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["instance"] == "/corrections"
    taken = await client.post("/corrections", content=chunks(LIMIT // 2), headers=headers)
    assert (taken.status_code, taken.json()) == (200, LIMIT // 2)


async def test_a_body_that_announces_its_size_is_refused_before_it_is_read(client: httpx.AsyncClient) -> None:
    assert (await client.post("/corrections", json={"text": "x" * 2 * LIMIT})).status_code == 413


@pytest.mark.parametrize("media_type", ["application/x-ndjson", "Application/X-NDJSON; charset=utf-8"])
async def test_streams_of_json_lines_have_no_end(client: httpx.AsyncClient, media_type: str) -> None:
    answer = await client.post("/claims", content=b"x" * 3 * LIMIT, headers={"content-type": media_type})
    assert (answer.status_code, answer.json()) == (200, 3 * LIMIT)


@pytest.mark.parametrize("media_type", ["application/json", "text/plain", "application/x-ndjsonish"])
@pytest.mark.parametrize("chunked", [True, False])
async def test_one_claim_is_no_stream(client: httpx.AsyncClient, media_type: str, *, chunked: bool) -> None:
    content = chunks(3 * LIMIT) if chunked else b"x" * 3 * LIMIT
    assert (await client.post("/claims", content=content, headers={"content-type": media_type})).status_code == 413
