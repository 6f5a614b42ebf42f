"""Ingest over HTTP. Nothing is decided here: requests are parsed, handed to the service, and its receipts returned."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from services.ingest import claims_routes, fetching_routes, reextraction_routes, tables_routes
from services.ingest.calling import PROBLEMS, Calling, Service, answered, receipts
from services.ingest.commands import id_of_key
from services.ingest.packets import Packet, capture_packet
from services.ingest.parsing.details import details_from
from services.ingest.receipts import PacketReceipt, Receipt
from services.ingest.requests import NewChronology, NewCorrection, NewDecision, NewErasure
from services.ingest.schemas import DocumentJson, GivenToken, NewToken
from shared.domain.errors import InvalidInput, WrongMediaType
from shared.domain.ids import IdSource
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Role
from shared.store.tokens import TokenInfo, TokenStore, new_secret
from shared.web.auth import SignedIn
from shared.web.conditional import conditional_on_content

router = APIRouter(prefix="/v1", responses=PROBLEMS)
router.include_router(claims_routes.router)  # first: routes are tried in order, and this is the one that has to be quick
router.include_router(tables_routes.router)
router.include_router(reextraction_routes.router)
router.include_router(fetching_routes.router)


async def _tokens(request: Request) -> TokenStore:
    tokens: TokenStore = request.app.state.tokens
    return tokens


Tokens = Annotated[TokenStore, Depends(_tokens)]


@router.post(
    "/chronologies",
    status_code=201,
    response_model=Receipt,
    responses=receipts(Receipt, "Opened"),
    tags=["chronologies"],
    summary="Open a chronology",
)
def create_chronology(body: NewChronology, service: Service, caller: Calling) -> Response:
    return answered(service.create_chronology(body, caller), f"/v1/chronologies/{body.slug}")


@router.post(
    "/chronologies/{slug}/documents",
    status_code=201,
    response_model=Receipt | PacketReceipt,
    responses=receipts(Receipt | PacketReceipt, "Captured"),
    tags=["documents"],
    summary="Capture a document and record its claims",
    description="As a multipart form (`file` and the fields of its source) or as JSON. Sending the same document of the same source again "
    "changes nothing and answers 200 with the first receipt. Of a ZIP archive, and of an e-mail with attachments, each document is "
    "captured by itself, and the answer says what became of each.",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {
                            "file": {"type": "string", "format": "binary"},
                            **{name: {"type": "string"} for name in SourceDetails.model_fields},
                        },
                    }
                },
                "application/json": {"schema": DocumentJson.model_json_schema()},
            },
        }
    },
)
async def capture_document(slug: str, request: Request, service: Service, caller: Calling) -> Response:
    caller.principal.require(Role.contributor)
    data, filename, media_type, details, extractor = await _document(request)
    here = await run_in_threadpool(service.chronology_id, slug)
    members = await run_in_threadpool(service.readers.documents_in, data, filename, media_type)
    if len(members) != 1 or members[0].data is not data:
        done = await run_in_threadpool(capture_packet, service, here, Packet(members, details, extractor), caller)
        return answered(done, f"/v1/chronologies/{slug}/documents")
    receipt = await run_in_threadpool(
        service.capture, here, data, caller, filename=filename, media_type=media_type, declared=details, extractor=extractor
    )
    return answered(receipt, f"/v1/chronologies/{slug}/documents/{receipt.id}")


async def _document(request: Request) -> tuple[bytes, str | None, str | None, SourceDetails, str]:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            body = DocumentJson.model_validate_json(await request.body())
        except ValidationError as error:
            first = error.errors()[0]
            raise InvalidInput(f"{'.'.join(map(str, first['loc'])) or 'the body'}: {first['msg']}") from error
        if (body.text is None) == (body.content is None):
            raise InvalidInput("send either text, or content in base64")
        data = body.content if body.text is None else body.text.encode()
        return data or b"", body.filename, body.media_type, body.source, body.extractor
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=20) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise InvalidInput("the form has no file: send the document as the field 'file'")
            fields = {name: value for name, value in form.items() if isinstance(value, str)}
            extractor = fields.pop("extractor", "rules")
            if unknown := [name for name in fields if name not in SourceDetails.model_fields]:
                raise InvalidInput(f"the form has unknown fields: {', '.join(unknown)}; known are {', '.join(SourceDetails.model_fields)}")
            return await file.read(), file.filename, file.content_type, details_from(fields, "the form"), extractor
    raise WrongMediaType("send the document as multipart/form-data with a field 'file', or as application/json")


@router.delete(
    "/chronologies/{slug}/documents/{document_id}",
    response_model=Receipt,
    tags=["documents"],
    summary="Erase a document",
    description="Destroys the document's key: its text, its bytes and the words of every claim in it are gone for good, while "
    "the log and all proofs stay whole. (A backup from before opens for who also has the key-encryption key.) "
    "`reason` is needed, in the body or in the query, and is recorded in the open. "
    "`claims` is how many claims lost their words. Erasing again changes nothing.",
)
def erase_document(
    slug: str,
    document_id: str,
    service: Service,
    caller: Calling,
    body: Annotated[NewErasure | None, Body()] = None,
    reason: Annotated[str | None, Query(description="why, where there is no body")] = None,
) -> Response:
    said = body.reason if body else reason
    if said is None:
        caller.principal.require(Role.admin)
        raise InvalidInput('say why the document has to go: a body of {"reason": "…"}, or the parameter `reason`')
    receipt = service.erase(service.chronology_id(slug), document_id, said, caller)
    return answered(receipt, status=200)


@router.post(
    "/chronologies/{slug}/corrections",
    status_code=201,
    response_model=Receipt,
    responses=receipts(Receipt, "Proposed"),
    tags=["corrections"],
    summary="Propose a correction",
)
def propose_correction(slug: str, body: NewCorrection, service: Service, caller: Calling) -> Response:
    receipt = service.propose(service.chronology_id(slug), body, caller)
    return answered(receipt, f"/v1/chronologies/{slug}/corrections/{receipt.id}")


@router.post(
    "/chronologies/{slug}/corrections/{correction_id}/decision",
    status_code=201,
    response_model=Receipt,
    responses=receipts(Receipt, "Decided"),
    tags=["corrections"],
    summary="Accept or reject a proposed correction, take it back, or revert it",
)
def decide_correction(slug: str, correction_id: str, body: NewDecision, service: Service, caller: Calling) -> Response:
    return answered(service.decide_correction(service.chronology_id(slug), correction_id, body, caller))


@router.post(
    "/tokens",
    status_code=201,
    responses={200: {"model": GivenToken, "description": "The token that this Idempotency-Key gave before, without its secret"}},
    tags=["tokens"],
    summary="Give an API token",
    description="Its secret is shown this once. With an `Idempotency-Key`, the same request again makes no second token: it is answered "
    "200 with the first one and without its secret, which nobody has any more; revoke a token whose secret was lost, and give another.",
)
def create_token(body: NewToken, request: Request, response: Response, tokens: Tokens, caller: Calling) -> GivenToken:
    caller.principal.require(Role.admin)
    if caller.expected_revision is not None:
        raise InvalidInput("tokens belong to no chronology and have no revision: leave If-Match out")
    if body.role not in Role.__members__:
        raise InvalidInput(f"{body.role!r} is not a role: use one of {', '.join(Role.__members__)}")
    ids: IdSource = request.app.state.new_id
    secret, role = new_secret(), Role[body.role]
    if caller.key is None:
        return GivenToken(status="recorded", token=tokens.create(ids(), body.name, role, ids.now(), secret), secret=secret)
    token, is_new = tokens.create_once(id_of_key("token", caller.key), body.name, role, ids.now(), secret)
    if is_new:
        return GivenToken(status="recorded", token=token, secret=secret)
    response.status_code = 200
    return GivenToken(status="unchanged", token=token, secret=None)


@router.get("/tokens", response_model=list[TokenInfo], tags=["tokens"], summary="List the API tokens, without their secrets")
def list_tokens(request: Request, tokens: Tokens, principal: SignedIn) -> Response:
    principal.require(Role.admin)
    return conditional_on_content(request, TypeAdapter(list[TokenInfo]).dump_json(tokens.list()))


@router.delete("/tokens/{token_id}", status_code=204, tags=["tokens"], summary="Revoke an API token")
def revoke_token(token_id: str, request: Request, tokens: Tokens, principal: SignedIn) -> Response:
    principal.require(Role.admin)
    tokens.revoke(token_id, request.app.state.new_id.now())
    return Response(status_code=204)
