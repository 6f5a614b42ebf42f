"""The API of proof: keys, checkpoints, proofs and tiles. What speaks of a size that is named can never change."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from services.query import proofs
from services.query.parameters import INVALID, Slug, problem
from services.query.proof_schemas import Checkpoints, CheckpointView, ConsistencyProof, InclusionProof, LogKey, LogKeys, WitnessView
from services.query.service import Queries, QueryService
from services.query.snapshot import open_snapshot
from shared.crypto.citation import CitationProof
from shared.crypto.notes import Vkey, encode_base64, origin
from shared.domain.ids import sha256
from shared.store.checkpoints import Cosignature, StoredCheckpoint, checkpoints_before, signing_keys
from shared.web.auth import Reader
from shared.web.conditional import JSON, conditional

TEXT = "text/plain; charset=utf-8"
MAX_SIZE = 2**53
PAGE, MAX_PAGE = 100, 1000
YEAR = 365 * 24 * 3600


router = APIRouter(
    prefix="/v1/chronologies/{slug}",
    tags=["proof"],
    responses={
        404: problem("There is nothing under this name, id or size"),
        422: INVALID,
        503: problem("What is asked about is not signed yet, or the database is busy; try again after Retry-After seconds"),
    },
)

Size = Annotated[
    int | None, Query(ge=1, le=MAX_SIZE, description="how many events the log had; without it, what its newest checkpoint says")
]


def _answer(request: Request, content: bytes | str, media_type: str = JSON, headers: dict[str, str] | None = None) -> Response:
    data = content.encode() if isinstance(content, str) else content
    return conditional(request, f'"{sha256(data)[:16]}"', data, media_type, headers)


def _for_ever(queries: QueryService) -> dict[str, str]:
    kept_by = "public" if queries.settings.anonymous_read else "private"
    return {"Cache-Control": f"{kept_by}, max-age={YEAR}, immutable"}


@router.get("/keys", response_model=LogKeys, summary="List the keys that the log signs with, the current one first")
def keys(request: Request, slug: Slug, queries: Queries, _: Reader) -> Response:
    """List the keys of a log."""
    with open_snapshot(queries.database, slug) as snapshot:
        found = signing_keys(queries.database.driver(snapshot.session))
    shown = LogKeys(origin=origin(snapshot.id), keys=tuple(LogKey(vkey=str(key.vkey(snapshot.id)), since=key.since) for key in found))
    return _answer(request, shown.model_dump_json())


@router.get(
    "/checkpoint",
    response_class=Response,
    summary="Get the newest signed checkpoint, or an earlier one",
    description="The note as the log signed it (C2SP tlog-checkpoint), with the cosignatures of witnesses below.",
    responses={200: {"content": {"text/plain": {}}, "description": "The signed note"}},
)
def checkpoint(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    size: Annotated[int | None, Query(ge=1, le=MAX_SIZE, description="that over so many events; without it, the newest")] = None,
) -> Response:
    """Show a checkpoint."""
    with open_snapshot(queries.database, slug) as snapshot:
        found = proofs.checkpoint(snapshot, size)
    return _answer(request, found.cosigned.encode(), TEXT)


@router.get("/checkpoints", response_model=Checkpoints, summary="List the signed checkpoints, the newest first")
def checkpoints(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    before: Annotated[int, Query(ge=1, le=MAX_SIZE, description="`next` of an earlier answer: only those over fewer events")] = MAX_SIZE,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
) -> Response:
    """List checkpoints."""
    with open_snapshot(queries.database, slug) as snapshot:
        driver = queries.database.driver(snapshot.session)
        found = checkpoints_before(driver, snapshot.id, before, limit + 1)
        vkeys = [key.vkey(snapshot.id) for key in signing_keys(driver)]
    shown = Checkpoints(
        origin=origin(snapshot.id),
        checkpoints=tuple(checkpoint_view(stored, vkeys) for stored in found[:limit]),
        next=found[limit - 1].size if len(found) > limit else None,
    )
    return _answer(request, shown.model_dump_json())


def checkpoint_view(stored: StoredCheckpoint, vkeys: Sequence[Vkey]) -> CheckpointView:
    """Show a stored checkpoint."""
    signer = stored.signer(vkeys)
    return CheckpointView(
        size=stored.size,
        root=encode_base64(stored.root),
        time=stored.time,
        signer=None if signer is None else str(signer),
        witnesses=tuple(_witness(cosignature) for cosignature in stored.cosignatures),
    )


def _witness(cosignature: Cosignature) -> WitnessView:
    try:
        stated = datetime.fromtimestamp(cosignature.stated, UTC)
    except (OverflowError, ValueError, OSError):
        stated = None
    return WitnessView(name=cosignature.vkey.name, vkey=str(cosignature.vkey), stated=stated, received=cosignature.time)


@router.get("/proofs/inclusion", response_model=InclusionProof, summary="Prove that an event stands in the log")
def inclusion(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    position: Annotated[int, Query(ge=1, le=MAX_SIZE, description="the event's position")],
    size: Size = None,
) -> Response:
    """Prove that an event stands in the log."""
    with open_snapshot(queries.database, slug) as snapshot:
        found = proofs.inclusion(snapshot, position, size)
    shown = InclusionProof(
        position=found.position,
        size=found.size,
        leaf=encode_base64(found.leaf),
        root=encode_base64(found.root),
        hashes=tuple(map(encode_base64, found.hashes)),
    )
    return _answer(request, shown.model_dump_json(), headers=None if size is None else _for_ever(queries))


@router.get("/proofs/consistency", response_model=ConsistencyProof, summary="Prove that the log continues what it was before")
def consistency(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    old: Annotated[int, Query(alias="from", ge=0, le=MAX_SIZE, description="the smaller size: that of the checkpoint you kept")],
    new: Annotated[
        int | None, Query(alias="to", ge=0, le=MAX_SIZE, description="the larger size; without it, that of the newest checkpoint")
    ] = None,
) -> Response:
    """Prove that the log continues what it was."""
    with open_snapshot(queries.database, slug) as snapshot:
        size, hashes = proofs.consistency(snapshot, old, new)
    shown = ConsistencyProof(old=old, new=size, hashes=tuple(map(encode_base64, hashes)))
    return _answer(request, shown.model_dump_json(by_alias=True), headers=None if new is None else _for_ever(queries))


@router.get(
    "/tile/{level}/{index:path}",
    response_class=Response,
    summary="Get a tile of the tree: 256 hashes",
    description="As C2SP tlog-tiles has it: the index in groups of three digits (`000`, `x001/234`), and `.p/WIDTH` behind it for the "
    "first hashes of a tile that is not full yet. There are no entry bundles: `/events` has the events.",
    responses={200: {"content": {"application/octet-stream": {}}, "description": "The hashes, 32 bytes each"}},
)
def tile(request: Request, slug: Slug, level: Annotated[int, Path(ge=0, le=63)], index: str, queries: Queries, _: Reader) -> Response:
    """Get a tile."""
    with open_snapshot(queries.database, slug) as snapshot:
        hashes = proofs.tile(snapshot, level, index)
    return _answer(request, hashes, "application/octet-stream", _for_ever(queries))


@router.get(
    "/claims/{claim_id}/proof",
    response_model=CitationProof,
    summary="Prove a citation: one file that can be verified offline",
    description="The claim, its document and its source as the log holds them, each with its proof, and a checkpoint that the log signed: "
    "the newest that a witness cosigned, if one covers the claim, else the newest. Check it with `salname verify` or "
    "`examples/verify_citation.py`.",
    responses={410: problem("The claim's document was erased")},
)
def claim_proof(request: Request, slug: Slug, claim_id: str, queries: Queries, _: Reader, size: Size = None) -> Response:
    """Prove the citation of a claim."""
    with open_snapshot(queries.database, slug) as snapshot:
        proof = proofs.citation_proof(snapshot, claim_id, size)
    return _answer(request, proof.encode(), headers={"Content-Disposition": 'attachment; filename="citation.proof.json"'})
