"""What the routes of ingest share: the service, who calls it, and how a receipt is answered."""

import re
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response

from services.ingest.receipts import Caller, ClaimsReceipt, PacketReceipt, Receipt
from services.ingest.service import IngestService
from shared.domain.errors import InvalidInput
from shared.domain.roles import Principal
from shared.web.auth import SignedIn, bearer, known

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": description, "content": {"application/problem+json": {}}}
    for status, description in {
        400: "The stream broke off; the problem says how far it got",
        401: "No token, or one that is not valid",
        403: "The token's role does not allow this",
        404: "There is nothing under this name or id",
        409: "The Idempotency-Key came with another body, or the name is taken",
        410: "The document was erased",
        412: "The chronology is not at the revision that If-Match names; the problem says where to see what changed",
        413: "The document is too large",
        415: "The body has a content type or an encoding that is not read here; the problem says what to send",
        422: "The request is not valid; the problem says what is wrong and what would do",
        503: "The database did not answer in time; nothing was changed, try again",
    }.items()
}


MAX_KEY = 200
KEY_DESCRIBED = "the same key never does a thing twice"
MATCH_DESCRIBED = 'the revision you decided on, such as "42"'


# Dependencies that wait for nothing are asynchronous: the others each cost a thread.
async def _service(request: Request) -> IngestService:
    service: IngestService = request.app.state.ingest
    return service


async def _caller(
    principal: SignedIn,
    idempotency_key: Annotated[str | None, Header(min_length=1, max_length=MAX_KEY, description=KEY_DESCRIBED)] = None,
    if_match: Annotated[str | None, Header(description=MATCH_DESCRIBED)] = None,
) -> Caller:
    return _called(principal, idempotency_key, if_match)


async def caller_of(request: Request) -> Caller:
    """Find out who calls, as the dependency `Calling` does, without the machinery of dependencies."""
    headers: dict[bytes, bytes] = dict(request.scope["headers"])
    idempotency_key, if_match = (headers[name].decode("latin-1") if name in headers else None for name in (b"idempotency-key", b"if-match"))
    if idempotency_key is not None and not 1 <= len(idempotency_key) <= MAX_KEY:
        raise InvalidInput(f"Idempotency-Key: a key has 1 to {MAX_KEY} characters")
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return _called(await known(request, token.strip() if scheme.lower() == "bearer" else None), idempotency_key, if_match)


CALLER_DESCRIBED: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "header", "required": False, "description": description, "schema": schema}
        for name, description, schema in (
            ("idempotency-key", KEY_DESCRIBED, {"type": "string", "minLength": 1, "maxLength": MAX_KEY}),
            ("if-match", MATCH_DESCRIBED, {"type": "string"}),
        )
    ],
    "security": [{bearer.scheme_name: []}],
}
"""What the API's description says of a route that asks `caller_of`."""


def _called(principal: Principal, idempotency_key: str | None, if_match: str | None) -> Caller:
    if not if_match:
        return Caller(principal, key_of(idempotency_key) if idempotency_key else None, None)
    # A chronology's ETag also tells how long its log is: "42-45" is revision 42 of 45 positions.
    revision = if_match.removeprefix("W/").strip('"').partition("-")[0]
    if not re.fullmatch(r"[0-9]{1,18}", revision):
        raise InvalidInput(f'If-Match is the revision you decided on, such as "42", not {if_match}')
    return Caller(principal, key_of(idempotency_key) if idempotency_key else None, int(revision))


def key_of(idempotency_key: str) -> str:
    """The key that a request's `Idempotency-Key` is kept under."""
    return f"key:{idempotency_key}"


Service = Annotated[IngestService, Depends(_service)]
Calling = Annotated[Caller, Depends(_caller)]


def answered(receipt: Receipt | ClaimsReceipt | PacketReceipt, location: str | None = None, status: int | None = None) -> Response:
    """Answer with a receipt. A repetition is no creation: 200 instead of 201."""
    headers = {"ETag": f'"{receipt.revision}"'}
    if location is not None:
        headers["Location"] = location
    done = 200 if receipt.status == "unchanged" else 201
    return Response(receipt.__pydantic_serializer__.to_json(receipt), status or done, headers, media_type="application/json")


def receipts(model: Any, done: str) -> dict[int | str, dict[str, Any]]:
    """Describe the answers that `answered` gives with a model of receipts, or one of several."""
    return {
        201: {"model": model, "description": done},
        200: {"model": model, "description": "Nothing had to be done: it had been done before, and this is its receipt"},
    }
