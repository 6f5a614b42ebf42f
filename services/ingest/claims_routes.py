"""Claims over HTTP: one as JSON, or a stream of JSON Lines."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from services.ingest.bulk import ClaimsStream
from services.ingest.calling import CALLER_DESCRIBED, Calling, Service, answered, caller_of, key_of, receipts
from services.ingest.claims_stream import Cutter, Part
from services.ingest.desk import ClaimDesk
from services.ingest.errors import ServerStopping, StreamBroken
from services.ingest.progress import Pace, ProgressAnswer, progress_line
from services.ingest.receipts import Caller, ClaimsReceipt, StreamState
from services.ingest.requests import NewClaim
from services.ingest.service import IngestService
from services.ingest.stopping import LastAnswer, Stopping
from shared.domain.errors import SalnameError, WrongMediaType
from shared.domain.roles import Role
from shared.web.conditional import conditional_on_content
from shared.web.limits import JSON_LINES, is_json_lines
from shared.web.problems import problem_fields, refusal

log = structlog.get_logger(__name__)

ONE_CLAIM = ("application/json", "", "application/x-www-form-urlencoded")
"""The content types that a single claim comes with: the last is what curl says where nobody tells it another."""

router = APIRouter(tags=["claims"])


@router.post(
    "/chronologies/{slug}/claims",
    status_code=201,
    response_model=ClaimsReceipt,
    responses=receipts(ClaimsReceipt, "Recorded"),
    summary="Record claims about captured documents",
    description="One claim as JSON, or many as a stream of JSON Lines (`application/x-ndjson`). Each quotes its document; quotes that do "
    "not stand there are refused. A stream is recorded in parts, each at once: lines that are refused are listed with their reason, the "
    "others are recorded. With an `Idempotency-Key`, a stream that broke off can be sent again whole: what was recorded stays recorded "
    "once. With `Accept: application/x-ndjson`, a stream is answered while it comes in: with lines of the kind `progress`, at most one a "
    "second, and a last one of the kind `receipt` or `problem`.",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": NewClaim.model_json_schema()},
                JSON_LINES: {"schema": {"type": "string", "description": "one claim a line"}},
            },
        },
        **CALLER_DESCRIBED,
    },
)
async def record_claims(slug: str, request: Request) -> Response:
    """Record one claim, or begin to record a stream of them."""
    # The one route that is called thousands of times a second: declared as dependencies, the caller would cost as much as the claim.
    caller = await caller_of(request)
    caller.principal.require(Role.contributor)
    kind = request.headers.get("content-type", "")
    if is_json_lines(kind):
        return await _record_stream(slug, request, request.app.state.ingest, caller)
    if kind.partition(";")[0].strip().lower() not in ONE_CLAIM:
        raise WrongMediaType(f"send one claim as application/json, or many, one a line, as {JSON_LINES}; the request says {kind[:100]}")
    desk: ClaimDesk = request.app.state.claim_desk
    return answered(await desk.record(slug, await request.body(), caller))


async def _record_stream(slug: str, request: Request, service: IngestService, caller: Caller) -> Response:
    stream = service.claims_stream(await run_in_threadpool(service.chronology_id, slug), caller)
    if _wants_progress(request):
        return ProgressAnswer(_told(request, stream))
    try:
        async for _ in _recorded(request, stream):
            pass
    except ServerStopping as error:
        return LastAnswer(refusal(request, error))
    return answered(await run_in_threadpool(stream.receipt))


def _wants_progress(request: Request) -> bool:
    return any(is_json_lines(kind) for kind in request.headers.get("accept", "").split(","))


async def _recorded(request: Request, stream: ClaimsStream) -> AsyncIterator[None]:
    """Record a stream as it comes in; yields after each part. Two parts are held at most: one is read while the other is written."""
    writing: asyncio.Task[None] | None = None
    try:
        async for part in _parts(request):
            read = await run_in_threadpool(stream.read, part)
            if writing is not None:
                await writing
            writing = asyncio.create_task(run_in_threadpool(stream.write, read))
            yield
        if writing is not None:
            await writing
    except ClientDisconnect as error:
        await _settled(writing)
        log.info("claims.broken_off", path=request.url.path, **stream.state.model_dump())
        raise stream.interrupted(StreamBroken("the connection was lost before the end of the stream")) from error
    except SalnameError as error:
        await _settled(writing)
        raise stream.interrupted(error) from None
    finally:
        await _settled(writing)


async def _parts(request: Request) -> AsyncIterator[Part]:
    cutter = Cutter()
    stopping: Stopping = request.app.state.stopping
    async for data in stopping.until(request.stream()):
        for part in cutter.feed(data):
            yield part
    for part in cutter.finish():
        yield part


async def _settled(writing: asyncio.Task[None] | None) -> None:
    """Wait until what is being written is written, or failed: only then is it known how far the stream got."""
    if writing is not None:
        await asyncio.gather(writing, return_exceptions=True)


async def _told(request: Request, stream: ClaimsStream) -> AsyncIterator[bytes]:
    """Record a stream and tell about it in lines."""
    pace = Pace()
    try:
        async for _ in _recorded(request, stream):
            if pace.due():
                yield progress_line("progress", stream.state)
        yield progress_line("receipt", await run_in_threadpool(stream.receipt))
    except SalnameError as error:
        yield progress_line("problem", problem_fields(error, request))


@router.get(
    "/chronologies/{slug}/claims/batches/{key:path}",
    response_model=StreamState,
    summary="Show how far a stream of claims got",
    description="`key` is the `Idempotency-Key` that the stream was sent with. `lines` were dealt with: `claims` of them recorded, "
    "`refusals` refused, up to `revision`; `complete` says whether the end of the stream was recorded, too.",
)
def show_batch(
    request: Request, slug: str, key: Annotated[str, Path(min_length=1, max_length=1000)], service: Service, caller: Calling
) -> Response:
    """Show how far a stream of claims got."""
    caller.principal.require(Role.contributor)
    # Headers are read as Latin-1, addresses as UTF-8: the key as it was sent is the one that is kept.
    state = service.stream_state(service.chronology_id(slug), key_of(key.encode().decode("latin-1")))
    return conditional_on_content(request, state.model_dump_json().encode())
