"""A claim as accepted corrections let it be read: what its source says stays recorded, what is shown is the corrected reading."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from shared.domain.claims import SIGNS, Bound, Claim, Value, ValueKind
from shared.domain.corrections import AmendDate, AmendValue, Change, WithdrawClaim

_BOUNDS: dict[str, Bound] = {sign: bound for bound, sign in SIGNS.items()}
_DECIMAL = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_NUMBER = re.compile(rf"(?P<sign>[~>≥<≤]?)\s*(?P<value>{_DECIMAL})|(?P<lower>{_DECIMAL})\s*[–-]\s*(?P<upper>{_DECIMAL})")


@dataclass(frozen=True, slots=True)
class ReadValue:
    """A value with the correction that made it, if any; `original` is what the source's own words were read as, as shown."""

    value: Value
    original: str | None = None
    corrected_by: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim after the corrections that name it. `edtf` is its date, None where it gives none; `corrections` are their ids, in order."""

    claim: Claim
    edtf: str | None
    values: tuple[ReadValue, ...]
    date_corrected_by: str | None = None
    withdrawn_by: str | None = None
    corrections: tuple[str, ...] = ()


def read(claim: Claim, accepted: Iterable[tuple[str, Change]]) -> Reading:
    """Apply accepted corrections, given as ids and changes in the order of their acceptance, to a claim."""
    reading = Reading(claim, claim.date.edtf if claim.date else None, tuple(ReadValue(value) for value in claim.values))
    for correction_id, change in accepted:
        reading = _apply(reading, correction_id, change)
    return reading


def _apply(reading: Reading, correction_id: str, change: Change) -> Reading:
    match change:
        case AmendDate(claim_id=claim_id, edtf=edtf) if claim_id == reading.claim.id:
            changed = replace(reading, edtf=edtf, date_corrected_by=correction_id)
        case AmendValue(claim_id=claim_id) if claim_id == reading.claim.id:
            changed = replace(reading, values=_amend(reading, change, correction_id))
        case WithdrawClaim(claim_id=claim_id) if claim_id == reading.claim.id:
            changed = replace(reading, withdrawn_by=correction_id)
        case _:
            return reading
    return replace(changed, corrections=(*reading.corrections, correction_id))


def _amend(reading: Reading, change: AmendValue, correction_id: str) -> tuple[ReadValue, ...]:
    meant = next(
        (known for known in reading.values if known.value.attribute == change.attribute and change.start in (None, known.value.start)), None
    )
    if meant is None:
        return (*reading.values, *_added(reading.claim, change, correction_id))
    amended = (
        None
        if change.value is None
        else ReadValue(with_value(meant.value, change.value), meant.original or meant.value.shown, correction_id)
    )
    return tuple(new for known in reading.values if (new := amended if known is meant else known) is not None)


def _added(claim: Claim, change: AmendValue, correction_id: str) -> tuple[ReadValue, ...]:
    """A value that was overlooked in the source: cited by the whole claim, for want of a better span."""
    if change.value is None:
        return ()
    kind: ValueKind = "count" if _number(change.value.strip()) else "name"
    bare = Value(start=claim.start, end=claim.end, quote=claim.quote, attribute=change.attribute, value="0", kind=kind)
    return (ReadValue(with_value(bare, change.value), None, correction_id),)


def with_value(known: Value, text: str) -> Value:
    """Return the value with another figure or name; `>200`, `~50` and `300–400` carry their bounds.

    A comma stands between thousands and nowhere else: `1,5` is no number, as it is 1.5 to some readers and a slip of the finger to others.
    A figure that is no number makes a name of the value: whoever asks for a number looks at `kind`.
    """
    stripped = text.strip()
    number = _number(stripped) if known.numeric else None
    if number is None:
        kind: ValueKind = "name" if known.numeric else known.kind
        return known.model_copy(update={"value": stripped, "kind": kind, "bound": "exact", "upper": None})
    value, bound, upper = number
    return known.model_copy(update={"value": value, "bound": bound, "upper": upper})


def _number(text: str) -> tuple[str, Bound, str | None] | None:
    """Read a figure, its bound, and the other end of a range, which rises; None where it is no such thing."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    value, upper = ((found[name] or "").replace(",", "") for name in ("value", "upper"))
    if not upper:
        return value, _BOUNDS[found["sign"]], None
    lower = found["lower"].replace(",", "")
    return (lower, "exact", upper) if Decimal(lower) < Decimal(upper) else None
