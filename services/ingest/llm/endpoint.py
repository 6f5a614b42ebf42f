"""One request to an OpenAI-compatible endpoint: bounded in time and size, and told apart when it fails."""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from openai import APIConnectionError, AsyncOpenAI, DefaultAsyncHttpxClient, Omit, OpenAIError
from pydantic import BaseModel, ValidationError

from services.ingest.llm.config import LlmConfig
from services.ingest.llm.dialect import KNOWN, Dialect, Dialects, says_too_long
from services.ingest.llm.errors import Refused, TooLong, Unreadable

_SHOWN = 300
_ERROR_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model wrote. `whole` is false where it was cut off; tokens and model are None where the server does not tell."""

    content: str
    whole: bool
    tokens_in: int | None
    tokens_out: int | None
    model: str | None


class Unreachable(Exception):
    """There was no answer: no connection, or none in time."""


class _Message(BaseModel):
    content: str | list[dict[str, Any]] | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message
    finish_reason: str | None = None


class _Usage(BaseModel):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class _Completion(BaseModel):
    """The part of a chat completion that is looked at. Servers leave out and add what they like."""

    choices: list[_Choice]
    usage: _Usage | None = None
    model: str | None = None


class Endpoint:
    """Asks a model. An asynchronous context: its connections are closed at the end."""

    def __init__(self, config: LlmConfig, dialects: Dialects = KNOWN) -> None:
        self._config = config
        self._dialects = dialects
        # What the client would take from the environment by itself is left out: it may be meant for another service.
        self._headers: dict[str, str | Omit] = {
            "OpenAI-Organization": Omit(),
            "OpenAI-Project": Omit(),
            "Accept-Encoding": "identity",  # what is bounded is what arrives
            **({} if config.api_key else {"Authorization": Omit()}),
        }
        self._client = AsyncOpenAI(
            api_key=config.api_key or "none",
            base_url=config.base_url,
            max_retries=0,  # `asking` retries: it knows what is left of the document's time and money
            timeout=config.request_seconds,
            http_client=DefaultAsyncHttpxClient(
                timeout=config.request_seconds,
                follow_redirects=False,  # a document goes where the settings say, and nowhere else
                trust_env=config.base_url.startswith("https:"),  # a proxy of the environment would read what is sent to others in the open
                event_hooks={"response": [self._refusals]},
            ),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._client.close()

    async def ask(self, messages: Sequence[dict[str, str]], name: str, schema: dict[str, Any], *, seed: int, max_tokens: int) -> Reply:
        """Ask once, in the plainest way that the server turns out to understand.

        Raises `Refused`, `TooLong`, `Unreachable` or `Unreadable`.
        """
        dialect = self._dialects.get(self._config.base_url, self._config.model)
        while True:
            try:
                reply = await self._within_time(messages, dialect.fields(name, schema, seed, max_tokens))
            except Refused as refused:
                if says_too_long(refused.status, refused.message):
                    raise TooLong(refused.message) from refused
                plainer = dialect.plainer(refused.status, refused.message)
                if plainer is None:
                    raise
                dialect = plainer
            else:
                self._remember(dialect)
                return reply

    def _remember(self, dialect: Dialect) -> None:
        self._dialects.keep(self._config.base_url, self._config.model, dialect)

    async def _within_time(self, messages: Sequence[dict[str, str]], fields: dict[str, Any]) -> Reply:
        try:
            async with asyncio.timeout(self._config.request_seconds):
                return _reply(await self._post(messages, fields))
        except TimeoutError as error:
            raise Unreachable(f"it did not answer within {self._config.request_seconds:g} seconds") from error
        except APIConnectionError as error:
            cause = error.__cause__
            raise Unreachable(f"there is no connection to it ({type(cause or error).__name__})") from error
        except OpenAIError as error:
            raise Unreadable(f"the client could not make sense of its answer ({type(error).__name__})") from error

    async def _post(self, messages: Sequence[dict[str, str]], fields: dict[str, Any]) -> bytes:
        streaming = self._client.chat.completions.with_streaming_response
        body = bytearray()
        asked: dict[str, Any] = {"model": self._config.model, "messages": list(messages), **fields}
        async with streaming.create(**asked, extra_headers=self._headers) as response:
            async for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._config.max_answer_bytes:
                    raise Unreadable(f"its answer has more than {self._config.max_answer_bytes:,} bytes")
        return bytes(body)

    async def _refusals(self, response: Any) -> None:
        """Read an error as far as it is of use: whoever answers with an error may answer without end."""
        if response.status_code < 300:
            return
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += chunk
            if len(body) > _ERROR_BYTES:
                break
        await response.aclose()
        raise Refused(response.status_code, self._message(bytes(body)), _seconds(response.headers.get("retry-after")))

    def _message(self, body: bytes) -> str:
        """What an error says, in one line, without the key that it may repeat."""
        text = body.decode("utf-8", "replace")
        try:
            said = json.loads(text)
        except ValueError:
            said = text
        for name in ("error", "message", "detail"):
            if isinstance(said, dict) and name in said:
                said = said[name]
        line = " ".join(str(said).split())
        if self._config.api_key:
            line = line.replace(self._config.api_key, "…")
        return re.sub(r"[^\x20-\x7e\u00a0-\uffff]", "?", line)[:_SHOWN] or "no reason given"


def _seconds(header: str | None) -> float | None:
    """Read `Retry-After` where it gives seconds."""
    try:
        seconds = float(header or "")
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def _reply(body: bytes) -> Reply:
    try:
        completion = _Completion.model_validate_json(body)
    except ValidationError as error:
        raise Unreadable("its answer is no chat completion") from error
    if not completion.choices:
        raise Unreadable("its answer holds no choice")
    choice = completion.choices[0]
    if choice.message.refusal or choice.finish_reason == "content_filter":
        raise Unreadable("it would not read the part")
    content = choice.message.content or ""
    if not isinstance(content, str):
        content = "".join(part["text"] for part in content if isinstance(part.get("text"), str))
    usage = completion.usage or _Usage()
    return Reply(content, choice.finish_reason != "length", _count(usage.prompt_tokens), _count(usage.completion_tokens), completion.model)


def _count(tokens: int | None) -> int | None:
    """A number of tokens as a server tells it; servers that count nothing say 0 or less."""
    return tokens if tokens is not None and tokens > 0 else None
