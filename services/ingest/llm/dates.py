"""Whether a date follows from the words that an answer gives for it: our own finder has to read it there, too."""

from services.ingest.llm.answer import SaidDate
from services.ingest.llm.ground import DateReading, Ground
from services.ingest.llm.reasons import Ungrounded
from shared.domain.claims import ClaimDate
from shared.domain.dates import Edtf
from shared.domain.errors import InvalidInput

REACH = 1_200
"""How many code points before a claim its date may stand."""

_COARSEST = 36_525
"""Days of a century: what is less exact than that dates nothing."""

Span = tuple[int, int]


def ground_date(ground: Ground, said: SaidDate, quote: Span) -> ClaimDate:
    """Return the date with its citation; raise `Ungrounded` where the text does not bear it out.

    The words stand in the quote; or around it, where the quote has no date of its own and no other date stands nearer. A date is carried
    farther, or past another one, only where the rules carry the very same: two readers that know nothing of each other.
    """
    try:
        wanted = Edtf.parse(said.edtf)
    except InvalidInput as error:
        raise Ungrounded("date", error.detail) from error
    occurrences = ground.find(said.words, *quote)
    if occurrences:
        return _cite(ground, _agreeing(ground, occurrences, wanted), quote, wanted)
    if (carried := _carried(ground, said.words, quote, wanted)) is not None:
        return carried
    low, high = max(0, quote[0] - REACH), ground.around(*quote)[1]
    outside = [span for span in ground.find(said.words, low, high) if span[1] <= quote[0] or span[0] >= quote[1]]
    if not outside:
        raise Ungrounded("date", f"the words {said.words[:80]!r} do not stand in the claim nor just before it")
    reading = _agreeing(ground, outside, wanted)
    if (nearest := _nearest(ground, quote, low, high)) and not (nearest.start < reading.end and reading.start < nearest.end):
        raise Ungrounded("date", f"{ground.view.text[nearest.start : nearest.end]!r} stands nearer to the claim")
    return _cite(ground, reading, quote, wanted)


def _carried(ground: Ground, words: str, quote: Span, wanted: Edtf) -> ClaimDate | None:
    """Return the date that the rules carry to the claim from elsewhere, if it is this one, in these words."""
    for rule in ground.rules.touching(*quote):
        date = rule.claim.date
        covered = 2 * (min(rule.end, quote[1]) - max(rule.start, quote[0])) >= quote[1] - quote[0]
        if date is None or not covered or not bears_out(Edtf.parse(date.edtf), wanted):
            continue
        start, end = ground.in_view(date.start, date.end)
        if (end <= quote[0] or start >= quote[1]) and ground.find(words, start, end):
            return date.model_copy(update={"edtf": str(wanted)})
    return None


def _agreeing(ground: Ground, occurrences: list[Span], wanted: Edtf) -> DateReading:
    """Return the reading of one of these words that bears a date out, the closest fit first."""
    readings = [reading for start, end in occurrences for reading in ground.date_readings.touching(start, end) if reading.meets(start, end)]
    if not readings:
        raise Ungrounded("date", "our own reading finds no date in these words")
    fitting = [reading for reading in readings if bears_out(Edtf.parse(reading.edtf), wanted)]
    if not fitting:
        raise Ungrounded("date", f"the words say {' or '.join(dict.fromkeys(reading.edtf for reading in readings))}, not {wanted}")
    return min(fitting, key=lambda reading: (reading.edtf != str(wanted), Edtf.parse(reading.edtf).days, reading.start - reading.end))


def bears_out(read: Edtf, said: Edtf) -> bool:
    """Whether what was read in the words makes a date true that is said of them: the same, or one that is less exact.

    A date that is more exact than the words, or surer than they are, is not derived from them. An interval is a duration: only the
    very same one follows.
    """
    if (read.approximate and not said.approximate) or (read.uncertain and not said.uncertain):
        return False
    if (read.earliest, read.latest) == (said.earliest, said.latest):
        return True
    single = not any(mark in str(said) for mark in "/[{")
    return single and said.contains(read) and said.days <= _COARSEST


def _nearest(ground: Ground, quote: Span, low: int, high: int) -> DateReading | None:
    """Return the date that stands nearest to a claim: in it, else in its sentence, else before it."""

    def distance(date: DateReading) -> tuple[bool, int]:
        gap = quote[0] - date.end if date.end <= quote[0] else max(0, date.start - quote[1])
        return date.end <= sentences[0], gap

    sentences = ground.around(*quote)
    near = [date for date in ground.dates.touching(low, high) if low <= date.start and date.end <= high]
    return min(near, key=distance, default=None)


def _cite(ground: Ground, reading: DateReading, quote: Span, said: Edtf) -> ClaimDate:
    cited = ground.cite(reading.start, reading.end)
    within = ground.around(*quote)
    carried = reading.end <= within[0]
    derivation = f'carried from "{ground.view.text[reading.start : reading.end]}"' if carried else reading.derivation
    return ClaimDate(start=cited.start, end=cited.end, quote=cited.quote, edtf=str(said), derivation=derivation)
