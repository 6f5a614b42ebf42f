"""The API of generations: which stand beside the live read model, and what they show differently."""

from contextlib import closing
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from sqlmodel import col, select

from services.query.generation_schemas import Differences, DifferenceView, Generations, GenerationView, ShownView
from services.query.parameters import INVALID, Slug, problem
from services.query.service import Queries
from services.query.snapshot import Snapshot, open_snapshot
from shared.domain.errors import NotFound
from shared.domain.ids import sha256
from shared.store.differences import Shown, differences
from shared.store.generations import Rows
from shared.store.read_model import GenerationRow, ProgressRow
from shared.web.auth import Reader
from shared.web.conditional import JSON, conditional

PAGE, MAX_PAGE = 100, 1000

router = APIRouter(
    prefix="/v1/chronologies/{slug}",
    tags=["generations"],
    responses={404: problem("There is no such chronology or generation"), 422: INVALID},
)


def _answer(request: Request, shown: str) -> Response:
    return conditional(request, f'"{sha256(shown.encode())[:16]}"', shown.encode(), JSON)


def _beside(snapshot: Snapshot) -> list[GenerationRow]:
    query = select(GenerationRow).where(GenerationRow.chronology_id == snapshot.id, GenerationRow.state != "dropped")
    return list(snapshot.session.exec(query.order_by(col(GenerationRow.number).desc())))


@router.get("/generations", response_model=Generations, summary="List the generations of the read model, the live one first")
def generations(request: Request, slug: Slug, queries: Queries, _: Reader) -> Response:
    """List the live generation and those beside it."""
    with open_snapshot(queries.database, slug) as snapshot:
        live = snapshot.session.get(ProgressRow, snapshot.id)
        beside = _beside(snapshot)
        shown = () if live is None else (_view(live.generation, "live", live),)
        listed = Generations(revision=snapshot.head, generations=(*shown, *(_view(row.number, row.state, row) for row in beside)))
    return _answer(request, listed.model_dump_json())


def _view(number: int, state: str, row: ProgressRow | GenerationRow) -> GenerationView:
    return GenerationView.model_validate({"number": number, "state": state, "rules": row.fold_version, "revision": row.position})


@router.get(
    "/generations/{number}/differences",
    response_model=Differences,
    summary="List the entries that another generation shows otherwise than the live one",
)
def differing(
    request: Request,
    slug: Slug,
    queries: Queries,
    _: Reader,
    number: Annotated[int, Path(ge=1, le=2**53)],
    after: Annotated[str, Query(max_length=36, description="`next` of an earlier answer")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = PAGE,
) -> Response:
    """List differences at the newest revision that both generations have reached, by entry id."""
    with open_snapshot(queries.database, slug) as snapshot:
        row = next((row for row in _beside(snapshot) if row.number == number), None)
        if row is None:
            raise NotFound(
                f"there is no generation {number} beside the live one of {slug!r}; GET /v1/chronologies/{slug}/generations lists them"
            )
        at, there = min(snapshot.head, row.position), Rows(snapshot.id, number)
        with closing(differences(queries.database, snapshot.session, snapshot.rows, there, at, beyond=after)) as found:
            listed = list(islice(found, limit + 1))
    shown = Differences(
        revision=at,
        live=snapshot.generation,
        other=number,
        differences=tuple(
            DifferenceView(entry_id=one.entry_id, live=_shown(one.before), other=_shown(one.after)) for one in listed[:limit]
        ),
        next=listed[limit - 1].entry_id if len(listed) > limit else None,
    )
    return _answer(request, shown.model_dump_json())


def _shown(shown: Shown | None) -> ShownView | None:
    return None if shown is None else ShownView(title=shown.title, date=shown.date, status=shown.status, claims=shown.claims)
