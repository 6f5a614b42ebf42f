"""A claim as the accepted corrections let it be read: what its source says stays recorded, what is shown is the corrected reading."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from services.query.reader import Correction
from shared.domain.claims import Bound, Claim, Value, ValueKind
from shared.domain.corrections import AmendDate, AmendValue, WithdrawClaim

_SIGNS: dict[str, Bound] = {"": "exact", "~": "about", ">": "more_than", "≥": "at_least", "<": "less_than", "≤": "at_most"}
_NUMBER = re.compile(r"(?P<sign>[~>≥<≤]?)\s*(?P<value>-?\d+(?:\.\d+)?)(?:\s*[–-]\s*(?P<upper>\d+(?:\.\d+)?))?")


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A value, with the correction that made it what it is, if any."""

    value: Value
    corrected_by: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim after the corrections that name it. `edtf` is its date, None where it gives none."""

    claim: Claim
    edtf: str | None
    values: tuple[ReadValue, ...]
    date_corrected_by: str | None = None
    withdrawn_by: str | None = None
    corrections: tuple[str, ...] = field(default=())


def read(claim: Claim, accepted: Iterable[Correction]) -> Reading:
    """Apply accepted corrections, in the order of their acceptance, to a claim."""
    reading = Reading(claim, claim.date.edtf if claim.date else None, tuple(ReadValue(value) for value in claim.values))
    for correction in accepted:
        reading = _apply(reading, correction)
    return reading


def _apply(reading: Reading, correction: Correction) -> Reading:
    match correction.change:
        case AmendDate(claim_id=claim_id, edtf=edtf) if claim_id == reading.claim.id:
            changed = replace(reading, edtf=edtf, date_corrected_by=correction.id)
        case AmendValue(claim_id=claim_id) as change if claim_id == reading.claim.id:
            changed = replace(reading, values=_amend(reading, change, correction.id))
        case WithdrawClaim(claim_id=claim_id) if claim_id == reading.claim.id:
            changed = replace(reading, withdrawn_by=correction.id)
        case _:
            return reading
    return replace(changed, corrections=(*reading.corrections, correction.id))


def _amend(reading: Reading, change: AmendValue, correction_id: str) -> tuple[ReadValue, ...]:
    meant = next(
        (known for known in reading.values if known.value.attribute == change.attribute and change.start in (None, known.value.start)), None
    )
    if meant is None:
        added = _added(reading.claim, change)
        return reading.values if added is None else (*reading.values, ReadValue(added, correction_id))
    amended = None if change.value is None else ReadValue(_with_value(meant.value, change.value), correction_id)
    return tuple(new for known in reading.values if (new := amended if known is meant else known) is not None)


def _added(claim: Claim, change: AmendValue) -> Value | None:
    """A value that was overlooked in the source: cited by the whole claim, for want of a better span."""
    if change.value is None:
        return None
    kind: ValueKind = "count" if _NUMBER.fullmatch(change.value.strip()) else "name"
    bare = Value(start=claim.start, end=claim.end, quote=claim.quote, attribute=change.attribute, value="0", kind=kind)
    return _with_value(bare, change.value)


def _with_value(known: Value, text: str) -> Value:
    """Return the value with another figure or name; `>200`, `~50` and `300–400` carry their bounds."""
    stripped = text.strip()
    number = _NUMBER.fullmatch(stripped.replace(",", "")) if known.numeric else None
    if number is None:
        kind: ValueKind = "name" if known.numeric else known.kind
        return known.model_copy(update={"value": stripped, "kind": kind, "bound": "exact", "upper": None})
    return known.model_copy(update={"value": number["value"], "bound": _SIGNS[number["sign"]], "upper": number["upper"]})
