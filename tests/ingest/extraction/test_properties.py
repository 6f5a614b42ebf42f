"""What holds for any text: every part of every claim is verbatim, nothing crashes, and the same text gives the same claims."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.extraction.analysis import analyse
from services.ingest.extraction.reading import reading_view
from services.ingest.extraction.rules import RulesExtractor
from shared.domain.ports import ClaimExtractor, ExtractionInput
from shared.domain.provenance import Span

PIECES = [
    "On 5 May 2010 ",
    "the First Congress was held in Baku",
    "At the congress, 1,200.5 delegates ",
    "were elected",
    "2001-ci il noyabrın 9–10-da ",
    "Bakı şəhərində qurultay keçirildi",
    "200-dən çox təşkilat",
    " 332.640 manat ",
    "№ 7 ",
    "“",
    "”",
    '"',
    "(",
    ")",
    ". ",
    ", ",
    "; ",
    "-\n",
    "\n",
    "\r\n",
    "\n\n",
    " \u00a0\u200b",
    "\u00ad",
    "\ufeff",
    "İI",
    "ß",
    "𝟗",
    "٣٤ ",
    "½ ",
    "e\u0301",
    "P R E S S  R O O M",
    "12",
    " - ",
    "%",
    "$5m ",
    "*",
    "# ",
    "[a](b)",
    "two hundred and ",
    "iyirmi beş ",
    " in 1999, and in 2003 ",
    "üçün ",
    "to be held ",
    "\u2029",
    "\x1c",
]
texts = st.one_of(st.text(max_size=300), st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join))
languages = st.sampled_from(["en", "az", "az-Latn-AZ", "tr", "ru", "xx"])
media = st.sampled_from(["text/plain", "text/markdown"])


@st.composite
def documents(draw: st.DrawFn) -> ExtractionInput:
    text = draw(texts)
    skip = []
    if text:
        for _ in range(draw(st.integers(0, 2))):
            start = draw(st.integers(0, len(text) - 1))
            skip.append(Span(start=start, end=draw(st.integers(start + 1, len(text)))))
    published = draw(st.sampled_from([None, "2020-03-04"]))
    return ExtractionInput(text=text, language=draw(languages), media_type=draw(media), skip=tuple(skip), published=published)


@settings(max_examples=400, deadline=None)
@given(documents())
def test_every_part_of_every_claim_is_verbatim(document: ExtractionInput) -> None:
    claims = RulesExtractor().extract(document)
    for claim in claims:
        claim.check(document.text)
    assert [claim.start for claim in claims] == sorted(claim.start for claim in claims)
    assert all(int(claim.continues) < index for index, claim in enumerate(claims) if claim.continues)


def test_it_is_an_extractor_by_the_protocol() -> None:
    extractor: ClaimExtractor = RulesExtractor()
    assert (extractor.name, extractor.version) == ("rules", "7")


@settings(max_examples=100, deadline=None)
@given(documents())
def test_the_same_document_gives_the_same_claims(document: ExtractionInput) -> None:
    assert analyse(document) == analyse(document)


@settings(max_examples=200, deadline=None)
@given(documents())
def test_dates_stand_where_they_are_said_to_stand(document: ExtractionInput) -> None:
    for date in analyse(document).dates:
        assert document.text[date.start : date.end] == date.text


@settings(max_examples=300, deadline=None)
@given(documents())
def test_the_view_maps_back_to_what_it_was_read_from(document: ExtractionInput) -> None:
    view = reading_view(document)
    assert len(view.positions) == len(view.text) == len(view.lower)
    assert all(before <= after for before, after in zip(view.positions, list(view.positions)[1:], strict=False))
    hidden = {index for span in document.skip for index in range(span.start, span.end)}
    for index, char in enumerate(view.text):
        if not char.isspace():
            assert document.text[view.positions[index]] == char
            assert view.positions[index] not in hidden


@settings(max_examples=200, deadline=None)
@given(documents(), st.data())
def test_a_span_of_the_view_is_a_span_of_the_text_up_to_the_repairs(document: ExtractionInput, data: st.DataObject) -> None:
    view = reading_view(document)
    if not view.text:
        return
    start = data.draw(st.integers(0, len(view.text) - 1))
    end = data.draw(st.integers(start + 1, len(view.text)))
    first, last = view.canonical(start, end)
    assert first < last
    remaining = iter(document.text[first:last])
    assert all(char in remaining for char in view.text[start:end] if not char.isspace())


@pytest.mark.parametrize("text", ["", " \n ", "\ufeff", "5", "-", "1999", "…", "№", "1-", "-5", '"', "A."])
def test_texts_without_a_claim(text: str) -> None:
    for language in ("en", "az", "de"):
        assert RulesExtractor().extract(ExtractionInput(text=text, language=language)) == ()
