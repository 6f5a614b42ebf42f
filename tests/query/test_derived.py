"""How a date was found is said in the reader's language, for every form that the extractor has."""

import pytest

from services.ingest.extraction.dates.derivation import FROM_PUBLICATION, from_narrative, relative_to, same_date_as, same_year_as
from services.ingest.extraction.rules import RulesExtractor
from services.query.pages.derived import FORMS, derivation_words
from services.query.pages.rendering import after, before
from services.query.pages.wording import Wording
from shared.domain.ports import ExtractionInput
from tests.query.conftest import World

WRITTEN = (
    same_year_as("4 May 1998"),
    same_date_as('the "great" day'),
    from_narrative("year", "1998"),
    from_narrative("month", "May\n1998"),
    from_narrative("century", "1998"),
    relative_to("4 May 1998"),
    FROM_PUBLICATION,
)
TEXT = (
    "The mill of Oxbow opened on 4 May 1958. 812 workers came to the mill. It was closed in June. A year later, on 3 March 1960, it "
    "burned down. The mill, which stood from the war of 1941 until 1960, was forgotten. It was sold the following year."
)


@pytest.mark.parametrize("derivation", WRITTEN)
def test_every_form_is_said(derivation: str) -> None:
    assert derivation_words(derivation, Wording("en")) == derivation
    said = derivation_words(derivation, Wording("az"))
    assert said != derivation
    _, quoted, words = derivation.partition(' "')
    assert not quoted or words.removesuffix('"') in said


def test_what_the_extractor_writes_is_of_these_forms() -> None:
    claims = RulesExtractor().extract(ExtractionInput(text=TEXT, language="en", published="1970"))
    written = {claim.date.derivation for claim in claims if claim.date} - {"explicit"}
    assert any(derivation.startswith("carried from") for derivation in written)
    assert len(written) >= 2
    for derivation in written | set(WRITTEN):
        assert derivation_words(derivation, Wording("az")) != derivation
    assert len({derivation_words(one, Wording("az")) for one in WRITTEN}) == len(WRITTEN) <= len(FORMS)


def test_what_others_write_stands_as_it_is() -> None:
    assert derivation_words("from a letter", Wording("az")) == "from a letter"


def test_pages_say_it(world: World) -> None:
    fair = world.entry_with("guests")
    told = {claim["date"]["derivation"] for claim in fair["claims"] if claim["date"]} - {"explicit"}
    assert told
    page = world.client.get(f"/chronologies/test/entries/{fair['id']}", headers={"Accept-Language": "az"}).text
    for derivation in told:
        assert derivation_words(derivation, Wording("az")) in page
    assert "carried from" not in page


@pytest.mark.parametrize(
    ("prefix", "shown"),
    [
        ("en\npublished: 1990-01-01\n---\nI stood there when ", "I stood there when "),
        ("the end of it.\n\nThen ", "Then "),
        ("ouse by the river and ", "… by the river and "),
        ("* * *\n***\nOn ", "On "),
        ("first line\nsecond line ", "… line\nsecond line "),
    ],
)
def test_context_before_is_of_the_same_paragraph(prefix: str, shown: str) -> None:
    assert before(prefix) == shown


def test_context_behind_is_of_the_same_paragraph() -> None:
    assert after(" and went home.\n\nLater") == " and went home."
    assert after(" and went home.\n---\nLater") == " and went home."
    assert after(" and went ho") == " and went …"
