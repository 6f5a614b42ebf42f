"""A witness: one document in one entry, with what tells whether it is a witness of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from services.projection.independence.citing import Citing, NameKey
from services.projection.independence.wordings import Wording
from shared.domain.chronology import Appearance, Clock, DocumentFacts
from shared.domain.dates import Edtf
from shared.domain.provenance import Span


@dataclass(frozen=True, slots=True)
class Witness:
    """A document in an entry.

    `said` are the sentences in which its claims stand, as start, end and wording. `attributed` are those on whose word it says so, by the
    keys of their names. `standing` says whether any of its claims still stands: a document whose source has since said otherwise is no
    support, but it shows who was first.
    """

    facts: DocumentFacts
    claims: tuple[str, ...]
    said: tuple[tuple[int, int, Wording], ...]
    attributed: Mapping[NameKey, tuple[str, Span]]
    cited: Citing
    standing: bool = True

    @property
    def id(self) -> str:
        """The id of the document."""
        return self.facts.id

    @property
    def source(self) -> str:
        """The id of the source."""
        return self.facts.source_id

    @property
    def order(self) -> tuple[float, float, str, str]:
        """The order of appearance; what appeared at the same time is ordered by content."""
        first, last = days(self.facts)
        return first, last, self.facts.sha256, self.facts.id


def appearance(facts: DocumentFacts) -> Appearance:
    """Say when a document appeared: when its source was published, unless it is a later capture; else when it was captured."""
    date, clock = _appeared(facts)
    return Appearance(document_id=facts.id, date=date, clock=clock)


def days(facts: DocumentFacts) -> tuple[float, float]:
    """Return the first and the last day on which a document may have appeared."""
    date, _ = _appeared(facts)
    return _days(date) if date else (float("inf"), float("inf"))


def _appeared(facts: DocumentFacts) -> tuple[str | None, Clock]:
    if facts.published and not facts.recaptured:
        return facts.published, "published"
    return (facts.captured, "captured") if facts.captured else (None, "unknown")


@lru_cache(maxsize=65536)
def _days(edtf: str) -> tuple[float, float]:
    date = Edtf.parse(edtf)
    return date.earliest, date.latest


def before(one: DocumentFacts, other: DocumentFacts) -> bool:
    """Whether one document appeared before another one without doubt.

    A capture only says by when a document had appeared: what is known by its capture may always have been the earlier one.
    """
    return _appeared(other)[1] == "published" and days(one)[1] < days(other)[0]
