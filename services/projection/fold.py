"""Folding: from the events of a log to what each revision changes. Pure: nothing here reads a clock or a database.

The events of one command are applied together and give one revision: readers and subscribers never see half a document.

What is folded is the log as it can be read: a claim of an erased document is none, from the revision that recorded it. Its document's
erasure comes later in the log, and tells which entries lost support.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson

from services.projection.consolidation import consolidate
from services.projection.consolidation.consolidate import HELD, Consolidator
from services.projection.consolidation.kept import KeptClaim
from services.projection.corrections import Correction, Outcome
from services.projection.erasures import ErasedMeanwhileError, Erasures
from services.projection.independence.documents import read_text
from services.projection.independence.shared import SharedDelta
from services.projection.previews import Previews
from services.projection.telling import as_told, change_bytes, told_late
from shared.domain.chronology import DocumentFacts, Entry, SupersededClaim, Testimony
from shared.domain.claims import Claim
from shared.domain.corrections import claims_named, documents_named
from shared.domain.events import (
    ChronologyCreated,
    ChronologyReconsolidated,
    ClaimRecorded,
    CorrectionAccepted,
    CorrectionProposed,
    CorrectionRejected,
    CorrectionReverted,
    CorrectionWithdrawn,
    DocumentCaptured,
    DocumentErased,
    Erased,
    ErasedClaim,
    FeedFollowed,
    Recorded,
    SourceRecaptured,
    SourceRegistered,
    SourceScheduled,
)
from shared.domain.previews import Preview
from shared.domain.provenance import SourceDetails

FOLD_VERSION = 9
VERSION = FOLD_VERSION * 1000 + consolidate.VERSION
"""Another one whenever the same log would fold to other rows; a read model of another version is rebuilt at start."""

Pick = Callable[[Sequence[int]], Sequence[Recorded]]
"""Returns the events of a log at some positions, in the order of these."""

Read = Callable[[Sequence[int]], tuple[Sequence[Recorded], Mapping[str, str]]]
"""Returns the events at some positions, in the order of these, and the texts of the documents captured in them, by their ids."""

_OTHERS = 1000
"""Events that are read at once where claims are not read again."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a revision was recorded and by whom, what caused it, and how much the chronology held from then on.

    `reached` is the latest time that any revision up to this one was recorded at, in µs since 1970. `causes` name types and ids of
    events, each claim only as one of so many of its document.
    """

    time: datetime
    reached: int
    actor: str
    causes: tuple[dict[str, Any], ...]
    documents: int
    claims: int
    entries: int
    disputed: int


class Restored(NamedTuple):
    """Where a fold goes on: after which position, the latest time that a revision was recorded at (µs), and the last change's revision."""

    position: int
    reached: int
    last_change: int


@dataclass(slots=True)
class Revision:
    """What one command changes in the read model. `position` is its last event's, and so the number of the revision.

    `ended` are the entries that were there before, and are another one now or none. `moved` maps claims to the entry that holds them now,
    `left` to the one that held them before. `lost` are entries that lost support, and those connected with them, which subscribers are
    told of although their own content may be what it was. `bodies` are changed entries as JSON, as far as they are known as such.
    """

    position: int
    sources: list[tuple[int, SourceRegistered]] = field(default_factory=list)
    schedules: list[tuple[int, SourceScheduled]] = field(default_factory=list)
    recaptures: list[SourceRecaptured] = field(default_factory=list)
    documents: list[tuple[Recorded, DocumentCaptured]] = field(default_factory=list)
    claims: list[tuple[int, Claim]] = field(default_factory=list)
    corrections: list[tuple[int, Correction]] = field(default_factory=list)
    changed: tuple[Entry, ...] = ()
    ended: tuple[str, ...] = ()
    removed: tuple[tuple[str, str | None], ...] = ()
    moved: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    shared: SharedDelta = field(default_factory=SharedDelta)
    bodies: Mapping[str, bytes] = field(default_factory=dict)
    erasures: list[tuple[Recorded, DocumentErased, list[ErasedClaim]]] = field(default_factory=list)
    lost: tuple[Entry, ...] = ()
    change: bytes | None = None
    moment: Moment | None = None

    @property
    def erased(self) -> list[ErasedClaim]:
        """All claims that were erased."""
        return [claim for _, _, claims in self.erasures for claim in claims]


class Fold:
    """The state of one chronology after a position, and how the next events change it.

    `pick` reads events again that were applied, by their positions: then of no more than `held` to twice as many claims what they say is
    kept. Without it, that of all claims is.
    """

    def __init__(self, chronology_id: str, pick: Pick | None = None, held: int = HELD) -> None:
        self.chronology_id = chronology_id
        self.position = 0
        self._slug = ""
        self._sources: dict[str, SourceDetails] = {}
        self._documents: dict[str, DocumentFacts] = {}
        self._corrections: dict[str, Correction] = {}
        self._entry_of: dict[str, str] = {}
        self._entries: set[str] = set()
        self._disputed: set[str] = set()
        self._reached = 0
        self._last_change = 0
        self._told = (0, 0)
        self._recorded_at: dict[str, int] = {}
        """claim -> its position"""
        self._pick = pick
        self._consolidator = Consolidator(self._recall if pick else None, held)
        self._erasures = Erasures()
        self._previews = Previews(self._consolidator, self._marked)

    def go_on_telling(self, carried: int, last: int) -> None:
        """Go on after a feed that another fold told up to the revision `carried`, with the last of its changes at revision `last`."""
        self._told = (carried, last)

    def apply(
        self,
        commit: Sequence[Recorded],
        texts: Mapping[str, str] = MappingProxyType({}),
        untold: Mapping[str, bool] = MappingProxyType({}),
    ) -> Revision:
        """Apply the events of one command; applying one again is refused, so that nothing is counted twice.

        `texts` are the texts of the documents captured in it, as far as they can be read. `untold` are the ids of entries that another
        generation showed otherwise, each with whether it was an entry there: subscribers hear of them with this revision.
        Raises `ErasedMeanwhileError` when they erase a document whose claims were taken in: the chronology has to be folded anew.
        """
        self._check(commit)
        self._previews.begin(event.data.correction_id for event in commit if isinstance(event.data, Outcome))
        revision = Revision(position=commit[-1].position)
        for event in commit:
            self._apply(event, revision, texts)
        self.position = revision.position
        self._consolidate(revision)
        if revision.changed or revision.removed or revision.erased or untold:
            revision.change = self._change(commit, revision, untold)
            self._last_change = revision.position
        self._entries.update(entry.id for entry in revision.changed)
        self._entries.difference_update(entry_id for entry_id, _ in revision.removed)
        revision.moment = self._moment(commit, revision)
        return revision

    def pass_over(self, commit: Sequence[Recorded], texts: Mapping[str, str] = MappingProxyType({})) -> None:
        """Apply the events of one command of which readers know already: what they changed is not asked. `settle` has to follow.

        Consolidation does not depend on the order of arrival, so it is done once for all that is passed over, and not for each revision.
        Raises like `apply`.
        """
        self._check(commit)
        unseen = Revision(position=commit[-1].position)
        for event in commit:
            self._apply(event, unseen, texts)
        self.position = unseen.position
        self._reached = max(self._reached, _microseconds(commit[-1].time))

    def settle(self, last_change: int) -> None:
        """Consolidate what was passed over; `last_change` is the revision of the last change that was told of it."""
        for entry in self._consolidator.settle():
            self._entry_of.update(dict.fromkeys((*entry.claims, *entry.withdrawn), entry.id))
            self._entries.add(entry.id)
            if entry.disputed:
                self._disputed.add(entry.id)
        self._last_change = last_change
        self._previews.known()

    def kept(self) -> Iterator[tuple[int, bytes]]:
        """Iterate over what is to be written down of claims since the last time, by their positions: `restore` goes on from it."""
        return ((self._recorded_at[claim.id], claim.to_json()) for claim in self._consolidator.kept())

    def previews(self) -> Iterator[tuple[str, Preview]]:
        """Iterate over what corrections would change, by their ids, where that is another thing than the last time."""
        return self._previews.made()

    def restore(self, kept: Iterable[tuple[int, bytes]], entries: Iterable[tuple[bytes, bool]], read: Read, at: Restored) -> None:
        """Go on from what was written down, without consolidating again.

        `entries` are all that stand, as JSON, each with whether it is disputed. `read` gives the events at some positions again, and the
        texts of the documents captured in them: it is asked for all but claims. Raises like `apply`.
        """
        documents: set[str] = set()
        with self._consolidator.restoring(self._restored(kept, documents)):
            self._erasures.readable |= documents
            recorded = set(self._recorded_at.values())
            others = [position for position in range(1, at.position + 1) if position not in recorded]
            unseen = Revision(position=at.position)
            for first in range(0, len(others), _OTHERS):
                events, texts = read(others[first : first + _OTHERS])
                for event in events:
                    self._apply(event, unseen, texts)
        for body, disputed in entries:
            self._stand(body, disputed=disputed)
        self.position, self._reached, self._last_change = at
        self._previews.known()

    def _restored(self, kept: Iterable[tuple[int, bytes]], documents: set[str]) -> Iterator[KeptClaim]:
        for position, body in kept:
            claim = KeptClaim.from_json(body)
            self._recorded_at[claim.id] = position
            documents.add(claim.document_id)
            yield claim

    def _stand(self, body: bytes, *, disputed: bool) -> None:
        said = orjson.loads(body)
        if said["erased"]:  # consolidation knows nothing of that
            entry = Entry.model_validate(said).model_copy(update={"erased": ()})
            body = entry.__pydantic_serializer__.to_json(entry)
        self._consolidator.stand(said["id"], said["claims"], body)
        self._entry_of.update(dict.fromkeys((*said["claims"], *said["withdrawn"]), said["id"]))
        self._entries.add(said["id"])
        if disputed:
            self._disputed.add(said["id"])

    def claim(self, claim_id: str) -> Claim:
        """Return a claim that was taken in."""
        return self._consolidator.testimony(claim_id).claim

    def _recall(self, claim_ids: Sequence[str]) -> Iterator[Testimony]:
        assert self._pick is not None
        for event in self._pick([self._recorded_at[claim_id] for claim_id in claim_ids]):
            match event.data:
                case ClaimRecorded(claim=claim):
                    yield Testimony(claim=claim, document=self._documents[claim.document_id], position=event.position)
                case Erased(document_id=document_id):
                    raise ErasedMeanwhileError(document_id)

    def _check(self, commit: Sequence[Recorded]) -> None:
        if commit[0].position != self.position + 1 or commit[-1].position != commit[-1].commit:
            raise ValueError(f"expected the commit after position {self.position}, got {commit[0].position} to {commit[-1].position}")

    def _moment(self, commit: Sequence[Recorded], revision: Revision) -> Moment:
        last = commit[-1]
        self._reached = max(self._reached, _microseconds(last.time))
        self._disputed.difference_update(entry_id for entry_id, _ in revision.removed)
        for entry in revision.changed:
            (self._disputed.add if entry.disputed else self._disputed.discard)(entry.id)
        recorded = Counter(claim.document_id for _, claim in revision.claims)
        told = [event.data for event in commit if event.data.type != ClaimRecorded.type]
        causes: list[dict[str, Any]] = [{"type": data.type, "id": data.subject} for data in told]
        causes += [{"type": ClaimRecorded.type, "id": document_id, "claims": count} for document_id, count in recorded.items()]
        return Moment(
            time=last.time,
            reached=self._reached,
            actor=last.actor,
            causes=tuple(causes),
            documents=len(self._documents),
            claims=len(self._recorded_at),
            entries=len(self._entries),
            disputed=len(self._disputed),
        )

    def _apply(self, event: Recorded, revision: Revision, texts: Mapping[str, str]) -> None:
        match event.data:
            case ChronologyCreated():
                self._slug = event.data.slug
            case SourceRegistered():
                self._sources[event.data.source_id] = event.data.details
                revision.sources.append((event.position, event.data))
            case DocumentCaptured():
                self._capture(event, event.data, texts.get(event.data.document_id))
                revision.documents.append((event, event.data))
            case DocumentErased():
                revision.erasures.append((event, event.data, self._erasures.erase(event.data, event.time)))
            case Erased():
                self._erasures.unreadable(event.data)
            case ClaimRecorded(claim=claim):
                self._recorded_at[claim.id] = event.position
                self._erasures.readable.add(claim.document_id)
                revision.claims.append((event.position, claim))
                document = self._documents[claim.document_id]
                self._consolidator.add(Testimony(claim=claim, document=document, position=event.position))
                self._previews.meet([claim.id])
            case SourceRecaptured():
                for superseded in _superseded(event.data):
                    self._supersede(superseded, revision)
                revision.recaptures.append(event.data)
            case FeedFollowed() | ChronologyReconsolidated():
                pass  # what follows feeds reads the log itself; and that readers see other rules is known where the rows are
            case SourceScheduled():
                revision.schedules.append((event.position, event.data))
            case CorrectionProposed():
                correction = Correction(event.data, event)
                self._corrections[event.data.correction_id] = correction
                revision.corrections.append((event.position, correction))
                self._previews.propose(correction.decision(event.data.change))
            case CorrectionAccepted() | CorrectionRejected() | CorrectionWithdrawn():
                self._decide(event, event.data, revision)
            case CorrectionReverted():
                self._revert(event, event.data, revision)

    def _capture(self, event: Recorded, captured: DocumentCaptured, text: str | None) -> None:
        source = self._sources[captured.source_id]
        facts = DocumentFacts(
            id=captured.document_id,
            sha256=captured.sha256,
            source_id=captured.source_id,
            language=captured.language,
            title=source.title,
            author=source.author,
            publisher=source.publisher,
            url=source.url,
            published=source.published,
            captured=event.time.date().isoformat(),
            recaptured=captured.previous is not None,
        )
        self._documents[facts.id] = facts
        read = None
        if text is not None:
            # What its sentences say is known from here on: should it be erased, all that was made of them has to be made anew.
            self._erasures.readable.add(facts.id)
            read = read_text(text, facts.language, captured.skip)
        self._consolidator.read(facts, read)

    def _decide(self, event: Recorded, data: Outcome, revision: Revision) -> None:
        correction = self._corrections[data.correction_id]
        correction.decide(event, data)
        revision.corrections.append((correction.proposed.position, correction))
        self._previews.decide(data.correction_id)
        if isinstance(data, CorrectionAccepted):
            named = claims_named(data.change)
            self._previews.meet(named)
            self._consolidator.decide(correction.decision(data.change))
            self._previews.meet(named)

    def _revert(self, event: Recorded, data: CorrectionReverted, revision: Revision) -> None:
        correction = self._corrections[data.correction_id]
        correction.revert(event, data)
        revision.corrections.append((correction.proposed.position, correction))
        named = [claim_id for change in (correction.proposal.change, *correction.carried) for claim_id in claims_named(change)]
        self._previews.meet(named)
        self._consolidator.revert(data.correction_id)
        self._previews.meet(named)

    def _supersede(self, found: SupersededClaim, revision: Revision) -> None:
        concerned = [claim_id for claim_id in (found.claim_id, found.later) if claim_id is not None]
        self._previews.meet(concerned)
        carried = self._consolidator.supersede(found)
        self._previews.meet(concerned)
        for decision in carried:
            correction = self._corrections[decision.correction_id]
            correction.carried.append(decision.change)
            revision.corrections.append((correction.proposed.position, correction))

    def _consolidate(self, revision: Revision) -> None:
        delta = self._consolidator.flush()
        self._previews.end(delta.touched, self._sources_moved(revision), all_moved=bool(revision.erasures))
        revision.removed, revision.shared = delta.removed, delta.shared
        for entry in delta.changed:
            for claim_id in (*entry.claims, *entry.withdrawn):
                before = self._entry_of.get(claim_id)
                if before == entry.id:
                    continue
                if before is not None:
                    revision.left[claim_id] = before
                self._entry_of[claim_id] = revision.moved[claim_id] = entry.id
        near = [claim.claim_id for claim in revision.erased] + [other for _, data, _ in revision.erasures for other in data.around]
        survivors = {other for claim_id in near if (other := self._erasures.survivor(claim_id)) in self._entry_of}
        # Entries that were connected through what is gone may have come apart or together: all around are told.
        revision.lost = tuple(self._marked(entry) for entry in self._consolidator.around(survivors)) if survivors else ()
        bereft = {self._entry_of[claim_id] for claim_id in survivors}.difference(entry.id for entry in delta.changed)
        marked = [self._marked(entry) for entry in delta.changed]
        revision.bodies = {entry.id: delta.bodies[entry.id] for entry in marked if not entry.erased}
        changed = marked + [entry for entry in revision.lost if entry.id in bereft]
        revision.changed = self._consolidator.in_order(changed)
        revision.ended = tuple(entry.id for entry in changed if entry.id in self._entries) + tuple(
            entry_id for entry_id, _ in delta.removed
        )

    def _sources_moved(self, revision: Revision) -> set[str]:
        """The sources that make claims in a revision, or that editors said something of there."""
        making = {claim.document_id for _, claim in revision.claims}
        accepted = (correction.proposal.change for _, correction in revision.corrections if correction.state in ("accepted", "reverted"))
        named = {document_id for change in accepted for document_id in documents_named(change)}
        return {self._documents[document_id].source_id for document_id in making | named if document_id in self._documents}

    def _marked(self, entry: Entry) -> Entry:
        """The entry with the support that it lost."""
        erased = self._erasures.support(entry.claims)
        return entry.model_copy(update={"erased": erased}) if erased else entry

    def _change(self, commit: Sequence[Recorded], revision: Revision, untold: Mapping[str, bool]) -> bytes:
        """The CloudEvents JSON that subscribers get for this revision: the same bytes at every rebuild."""
        carried, told = self._told
        entries = [self._as_told(entry) for entry in revision.changed]
        entries += [{"id": gone, "change": "removed", "merged_into": into} for gone, into in revision.removed]
        entries += self._told_of_erasure(revision)
        entries += self._told_late(revision, untold)
        return change_bytes(self._slug, commit, self._last_change if self._last_change > carried else told, entries)

    def _told_of_erasure(self, revision: Revision) -> Iterator[dict[str, Any]]:
        """What subscribers have to know to stand where those stand who follow the readable log from its beginning.

        Of what they were told before, anything may be out of date that was connected with the erased claims: entries around are told
        whole, and that the other claims of these head no entry. Nothing here depends on what can no longer be read.
        """
        changed = {entry.id for entry in revision.changed}
        yield from (self._as_told(entry) for entry in revision.lost if entry.id not in changed)
        for claim in revision.erased:
            held_by = self._entry_of.get(self._erasures.survivor(claim.claim_id) or "")
            yield {"id": claim.claim_id, "change": "removed", "merged_into": held_by, "erased": True}
        for entry in revision.lost:
            yield from ({"id": other, "change": "removed", "merged_into": entry.id} for other in entry.claims if other != entry.id)

    def _told_late(self, revision: Revision, untold: Mapping[str, bool]) -> Iterator[dict[str, Any]]:
        """What subscribers have to know of entries that another generation showed otherwise, as they are now."""
        told = {entry.id for entry in revision.changed} | {entry_id for entry_id, _ in revision.removed}
        for entry_id, before in sorted(untold.items()):
            entry = self._consolidator.entry(entry_id)
            if entry_id in told:
                continue
            shown = None if entry is None else self._marked(entry)
            yield from told_late(entry_id, shown, self._entry_of.get(entry_id), before=before)

    def _as_told(self, entry: Entry) -> dict[str, Any]:
        return as_told(entry, "changed" if entry.id in self._entries else "created")


def _microseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def _superseded(recaptured: SourceRecaptured) -> Iterator[SupersededClaim]:
    """What becomes of the claims of an earlier capture. Those in doubt stand as they did."""
    here = recaptured.document_id
    for pair in recaptured.carried:
        yield SupersededClaim(claim_id=pair.earlier, how="carried", document_id=here, later=pair.later)
    for pair in recaptured.changed:
        yield SupersededClaim(claim_id=pair.earlier, how="changed", document_id=here, later=pair.later)
    for claim_id in recaptured.vanished:
        yield SupersededClaim(claim_id=claim_id, how="vanished", document_id=here)
