"""What the model answers: found in what it wrote, and read without believing any of it."""

import json
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from services.ingest.llm.errors import Unreadable
from shared.domain.claims import Bound, Modality

MOST_CLAIMS = 1_000
"""How many claims of one answer are looked at."""

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)
_DEPTH = 64
"""How deep brackets may nest before the first object is taken for no answer: the JSON reader recurses."""


def _as_text(value: object) -> object:
    """A number that was not put in quotation marks is one all the same."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _as_list(value: object) -> object:
    return [] if value is None else value


Words = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Figure = Annotated[str, BeforeValidator(_as_text), StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class SaidDate(_Said):
    """A date, with the words that are said to give it."""

    words: Words
    edtf: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class SaidNumber(_Said):
    """A number, with the words that are said to give it and what is counted."""

    words: Words
    noun: Name | None = None
    value: Figure
    upper: Figure | None = None
    bound: Bound | None = None


class SaidClaim(_Said):
    """A claim as the model gives it: nothing of it is known to be so."""

    quote: Words
    date: SaidDate | None = None
    numbers: Annotated[tuple[SaidNumber, ...], BeforeValidator(_as_list), Field(max_length=100)] = ()
    actors: Annotated[tuple[Name, ...], BeforeValidator(_as_list), Field(max_length=100)] = ()
    places: Annotated[tuple[Name, ...], BeforeValidator(_as_list), Field(max_length=100)] = ()
    attribution: Name | None = None
    modality: Modality = "happened"


@dataclass(frozen=True, slots=True)
class Answer:
    """The claims of an answer in its order, and what was among them that is no claim: a sentence each, with the words given."""

    claims: tuple[SaidClaim, ...]
    malformed: tuple[tuple[str, str], ...] = ()

    @property
    def returned(self) -> int:
        """How many claims the answer gave, in any shape."""
        return len(self.claims) + len(self.malformed)


def read_answer(content: str) -> Answer:
    """Read an answer; raise `Unreadable` where no object with a list of claims is in it.

    A claim that is not of the shape asked for is put aside by itself: the others may be good.
    """
    said = _object_in(content)
    claims = said.get("claims")
    if not isinstance(claims, list):
        raise Unreadable("its answer has no list of claims")
    good: list[SaidClaim] = []
    malformed: list[tuple[str, str]] = []
    for item in claims[:MOST_CLAIMS]:
        try:
            good.append(SaidClaim.model_validate(item))
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "the claim"
            quote = item.get("quote") if isinstance(item, dict) else None
            malformed.append((f"{where}: {first['msg']}", quote if isinstance(quote, str) else ""))
    if len(claims) > MOST_CLAIMS:
        malformed += [(f"one answer gives at most {MOST_CLAIMS:,} claims", "")] * (len(claims) - MOST_CLAIMS)
    return Answer(tuple(good), tuple(malformed))


def _object_in(content: str) -> dict[str, Any]:
    """Find the first JSON object with claims: models put it in fences, or prose around it, or think aloud before it."""
    text = _THOUGHTS.sub("", content)
    decoder = json.JSONDecoder()
    start = text.find("{")
    tried = 0
    while start >= 0 and tried < _DEPTH:
        try:
            found, _ = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            found = None
        if isinstance(found, dict) and "claims" in found:
            return found
        tried += 1
        start = text.find("{", start + 1)
    raise Unreadable("there is no JSON object with claims in its answer")
