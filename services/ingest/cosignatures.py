"""Cosignatures over HTTP: witnesses hand in what they signed, and it is checked, kept and shown from then on."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from services.ingest.calling import PROBLEMS, Service
from shared.crypto.notes import COSIGNATURE, MAX_NUMBER, Signature, Vkey
from shared.domain.errors import InvalidInput, InvalidProof, NotFound
from shared.domain.model import Frozen
from shared.domain.roles import Role
from shared.store.checkpoints import Cosignature, StoredCheckpoint, add_cosignature, checkpoint_at
from shared.store.engine import Database
from shared.web.auth import SignedIn

MAX_VKEY = 500

router = APIRouter(prefix="/v1", tags=["proof"], responses=PROBLEMS)


class NewCosignature(Frozen):
    """A witness's key and its signature on a checkpoint (C2SP tlog-cosignature, Ed25519)."""

    vkey: str = Field(max_length=MAX_VKEY, description="the witness's key: NAME+HASH+BASE64, of the type 0x04")
    signature: str = Field(max_length=20_000, description="its signature line: — NAME BASE64; lines of others beside it are passed over")


class CosignatureReceipt(Frozen):
    """What came of handing in a cosignature: `unchanged` when this witness had signed this checkpoint before."""

    status: Literal["recorded", "unchanged"]
    size: int
    witness: str


class Witnesses:
    """Takes in what witnesses sign. `now` gives the time with a zone."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def add(self, chronology_id: str, size: int, given: NewCosignature) -> CosignatureReceipt:
        """Check a cosignature against the stored checkpoint, and store it."""
        with self._database.read() as session:
            checkpoint = checkpoint_at(self._database.driver(session), chronology_id, size)
        if checkpoint is None:
            raise NotFound(f"no checkpoint over {size} events was signed; GET …/checkpoints lists those that were")
        try:
            cosignature = _checked(checkpoint, given, self._now())
        except InvalidProof as error:
            raise InvalidInput(error.detail) from error
        with self._database.drive() as driver:
            added = add_cosignature(driver, chronology_id, size, cosignature)
        return CosignatureReceipt(status="recorded" if added else "unchanged", size=size, witness=cosignature.vkey.name)


def _checked(checkpoint: StoredCheckpoint, given: NewCosignature, now: datetime) -> Cosignature:
    vkey = Vkey.parse(given.vkey)
    if vkey.algorithm != COSIGNATURE:
        raise InvalidInput("this key does not cosign: a witness's key is of the type 0x04 (C2SP tlog-cosignature with Ed25519)")
    if any(vkey.name == signature.name for signature in checkpoint.note.signatures):
        raise InvalidInput("this name is the log's own: a witness signs under another")
    lines = [Signature.parse(line) for line in given.signature.splitlines() if line]
    own = [signature for signature in lines if vkey.signed(signature)]
    if len(own) != 1:
        raise InvalidInput(f"of the lines in `signature`, {len(own)} name the key {vkey.name}+{vkey.key_id.hex()}; send the one that does")
    vkey.check(own[0], checkpoint.note.text)
    return Cosignature(vkey, own[0], now)


async def _witnesses(request: Request) -> Witnesses:
    found: Witnesses = request.app.state.witnesses
    return found


async def _contributor(principal: SignedIn) -> None:
    principal.require(Role.contributor)


@router.post(
    "/chronologies/{slug}/checkpoints/{size}/cosignatures",
    status_code=201,
    dependencies=[Depends(_contributor)],
    response_model=CosignatureReceipt,
    responses={200: {"model": CosignatureReceipt, "description": "This witness has cosigned this checkpoint before"}},
    summary="Cosign a checkpoint",
    description="For witnesses: after you have seen that the checkpoint continues all that you have seen of this log, sign it and hand the "
    "signature in. It is checked, and shown with the checkpoint and in citation proofs from then on.",
)
def cosign(
    slug: str,
    size: Annotated[int, Path(ge=0, le=MAX_NUMBER, description="the size of the checkpoint")],
    body: NewCosignature,
    response: Response,
    witnesses: Annotated[Witnesses, Depends(_witnesses)],
    service: Service,
) -> CosignatureReceipt:
    """Take in a cosignature."""
    receipt = witnesses.add(service.chronology_id(slug), size, body)
    if receipt.status == "unchanged":
        response.status_code = 200
    return receipt
