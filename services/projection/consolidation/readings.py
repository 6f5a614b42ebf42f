"""Claims as editors' decisions let them be read: amended dates and values, withdrawn or not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from shared.domain.chronology import Decision, Testimony
from shared.domain.claims import Bound, Modality, Value
from shared.domain.corrections import AmendDate, AmendValue, WithdrawClaim
from shared.domain.dates import Edtf
from shared.domain.ids import sha256

_SIGNS: dict[str, Bound] = {"": "exact", "~": "about", ">": "more_than", "≥": "at_least", "<": "less_than", "≤": "at_most"}
_AMENDED_NUMBER = re.compile(r"(?P<sign>[~>≥<≤]?)\s*(?P<value>-?\d+(?:\.\d+)?)(?:\s*[–-]\s*(?P<upper>\d+(?:\.\d+)?))?")

ContentKey = tuple[str, int, int, str, str]
"""An order of claims that knows nothing of their arrival: the testimony's own, then a hash of all that the claim says."""


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A value with the correction that made it, if any; `original` is what the source's own words were read as, as shown."""

    value: Value
    original: str | None = None
    corrected_by: str | None = None


@dataclass(frozen=True)
class Reading:
    """A claim as it stands after the decisions on it."""

    testimony: Testimony
    date: Edtf | None
    values: tuple[ReadValue, ...]
    date_corrected_by: str | None = None
    withdrawn: bool = False
    decisions: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        """The id of the claim."""
        return self.testimony.claim.id

    @property
    def modality(self) -> Modality:
        """Whether the claim says that it happened, was planned, is denied or is hypothetical."""
        return self.testimony.claim.modality

    @cached_property
    def key(self) -> ContentKey:
        """The place of the claim in content order."""
        said = self.testimony.claim.model_dump_json(exclude={"id", "document_id", "continues"})
        return (*self.testimony.content_key, sha256(said.encode()))


def read(testimony: Testimony, decisions: Sequence[Decision] = ()) -> Reading:
    """Apply the decisions that name a claim, in order, to what it says."""
    claim = testimony.claim
    date = Edtf.parse(claim.date.edtf) if claim.date else None
    reading = Reading(testimony, date, tuple(ReadValue(value) for value in claim.values))
    for decision in decisions:
        reading = _apply(reading, decision)
    return reading


def _apply(reading: Reading, decision: Decision) -> Reading:
    match decision.change:
        case AmendDate(claim_id=claim_id, edtf=edtf) if claim_id == reading.id:
            changed = replace(reading, date=Edtf.parse(edtf) if edtf else None, date_corrected_by=decision.correction_id)
        case AmendValue(claim_id=claim_id) as change if claim_id == reading.id:
            changed = replace(reading, values=_amend(reading, change, decision.correction_id))
        case WithdrawClaim(claim_id=claim_id) if claim_id == reading.id:
            changed = replace(reading, withdrawn=True)
        case _:
            return reading
    return replace(changed, decisions=(*reading.decisions, decision.correction_id))


def _amend(reading: Reading, change: AmendValue, correction_id: str) -> tuple[ReadValue, ...]:
    meant = [
        index
        for index, known in enumerate(reading.values)
        if known.value.attribute == change.attribute and change.start in (None, known.value.start)
    ]
    if not meant:
        return (*reading.values, *_added(reading, change, correction_id))
    amended: list[ReadValue] = []
    for index, known in enumerate(reading.values):
        if index != meant[0]:
            amended.append(known)
        elif change.value is not None:
            amended.append(ReadValue(_with_value(known.value, change.value), known.original or known.value.shown, correction_id))
    return tuple(amended)


def _added(reading: Reading, change: AmendValue, correction_id: str) -> tuple[ReadValue, ...]:
    """A value that the extractor missed: cited by the claim's own span, for want of a better one."""
    if change.value is None:
        return ()
    claim = reading.testimony.claim
    bare = Value(start=claim.start, end=claim.end, quote=claim.quote, attribute=change.attribute, value=change.value, kind="name")
    kind = "count" if _AMENDED_NUMBER.fullmatch(change.value.strip()) else "name"
    return (ReadValue(_with_value(bare.model_copy(update={"kind": kind}), change.value), None, correction_id),)


def _with_value(known: Value, text: str) -> Value:
    """Return the value with another figure or name; `>200`, `~50` and `300–400` carry their bounds."""
    number = _AMENDED_NUMBER.fullmatch(text.strip().replace(",", "") if known.numeric else text.strip())
    if not known.numeric:
        return known.model_copy(update={"value": text.strip()})
    if number is None:
        return known.model_copy(update={"value": text.strip(), "kind": "name", "bound": "exact", "upper": None})
    return known.model_copy(update={"value": number["value"], "bound": _SIGNS[number["sign"]], "upper": number["upper"]})
