"""Re-extraction over HTTP: a difference to review, and the same difference applied."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from services.ingest.calling import Calling, Service
from services.ingest.llm.report import ExtractionReport
from services.ingest.reextraction import Reextraction, ReextractionReceipt
from services.ingest.reextraction_difference import Difference
from services.ingest.requests import Asked
from shared.domain.errors import InvalidInput
from shared.domain.model import Frozen
from shared.domain.roles import Role

router = APIRouter()


class ReextractionRequest(Asked):
    """Which extractor reads. `digest` names the difference that was reviewed; it is needed to apply it."""

    extractor: Annotated[str, StringConstraints(min_length=1, max_length=100)] = "rules"
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        default=None, description="the digest of the difference that was reviewed"
    )


class ReextractionAnswer(Frozen):
    """A difference; how the reading went, where the extractor tells; and what applying it did, where it was applied."""

    difference: Difference
    report: ExtractionReport | None = None
    receipt: ReextractionReceipt | None = None


def _reextraction(request: Request) -> Reextraction:
    """The re-extraction of this app, which keeps what is under review at hand."""
    state: Any = request.app.state
    if not hasattr(state, "reextraction"):
        state.reextraction = Reextraction(state.ingest.log, state.new_id)
    made: Reextraction = state.reextraction
    return made


@router.post(
    "/chronologies/{slug}/documents/{document_id}/reextraction",
    response_model=ReextractionAnswer,
    responses={201: {"model": ReextractionAnswer, "description": "The difference was applied"}},
    tags=["documents"],
    summary="Read a document again, and see or apply what that changes",
    description="Without `apply`, nothing is recorded: the answer shows which claims the extractor reads as they stand, which it adds, "
    "which it reads otherwise and which it no longer makes. With `apply=true` and the `digest` of a difference that was reviewed, the new "
    "claims are recorded and the withdrawal of the others is proposed as corrections, which somebody else decides on. Claims that people "
    "brought or decided on stay as they are. 412 when the difference is another one by now.",
)
def reextract_document(
    slug: str,
    document_id: str,
    request: Request,
    service: Service,
    caller: Calling,
    body: ReextractionRequest,
    apply: Annotated[bool, Query(description="record what was reviewed")] = False,
) -> Response:
    """Read a document again."""
    caller.principal.require(Role.contributor)
    reextraction = _reextraction(request)
    chronology_id = service.chronology_id(slug)
    document = reextraction.document(chronology_id, document_id)
    if not apply:
        found = reextraction.review(chronology_id, document, body.extractor, caller)
        return _answered(ReextractionAnswer(difference=found.difference, report=found.report))
    if body.digest is None:
        raise InvalidInput("digest: apply what was reviewed: ask without `apply` first, and send the digest of the difference that you saw")
    done = reextraction.apply_reviewed(chronology_id, document, body.extractor, body.digest, caller)
    return _answered(ReextractionAnswer(difference=done.difference, receipt=done.receipt))


def _answered(answer: ReextractionAnswer) -> Response:
    receipt = answer.receipt
    headers = {"ETag": f'"{receipt.revision}"'} if receipt else {}
    status = 201 if receipt and receipt.status == "recorded" else 200
    return Response(answer.model_dump_json(), status, headers, media_type="application/json")
