"""The pages of corrections: all of them, and each with what it would change, where it is decided on."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.query import answers, reader
from services.query.citations import gather
from services.query.entries import find_entry
from services.query.foreseeing import foresee
from services.query.pages import foreseen
from services.query.pages.rendering import page
from services.query.pages.routes import PageRoute, may, page_context
from services.query.pages.wording import wording_for
from services.query.parameters import At
from services.query.preview_schemas import CorrectionPreview
from services.query.schemas import Citation, CorrectionView
from services.query.service import Queries, QueryService
from services.query.snapshot import Snapshot, open_snapshot
from shared.domain.corrections import AmendDate, AmendValue, WithdrawClaim
from shared.domain.errors import NotFound
from shared.domain.roles import Role
from shared.web.auth import READERS, Reader

router = APIRouter(route_class=PageRoute, dependencies=READERS, include_in_schema=False)


def _titles(snapshot: Snapshot, corrections: list[CorrectionView]) -> dict[str, str]:
    held = {entry_id: find_entry(snapshot, entry_id) for shown in corrections for entry_id in shown.entries}
    return {entry_id: found.title for entry_id, found in held.items() if found}


@router.get("/chronologies/{slug}/corrections")
def corrections(request: Request, slug: str, queries: Queries, caller: Reader, at: At = None) -> Response:
    """List all corrections, the newest first."""
    with open_snapshot(queries.database, slug, at) as snapshot:
        listed = answers.correction_views(snapshot, list(reader.corrections(snapshot).values()))
        titles = _titles(snapshot, listed)
        context = page_context(snapshot, "corrections", at, f"/chronologies/{slug}/corrections")
    return page(
        request,
        "corrections.html",
        snapshot.version,
        **context,
        api=f"/chronologies/{slug}/corrections",
        corrections=listed,
        titles=titles,
        may_decide=at is None and may(request, caller, Role.reviewer),
    )


@router.get("/chronologies/{slug}/corrections/{correction_id}")
def correction(request: Request, slug: str, correction_id: str, queries: Queries, caller: Reader) -> Response:
    """Show a correction with what it would change; who may decide on it does so here, having seen that."""
    with open_snapshot(queries.database, slug) as snapshot:
        found = list(reader.corrections(snapshot, [correction_id]).values())
        if not found:
            raise NotFound(f"there is no correction {correction_id} in the chronology {slug!r}")
        (shown,) = answers.correction_views(snapshot, found)
        preview = _foreseen(snapshot, correction_id)
        titles = _titles(snapshot, [shown])
        words = _words(snapshot, queries, shown)
        context = page_context(snapshot, "corrections")
    may_withdraw = shown.state == "proposed" and shown.proposed_by == caller.name and may(request, caller, Role.editor)
    return page(
        request,
        "correction.html",
        f"{snapshot.version}-own" if may_withdraw else snapshot.version,
        **context,
        api=f"/chronologies/{slug}/corrections/{correction_id}/preview",
        correction=shown,
        titles=titles,
        words=words,
        preview=preview,
        lines=foreseen.lines(preview, f"/chronologies/{slug}", wording_for(request.headers.get("accept-language"))) if preview else [],
        may_decide=shown.state == "proposed" and may(request, caller, Role.reviewer),
        may_withdraw=may_withdraw,
        may_revert=shown.state == "accepted" and may(request, caller, Role.reviewer),
    )


def _words(snapshot: Snapshot, queries: QueryService, shown: CorrectionView) -> Citation | None:
    """The words of the one claim that a change is about; None where it is about several, or they were erased."""
    match shown.change:
        case AmendDate(claim_id=claim_id) | AmendValue(claim_id=claim_id) | WithdrawClaim(claim_id=claim_id):
            evidence = gather(snapshot, queries.texts, [claim_id], ())
            return evidence.show_claim(claim_id) if claim_id in evidence.claims else None
    return None


def _foreseen(snapshot: Snapshot, correction_id: str) -> CorrectionPreview | None:
    """What a correction would change. It can be decided on without, while an earlier release's rows are what readers see."""
    try:
        return foresee(snapshot, correction_id)
    except NotFound:
        return None
