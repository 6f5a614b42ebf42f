"""What became of one reading of a document: the claims that were accepted, what was refused and why, and what it cost."""

from collections import Counter
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from services.ingest.llm.reasons import Reason
from shared.domain.claims import ClaimBody, Extractor
from shared.domain.model import Frozen
from shared.domain.ports import ClaimExtractor, ExtractionInput

MOST_SHOWN = 200
"""How many refusals a report holds; `refusals` counts all."""

SHORT = 300
"""How many code points of an answer's words a refusal repeats."""


class Refusal(Frozen):
    """Something an answer said that was not accepted, why in a word, and why in particular.

    `quote` are the words that the answer gave, shortened; they may be invented.
    """

    reason: Reason
    detail: str
    quote: str


class ExtractionReport(Frozen):
    """How a reading went.

    `returned` claims came back, of which `accepted` were, `duplicates` had been said of an overlapping part already, and `refusals` were
    refused, by reason in `reasons`. `dropped` names did not stand in the text and were left out of claims that are accepted; `cautioned`
    claims are recorded as planned, denied or hypothetical although the answer said that it happened. `model` is the model that answered.
    `tokens_estimated`: the server told no numbers of tokens. `cost` is a decimal string in the currency of the prices; None without prices.
    """

    model: str
    prompt: str
    windows: int
    requests: int
    retries: int
    returned: int
    accepted: int
    duplicates: int
    refusals: int
    reasons: dict[str, int]
    refused: tuple[Refusal, ...]
    dropped: int
    cautioned: int
    tokens_in: int
    tokens_out: int
    tokens_estimated: bool
    cost: str | None
    seconds: float

    def summary(self) -> str:
        """Say it in one line."""
        listed = ", ".join(f"{reason} {number}" for reason, number in sorted(self.reasons.items()))
        refused = f"{self.refusals} refused ({listed})" if self.refusals else "none refused"
        about = "about " if self.tokens_estimated else ""
        cost = f", cost {self.cost}" if self.cost is not None else ""
        return (
            f"{self.accepted} of {self.returned} claims accepted, {refused}; "
            f"{self.requests} requests to {self.model}, {about}{self.tokens_in + self.tokens_out:,} tokens{cost}, {self.seconds:.1f} s"
        )


def counted(refused: list[Refusal]) -> dict[str, int]:
    """Count refusals by their reason."""
    return dict(Counter(refusal.reason for refusal in refused))


@dataclass(frozen=True, slots=True)
class Extraction:
    """Claims with who read them; `report` where the extractor gives one."""

    claims: tuple[ClaimBody, ...]
    extractor: Extractor
    report: ExtractionReport | None = None


@runtime_checkable
class ReportingExtractor(Protocol):
    """An extractor that tells how a reading went, and what in particular read it."""

    def extract_with_report(self, document: ExtractionInput) -> Extraction:
        """Return the claims of a text with the report of reading it."""
        ...


def read_with(plugin: ClaimExtractor, document: ExtractionInput) -> Extraction:
    """Read a document with any extractor."""
    if isinstance(plugin, ReportingExtractor):
        return plugin.extract_with_report(document)
    return Extraction(tuple(plugin.extract(document)), Extractor(name=plugin.name, version=plugin.version))
