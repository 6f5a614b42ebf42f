"""From a group of claims to the entry that readers see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.projection.consolidation.clusters import Pair
from services.projection.consolidation.dates import entry_date, outer_bounds
from services.projection.consolidation.origins import Independence
from services.projection.consolidation.rulings import Rulings
from services.projection.consolidation.titles import title_of
from services.projection.consolidation.values import entry_values
from services.projection.independence.origins import Origins
from shared.domain.chronology import AppliedCorrection, Decision, Entry, EntryDate, EntryValue, Link, Reason, Status
from shared.domain.claims import Confidence
from shared.domain.corrections import (
    AmendDate,
    AmendValue,
    Change,
    JoinOrigins,
    MergeEntries,
    RetitleEntry,
    SplitEntry,
    SplitOrigins,
    WithdrawClaim,
)
from shared.domain.dates import Edtf
from shared.matching.compatibility import Judgement
from shared.matching.features import Features
from shared.matching.readings import ContentKey, Reading
from shared.matching.spans import told

_MERGED = Reason(kind="editor")
_LEVELS: tuple[Confidence, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Group:
    """The claims of one entry in content order, with what they tell of and the pairs that hold them together."""

    readings: tuple[Reading, ...]
    features: Mapping[str, Features]
    spanning: Sequence[Pair]
    links: Mapping[Pair, Judgement]


def assemble(group: Group, rulings: Rulings, independence: Independence) -> Entry:
    """Make the entry of a group of claims."""
    live = [reading for reading in group.readings if not reading.withdrawn]
    telling = live or list(group.readings)
    origins = independence.origins([reading for reading in group.readings if not reading.withdrawn or reading.superseded] or telling)
    date = entry_date(telling, origins)
    values = entry_values(telling, origins)
    earliest, latest = outer_bounds(date)
    claim_ids = tuple(reading.id for reading in group.readings)
    title, title_claim = _title(group, rulings)
    status = _status(telling, date, values, origins, withdrawn=not live)
    sources = tuple(dict.fromkeys(reading.testimony.document.source_id for reading in telling))
    return Entry(
        id=min(group.readings, key=lambda reading: reading.testimony.position).id,
        title=title,
        title_claim=title_claim,
        date=date,
        earliest=earliest,
        latest=latest,
        values=values,
        claims=claim_ids,
        withdrawn=tuple(reading.id for reading in group.readings if reading.withdrawn),
        superseded=tuple(reading.superseded for reading in group.readings if reading.superseded),
        links=tuple(_link(pair, group, rulings) for pair in _in_order(group)),
        corrections=_corrections(claim_ids, rulings, independence.rulings.shaping(sources)),
        origins=origins.all,
        alarms=origins.alarms,
        sources=sources,
        status=status,
        planned=_planned(telling),
        confidence=_confidence(telling, origins),
    )


def chronological(entry: Entry, first: ContentKey) -> tuple[bool, float, float, ContentKey]:
    """The order of entries: by first possible day, then by last, then by content; those without a date last."""
    undated = not entry.date.alternatives
    earliest = float("-inf") if entry.earliest is None else float(entry.earliest)
    return undated, earliest, float("inf") if entry.latest is None else float(entry.latest), first


def _title(group: Group, rulings: Rulings) -> tuple[str, str | None]:
    decision = rulings.title(reading.id for reading in group.readings)
    if decision and isinstance(decision.change, RetitleEntry):
        return decision.change.title, None
    return title_of(group.readings, group.features)


def _status(telling: Sequence[Reading], date: EntryDate, values: Sequence[EntryValue], origins: Origins, *, withdrawn: bool) -> Status:
    if withdrawn:
        return "withdrawn"
    if date.status == "disputed" or any(value.status == "disputed" for value in values) or _denied_elsewhere(telling):
        return "disputed"
    if any(reading.decisions for reading in telling):
        return "corrected"
    return "corroborated" if origins.count(_supporting(telling)) >= 2 else "single-source"


def _supporting(telling: Sequence[Reading]) -> list[str]:
    return [reading.id for reading in telling if reading.modality in ("happened", "planned")]


def _denied_elsewhere(telling: Sequence[Reading]) -> bool:
    """Whether one document says that it happened and another denies it."""
    said = {reading.testimony.document.sha256 for reading in telling if reading.modality == "happened"}
    denied = {reading.testimony.document.sha256 for reading in telling if reading.modality == "denied"}
    return any(one != other for one in said for other in denied)


def _planned(telling: Sequence[Reading]) -> bool:
    modalities = {reading.modality for reading in telling}
    return "happened" not in modalities and "planned" in modalities


def _confidence(telling: Sequence[Reading], origins: Origins) -> Confidence:
    """The best of what extractors were confident of, one level up where two independent origins agree that it happened."""
    best = max(_LEVELS.index(reading.testimony.claim.confidence) for reading in telling)
    raised = best + (origins.count(_supporting(telling)) >= 2)
    return _LEVELS[min(raised, len(_LEVELS) - 1)]


def _in_order(group: Group) -> list[Pair]:
    order = {reading.id: index for index, reading in enumerate(group.readings)}
    pairs = [(one, other) if order[one] <= order[other] else (other, one) for one, other in group.spanning]
    return sorted(pairs, key=lambda pair: (order[pair[0]], order[pair[1]]))


def _link(pair: Pair, group: Group, rulings: Rulings) -> Link:
    one, other = pair
    by_editor = (_MERGED,) if other in rulings.tied_within(one, group.features) else ()
    judgement = group.links.get(pair) or group.links.get((other, one))
    return Link(claims=pair, reasons=by_editor + (judgement.reasons if judgement else ()))


def _corrections(claim_ids: tuple[str, ...], rulings: Rulings, of_origins: Sequence[Decision]) -> tuple[AppliedCorrection, ...]:
    found = {decision.correction_id: decision for claim_id in claim_ids for decision in rulings.naming.get(claim_id, ())}
    found |= {decision.correction_id: decision for decision in of_origins}
    return tuple(_applied(decision) for decision in sorted(found.values(), key=lambda decision: rulings.order[decision.correction_id]))


def _applied(decision: Decision) -> AppliedCorrection:
    return AppliedCorrection(
        correction_id=decision.correction_id,
        kind=decision.change.kind,
        summary=summary(decision.change),
        reason=decision.reason,
        proposed_by=decision.proposed_by,
        proposed_at=decision.proposed_at,
        accepted_by=decision.accepted_by,
        accepted_at=decision.accepted_at,
    )


def summary(change: Change) -> str:
    """Say in plain words what a correction does."""
    match change:
        case AmendDate(edtf=None):
            return "one claim gives no date: the date it was read to give was removed"
        case AmendDate(edtf=edtf):
            return f"the date of one claim is {told(Edtf.parse(str(edtf)))}"
        case AmendValue(attribute=attribute, value=None):
            return f"one claim's value of {attribute} was removed"
        case AmendValue(attribute=attribute, value=value):
            return f"one claim's value of {attribute} is {value}"
        case WithdrawClaim():
            return "one claim was withdrawn"
        case MergeEntries(claim_ids=claim_ids):
            return f"the entries of {len(claim_ids)} claims were merged: they tell of one happening"
        case SplitEntry(out=out, kept=kept):
            return f"{_claims(len(out))} tell of another happening than {_claims(len(kept))} with which they stood"
        case RetitleEntry(title=title):
            return f"the entry is called “{title}”"
        case JoinOrigins(document_ids=document_ids):
            return f"{len(document_ids)} documents are one origin: they are not independent of one another"
        case SplitOrigins(document_ids=document_ids):
            return f"{len(document_ids)} documents are independent of one another"


def _claims(number: int) -> str:
    return "1 claim" if number == 1 else f"{number} claims"
