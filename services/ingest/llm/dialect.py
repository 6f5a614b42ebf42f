"""Which of a request's fields a server understands: OpenAI-compatible servers differ, and tell so only when they are asked."""

import re
import threading
from dataclasses import dataclass, replace
from typing import Any, Literal

Form = Literal["json_schema", "json_object", "text"]
Length = Literal["max_tokens", "max_completion_tokens"]

_PLAINER: dict[Form, Form] = {"json_schema": "json_object", "json_object": "text"}
_FORM = re.compile(r"response[_ ]?format|json[_ ]?(?:schema|object|mode)|structured|grammar|guided", re.IGNORECASE)
_LENGTH = re.compile(r"max_completion_tokens|max_tokens", re.IGNORECASE)
_UNKNOWN = re.compile(r"unsupported|not support|unrecogni[sz]ed|unknown|unexpected|not permitted|extra|instead|invalid", re.IGNORECASE)
_CONTEXT = re.compile(
    r"context (?:length|size|window)|maximum context|too (?:long|many tokens)|exceeds?\b.{0,60}\b(?:context|tokens)", re.IGNORECASE
)
_REFUSING = (400, 404, 415, 422, 500, 501)
"""Statuses that servers answer to fields they do not know; some call it an error of their own."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a server is asked: the strictest form of answer that it offers, and the optional fields that it takes."""

    form: Form = "json_schema"
    seed: bool = True
    temperature: bool = True
    length: Length | None = "max_tokens"

    def fields(self, name: str, schema: dict[str, Any], seed: int, max_tokens: int) -> dict[str, Any]:
        """The optional fields of a request."""
        fields: dict[str, Any] = {}
        if self.form == "json_schema":
            fields["response_format"] = {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}
        elif self.form == "json_object":
            fields["response_format"] = {"type": "json_object"}
        if self.seed:
            fields["seed"] = seed
        if self.temperature:
            fields["temperature"] = 0
        if self.length:
            fields[self.length] = max_tokens
        return fields

    def plainer(self, status: int, message: str) -> "Dialect | None":
        """Return how to ask a server that refused a request with this status and message; None where it is not the fields.

        A refusal that names no field, of a status that is said of requests, is taken for one of the form, the rarest of them.
        """
        if status not in _REFUSING:
            return None
        if self.seed and re.search(r"\bseed\b", message):
            return replace(self, seed=False)
        if self.temperature and re.search(r"\btemperature\b", message):
            return replace(self, temperature=False)
        if self.length and _LENGTH.search(message) and _UNKNOWN.search(message):
            return replace(self, length="max_completion_tokens" if self.length == "max_tokens" else None)
        plainer = _PLAINER.get(self.form)
        if plainer and (_FORM.search(message) or status in (400, 422)):
            return replace(self, form=plainer)
        return None


def says_too_long(status: int, message: str) -> bool:
    """Whether a server refused a request because the model cannot hold it."""
    return status in (400, 413, 422, 500) and _CONTEXT.search(message) is not None


class Dialects:
    """What servers were found to understand, as long as the process lives."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Dialect] = {}

    def get(self, base_url: str, model: str) -> Dialect:
        """Return how a server is best asked for a model, as far as it is known."""
        with self._lock:
            return self._known.get((base_url, model), Dialect())

    def keep(self, base_url: str, model: str, dialect: Dialect) -> None:
        """Remember a dialect that was answered."""
        with self._lock:
            self._known[base_url, model] = dialect


KNOWN = Dialects()
"""The dialects of this process. A server is asked what it refuses once, not once for each document."""
