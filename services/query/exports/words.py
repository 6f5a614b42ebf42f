"""What exports say themselves, in the reader's language: the table `strings.toml`, dates in words, and some words of the pages."""

import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib import resources

from services.query.pages.corrected import correction_words
from services.query.pages.wording import DEFAULT, Wording
from services.query.schemas import AppliedCorrectionView, ClaimView, DateView, DocumentRef, EntryView, ValueAlternativeView
from shared.domain.chronology import Alarm, Status


@lru_cache
def strings() -> Mapping[str, Mapping[str, str]]:
    """Return the strings of each language."""
    table: Mapping[str, Mapping[str, str]] = tomllib.loads(resources.files(__package__).joinpath("strings.toml").read_text("utf-8"))
    return table


def languages() -> tuple[str, ...]:
    """The languages that exports can be had in."""
    return tuple(strings())


def preferred(accept_language: str | None, known: tuple[str, ...]) -> str:
    """Choose among the languages of an `Accept-Language` header (RFC 9110, 12.5.4); English when none of the known ones is wanted."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate((accept_language or "").split(",")):
        tag, _, weight = part.strip().partition(";q=")
        with suppress(ValueError):
            wanted.append((-float(weight or 1), position, tag.strip().lower().partition("-")[0]))
    return next((language for quality, _, language in sorted(wanted) if language in known and quality < 0), DEFAULT)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language."""

    language: str = "en"

    @classmethod
    def wanted(cls, accept_language: str | None) -> "Words":
        """Choose among the languages of an `Accept-Language` header, or the name of a language; English when none of ours is wanted."""
        return cls(preferred(accept_language, languages()))

    def __call__(self, key: str, **fields: object) -> str:
        """Return a string with its fields filled in."""
        return strings()[self.language][key].format(**fields)

    def date(self, edtf: str) -> str:
        """Return an EDTF date in words."""
        return Wording(self.language).date(edtf)

    def moment(self, moment: datetime) -> str:
        """Return a point in time in words."""
        return Wording(self.language).moment(moment)

    def status(self, status: Status) -> str:
        """Return a status in words."""
        return Wording(self.language)(f"status_{status}")

    def when(self, date: DateView) -> str:
        """Return when an entry happened: its date, or the dates that its claims are at odds about."""
        if date.edtf is not None:
            return self.date(date.edtf)
        if not date.alternatives:
            return self("undated")
        return self("dates_disputed", dates=self.either([self.date(alternative.edtf) for alternative in date.alternatives]))

    def witnesses(self, documents: int, witnesses: int) -> str:
        """Return of how many witnesses so many documents are: `3 documents, 1 witness`."""
        wording = Wording(self.language)
        return f"{wording.count('documents', documents)}, {wording.count('witnesses', witnesses)}"

    def alarm(self, alarm: Alarm, documents: Iterable[DocumentRef]) -> str:
        """Return who leans on whom in a circle of support."""
        wording, known = Wording(self.language), {document.id: document for document in documents}

        def named(document_id: str) -> str:
            document = known.get(document_id)
            if document is None:
                return document_id
            source = document.source
            return source.publisher or source.author or source.title or document.filename or document_id

        steps = (wording(f"alarm_{step.how}", one=named(step.document_id), other=named(step.leans_on)) for step in alarm.steps)
        return "; ".join(steps)

    def attribute(self, name: str) -> str:
        """Return what an attribute is called."""
        return Wording(self.language).attribute(name)

    def correction(self, correction: AppliedCorrectionView) -> str:
        """Return what a correction did, as the beginning of a sentence."""
        said = correction_words(correction, Wording(self.language))
        return said[:1].upper() + said[1:]

    def either(self, options: list[str]) -> str:
        """Join what is at odds: `1998 or 1999`."""
        *first, last = dict.fromkeys(options)
        return f"{', '.join(first)} {self('or')} {last}" if first else last

    def figure(self, alternative: ValueAlternativeView) -> str:
        """Return a value as read, with its unit: `406`, `12.5 %`, `>200`."""
        return f"{alternative.shown} {alternative.unit}" if alternative.unit else alternative.shown

    def title(self, view: EntryView) -> str:
        """Return the title of an entry, with a mark where nobody says that it happened."""
        return f"{view.title} ({self('planned')})" if view.planned else view.title

    def source(self, document: DocumentRef) -> str:
        """Return who stands behind a document, in one line: author, title, publisher, date of publication."""
        source = document.source
        published = self.date(source.published) if source.published else None
        title = source.title or document.filename or self("untitled")
        return ", ".join(part for part in (source.author, f"“{title}”", source.publisher, published) if part)

    def standing(self, view: EntryView, claim: ClaimView) -> str | None:
        """Return why a claim supports nothing any more; None for one that does."""
        became = next((superseded for superseded in view.superseded if superseded.claim_id == claim.claim_id), None)
        if became is not None:
            return self(f"superseded_{became.how}")
        return self("withdrawn") if any(claim.claim_id == withdrawn.claim_id for withdrawn in view.withdrawn) else None

    def manner(self, claim: ClaimView) -> list[str]:
        """Return how a claim says it, where that is not plainly that it happened: planned, denied, according to whom."""
        said = [] if claim.modality == "happened" else [self(f"modality_{claim.modality}")]
        return said + ([self("according_to", name=claim.attribution.name)] if claim.attribution else [])
