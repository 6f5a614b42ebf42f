"""The claim extractor `llm`: a language model reads the text part by part; what it says is accepted as far as the text bears it out."""

from collections.abc import Sequence

from services.ingest.llm.asking import Asked, ask_all
from services.ingest.llm.config import LlmConfig
from services.ingest.llm.ground import Ground
from services.ingest.llm.grounding import Grounded, Grounder
from services.ingest.llm.prompt import Prompt, load_prompt
from services.ingest.llm.report import MOST_SHOWN, Extraction, ExtractionReport, counted
from shared.domain.claims import ClaimBody, Extractor
from shared.domain.ports import ExtractionInput
from shared.settings import read_settings

_GRACE = 30.0
"""Seconds that reading the text and checking the answers may take, besides the model."""


class LlmExtractor:
    """Finds claims with a language model (`shared.domain.ports.ClaimExtractor`). Without a configuration, it takes the settings'."""

    name = "llm"
    version = "1"

    def __init__(self, config: LlmConfig | None = None, prompt: Prompt | None = None) -> None:
        self._config = config or LlmConfig.from_settings(read_settings())
        self._prompt = prompt or load_prompt()

    @property
    def model(self) -> str:
        """The model that is asked."""
        return self._config.model

    @property
    def prompt(self) -> str:
        """The version of what it is asked."""
        return self._prompt.version

    @property
    def seconds(self) -> float:
        """How long reading a document may take."""
        return self._config.seconds + _GRACE

    def extract(self, document: ExtractionInput) -> Sequence[ClaimBody]:
        """Return the claims of a document in text order."""
        return self.extract_with_report(document).claims

    def extract_with_report(self, document: ExtractionInput) -> Extraction:
        """Return the claims of a document with what was refused and what it took.

        Raises `ModelFailed` when the model cannot be asked about all of the document within its limits; there are no half results.
        """
        ground = Ground(document)
        asked = ask_all(self._config, self._prompt, document, ground.view.text, ground.sentences)
        grounded = Grounder(ground).accept(asked.answers)
        model = self._answering(asked)
        who = Extractor(name=self.name, version=self.version, model=model, prompt=self.prompt)
        return Extraction(tuple(grounded.claims), who, self._report(asked, grounded, model))

    def _answering(self, asked: Asked) -> str:
        """The model that answered: the one asked for, by its full name where the server tells that ("m-4-2026-05-01" for "m-4")."""
        (told,) = asked.models if len(asked.models) == 1 else ("",)
        return told if told.startswith(self.model) and told.isprintable() else self.model

    def _report(self, asked: Asked, grounded: Grounded, model: str) -> ExtractionReport:
        budget = asked.budget
        return ExtractionReport(
            model=model,
            prompt=self.prompt,
            windows=len(asked.answers),
            requests=asked.requests,
            retries=asked.retries,
            returned=grounded.returned,
            accepted=len(grounded.claims),
            duplicates=grounded.duplicates,
            refusals=len(grounded.refused),
            reasons=counted(grounded.refused),
            refused=tuple(grounded.refused[:MOST_SHOWN]),
            dropped=grounded.dropped,
            cautioned=grounded.cautioned,
            tokens_in=budget.tokens_in,
            tokens_out=budget.tokens_out,
            tokens_estimated=budget.estimated,
            cost=f"{budget.cost.normalize():f}" if self._config.priced else None,
            seconds=round(asked.seconds, 3),
        )
