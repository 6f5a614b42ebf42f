"""Asking a model about a whole document: part by part, again where that may help, and never beyond the document's limits."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.ingest.extraction.sentences import Sentence
from services.ingest.llm.answer import Answer, read_answer
from services.ingest.llm.budget import Budget, estimate
from services.ingest.llm.config import LlmConfig
from services.ingest.llm.endpoint import Endpoint, Reply, Unreachable
from services.ingest.llm.errors import ModelFailed, Refused, TooLong, Unreadable
from services.ingest.llm.prompt import Prompt
from services.ingest.llm.windows import Window, cut
from shared.domain.ports import ExtractionInput

SMALLEST = 400
"""Code points of a part that is not cut any smaller when its answer is too long."""

_ANSWER_TOKENS = 2
"""Tokens that an answer may have for each code point of its part: it repeats the words, and some models think aloud."""

_LEAST_ANSWER = 2_000


@dataclass(slots=True)
class Asked:
    """The answers about a document, each with the part that it is about, in text order; and what they took."""

    budget: Budget
    answers: list[tuple[Window, Answer]] = field(default_factory=list)
    requests: int = 0
    retries: int = 0
    models: set[str] = field(default_factory=set)
    seconds: float = 0.0


def ask_all(config: LlmConfig, prompt: Prompt, document: ExtractionInput, text: str, sentences: Sequence[Sentence]) -> Asked:
    """Ask about every part of a document; raise `ModelFailed` when one of them cannot be read, or a limit is reached."""
    asked = Asked(Budget(config))
    began = time.monotonic()
    asyncio.run(_Asker(config, prompt, document, text, sentences, asked).all())
    asked.seconds = time.monotonic() - began
    return asked


class _Asker:
    def __init__(
        self, config: LlmConfig, prompt: Prompt, document: ExtractionInput, text: str, sentences: Sequence[Sentence], asked: Asked
    ) -> None:
        self._config = config
        self._prompt = prompt
        self._document = document
        self._text = text
        self._sentences = sentences
        self._asked = asked

    async def all(self) -> None:
        """Ask about all parts within the time for a document."""
        try:
            async with asyncio.timeout(self._config.seconds), Endpoint(self._config) as endpoint:
                for window in cut(self._text, self._sentences, self._config.window, self._config.overlap):
                    await self._part(endpoint, window)
        except TimeoutError as error:
            raise ModelFailed(
                f"{self._config.model} took longer than the {self._config.seconds:g} seconds allowed for a document "
                "(SALNAME_LLM_SECONDS); nothing was recorded"
            ) from error

    async def _part(self, endpoint: Endpoint, window: Window) -> None:
        """Ask about a part; about its halves, where it or its answer is too long for the model."""
        try:
            answer = await self._persistently(endpoint, window)
        except TooLong as error:
            if window.length <= SMALLEST:
                raise ModelFailed(
                    f"{self._config.model} cannot hold even {window.length} characters of text with its answer ({error}); "
                    "nothing was recorded"
                ) from error
            half = max(window.length // 2 + 1, SMALLEST // 2)
            for part in cut(self._text, self._sentences, half, half // 8, window):
                await self._part(endpoint, part)
        else:
            self._asked.answers.append((window, answer))

    async def _persistently(self, endpoint: Endpoint, window: Window) -> Answer:
        """Ask until there is an answer that can be read, at most `attempts` times."""
        wrong = ""
        messages = self._prompt.messages(self._text[window.start : window.end], self._document)
        for attempt in range(self._config.attempts):
            if attempt:
                self._asked.retries += 1
            try:
                return await self._once(endpoint, messages, window, attempt)
            except Unreadable as error:
                wrong = str(error)
                messages = [*messages[:2], {"role": "user", "content": self._prompt.again}]
            except Unreachable as error:
                wrong = str(error)
                await self._pause(attempt, None)
            except Refused as error:
                wrong = f"it answered {error.status}: {error.message}"
                if not error.passing:
                    break
                await self._pause(attempt, error.after)
        raise ModelFailed(f"{self._config.model} at {self._config.base_url} gave no usable answer: {wrong}; nothing was recorded")

    async def _pause(self, attempt: int, asked_for: float | None) -> None:
        """Wait before the next attempt: as long as the server asks for, else longer each time."""
        if attempt + 1 < self._config.attempts:
            own = min(self._config.backoff * 2**attempt, self._config.longest_backoff)
            await asyncio.sleep(max(own, asked_for or 0.0))

    async def _once(self, endpoint: Endpoint, messages: list[dict[str, str]], window: Window, attempt: int) -> Answer:
        budget = self._asked.budget
        said = "\n".join(message["content"] for message in messages)
        allowed = budget.allow(estimate(said), max(_ANSWER_TOKENS * window.length, _LEAST_ANSWER))
        self._asked.requests += 1
        try:
            reply = await endpoint.ask(messages, self._prompt.name, self._prompt.schema, seed=attempt, max_tokens=allowed)
        except (Unreachable, Unreadable):
            budget.spend(None, 0, said, "")  # the server has read it, for all we know
            raise
        budget.spend(reply.tokens_in, reply.tokens_out, said, reply.content)
        if reply.model:
            self._asked.models.add(reply.model[:200])
        return _read(reply)


def _read(reply: Reply) -> Answer:
    try:
        return read_answer(reply.content)
    except Unreadable as error:
        if not reply.whole:
            raise TooLong("its answer was cut off") from error
        raise
