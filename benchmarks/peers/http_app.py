"""The peer over HTTP, written in an afternoon: FastAPI takes a claim and checks its form, a bare group commit makes it durable.

    python -m benchmarks.peers.http_app PORT SQLITE-URL

It knows no tokens, no idempotency, no documents, no order that a reader could rely on.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI

from benchmarks.peers.raw import GroupCommit, postgres_group_commit, sqlite_group_commit
from services.ingest.requests import NewClaim


def create_app(url: str) -> FastAPI:
    """The application on a database."""
    groups: list[GroupCommit] = []

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        groups.append(sqlite_group_commit(url) if url.startswith("sqlite") else postgres_group_commit(url))
        yield
        groups.pop().close()

    app = FastAPI(lifespan=lifespan)

    @app.get("/readyz")
    async def ready() -> dict[str, str]:
        return {"status": "ok"}

    @app.post("/claims", status_code=201)
    async def record(claim: NewClaim) -> dict[str, str]:
        await asyncio.wrap_future(groups[0].submit(claim.model_dump_json()))
        return {"status": "recorded"}

    return app


if __name__ == "__main__":
    uvicorn.run(create_app(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
