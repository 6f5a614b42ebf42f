"""The values of an entry: every one that any claim gives, grouped by attribute, and whether they can all be true.

A dispute needs two documents. What one document says of one attribute in two figures (130 institutions and 25 institutions) are facts about
parts; another document disputes them only with a figure that corresponds to none of them while one of them corresponds to none of its own.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from services.projection.independence.origins import Origins
from shared.domain.chronology import EntryValue, Status, ValueAlternative
from shared.domain.claims import Value
from shared.domain.readings import ReadValue
from shared.lexicon.places import lies_within
from shared.matching.readings import Form, Reading, place_key

_ABOUT = Decimal("0.1")
"""About fifty means 45 to 55."""
_SINGLE_KINDS = ("identifier",)
_SINGLE_ATTRIBUTES = ("place",)
"""An entry has one number and one place; it may have many names of other sorts."""


@dataclass(frozen=True, slots=True)
class _Said:
    """A value, who says it, and in which document."""

    reading: Reading
    known: ReadValue
    form: Form

    @property
    def document(self) -> str:
        return self.reading.testimony.document.sha256


def entry_values(readings: Sequence[Reading], origins: Origins) -> tuple[EntryValue, ...]:
    """Consolidate the values of an entry's claims, given in content order; attributes by name."""
    withdrawn = all(reading.withdrawn for reading in readings)
    said: dict[str, list[_Said]] = defaultdict(list)
    for reading in readings:
        if withdrawn or not reading.withdrawn:
            for known, form in zip(reading.values, reading.forms, strict=True):
                said[known.value.attribute].append(_Said(reading, known, form))
    return tuple(_entry_value(attribute, said[attribute], origins, withdrawn=withdrawn) for attribute in sorted(said))


def _entry_value(attribute: str, said: Sequence[_Said], origins: Origins, *, withdrawn: bool) -> EntryValue:
    forms: dict[Form, list[_Said]] = defaultdict(list)
    for one in said:
        forms[one.form].append(one)
    support = {form: origins.count({one.reading.id for one in _agreeing(form, said)}) for form in forms}
    order = sorted(forms, key=lambda form: (-support[form], forms[form][0].reading.key, forms[form][0].known.value.start, form[-1]))
    alternatives = tuple(_alternative(forms[form], origins) for form in order)
    return EntryValue(attribute=attribute, status=_status(said, alternatives, support, withdrawn=withdrawn), alternatives=alternatives)


def _alternative(said: Sequence[_Said], origins: Origins) -> ValueAlternative:
    value = said[0].known.value
    corrected = next((one.known for one in said if one.known.corrected_by), None)
    asserting = tuple(dict.fromkeys(one.reading.id for one in said if one.reading.modality != "denied"))
    return ValueAlternative(
        value=value.value,
        shown=value.shown,
        kind=value.kind,
        bound=value.bound,
        upper=value.upper,
        unit=value.unit,
        claims=asserting,
        denied_by=tuple(dict.fromkeys(one.reading.id for one in said if one.reading.modality == "denied")),
        origins=origins.behind(asserting),
        corrected_from=corrected.original if corrected else None,
        corrected_by=corrected.corrected_by if corrected else None,
    )


def _agreeing(form: Form, said: Sequence[_Said]) -> list[_Said]:
    """What supports a value: claims that give it or one that can be true beside it, and say so in earnest."""
    return [one for one in said if one.reading.modality in ("happened", "planned") and compatible(form, one.form)]


def _status(said: Sequence[_Said], alternatives: Sequence[ValueAlternative], support: dict[Form, int], *, withdrawn: bool) -> Status:
    if withdrawn:
        return "withdrawn"
    if _disputed(said):
        return "disputed"
    if any(alternative.corrected_by for alternative in alternatives):
        return "corrected"
    return "corroborated" if max(support.values(), default=0) >= 2 else "single-source"


def _disputed(said: Sequence[_Said]) -> bool:
    """Whether two documents give values that cannot both be true, or one denies what the other says."""
    if len({one.form for one in said}) == 1 and not any(one.reading.modality == "denied" for one in said):
        return False
    happened = [one for one in said if one.reading.modality == "happened"]
    asserted = happened or [one for one in said if one.reading.modality == "planned"]
    denied = [one for one in said if one.reading.modality == "denied"]
    if any(one.form == other.form and one.document != other.document for one in asserted for other in denied):
        return True
    by_document: dict[str, set[Form]] = defaultdict(set)
    for one in asserted:
        if _comparable(one.known.value):
            by_document[one.document].add(one.form)
    given = list(dict.fromkeys(frozenset(forms) for forms in by_document.values()))
    return any(_contradict(one, other) for at, one in enumerate(given) for other in given[at + 1 :])


def _comparable(value: Value) -> bool:
    return value.numeric or value.kind in _SINGLE_KINDS or value.attribute in _SINGLE_ATTRIBUTES


def _contradict(one: frozenset[Form], other: frozenset[Form]) -> bool:
    """Whether each of two documents gives a value that corresponds to none of the other's, of one unit."""
    left = {form for form in one if not any(compatible(form, there) for there in other)}
    right = {form for form in other if not any(compatible(form, here) for here in one)}
    return any(form[0] == there[0] and form[3] == there[3] for form in left for there in right)


@lru_cache(maxsize=65536)
def compatible(one: Form, other: Form) -> bool:
    """Whether two values of one attribute can both be true: `>200` and `206`, `~50` and `48`, `Baku city` and `Baku`."""
    if one[0] != other[0] or one[3] != other[3]:
        return False
    if one[0] in ("count", "money", "percent"):
        return _overlap(_range(one), _range(other))
    # Who says Karabakh and who says Shusha may both be right.
    if one[0] == "place" and (lies_within(one[4], other[4]) or lies_within(other[4], one[4])):
        return True
    here, there = set(_words(one)), set(_words(other))
    return here <= there or there <= here


def _words(form: Form) -> Sequence[str]:
    return place_key(form[4]) if form[0] == "place" else form[4].split()


_Range = tuple[Decimal, bool, Decimal, bool]
"""Low end, whether it belongs; high end, whether it belongs."""
_INFINITY = Decimal("Infinity")


@lru_cache(maxsize=65536)
def _range(form: Form) -> _Range:
    number = Decimal(form[4])
    upper = Decimal(form[2]) if form[2] else number
    match form[1]:
        case "about":
            return number - abs(number) * _ABOUT, True, upper + abs(upper) * _ABOUT, True
        case "more_than":
            return number, False, _INFINITY, False
        case "at_least":
            return number, True, _INFINITY, False
        case "less_than":
            return -_INFINITY, False, number, False
        case "at_most":
            return -_INFINITY, False, number, True
        case _:
            return number, True, upper, True


def _overlap(one: _Range, other: _Range) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: _Range, other: _Range) -> bool:
    return one[0] < other[2] or (one[0] == other[2] and one[1] and other[3])
