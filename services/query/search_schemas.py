"""What the API answers about searches: the words that were found, and what the entries found have in common."""

from typing import Any

from pydantic import ConfigDict, Field

from services.query import search_examples
from shared.domain.chronology import Status
from shared.domain.model import Frozen
from shared.lexicon.searching import Field as Searched


def _example(value: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class MatchView(Frozen):
    """A text of an entry in which words stand that were searched for.

    `spans` are where they stand in `text`: code points, end exclusive. The text is the entry's title or, of the claim named, its statement,
    the name of an actor or a place, or an attribute and its value.
    """

    field: Searched
    claim_id: str | None = Field(description="null for the title")
    text: str
    spans: tuple[tuple[int, int], ...]


class FacetValue(Frozen):
    """One thing that entries have, and how many of those that were asked for have it."""

    value: str = Field(description="what the filter of this name takes")
    name: str
    count: int


class StatusCount(Frozen):
    """How many entries have a status."""

    value: Status
    count: int


class FacetsView(Frozen):
    """How many entries are asked for, and what they have, the most frequent first.

    An entry counts once for each source, place, actor and year that it has. Where dates are asked for, it counts by the outer bounds of its
    own: one with a date in dispute may be counted that is not listed.
    """

    model_config = _example(search_examples.FACETS)

    revision: int
    total: int
    disputed: int
    status: tuple[StatusCount, ...]
    source: tuple[FacetValue, ...]
    place: tuple[FacetValue, ...]
    actor: tuple[FacetValue, ...]
    year: tuple[FacetValue, ...]
