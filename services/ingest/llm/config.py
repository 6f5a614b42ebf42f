"""What the extractor is told: which model, where, and what it may cost."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from shared.domain.errors import InvalidInput
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmConfig:
    """A model behind an OpenAI-compatible endpoint, and the limits for one document.

    `base_url` ends where `/chat/completions` is put behind it. `seconds` bounds a document, retries included, `request_seconds` one
    request. `max_tokens` are all tokens of a document, read and written. `price_in` and `price_out` are those of a million tokens,
    `max_cost` in the same currency. `window` and `overlap` count code points. `backoff` is the first pause before a retry, in seconds;
    each is twice as long as the one before, up to `longest_backoff`. An answer has at most `max_answer_bytes`.
    """

    base_url: str
    model: str
    api_key: str = ""
    seconds: float = 300.0
    request_seconds: float = 90.0
    max_tokens: int = 400_000
    max_cost: Decimal | None = None
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)
    window: int = 6_000
    attempts: int = 4
    backoff: float = 0.5
    longest_backoff: float = 20.0
    max_answer_bytes: int = 4_000_000

    @property
    def overlap(self) -> int:
        """How much of a part the next one repeats at most."""
        return self.window // 8

    @property
    def priced(self) -> bool:
        """Whether it is known what tokens cost."""
        return bool(self.price_in or self.price_out)

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Take the settings; raise `InvalidInput` that names the one that is missing."""
        if not settings.llm_base_url or not settings.llm_model:
            raise InvalidInput(
                "the extractor llm needs a language model: set SALNAME_LLM_BASE_URL to an OpenAI-compatible endpoint, such as "
                "http://127.0.0.1:11434/v1, and SALNAME_LLM_MODEL to the name of its model"
            )
        cost = settings.llm_max_cost
        if cost is not None and not (settings.llm_price_in or settings.llm_price_out):
            raise InvalidInput("SALNAME_LLM_MAX_COST needs prices to count with: set SALNAME_LLM_PRICE_IN and SALNAME_LLM_PRICE_OUT")
        return cls(
            base_url=settings.llm_base_url,
            model=settings.llm_model,
            api_key=settings.llm_api_key.get_secret_value() if settings.llm_api_key else "",
            seconds=settings.llm_seconds,
            request_seconds=settings.llm_request_seconds,
            max_tokens=settings.llm_max_tokens,
            max_cost=None if cost is None else Decimal(str(cost)),
            price_in=Decimal(str(settings.llm_price_in)),
            price_out=Decimal(str(settings.llm_price_out)),
            window=settings.llm_window,
        )
