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
        self._document_of: dict[str, str] = {}
        self._beside: dict[str, str | None] = {}
        self._left: dict[str, list[str]] = {}
        """claim -> the erased claims that stood beside it, or beside what it stood beside"""

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
        for claim in erased:
            self._document_of[claim.claim_id] = data.document_id
            self._beside[claim.claim_id] = claim.beside
        for claim in erased:
            gone = [claim.claim_id, *self._left.pop(claim.claim_id, ())]
            if (survivor := self.survivor(claim.claim_id)) is not None:
                self._left.setdefault(survivor, []).extend(gone)
        return erased

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
        gone = [erased for claim_id in claim_ids for erased in self._left.get(claim_id, ())]
        found = {self._document_of[claim_id] for claim_id in gone}
        return tuple(
            ErasedSupport(
                document_id=document_id,
                claims=tuple(sorted(claim_id for claim_id in gone if self._document_of[claim_id] == document_id)),
                reason=self._documents[document_id].reason,
                erased_at=self._times[document_id],
            )
            for document_id in self._documents
            if document_id in found
        )
