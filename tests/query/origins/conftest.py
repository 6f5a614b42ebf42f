"""A chronology with a copy, a citation and a circle in it, and the API that shows them."""

import pytest

from shared.domain.provenance import SourceDetails
from tests.query.conftest import World

FIRST = (
    "The second congress of beekeepers was held in Ganja on 4 May 1987.\n"
    "The harbour choir sang on the steps of the town hall until the lamps were lit, and nobody wanted to go home.\n"
    "310 hives were shown at the second congress of beekeepers in Ganja on 4 May 1987 by guests who came down from the hills.\n"
)
COPY = (
    "We looked back this week. 330 hives were shown at the second congress of bee-\nkeepers in Ganja on 4 May 1987 by guests\n"
    "who came down from the hills. The harbour choir sang on the steps of the town hall until\nthe lamps were lit, and nobody "
    "wanted to go home.\n"
)
OWN = "On 4 May 1987 the second congress of beekeepers met in Ganja; by my own count there were 310 hives.\n"
AGAIN = FIRST + "According to Bees Weekly, 330 hives were shown at the second congress of beekeepers in Ganja on 4 May 1987.\n"

ANNALS = SourceDetails(title="Annals of the Hills", url="https://hills.example/annals/1", published="1990", language="en")
WEEKLY = SourceDetails(title="Bees Weekly", publisher="Vale Press", published="1995", language="en")
DIARY = SourceDetails(title="A diary", author="Rana Quliyeva", published="1987", language="en")
TEXTS = ((FIRST, ANNALS), (COPY, WEEKLY), (OWN, DIARY))


@pytest.fixture
def world(empty: World) -> World:
    """Three documents of three sources: one with its own words, two that share theirs."""
    for text, source in TEXTS:
        empty.running.capture(text, source)
    return empty


@pytest.fixture
def circle(empty: World) -> World:
    """Two documents: one cites the other, which took its words from it."""
    for text, source in ((AGAIN, ANNALS), (COPY, WEEKLY)):
        empty.running.capture(text, source)
    return empty
