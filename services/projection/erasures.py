"""What a fold remembers of erased documents: which claims are gone, and which claims stood beside them."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.chronology import ErasedSupport
from shared.domain.events import DocumentErased, Erased, ErasedClaim


class ErasedMeanwhileError(Exception):
    """A document was erased whose claims this fold has taken in: the chronology has to be folded anew, without them."""


class Erasures:
    """The erasures of one chronology up to a position. `readable` are the documents of which claims were taken in."""

    def __init__(self) -> None:
        self.readable: set[str] = set()
        self._unreadable: dict[str, list[str]] = {}
        self._documents: dict[str, DocumentErased] = {}
        self._times: dict[str, datetime] = {}
        self._order: dict[str, int] = {}
        self._beside: dict[str, str | None] = {}
        self._left: dict[str, dict[str, set[str]]] = {}
        """claim -> erased document that stood in one entry with it -> the claims of the document that it stood beside"""

    def unreadable(self, event: Erased) -> None:
        """Take note of an event that can no longer be read."""
        self._unreadable.setdefault(event.document_id, []).append(event.subject)

    def erase(self, data: DocumentErased, time: datetime) -> list[ErasedClaim]:
        """Take note of an erasure; return all the claims that it erased, by id, whether it names them or not."""
        if data.document_id in self.readable:
            raise ErasedMeanwhileError(data.document_id)
        named = {claim.claim_id: claim for claim in data.claims}
        unnamed = (claim_id for claim_id in self._unreadable.pop(data.document_id, ()) if claim_id not in named)
        named |= {claim_id: ErasedClaim(claim_id=claim_id) for claim_id in unnamed}
        erased = [named[claim_id] for claim_id in sorted(named)]
        self._documents[data.document_id], self._times[data.document_id] = data, time
        self._order[data.document_id] = len(self._order)
        for claim in erased:
            self._beside[claim.claim_id] = claim.beside
        for other in data.around:
            self._leave(other, data.document_id, ())
        for claim in erased:
            self._leave(claim.claim_id, data.document_id, (claim.claim_id,))
            for document_id, claim_ids in self._left.pop(claim.claim_id, {}).items():
                self._leave(claim.claim_id, document_id, claim_ids)
        return erased

    def _leave(self, claim_id: str, document_id: str, gone: Iterable[str]) -> None:
        """Keep with what is left beside a claim that claims of a document are gone."""
        if (survivor := self.survivor(claim_id)) is not None:
            self._left.setdefault(survivor, {}).setdefault(document_id, set()).update(gone)

    def survivor(self, claim_id: str) -> str | None:
        """Return the claim that stood beside an erased one and is not erased itself, by way of others if need be."""
        seen: set[str] = set()
        found: str | None = claim_id
        while found in self._beside and found not in seen:
            seen.add(found)
            found = self._beside[found]
        return None if found in seen else found

    def support(self, claim_ids: Iterable[str]) -> tuple[ErasedSupport, ...]:
        """Return what claims have lost that stood beside them, by document in the order of erasure."""
        if not self._left:
            return ()
        gone: dict[str, set[str]] = {}
        for claim_id in claim_ids:
            for document_id, erased in self._left.get(claim_id, {}).items():
                gone.setdefault(document_id, set()).update(erased)
        return tuple(
            ErasedSupport(
                document_id=document_id,
                claims=tuple(sorted(gone[document_id])),
                reason=self._documents[document_id].reason,
                erased_at=self._times[document_id],
            )
            for document_id in sorted(gone, key=self._order.__getitem__)
        )
