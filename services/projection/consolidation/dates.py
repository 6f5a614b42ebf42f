"""When an entry happened: the most precise date that no claim contradicts, or the dates in dispute.

A day out of those that something lasted is no more precise than all of them.
"""

from collections import defaultdict
from collections.abc import Sequence

from services.projection.independence.origins import Origins
from shared.domain.chronology import DateAlternative, EntryDate, Status
from shared.domain.dates import Edtf
from shared.matching.readings import Reading
from shared.matching.spans import agree, contradict, named_days


def entry_date(readings: Sequence[Reading], origins: Origins) -> EntryDate:
    """Consolidate the dates of an entry's claims, given in content order: those that stand, or all of an entry that is withdrawn."""
    dated = [reading for reading in readings if reading.date]
    telling = [reading for reading in dated if _asserts(reading)] or dated
    alternatives = _alternatives(telling, origins)
    chosen = None if _disagree(_binding(telling)) else _most_precise(telling)
    status = "withdrawn" if all(reading.withdrawn for reading in readings) else _status(telling, chosen, alternatives, origins)
    return EntryDate(edtf=chosen.text if chosen else None, status=status, alternatives=alternatives)


def outer_bounds(date: EntryDate) -> tuple[int | None, int | None]:
    """Return the first and last possible day of an entry: of its date, or of all dates in dispute."""
    meant = [Edtf.parse(date.edtf)] if date.edtf else [Edtf.parse(alternative.edtf) for alternative in date.alternatives]
    if not meant:
        return None, None
    return _day(min(one.earliest for one in meant)), _day(max(one.latest for one in meant))


def _day(number: float) -> int | None:
    return None if number in (float("inf"), float("-inf")) else int(number)


def _asserts(reading: Reading) -> bool:
    """Whether a claim's date is shown: what is denied or supposed gives way to what is said to have happened or was planned."""
    return reading.modality in ("happened", "planned")


def _binding(telling: Sequence[Reading]) -> list[Reading]:
    """The claims whose dates must agree: those that say it happened; a plan binds only while nobody says so."""
    happened = [reading for reading in telling if reading.modality == "happened"]
    return happened or list(telling)


def _disagree(binding: Sequence[Reading]) -> bool:
    dates = list(dict.fromkeys(reading.date for reading in binding if reading.date))
    lasted = [date for date in dates if named_days(date)]
    return any(contradict(one, other, lasted) for at, one in enumerate(dates) for other in dates[at + 1 :])


def _most_precise(telling: Sequence[Reading]) -> Edtf | None:
    binding = _binding(telling)
    candidates = {reading.date.text: reading.date for reading in telling if reading.date}
    lasted = [reading.date for reading in binding if reading.date and named_days(reading.date)]
    agreeing = [
        date
        for date in candidates.values()
        if all(reading.date and agree(date, reading.date) for reading in binding) and not any(_is_part(date, span) for span in lasted)
    ]
    support = {text: sum(1 for reading in binding if reading.date and reading.date.text == text) for text in candidates}
    return min(agreeing, key=lambda date: (date.days, date.blurred, -support[date.text], date.text), default=None)


def _is_part(date: Edtf, span: Edtf) -> bool:
    """Whether a date is only some of the days that something lasted: it ended on the 10th, and was held from the 9th to the 10th."""
    return date.days < span.days and span.contains(date) and not named_days(date)


def _alternatives(telling: Sequence[Reading], origins: Origins) -> tuple[DateAlternative, ...]:
    claims: dict[str, list[Reading]] = defaultdict(list)
    for reading in telling:
        if reading.date:
            claims[reading.date.text].append(reading)
    dates = sorted(claims, key=lambda text: (Edtf.parse(text).days, Edtf.parse(text).earliest, text))
    return tuple(
        DateAlternative(
            edtf=text,
            claims=tuple(reading.id for reading in claims[text]),
            origins=origins.behind(reading.id for reading in claims[text]),
            corrected_by=next((reading.date_corrected_by for reading in claims[text] if reading.date_corrected_by), None),
        )
        for text in dates
    )


def _status(telling: Sequence[Reading], chosen: Edtf | None, alternatives: Sequence[DateAlternative], origins: Origins) -> Status:
    if chosen is None and alternatives:
        return "disputed"
    if any(alternative.corrected_by for alternative in alternatives):
        return "corrected"
    supporting = [reading.id for reading in _binding(telling) if chosen and reading.date and chosen.contains(reading.date)]
    return "corroborated" if origins.count(supporting) >= 2 else "single-source"
