"""Claims: one asserted fact found in a document, with every part of it cited.

A `ClaimBody` is what an extractor, a person or a program says; a `Claim` is a body that was recorded: it has an id, a document and the
name of whoever extracted it. Numbers are decimal strings: the log holds no floats.
"""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, field_validator, model_validator

from shared.domain.dates import Edtf
from shared.domain.model import Frozen
from shared.domain.provenance import Passage

Modality = Literal["happened", "planned", "denied", "hypothetical"]
Confidence = Literal["high", "medium", "low"]
ValueKind = Literal["count", "money", "percent", "identifier", "place", "name"]
Bound = Literal["exact", "about", "more_than", "at_least", "less_than", "at_most"]

SIGNS: dict[Bound, str] = {
    "exact": "",
    "about": "~",
    "more_than": ">",
    "at_least": "≥",
    "less_than": "<",
    "at_most": "≤",
}
"""How a bound is written before its number."""


class Value(Passage):
    """One attribute asserted by a claim, cited by its own span.

    `attribute` is the normalised English name where the unit tables know the noun ("representatives", "countries", "place"), else the noun
    as written. `value` is a decimal number as a string ("406", "332640", "12.5"), or a name ("Baku", "522"). `upper` is the other end
    of a range. `unit` is an ISO 4217 code for money, "%" for a percentage.
    """

    attribute: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    value: Annotated[str, StringConstraints(min_length=1, max_length=1000)]
    kind: ValueKind = "count"
    bound: Bound = "exact"
    upper: str | None = None
    unit: str | None = None

    @property
    def numeric(self) -> bool:
        """Whether `value` is a decimal number."""
        return self.kind in ("count", "money", "percent")

    @property
    def shown(self) -> str:
        """The value with its bound, as exports and pages show it: `406`, `>200`, `~50`, `300–400`."""
        upper = f"–{self.upper}" if self.upper else ""
        return f"{SIGNS[self.bound]}{self.value}{upper}"

    @model_validator(mode="after")
    def _decimal(self) -> Self:
        for number in (self.value, self.upper):
            if self.numeric and number is not None and not _is_decimal(number):
                raise ValueError(f"{number!r} is not a decimal number such as 406 or 12.5")
        if self.numeric and self.upper is not None and Decimal(self.upper) < Decimal(self.value):
            raise ValueError(f"a range rises, but {self.upper} is less than {self.value}")
        return self


def _is_decimal(text: str) -> bool:
    whole, point, fraction = text.removeprefix("-").partition(".")
    return (whole.isascii() and whole.isdigit()) and (not point or (fraction.isascii() and fraction.isdigit()))


class ClaimDate(Passage):
    """When it happened: an EDTF date, the words it comes from, and how it was derived from them.

    `derivation` is `explicit`; or `same year as "…"`, `carried from "…"`, `relative to publication`, … with the words leant on in quotes.
    The span may lie outside the claim's own: a date given once carries to the sentences that talk on about the same happening.
    """

    edtf: str
    derivation: str = "explicit"

    @field_validator("edtf")
    @classmethod
    def _valid(cls, edtf: str) -> str:
        return str(Edtf.parse(edtf))


class Mention(Passage):
    """An actor or a place named in a claim. `name` is the normalised name (nominative; English for places that the place list knows)."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class ClaimBody(Passage):
    """One asserted fact. `start`, `end` and `quote` are the clause or sentence that asserts it.

    `statement` says it in one readable sentence (the quote with its line breaks and hyphenation repaired). `modality`: did it happen,
    was it planned or ordered, is it denied, or hypothetical. `attribution`: who says so, where that is not the document's own voice.
    `continues` points at an earlier claim whose happening this one talks on about: in what an extractor returns, its index as a decimal
    string; in what is recorded, its claim id. `page` counts from 1, where the format has pages.
    """

    prefix: str = ""
    suffix: str = ""
    page: int | None = Field(default=None, ge=1)
    statement: Annotated[str, StringConstraints(min_length=1)]
    language: str
    date: ClaimDate | None = None
    values: tuple[Value, ...] = ()
    actors: tuple[Mention, ...] = ()
    places: tuple[Mention, ...] = ()
    modality: Modality = "happened"
    attribution: Mention | None = None
    confidence: Confidence = "medium"
    continues: str | None = None

    def passages(self) -> tuple[Passage, ...]:
        """Every part of the claim that cites the document."""
        optional = tuple(part for part in (self.date, self.attribution) if part is not None)
        return (self, *self.values, *self.actors, *self.places, *optional)

    def check(self, text: str) -> None:
        """Refuse a claim of which any part does not stand in the text where it says it stands."""
        for part in self.passages():
            Passage.check(part, text)


class Extractor(Frozen):
    """Who read the claim out of the document: a named, versioned extractor, or `person`.

    `model` and `prompt` are the language model that it asked and the version of what it was asked, where it asked one.
    """

    name: str
    version: str
    model: str | None = None
    prompt: str | None = None


class ExtractedBody(ClaimBody):
    """A body with who extracted it: all of a recorded claim that is not its place in the record."""

    extractor: Extractor


class Claim(ExtractedBody):
    """A recorded claim."""

    id: str
    document_id: str
