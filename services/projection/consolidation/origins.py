"""From the claims of an entry to the documents that witness it, and to the origins behind them."""

from collections.abc import Iterable, Sequence
from copy import copy

from services.projection.independence.citing import Citing, NameKey
from services.projection.independence.documents import ReadText, stated
from services.projection.independence.origins import Origins
from services.projection.independence.rulings import OriginRulings
from services.projection.independence.shared import SharedDelta, SharedSentences
from services.projection.independence.witnesses import Witness
from services.projection.independence.wordings import Wording
from shared.domain.chronology import Decision, DocumentFacts
from shared.domain.provenance import Span
from shared.lexicon.folding import name_key
from shared.matching.readings import Reading

_CITES_NOTHING = Citing()


class Independence:
    """What is known of the documents of a chronology: their sources, their texts, and what editors decided about them."""

    def __init__(self) -> None:
        self.rulings = OriginRulings()
        self._texts: dict[str, ReadText] = {}
        self._source_of: dict[str, str] = {}
        self._shared = SharedSentences()

    def know(self, document: DocumentFacts, text: ReadText | None = None) -> None:
        """Take in a document, and its text where it could be read. Taking one in twice is harmless."""
        self._source_of[document.id] = document.source_id
        if text is not None and document.id not in self._texts:
            self._texts[document.id] = text
            self._shared.add(document.source_id, document.id, text.all())

    def source_of(self, document_id: str) -> str:
        """Return the source of a document that was taken in."""
        return self._source_of[document_id]

    def decide(self, decision: Decision) -> set[str]:
        """Take in an accepted correction; return the sources whose standing it may change."""
        return self.rulings.add(decision, self._source_of)

    def revert(self, correction_id: str) -> set[str]:
        """Undo an accepted correction; return the sources whose standing that may change."""
        before = self.rulings.named_by(correction_id)
        self.rulings = self.rulings.without(correction_id)
        return before.union(*(self.rulings.joined(source) for source in before))

    def layered(self) -> "Independence":
        """Return the same with rulings that go on from these, and leave them as they are."""
        over = copy(self)
        over.rulings = self.rulings.layered()
        return over

    def together(self, document_ids: Iterable[str]) -> set[str]:
        """Return the sources of documents that were taken in, and those that they were joined with."""
        named = {self._source_of[document_id] for document_id in document_ids if document_id in self._source_of}
        return named.union(*(self.rulings.joined(source) for source in named))

    def shared(self) -> SharedDelta:
        """Return which sentences came to be shared, or no longer are, since the last time."""
        return self._shared.flush()

    def origins(self, readings: Sequence[Reading]) -> Origins:
        """Return the origins behind the claims of an entry. `readings` are those that tell, and those that their source took back since."""
        by_document: dict[str, list[Reading]] = {}
        for reading in readings:
            by_document.setdefault(reading.testimony.claim.document_id, []).append(reading)
        return Origins([self._witness(told) for told in by_document.values()], self.rulings)

    def _witness(self, told: Sequence[Reading]) -> Witness:
        facts = told[0].testimony.document
        text = self._texts.get(facts.id)
        standing = [reading.id for reading in told if reading.superseded is None]
        return Witness(
            facts=facts,
            claims=tuple(standing),
            said=tuple(dict.fromkeys(said for reading in told for said in _said(reading, text))),
            attributed=_attributed(told),
            cited=text.cited if text else _CITES_NOTHING,
            standing=bool(standing),
        )


def _said(reading: Reading, text: ReadText | None) -> Iterable[tuple[int, int, Wording]]:
    claim = reading.testimony.claim
    return stated(claim) if text is None else text.over(claim.start, claim.end)


def _attributed(told: Sequence[Reading]) -> dict[NameKey, tuple[str, Span]]:
    found: dict[NameKey, tuple[str, Span]] = {}
    for reading in told:
        said_by = reading.testimony.claim.attribution
        if said_by is not None and (key := name_key(said_by.name, reading.testimony.claim.language)):
            found.setdefault(key, (said_by.name, Span(start=said_by.start, end=said_by.end)))
    return found
