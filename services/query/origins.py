"""Answers about origins, put together from what the projection found: with the words that are shared, checked where they stand."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import col, select

from services.query import reader
from services.query.citations import document_ref, entry_url, gather, passage_url, source_view
from services.query.entries import find_entry, holding, opened
from services.query.origins_schemas import (
    AlarmedEntry,
    AlarmList,
    AlarmStepView,
    AlarmView,
    AppearanceView,
    Genealogy,
    GenealogyStep,
    OriginsAnswer,
    OriginView,
    PlaceView,
    RelatedSource,
    SharedList,
    SharedPair,
    SharedSentenceView,
    SharingDocument,
    SourceRelations,
    TieReasonView,
    TieView,
)
from services.query.reader import Captured
from services.query.snapshot import Snapshot
from services.query.texts import Texts
from shared.domain.chronology import Alarm, Appearance, Entry, EntryValue, Origin, Tie, TieReason
from shared.domain.dates import Edtf
from shared.domain.errors import NotFound
from shared.domain.provenance import Span
from shared.lexicon.folding import words
from shared.store.read_model import ClaimRow, EntryRow, ResemblanceRow, SentenceRow

ALARMS = 100
SHARING = 50
"""Documents that one answer about shared sentences names at most."""
SENTENCES = 5_000
"""Shared places that are looked at for it."""
BATCH = 200
"""How many wordings go into one query at most: SQLite and PostgreSQL both limit the parameters of a statement."""
RELATED = 1_000
"""Entries that are looked at for the relations of a source."""


@dataclass(frozen=True, slots=True)
class _Shower:
    """Shows documents and their words."""

    snapshot: Snapshot
    texts: Texts
    documents: Mapping[str, Captured]

    def place(self, document_id: str, span: Span) -> PlaceView:
        text = self.texts.get(self.snapshot, document_id)
        url = passage_url(self.snapshot.slug, self.documents[document_id].document, span.start, f"p-{span.start}-{span.end}")
        return PlaceView(start=span.start, end=span.end, quote=text[span.start : span.end], document_id=document_id, url=url)

    def origin(self, origin: Origin) -> OriginView:
        return OriginView(
            documents=tuple(
                AppearanceView(document=document_ref(self.documents[one.document_id]), date=one.date, clock=one.clock)
                for one in origin.documents
            ),
            certain=origin.certain,
            claims=origin.claims,
            ties=tuple(self._tie(tie) for tie in origin.ties),
        )

    def _tie(self, tie: Tie) -> TieView:
        return TieView(
            later=tie.later, earlier=tie.earlier, cites=tie.cites, reasons=tuple(self._reason(tie, reason) for reason in tie.reasons)
        )

    def _reason(self, tie: Tie, reason: TieReason) -> TieReasonView:
        return TieReasonView(
            kind=reason.kind,
            says=_says(reason),
            name=reason.name,
            citing=self._citing(tie, reason),
            sentences=tuple(
                SharedSentenceView(
                    later=self.place(tie.later, shared.later), earlier=self.place(tie.earlier, shared.earlier), share=shared.share
                )
                for shared in reason.sentences
            ),
        )

    def _citing(self, tie: Tie, reason: TieReason) -> PlaceView | None:
        """Where one document cites the other. Of two that cite each other, it is in the one that names the other at that place."""
        span, name = reason.citing, set(words(reason.name or ""))
        if span is None or not tie.cites:
            return None
        if len(tie.cites) == 1:
            return self.place(tie.cites[0], span)
        named = {one: len(name.intersection(words(self.texts.get(self.snapshot, one)[span.start : span.end]))) for one in tie.cites}
        most = [one for one in tie.cites if named[one] == max(named.values())]
        return self.place(most[0], span) if len(most) == 1 else None

    def alarm(self, alarm: Alarm) -> AlarmView:
        return AlarmView(
            kind=alarm.kind,
            steps=tuple(
                AlarmStepView(
                    document=document_ref(self.documents[step.document_id]),
                    leans_on=document_ref(self.documents[step.leans_on]),
                    how=step.how,
                )
                for step in alarm.steps
            ),
        )


def _says(reason: TieReason) -> str:
    match reason.kind:
        case "editor":
            return "an editor said so"
        case "citation":
            return f"one cites the other: {reason.name}"
        case "shared-text":
            return "they share a sentence" if len(reason.sentences) == 1 else f"they share {len(reason.sentences)} sentences"
        case "attribution":
            return f"both say it on the word of {reason.name}"
        case "publisher":
            return f"both were published by {reason.name}"


def _shower(snapshot: Snapshot, texts: Texts, entries: Iterable[Entry]) -> _Shower:
    named = {one.document_id for entry in entries for origin in entry.origins for one in origin.documents}
    named |= {
        document_id
        for entry in entries
        for alarm in entry.alarms
        for step in alarm.steps
        for document_id in (step.document_id, step.leans_on)
    }
    return _Shower(snapshot, texts, reader.documents(snapshot, named))


def origins(snapshot: Snapshot, texts: Texts, entry: Entry) -> OriginsAnswer:
    """Show the origins behind an entry with the words that tie documents together."""
    shower = _shower(snapshot, texts, [entry])
    return OriginsAnswer(
        revision=snapshot.revision,
        entry_id=entry.id,
        origins=tuple(shower.origin(origin) for origin in entry.origins),
        alarms=tuple(shower.alarm(alarm) for alarm in entry.alarms),
    )


def genealogy(snapshot: Snapshot, texts: Texts, entry: Entry, attribute: str) -> Genealogy:
    """Show who gave an attribute which value first, who repeated it, and where it changed."""
    value = next((value for value in entry.values if value.attribute == attribute), None)
    if value is None:
        names = ", ".join(value.attribute for value in entry.values) or "none"
        raise NotFound(f"the entry has no value of {attribute!r}; its attributes are: {names}")
    given = [claim_id for alternative in value.alternatives for claim_id in alternative.claims]
    applied = tuple(correction.correction_id for correction in entry.corrections)
    evidence = gather(snapshot, texts, given, applied)
    document_of = {claim_id: held.claim.document_id for claim_id, held in evidence.claims.items()}
    lineage = _Lineage(entry, value, document_of)
    steps: list[GenealogyStep] = []
    for document_id, number, claim_id in lineage.in_order():
        how, taken_from = lineage.taken(document_id, number)
        alternative, appeared = value.alternatives[number], lineage.appearance[document_id]
        steps.append(
            GenealogyStep(
                shown=alternative.shown,
                unit=alternative.unit,
                how=how,
                taken_from=taken_from,
                origin=lineage.origin_of[document_id],
                date=appeared.date,
                clock=appeared.clock,
                citation=evidence.cite_value(claim_id, attribute, alternative),
            )
        )
    return Genealogy(revision=snapshot.revision, entry_id=entry.id, attribute=attribute, steps=tuple(steps))


How = Literal["first", "repeats", "changes"]


class _Lineage:
    """Which document of an entry may have taken a value from which."""

    def __init__(self, entry: Entry, value: EntryValue, document_of: Mapping[str, str]) -> None:
        self.appearance: dict[str, Appearance] = {}
        self.origin_of: dict[str, int] = {}
        self._before: dict[str, list[str]] = defaultdict(list)
        for number, origin in enumerate(entry.origins):
            for one in origin.documents:
                self.appearance[one.document_id], self.origin_of[one.document_id] = one, number
            for tie in origin.ties:
                self._before[tie.later].append(tie.earlier)
        self._given: dict[str, dict[int, str]] = defaultdict(dict)
        for number, alternative in enumerate(value.alternatives):
            for claim_id in alternative.claims:
                if (document_id := document_of.get(claim_id)) in self.appearance and document_id is not None:
                    self._given[document_id].setdefault(number, claim_id)
        self._place = {document_id: place for place, document_id in enumerate(self.appearance)}

    def in_order(self) -> Iterator[tuple[str, int, str]]:
        """Yield document, number of the alternative, and claim, in the order of appearance."""
        for document_id in sorted(self._given, key=lambda known: (_day(self.appearance[known]), self._place[known])):
            for number, claim_id in self._given[document_id].items():
                yield document_id, number, claim_id

    def taken(self, document_id: str, number: int) -> tuple[How, str | None]:
        """Say whether a document is the first to give an alternative, repeats it or changes another one, and from where it has it."""
        waiting, seen = list(self._before.get(document_id, ())), {document_id}
        while waiting:
            known = waiting.pop(0)
            if known in seen:
                continue
            seen.add(known)
            if known in self._given:
                return "repeats" if number in self._given[known] else "changes", known
            waiting += self._before.get(known, ())
        return "first", None


def _day(appeared: Appearance) -> float:
    return Edtf.parse(appeared.date).earliest if appeared.date else float("inf")


def alarms(snapshot: Snapshot, texts: Texts, after: str | None = None, limit: int = ALARMS) -> AlarmList:
    """List the entries with alarms, by id."""
    query = select(EntryRow).where(*holding(snapshot), col(EntryRow.alarms) > 0)
    if after is not None:
        query = query.where(col(EntryRow.id) > after)
    rows = list(snapshot.session.exec(query.order_by(col(EntryRow.id)).limit(limit + 1)))
    entries = [opened(snapshot, row) for row in rows[:limit]]
    shower = _shower(snapshot, texts, entries)
    return AlarmList(
        revision=snapshot.revision,
        entries=tuple(
            AlarmedEntry(
                id=entry.id,
                url=entry_url(snapshot.slug, entry.id),
                title=entry.title,
                alarms=tuple(shower.alarm(alarm) for alarm in entry.alarms),
            )
            for entry in entries
        ),
        next=entries[-1].id if len(rows) > limit else None,
    )


_Wording = tuple[str, int]


def shared(snapshot: Snapshot, texts: Texts, document_id: str) -> SharedList:
    """Show which sentences of a document stand in documents of other sources, too."""
    captured = reader.document(snapshot, document_id)
    texts.get(snapshot, document_id)  # says so where the document is erased
    own = _sentences(snapshot, col(SentenceRow.document_id) == document_id)
    near = _near(snapshot, {_wording(row) for row in own})
    wanted = sorted({*(_wording(row) for row in own), *(other for others in near.values() for other in others)})
    standing: dict[_Wording, list[SentenceRow]] = defaultdict(list)
    for first in range(0, len(wanted), BATCH):
        named = tuple_(col(SentenceRow.first_document_id), col(SentenceRow.first_start)).in_(wanted[first : first + BATCH])
        for row in _sentences(snapshot, named):
            standing[_wording(row)].append(row)
    found: dict[str, list[tuple[SentenceRow, SentenceRow]]] = defaultdict(list)
    for row in own:
        for wording in (_wording(row), *near.get(_wording(row), ())):
            for other in standing[wording]:
                found[other.document_id].append((row, other))
    known = reader.documents(snapshot, set(found))
    shower = _Shower(snapshot, texts, {**known, document_id: captured})
    source = captured.document.source_id
    others = [other for other in known if known[other].document.source_id != source and other not in snapshot.erasing]
    others.sort(key=lambda other: (-len(found[other]), other))
    return SharedList(
        revision=snapshot.revision,
        document_id=document_id,
        documents=tuple(
            SharingDocument(
                document=document_ref(shower.documents[other]),
                sentences=tuple(
                    SharedPair(
                        here=shower.place(document_id, Span(start=row.start, end=row.end)),
                        there=shower.place(other, Span(start=there.start, end=there.end)),
                        verbatim=_wording(row) == _wording(there),
                    )
                    for row, there in found[other]
                ),
            )
            for other in others[:SHARING]
        ),
        more=len(others) > SHARING or len(own) == SENTENCES,
    )


def _wording(row: SentenceRow) -> _Wording:
    return row.first_document_id, row.first_start


def _sentences(snapshot: Snapshot, condition: ColumnElement[bool]) -> list[SentenceRow]:
    query = select(SentenceRow).where(snapshot.rows.of(SentenceRow), condition)
    return list(snapshot.session.exec(query.order_by(col(SentenceRow.document_id), col(SentenceRow.start)).limit(SENTENCES)))


def _near(snapshot: Snapshot, wordings: Iterable[_Wording]) -> dict[_Wording, list[_Wording]]:
    """Return, for each wording, those that resemble it."""
    found: dict[_Wording, list[_Wording]] = defaultdict(list)
    listed = sorted(wordings)
    for first in range(0, len(listed), BATCH):
        named = tuple_(col(ResemblanceRow.document_id), col(ResemblanceRow.start)).in_(listed[first : first + BATCH])
        query = select(ResemblanceRow).where(snapshot.rows.of(ResemblanceRow), named)
        for row in snapshot.session.exec(query.order_by(col(ResemblanceRow.other_document_id), col(ResemblanceRow.other_start))):
            found[row.document_id, row.start].append((row.other_document_id, row.other_start))
    return found


def relations(snapshot: Snapshot, source_id: str) -> SourceRelations:
    """Show who tells of what a source tells of, and whether they agree."""
    known = reader.sources(snapshot)
    if source_id not in known:
        raise NotFound(f"there is no source {source_id} in the chronology {snapshot.slug!r}{snapshot.then}")
    documents = {captured.id: captured.document.source_id for captured in reader.documents(snapshot).values()}
    own = [document_id for document_id, source in documents.items() if source == source_id]
    entry_ids = _told_by(snapshot, own)
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for entry_id in entry_ids[:RELATED]:
        entry = find_entry(snapshot, entry_id)
        if entry is None or source_id not in entry.sources:
            continue
        told = _told(entry, reader.claims(snapshot, entry.claims), documents)
        for other in entry.sources:
            if other != source_id:
                agree, contradict = _compared(entry, told.get(source_id, {}), told.get(other, {}))
                dependent = any(source_id in origin.sources and other in origin.sources for origin in entry.origins)
                for at, more in enumerate((True, agree and not contradict, contradict, dependent)):
                    counts[other][at] += more
    ordered = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
    return SourceRelations(
        revision=snapshot.revision,
        source=source_view(source_id, known[source_id][0]),
        entries=min(len(entry_ids), RELATED),
        more=len(entry_ids) > RELATED,
        related=tuple(
            RelatedSource(source=source_view(other, known[other][0]), entries=n, agree=a, contradict=c, dependent=d)
            for other, (n, a, c, d) in ordered
        ),
    )


def _told_by(snapshot: Snapshot, document_ids: list[str]) -> list[str]:
    """The entries that hold claims of these documents, one more than are compared at most."""
    here = (snapshot.rows.of(ClaimRow), col(ClaimRow.document_id).in_(document_ids), col(ClaimRow.position) <= snapshot.revision)
    if snapshot.past:
        claim_ids = snapshot.session.exec(select(ClaimRow.id).where(*here)).all()
        return sorted(set(reader.holders(snapshot, claim_ids).values()))[: RELATED + 1]
    held = select(ClaimRow.entry_id).where(*here).distinct().order_by(ClaimRow.entry_id).limit(RELATED + 1)
    return list(snapshot.session.exec(held))


def _told(entry: Entry, held: Mapping[str, reader.HeldClaim], documents: Mapping[str, str]) -> dict[str, dict[str, set[int]]]:
    """Source -> attribute -> the alternatives that it gives."""
    told: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for value in entry.values:
        for number, alternative in enumerate(value.alternatives):
            for claim_id in alternative.claims:
                if claim_id in held:
                    told[documents[held[claim_id].claim.document_id]][value.attribute].add(number)
    return told


def _compared(entry: Entry, one: Mapping[str, set[int]], other: Mapping[str, set[int]]) -> tuple[bool, bool]:
    """Whether two sources give one value alike, and whether they give values of a disputed attribute that have nothing in common."""
    both = [attribute for attribute in one if attribute in other]
    disputed = {value.attribute for value in entry.values if value.status == "disputed"}
    agree = any(one[attribute] & other[attribute] for attribute in both)
    return agree, any(attribute in disputed and not one[attribute] & other[attribute] for attribute in both)
