"""Ingest over HTTP. Nothing is decided here: requests are parsed, handed to the service, and its receipts returned."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from services.ingest.parsing.details import details_from
from services.ingest.requests import NewChronology, NewCorrection, NewDecision
from services.ingest.schemas import DocumentJson, GivenToken, NewToken
from services.ingest.service import Caller, ClaimsReceipt, IngestService, Line, Receipt, Refused
from shared.domain.errors import InvalidInput
from shared.domain.ids import IdSource
from shared.domain.provenance import SourceDetails
from shared.domain.roles import Role
from shared.store.tokens import TokenInfo, TokenStore, new_secret
from shared.web.auth import SignedIn
from shared.web.limits import is_json_lines

CLAIMS_A_COMMIT = 500
MAX_LINE = 1_000_000

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"application/problem+json": {}}}
    for status, description in {
        401: "No token, or one that is not valid",
        403: "The token's role does not allow this",
        404: "There is nothing under this name or id",
        409: "The Idempotency-Key came with another body, or the name is taken",
        412: "The chronology is not at the revision that If-Match names",
        413: "The document is too large",
        422: "The request is not valid; the problem says what is wrong and what would do",
        503: "The database did not answer in time; nothing was changed, try again",
    }.items()
}

router = APIRouter(prefix="/v1", responses=PROBLEMS)


def _service(request: Request) -> IngestService:
    service: IngestService = request.app.state.ingest
    return service


def _tokens(request: Request) -> TokenStore:
    tokens: TokenStore = request.app.state.tokens
    return tokens


def _caller(
    principal: SignedIn,
    idempotency_key: Annotated[
        str | None, Header(min_length=1, max_length=200, description="the same key never does a thing twice")
    ] = None,
    if_match: Annotated[str | None, Header(description='the revision you decided on, such as "42"')] = None,
) -> Caller:
    # A chronology's ETag also tells how long its log is: "42-45" is revision 42 of 45 positions.
    revision = (if_match or "").removeprefix("W/").strip('"').partition("-")[0]
    if if_match and not re.fullmatch(r"[0-9]{1,18}", revision):
        raise InvalidInput(f'If-Match is the revision you decided on, such as "42", not {if_match}')
    key = f"key:{idempotency_key}" if idempotency_key else None
    return Caller(principal, key, int(revision) if revision else None)


Service = Annotated[IngestService, Depends(_service)]
Tokens = Annotated[TokenStore, Depends(_tokens)]
Calling = Annotated[Caller, Depends(_caller)]


def _created(receipt: Receipt | ClaimsReceipt, response: Response) -> None:
    """A repetition is no creation: 200 instead of 201."""
    if receipt.status == "unchanged":
        response.status_code = 200
    response.headers["ETag"] = f'"{receipt.revision}"'


@router.post("/chronologies", status_code=201, tags=["chronologies"], summary="Open a chronology")
def create_chronology(body: NewChronology, service: Service, caller: Calling, response: Response) -> Receipt:
    receipt = service.create_chronology(body, caller)
    response.headers["Location"] = f"/v1/chronologies/{body.slug}"
    _created(receipt, response)
    return receipt


@router.post(
    "/chronologies/{slug}/documents",
    status_code=201,
    tags=["documents"],
    summary="Capture a document and record its claims",
    description="As a multipart form (`file` and the fields of its source) or as JSON. Sending the same document of the same source again "
    "changes nothing and answers 200 with the first receipt.",
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
async def capture_document(slug: str, request: Request, service: Service, caller: Calling, response: Response) -> Receipt:
    caller.principal.require(Role.contributor)
    data, filename, media_type, details, extractor = await _document(request)
    info = await run_in_threadpool(service.chronology, slug)
    receipt = await run_in_threadpool(
        service.capture,
        info.id,
        data,
        caller,
        filename=filename,
        media_type=media_type,
        declared=details,
        extractor=extractor,
    )
    response.headers["Location"] = f"/v1/chronologies/{slug}/documents/{receipt.id}"
    _created(receipt, response)
    return receipt


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
    raise InvalidInput("send the document as multipart/form-data with a field 'file', or as application/json")


@router.post(
    "/chronologies/{slug}/claims",
    status_code=201,
    tags=["claims"],
    summary="Record claims about captured documents",
    description="One claim as JSON, or many as a stream of JSON Lines (`application/x-ndjson`). Each quotes its document; quotes that do "
    "not stand there are refused. Lines that are refused are listed with their reason, the others are recorded. With an "
    "`Idempotency-Key`, a stream that broke off can be sent again whole: what was recorded stays recorded once.",
)
async def record_claims(slug: str, request: Request, service: Service, caller: Calling, response: Response) -> ClaimsReceipt:
    caller.principal.require(Role.contributor)
    info = await run_in_threadpool(service.chronology, slug)
    if not is_json_lines(request.headers.get("content-type", "")):
        receipt = await run_in_threadpool(service.record_claims, info.id, [(1, await request.body())], caller)
        if receipt.refused:
            raise InvalidInput(receipt.refused[0].detail)
        _created(receipt, response)
        return receipt
    recorded: list[str] = []
    refused: list[Refused] = []
    statuses: set[str] = set()
    revision, part = 0, 0
    async for lines in _chunks(request):
        part += 1
        # The first part has the caller's own key, the others keys that no caller can send.
        key = caller.key if part == 1 or caller.key is None else f"part:{part}:{caller.key}"
        expected = caller.expected_revision if part == 1 else None
        receipt = await run_in_threadpool(service.record_claims, info.id, lines, Caller(caller.principal, key, expected))
        recorded += receipt.recorded
        refused += receipt.refused
        statuses.add(receipt.status)
        revision = receipt.revision
    status = "recorded" if "recorded" in statuses else "unchanged"
    combined = ClaimsReceipt(status=status, revision=revision, recorded=tuple(recorded), refused=tuple(refused))
    _created(combined, response)
    return combined


async def _chunks(request: Request) -> AsyncIterator[list[Line]]:
    """Cut the body into groups of numbered lines, without ever holding the whole of it. Empty lines count, and are passed over."""
    rest = b""
    number = 0
    lines: list[Line] = []
    async for data in request.stream():
        *whole, rest = (rest + data).split(b"\n")
        if len(rest) > MAX_LINE:
            raise InvalidInput(f"line {number + len(whole) + 1} has more than {MAX_LINE:,} bytes: send one claim a line")
        for line in whole:
            number += 1
            if line.strip():
                lines.append((number, line))
        while len(lines) >= CLAIMS_A_COMMIT:
            yield lines[:CLAIMS_A_COMMIT]
            del lines[:CLAIMS_A_COMMIT]
    if rest.strip():
        lines.append((number + 1, rest))
    if lines:
        yield lines


@router.post("/chronologies/{slug}/corrections", status_code=201, tags=["corrections"], summary="Propose a correction")
def propose_correction(slug: str, body: NewCorrection, service: Service, caller: Calling, response: Response) -> Receipt:
    receipt = service.propose(service.chronology(slug).id, body, caller)
    response.headers["Location"] = f"/v1/chronologies/{slug}/corrections/{receipt.id}"
    _created(receipt, response)
    return receipt


@router.post(
    "/chronologies/{slug}/corrections/{correction_id}/decision",
    status_code=201,
    tags=["corrections"],
    summary="Accept or reject a proposed correction",
)
def decide_correction(slug: str, correction_id: str, body: NewDecision, service: Service, caller: Calling, response: Response) -> Receipt:
    receipt = service.decide_correction(service.chronology(slug).id, correction_id, body, caller)
    _created(receipt, response)
    return receipt


@router.post("/tokens", status_code=201, tags=["tokens"], summary="Give an API token")
def create_token(body: NewToken, request: Request, tokens: Tokens, principal: SignedIn) -> GivenToken:
    principal.require(Role.admin)
    if body.role not in Role.__members__:
        raise InvalidInput(f"{body.role!r} is not a role: use one of {', '.join(Role.__members__)}")
    ids: IdSource = request.app.state.new_id
    secret = new_secret()
    return GivenToken(token=tokens.create(ids(), body.name, Role[body.role], ids.now(), secret), secret=secret)


@router.get("/tokens", tags=["tokens"], summary="List the API tokens, without their secrets")
def list_tokens(tokens: Tokens, principal: SignedIn) -> list[TokenInfo]:
    principal.require(Role.admin)
    return tokens.list()


@router.delete("/tokens/{token_id}", status_code=204, tags=["tokens"], summary="Revoke an API token")
def revoke_token(token_id: str, request: Request, tokens: Tokens, principal: SignedIn) -> None:
    principal.require(Role.admin)
    tokens.revoke(token_id, request.app.state.new_id.now())
