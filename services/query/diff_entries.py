"""What is otherwise between two versions of an entry: compared purely, then described with what the claims say."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from services.query import reader
from services.query.snapshot import Snapshot
from services.query.time_schemas import (
    ClaimRef,
    ClaimsChange,
    DateChange,
    DateSide,
    EntryChange,
    TextChange,
    ValueChange,
    ValueSide,
)
from shared.domain.chronology import Entry, EntryDate, EntryValue

LISTED = 200
"""Claims of one answer that are described with what they say; of more, the ids alone are told."""

DATE = "date"
"""How the date of happening is named among what claims disagree on."""

Told = TypeVar("Told")


def compare(before: Entry | None, after: Entry | None) -> EntryChange:
    """Say what differs between two versions of an entry; None stands for no entry. Claims are named by id alone.

    Of an entry that is gone, its claims and values are told as gone; where they are now is no part of this.
    """
    what = EntryChange(
        title=_text(before.title if before else None, after.title if after else None),
        date=_date(before, after),
        status=_text(before.status if before else None, after.status if after else None),
        planned=_text(str(before.planned).lower(), str(after.planned).lower()) if before and after else None,
        values=_values(before, after),
        claims=_claims(before, after),
        arose=_new(_disputes(before), _disputes(after)),
        settled=_new(_disputes(after), _disputes(before)) if after else (),
        corrections=_new(_corrections(before), _corrections(after)),
        superseded=_new(before.superseded if before else (), after.superseded if after else ()),
        erased=_new(before.erased if before else (), after.erased if after else ()),
    )
    return what.model_copy(update={"other": _other(before, after, what)}) if before and after else what


def _new(before: Iterable[Told], after: Iterable[Told]) -> tuple[Told, ...]:
    """What is in `after` and was not in `before`."""
    known = list(before)
    return tuple(one for one in after if one not in known)


def _text(before: str | None, after: str | None) -> TextChange | None:
    return None if before == after else TextChange(before=before, after=after)


def _date(before: Entry | None, after: Entry | None) -> DateChange | None:
    sides = DateChange(before=before and _date_side(before.date), after=after and _date_side(after.date))
    return None if sides.before == sides.after else sides


def _date_side(date: EntryDate) -> DateSide:
    return DateSide(edtf=date.edtf, status=date.status, alternatives=tuple(dict.fromkeys(one.edtf for one in date.alternatives)))


def _values(before: Entry | None, after: Entry | None) -> tuple[ValueChange, ...]:
    old = {value.attribute: _value_side(value) for value in before.values} if before else {}
    new = {value.attribute: _value_side(value) for value in after.values} if after else {}
    return tuple(
        ValueChange(attribute=attribute, before=old.get(attribute), after=new.get(attribute))
        for attribute in dict.fromkeys((*new, *old))
        if not _says_the_same(old.get(attribute), new.get(attribute))
    )


def _says_the_same(before: ValueSide | None, after: ValueSide | None) -> bool:
    """Whether two sides have the same values and status; which of the values has the most support is told by the claims."""
    if before is None or after is None:
        return before == after
    return before.status == after.status and set(before.values) == set(after.values)


def _value_side(value: EntryValue) -> ValueSide:
    shown = (f"{one.shown}{one.unit if one.unit == '%' else f' {one.unit}'}" if one.unit else one.shown for one in value.alternatives)
    return ValueSide(status=value.status, values=tuple(shown))


def _claims(before: Entry | None, after: Entry | None) -> ClaimsChange:
    # A withdrawn claim may or may not be among the claims of an entry: it stands there either way.
    old = dict.fromkeys((*before.claims, *before.withdrawn)) if before else {}
    new = dict.fromkeys((*after.claims, *after.withdrawn)) if after else {}
    was, now = set(before.withdrawn if before else ()), set(after.withdrawn if after else ())
    return ClaimsChange(
        added=_refs(claim_id for claim_id in new if claim_id not in old),
        removed=_refs(claim_id for claim_id in old if claim_id not in new),
        withdrawn=_refs(claim_id for claim_id in new if claim_id in now and claim_id not in was),
        restored=_refs(claim_id for claim_id in new if claim_id in was and claim_id not in now),
    )


def _refs(claim_ids: Iterable[str]) -> tuple[ClaimRef, ...]:
    return tuple(ClaimRef(claim_id=claim_id) for claim_id in claim_ids)


def _disputes(entry: Entry | None) -> list[str]:
    if entry is None:
        return []
    date = [DATE] if entry.date.status == "disputed" else []
    return date + [value.attribute for value in entry.values if value.status == "disputed"]


def _corrections(entry: Entry | None) -> list[str]:
    return [applied.correction_id for applied in entry.corrections] if entry else []


def _other(before: Entry, after: Entry, what: EntryChange) -> tuple[str, ...]:
    """The parts of an entry that differ in something which nothing else in the comparison tells of."""
    told = {name for name in ("title", "date", "values", "status", "planned", "superseded", "corrections", "erased") if getattr(what, name)}
    if what.claims != ClaimsChange():
        told |= {"claims", "withdrawn"}
    named = (name for name in Entry.model_fields if name not in told and name not in ("earliest", "latest", "title_claim"))
    return tuple(name for name in named if getattr(before, name) != getattr(after, name))


def described(later: Snapshot, whats: Sequence[EntryChange], moved: Mapping[str, str] = MappingProxyType({})) -> list[EntryChange]:
    """Say of the claims in comparisons what they state, where, and which entry holds them at the later revision.

    `moved` maps claims to other entries that are to be told of instead.
    """
    named = dict.fromkeys(ref.claim_id for what in whats for ref in _all_refs(what.claims))
    held = reader.claims(later, list(named)[:LISTED])
    rest = reader.holders(later, list(named)[LISTED:])

    def describe(ref: ClaimRef) -> ClaimRef:
        found = held.get(ref.claim_id)
        if found is None:
            return ref.model_copy(update={"entry_id": moved.get(ref.claim_id, rest.get(ref.claim_id))})
        claim, holder = found.claim, moved.get(ref.claim_id, found.entry_id)
        return ClaimRef(claim_id=claim.id, document_id=claim.document_id, statement=claim.statement, entry_id=holder)

    def describe_all(claims: ClaimsChange) -> ClaimsChange:
        return ClaimsChange(**{name: tuple(map(describe, getattr(claims, name))) for name in ClaimsChange.model_fields})

    return [what.model_copy(update={"claims": describe_all(what.claims)}) for what in whats]


def _all_refs(claims: ClaimsChange) -> tuple[ClaimRef, ...]:
    return (*claims.added, *claims.removed, *claims.withdrawn, *claims.restored)
