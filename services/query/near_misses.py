"""What was nearly grouped with an entry: found and judged when somebody asks, as consolidation judges.

Nothing of it is stored, so that it costs neither the fold nor the read model anything, and is as good at any earlier revision. Looked at
are entries beside the one asked about in the chronology: the next ones, the next that speak of the same kind of happening in whatever
language, and the next that name a place, a person or a title that this one names. Who comes nearest is decided by the judgement that
groups claims, so that its reasons are the reasons why these stand apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.query.answers import summary
from services.query.citations import Evidence, accepted, entry_url, evidence_of
from services.query.entries import entries_of, place_of
from services.query.finding import any_phrase
from services.query.heads import Head
from services.query.orders import Listed, Search, walk
from services.query.pages.reasons import reason_words
from services.query.pages.wording import ENGLISH
from services.query.reader import claims as read_claims
from services.query.schemas import EntrySummary, NearMiss, NearMisses
from services.query.segments import Match
from services.query.snapshot import Snapshot
from services.query.texts import Texts
from shared.domain.chronology import DocumentFacts, Entry, Reason, Testimony
from shared.domain.corrections import SplitEntry
from shared.lexicon.folding import words
from shared.lexicon.happenings import concept_words
from shared.lexicon.places import names_of_place
from shared.matching import compatibility
from shared.matching.compatibility import judge, near_miss
from shared.matching.features import Features, features
from shared.matching.readings import reading_of

LIMIT = 5
"""How many near misses are shown."""
BESIDE, OF_KIND, NAMING = 6, 8, 8
"""How many entries are looked at on either side: the next ones, the next of a kind, the next that name somebody or something."""
KINDS, NAMES = 3, 8
"""How many kinds and names are looked for."""
CLAIMS = 8
"""How many claims of an entry are weighed."""
LEAST = 3.0
"""How much has to speak for one happening, dates aside, that readers hear of it."""


@dataclass(frozen=True, slots=True)
class _Near:
    """An entry with the two claims that come nearest."""

    entry: Entry
    ours: Features
    theirs: Features
    weighed: compatibility.NearMiss

    @property
    def order(self) -> tuple[object, ...]:
        return -self.weighed.score, self.theirs.key, self.ours.key


def near_misses(snapshot: Snapshot, texts: Texts, found: Entry) -> NearMisses:
    """Return the entries that come nearest to one without standing in it, at the snapshot's revision."""
    changes = accepted(snapshot)
    ours = _told(evidence_of(snapshot, texts, read_claims(snapshot, _standing(found)), changes))
    others = _candidates(snapshot, found, ours)
    evidence = evidence_of(
        snapshot, texts, read_claims(snapshot, [claim_id for entry in (found, *others) for claim_id in _standing(entry)]), changes
    )
    told = {one.id: one for one in _told(evidence)}
    near = sorted(filter(None, (_nearest(ours, other, told) for other in others)), key=lambda one: one.order)[:LIMIT]
    splits = [correction.change for correction in changes if isinstance(correction.change, SplitEntry)]
    return NearMisses(
        revision=snapshot.revision,
        id=found.id,
        url=f"{entry_url(snapshot.slug, found.id)}/near-misses",
        title=found.title,
        limit=LIMIT,
        near_misses=tuple(_shown(snapshot, evidence, one, _objections(found, one, told, splits)) for one in near),
    )


def _standing(entry: Entry) -> list[str]:
    """The claims of an entry that are weighed: those that stand, or all where none does."""
    return [claim_id for claim_id in entry.claims if claim_id not in entry.withdrawn][:CLAIMS] or list(entry.claims[:CLAIMS])


def _told(evidence: Evidence) -> list[Features]:
    return [features(reading_of(_testimony(evidence, claim_id), evidence.readings[claim_id])) for claim_id in evidence.claims]


def _testimony(evidence: Evidence, claim_id: str) -> Testimony:
    claim = evidence.claims[claim_id].claim
    captured = evidence.documents[claim.document_id].document
    facts = DocumentFacts(id=claim.document_id, sha256=captured.sha256, source_id=captured.source_id, language=captured.language)
    return Testimony(claim=claim, document=facts, position=0)


def _candidates(snapshot: Snapshot, found: Entry, ours: Sequence[Features]) -> list[Entry]:
    """Entries among which the nearest are looked for, each once."""
    rows = {row.id: row for match, limit in _looks(snapshot, ours) for row in _beside(snapshot, found, match, limit)}
    return entries_of(snapshot, list(rows.values()))


def _beside(snapshot: Snapshot, found: Entry, match: Match, limit: int) -> Iterator[Listed]:
    for backwards in (False, True):
        yield from walk(snapshot, Search(match), place_of(found), limit, backwards=backwards)


def _looks(snapshot: Snapshot, ours: Sequence[Features]) -> Iterator[tuple[Match, int]]:
    yield (), BESIDE
    kinds = sorted({name for one in ours for name in one.heads})[:KINDS]
    for kind in kinds:
        yield any_phrase(snapshot.key, concept_words(kind)), OF_KIND
    named = sorted({name for one in ours for name in (*one.titles.values(), *one.actors.values(), *one.places.values())})[:NAMES]
    spelled = [spelling for name in named for spelling in {name, *names_of_place(name)}]
    if spelled:
        yield any_phrase(snapshot.key, map(words, spelled)), NAMING


def _nearest(ours: Sequence[Features], other: Entry, told: dict[str, Features]) -> _Near | None:
    pairs = [_Near(other, one, told[there], near_miss(one, told[there])) for one in ours for there in _standing(other) if there in told]
    enough = [pair for pair in pairs if pair.weighed.agreement >= LEAST]
    return min(enough, key=lambda pair: pair.order, default=None)


def _objections(found: Entry, near: _Near, told: dict[str, Features], splits: Sequence[SplitEntry]) -> tuple[Reason, ...]:
    """Why the two stand apart: editors, what differs between the two claims or between others of their entries, or too little in common."""
    ours, theirs = set(found.claims), set(near.entry.claims)
    for split in splits:
        out, kept = set(split.out), set(split.kept)
        if (ours & out and theirs & kept) or (ours & kept and theirs & out):
            return (Reason(kind="split"), *near.weighed.differs)
    judged = judge(near.ours, near.theirs)
    if judged is None or not judged.linked:
        return near.weighed.differs or (Reason(kind="too-little"),)
    between = [
        reason
        for one in _standing(found)
        for other in _standing(near.entry)
        if one in told and other in told
        for reason in near_miss(told[one], told[other]).differs
        if reason.kind in ("dates-apart", "other-ordinal")
    ]
    return (*dict.fromkeys(between[:2]), *near.weighed.differs) or (Reason(kind="not-compared"),)


def _shown(snapshot: Snapshot, evidence: Evidence, near: _Near, objections: tuple[Reason, ...]) -> NearMiss:
    return NearMiss(
        entry=EntrySummary.model_validate(summary(snapshot, Head.of(near.entry))),
        claims=(evidence.show_claim(near.ours.id), evidence.show_claim(near.theirs.id)),
        agrees=tuple(reason_words(reason, ENGLISH) for reason in near.weighed.agrees),
        differs=tuple(reason_words(reason, ENGLISH) for reason in objections),
        evidence=near.weighed.agrees,
        objections=objections,
    )
