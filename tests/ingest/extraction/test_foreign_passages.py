"""Texts in which passages are in another language: each is read in its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.extraction.passages import foreign
from services.ingest.extraction.rules import RulesExtractor
from shared.domain.claims import ClaimBody
from shared.domain.ports import ExtractionInput
from shared.domain.provenance import Span

ENGLISH = "The Harvest Fair was held in Sheki on 4 May 1998 with more than 200 guests from the villages."
MORE = "At the fair, the mayor of the town gave prizes to 12 farmers of the valley."
AZERBAIJANI = "4 may 1998-ci ildə Şəkidə Məhsul Yarmarkası keçirildi, yarmarkaya ətraf kəndlərdən 250 qonaq gəldi."
RUSSIAN = "Ярмарка была открыта в городе Шеки 4 мая 1998 года, и на ней было 230 гостей из деревень."
PASSAGES = {ENGLISH: "en", AZERBAIJANI: "az", RUSSIAN: "ru"}


def claims(text: str, language: str, **known: object) -> list[ClaimBody]:
    found = RulesExtractor().extract(ExtractionInput.model_validate({"text": text, "language": language, **known}))
    for claim in found:
        claim.check(text)
    return list(found)


def guests(found: list[ClaimBody]) -> list[tuple[str, str]]:
    return [(claim.language, value.value) for claim in found for value in claim.values if value.attribute == "guests"]


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [
        (f"{ENGLISH}\n\n{AZERBAIJANI}\n", "en", [("en", "200"), ("az", "250")]),
        (f"{AZERBAIJANI}\n\n{ENGLISH}\n", "az", [("az", "250"), ("en", "200")]),
        (f"{ENGLISH}\n\n{RUSSIAN}\n\n{AZERBAIJANI}\n", "en", [("en", "200"), ("ru", "230"), ("az", "250")]),
        # Pages of a PDF that run into each other, and lines that break in other places than sentences.
        (f"{ENGLISH[:60]}\n{ENGLISH[60:]}\n{AZERBAIJANI[:60]}\n{AZERBAIJANI[60:]}\n", "en", [("en", "200"), ("az", "250")]),
    ],
)
def test_each_passage_is_read_in_its_language(text: str, language: str, told: list[tuple[str, str]]) -> None:
    found = claims(text, language)
    assert guests(found) == told
    assert {claim.date.edtf for claim in found if claim.date} == {"1998-05-04"}


def test_what_is_talked_on_about_is_the_passage_of_the_same_language() -> None:
    found = claims(f"{ENGLISH}\n\n{AZERBAIJANI}\n\n{MORE}\n", "en")
    (prizes,) = [claim for claim in found if "prizes" in claim.statement]
    assert prizes.continues is not None
    assert found[int(prizes.continues)].language == "en"
    assert prizes.date is not None
    assert prizes.date.edtf == "1998-05-04"


@pytest.mark.parametrize(
    "text",
    [
        f"{ENGLISH}\n\nQafqaz Məhsul Yarmarkası\n\n{MORE}\n",  # a name is no passage
        "Yarmarkada “The Old Mill and the River of the Valley” filmi göstərildi, 40 nəfər bu filmə baxdı və üçü mükafat aldı.",
    ],
)
def test_names_and_titles_in_another_language_belong_to_their_text(text: str) -> None:
    language = "en" if text.startswith("The") else "az"
    assert foreign(ExtractionInput(text=text, language=language)) == {}


def test_what_is_no_prose_of_the_document_stays_unread() -> None:
    text = f"{ENGLISH}\n\n{AZERBAIJANI}\n"
    skipped = Span(start=text.index(AZERBAIJANI), end=len(text) - 1)
    assert guests(claims(text, "en", skip=(skipped,))) == [("en", "200")]


@given(st.lists(st.sampled_from(sorted(PASSAGES)), min_size=1, max_size=6), st.sampled_from(["en", "az", "ru"]))
def test_passages_are_told_whatever_stands_beside_them(passages: list[str], own: str) -> None:
    text = "\n\n".join(passages)
    found = foreign(ExtractionInput(text=text, language=own))
    told = {text[span.start : span.end]: language for language, spans in found.items() for span in spans}
    assert told == {passage: PASSAGES[passage] for passage in passages if PASSAGES[passage] != own}
