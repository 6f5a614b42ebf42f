"""What is told of documents that were erased and of their claims: that they were, by whom, when and why, and what still stands."""

from datetime import UTC
from typing import NoReturn

from services.query.entries import entry_of_claim
from services.query.snapshot import Snapshot, being_erased
from shared.domain.chronology import Erasure
from shared.domain.errors import Gone, NotFound
from shared.store.read_model import CapturedRow, ClaimRow, ErasedClaimRow


def holder_of(snapshot: Snapshot, claim_id: str) -> str:
    """Return the id of the entry that holds a claim; that of an erased claim holds what stood beside it.

    Raises `Gone` for an erased claim beside which nothing stands any more, `NotFound` for an unknown one.
    """
    held_by = entry_of_claim(snapshot, claim_id)
    if held_by is None:
        survivor = _survivor(snapshot, claim_id)
        held_by = entry_of_claim(snapshot, survivor) if survivor else None
    elif snapshot.erasing and (held_by == claim_id or _is_being_erased(snapshot, claim_id)):
        raise being_erased()
    if held_by is not None:
        return held_by
    refuse_erased_claim(snapshot, claim_id, "the entry")
    raise NotFound(f"there is no entry or claim {claim_id} in the chronology {snapshot.slug!r}{snapshot.then}")


def refuse_erased_claim(snapshot: Snapshot, claim_id: str, what: str = "the claim") -> None:
    """Raise `Gone` for a claim of an erased document."""
    erased = snapshot.find(ErasedClaimRow, claim_id)
    if erased is None:
        return
    survivor = _survivor(snapshot, claim_id)
    entry_id = entry_of_claim(snapshot, survivor) if survivor else None
    _refuse(snapshot, erased.document_id, f"{what} {claim_id} is gone: its document", entry=entry_id)


def refuse_erased_document(snapshot: Snapshot, document_id: str) -> None:
    """Raise `Gone` for a document that is erased, as far as the read model says so."""
    _refuse(snapshot, document_id, "document")


def _refuse(snapshot: Snapshot, document_id: str, what: str, **extra: object) -> None:
    row = snapshot.find(CapturedRow, document_id)
    # At a revision before its capture, a document is unknown; at any later one it is gone, also at those before it was erased.
    if row is not None and row.erased is not None and row.position <= snapshot.revision:
        _gone(Erasure.model_validate_json(row.erased), what, extra)


def _gone(erasure: Erasure, what: str, extra: dict[str, object]) -> NoReturn:
    when = erasure.at.astimezone(UTC)
    raise Gone(
        f"{what} {erasure.document_id} was erased on {when:%Y-%m-%d} by {erasure.by}: {erasure.reason}",
        document=erasure.document_id,
        erased_by=erasure.by,
        erased_at=when.isoformat(),
        reason=erasure.reason,
        **{name: value for name, value in extra.items() if value is not None},
    )


def _survivor(snapshot: Snapshot, claim_id: str) -> str | None:
    """Return the claim that stood beside an erased one and is not erased itself, by way of others if need be."""
    seen: set[str] = set()
    found: str | None = claim_id
    while found is not None and found not in seen:
        seen.add(found)
        erased = snapshot.find(ErasedClaimRow, found)
        if erased is None:
            return None if found == claim_id else found
        found = erased.beside
    return None


def _is_being_erased(snapshot: Snapshot, claim_id: str) -> bool:
    claim = snapshot.find(ClaimRow, claim_id)
    return claim is not None and claim.document_id in snapshot.erasing
