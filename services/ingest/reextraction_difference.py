"""What another reading of a document would change: claim by claim, against those that stand.

Pure. Claims that people brought, decided on or withdrew are never touched, and nothing that they settled is said again.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.ingest.llm.spans import Spans
from shared.domain.claims import Claim, ClaimBody, Extractor
from shared.domain.ids import content_hash
from shared.domain.model import Frozen


@dataclass(frozen=True, slots=True)
class StandingClaim:
    """A recorded claim: whether it was withdrawn, whether people decided on it otherwise, and whether its withdrawal is proposed."""

    claim: Claim
    withdrawn: bool = False
    decided: bool = False
    doubted: bool = False

    @property
    def start(self) -> int:
        """Where its quote begins."""
        return self.claim.start

    @property
    def end(self) -> int:
        """Where its quote ends."""
        return self.claim.end


class ChangedClaim(Frozen):
    """A claim that the new reading reads otherwise: `reading`, which has the index `index` in it.

    `parts` are what differs: quote, date, values, modality, attribution, actors, places.
    """

    claim: Claim
    reading: ClaimBody
    index: int
    parts: tuple[str, ...]


class KeptClaim(Frozen):
    """A claim that stays as it is whatever the new reading says, and why. `said` tells whether the new reading says it, too."""

    claim_id: str
    why: str
    said: bool


class Difference(Frozen):
    """What a new reading of a document says, beside what stands.

    `same` are the ids of claims that it reads as they are. `new` are claims that it adds. `missing` it no longer makes: their withdrawal
    would be proposed. `changed` it reads otherwise: the new claim would be recorded, and the old one's withdrawal proposed. `kept` people
    have settled. `added` are the indices of the reading's claims that would be recorded, new and changed. `digest` names just this
    difference: what was reviewed is what is applied.
    """

    document_id: str
    extractor: Extractor
    same: tuple[str, ...]
    new: tuple[ClaimBody, ...]
    missing: tuple[Claim, ...]
    changed: tuple[ChangedClaim, ...]
    kept: tuple[KeptClaim, ...]
    added: tuple[int, ...]
    digest: str

    @property
    def empty(self) -> bool:
        """Whether there is nothing to apply."""
        return not (self.new or self.missing or self.changed)

    @property
    def withdrawn(self) -> tuple[str, ...]:
        """The ids of the claims whose withdrawal would be proposed."""
        return tuple(claim.id for claim in (*self.missing, *(one.claim for one in self.changed)))


def compare(
    document_id: str, standing: Sequence[StandingClaim], reading: Sequence[ClaimBody], extractor: Extractor, machines: Collection[str]
) -> Difference:
    """Compare a reading of a document with the claims that were recorded of it. `machines` are the extractors whose claims may go."""
    pairs = pair(standing, reading)
    same, new, missing, changed, kept = [], [], [], [], []
    for index, body in enumerate(reading):
        held = pairs.get(index)
        if held is None:
            new.append(body)
        elif why := _settled(held, machines):
            kept.append(KeptClaim(claim_id=held.claim.id, why=why, said=True))
        elif parts := differing(held.claim, body):
            changed.append(ChangedClaim(claim=held.claim, reading=body, index=index, parts=parts))
        else:
            same.append(held.claim.id)
    said = {held.claim.id for held in pairs.values()}
    for held in standing:
        if held.claim.id not in said and (why := _settled(held, machines)):
            kept.append(KeptClaim(claim_id=held.claim.id, why=why, said=False))
        elif held.claim.id not in said and not held.doubted:
            missing.append(held.claim)
    otherwise = {one.index for one in changed}
    digest = content_hash(
        {
            "document": document_id,
            "extractor": extractor.model_dump(),
            "new": [body.model_dump(mode="json") for body in new],
            "missing": [claim.id for claim in missing],
            "changed": [[one.claim.id, one.reading.model_dump(mode="json")] for one in changed],
        }
    )
    return Difference(
        document_id=document_id,
        extractor=extractor,
        same=tuple(same),
        new=tuple(new),
        missing=tuple(missing),
        changed=tuple(changed),
        kept=tuple(kept),
        added=tuple(index for index in range(len(reading)) if index not in pairs or index in otherwise),
        digest=digest,
    )


def _settled(held: StandingClaim, machines: Collection[str]) -> str | None:
    """Why a claim is not the reading's to change, if it is not."""
    if held.withdrawn:
        return "it was withdrawn"
    if held.claim.extractor.name not in machines:
        return f"it was brought by {held.claim.extractor.name}"
    return "people decided on it" if held.decided else None


def pair(standing: Sequence[StandingClaim], reading: Sequence[ClaimBody]) -> dict[int, StandingClaim]:
    """Return which standing claim each claim of a reading is about, by its index: each at most once, and the most alike first.

    A claim that was read otherwise before, and whose withdrawal is proposed already, gives way to the one that took its place.
    """
    placed = Spans(standing)
    candidates = [
        (_likeness(held, body), -index, held.claim.id, held)
        for index, body in enumerate(reading)
        for held in placed.touching(body.start, body.end)
        if about_same_words(held.claim, body)
    ]
    taken: dict[int, StandingClaim] = {}
    used: set[str] = set()
    for _, index, claim_id, held in sorted(candidates, key=lambda candidate: candidate[:-1], reverse=True):
        if -index not in taken and claim_id not in used:
            taken[-index] = held
            used.add(claim_id)
    return taken


def about_same_words(one: ClaimBody, other: ClaimBody) -> bool:
    """Whether two claims of a text quote the same words: at least half of the shorter quote."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= min(one.end - one.start, other.end - other.start)


def _likeness(held: StandingClaim, body: ClaimBody) -> tuple[int, bool, bool, float]:
    """How alike two claims are: fewest differing parts, not doubted, the same date, the largest share of words."""
    claim = held.claim
    shared = min(claim.end, body.end) - max(claim.start, body.start)
    union = max(claim.end, body.end) - min(claim.start, body.start)
    same_date = (claim.date and claim.date.edtf) == (body.date and body.date.edtf)
    return -len(differing(claim, body)), not held.doubted, same_date, shared / union


def differing(one: ClaimBody, other: ClaimBody) -> tuple[str, ...]:
    """Return the parts in which two claims of a text say something else."""
    first, second = _parts(one), _parts(other)
    return tuple(name for name in first if first[name] != second[name])


def _parts(body: ClaimBody) -> dict[str, object]:
    values = {(value.start, value.attribute, value.value, value.kind, value.bound, value.upper, value.unit) for value in body.values}
    return {
        "quote": (body.start, body.end),
        "date": body.date and body.date.edtf,
        "values": values,
        "modality": body.modality,
        "attribution": body.attribution and body.attribution.name,
        "actors": {actor.name for actor in body.actors},
        "places": {place.name for place in body.places},
    }
