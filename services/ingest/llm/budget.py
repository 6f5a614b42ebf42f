"""What a document has cost so far, and what the next request may cost."""

from dataclasses import dataclass
from decimal import Decimal

from services.ingest.llm.config import LlmConfig
from services.ingest.llm.errors import ModelFailed

MILLION = Decimal(1_000_000)
FEWEST = 256
"""Tokens below which an answer is not worth asking for."""

_BYTES_A_TOKEN = 3
"""Fewer than tokens have in any script that models read, so that an estimate is rather too high."""


def estimate(text: str) -> int:
    """Estimate how many tokens a text has."""
    return len(text.encode()) // _BYTES_A_TOKEN + 1


@dataclass(slots=True)
class Budget:
    """Counts tokens and their price. `estimated`: some were not told by the server."""

    config: LlmConfig
    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False

    @property
    def cost(self) -> Decimal:
        """What the document has cost."""
        return (self.config.price_in * self.tokens_in + self.config.price_out * self.tokens_out) / MILLION

    def allow(self, prompt: int, wanted: int) -> int:
        """Return how many tokens the answer to a prompt of so many may have, at most `wanted`; raise `ModelFailed` where that is too few.

        A request is counted in full before it is sent: so no answer, however long, passes the limits.
        """
        config = self.config
        left = config.max_tokens - self.tokens_in - self.tokens_out - prompt
        if min(left, wanted) < min(FEWEST, wanted):
            raise ModelFailed(
                f"the document needs more than the {config.max_tokens:,} tokens allowed (SALNAME_LLM_MAX_TOKENS); nothing was recorded"
            )
        allowed = min(left, wanted)
        if config.max_cost is not None and config.price_out:
            money = config.max_cost - self.cost - config.price_in * prompt / MILLION
            allowed = min(allowed, int(money * MILLION / config.price_out))
        elif config.max_cost is not None and self.cost + config.price_in * prompt / MILLION > config.max_cost:
            allowed = 0
        if allowed < min(FEWEST, wanted):
            raise ModelFailed(f"the document would cost more than {config.max_cost} (SALNAME_LLM_MAX_COST); nothing was recorded")
        return allowed

    def spend(self, prompt: int | None, answer: int | None, messages: str, content: str) -> None:
        """Count an answer: the tokens that the server tells, else an estimate from what was said."""
        self.estimated = self.estimated or prompt is None or answer is None
        self.tokens_in += estimate(messages) if prompt is None else prompt
        self.tokens_out += estimate(content) if answer is None else answer
