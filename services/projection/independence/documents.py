"""What is kept of the texts of documents: their sentences, and whom they cite."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.projection.independence.citing import Citing, citing
from services.projection.independence.sentences import sentence, sentences
from services.projection.independence.wordings import Wording, wording
from shared.domain.claims import Claim
from shared.domain.provenance import Span


@dataclass(frozen=True, slots=True)
class ReadText:
    """The sentences of a text that are long enough to tell something, in order, and what the text cites."""

    starts: "array[int]"
    ends: "array[int]"
    wordings: tuple[Wording, ...]
    cited: Citing

    def over(self, start: int, end: int) -> Iterator[tuple[int, int, Wording]]:
        """Yield the sentences that overlap a span."""
        at = max(0, bisect_right(self.starts, start) - 1)
        while at < len(self.starts) and self.starts[at] < end:
            if self.ends[at] > start:
                yield self.starts[at], self.ends[at], self.wordings[at]
            at += 1

    def all(self) -> Iterator[tuple[int, int, Wording]]:
        """Yield all sentences."""
        yield from zip(self.starts, self.ends, self.wordings, strict=True)


def read_text(text: str, language: str, skip: Sequence[Span] = ()) -> ReadText:
    """Read a canonical text. `skip` are spans that are no part of the document's own prose."""
    told = [(found, worded) for found in sentences(text, skip) if (worded := wording(found.words))]
    return ReadText(
        starts=array("q", [found.start for found, _ in told]),
        ends=array("q", [found.end for found, _ in told]),
        wordings=tuple(worded for _, worded in told),
        cited=citing(text, language),
    )


def stated(claim: Claim) -> tuple[tuple[int, int, Wording], ...]:
    """Return what a claim says as the only sentence that is known of its document, whose text cannot be read."""
    found = sentence(claim.statement, 0, len(claim.statement))
    worded = wording(found.words) if found else None
    return ((claim.start, claim.end, worded),) if worded else ()
