"""Where sentences end, and where a full stop is only part of a word or a number."""

import pytest

from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.reading import reading_view
from services.ingest.extraction.sentences import LONGEST, split_sentences
from shared.domain.ports import ExtractionInput


@pytest.mark.parametrize(
    ("text", "language", "sentences"),
    [
        ("Dr. Hale came. Mr. Orr left.", "en", ["Dr. Hale came.", "Mr. Orr left."]),
        ("Decree No. 12 was signed. It held.", "en", ["Decree No. 12 was signed.", "It held."]),
        ("Did they leave? No. I was asked to.", "en", ["Did they leave?", "No.", "I was asked to."]),
        ("J. R. Smith wrote it. Nobody read it.", "en", ["J. R. Smith wrote it.", "Nobody read it."]),
        ("It cost 3.5 million. He paid.", "en", ["It cost 3.5 million.", "He paid."]),
        ("“Go home.” He went.", "en", ["“Go home.”", "He went."]),
        ("Did he? He did!", "en", ["Did he?", "He did!"]),
        ("It ended... and began again.", "en", ["It ended... and began again."]),
        ("M.F.Axundov adına kitabxana açıldı. O, böyükdür.", "az", ["M.F.Axundov adına kitabxana açıldı.", "O, böyükdür."]),
        ("E.ə. V əsrdə şəhər salındı. Sonra dağıldı.", "az", ["E.ə. V əsrdə şəhər salındı.", "Sonra dağıldı."]),
        ("Xərc 12.500 manat oldu. Pul verildi.", "az", ["Xərc 12.500 manat oldu.", "Pul verildi."]),
        ("Kitab, jurnal və s. çap olundu. Bitdi.", "az", ["Kitab, jurnal və s. çap olundu.", "Bitdi."]),
    ],
)
def test_sentences(text: str, language: str, sentences: list[str]) -> None:
    view = reading_view(ExtractionInput(text=text, language=language))
    found = split_sentences(view, load_grammar(language))
    assert [view.text[sentence.start : sentence.end] for sentence in found] == sentences


def test_a_question_is_known_as_one() -> None:
    view = reading_view(ExtractionInput(text="Who paid in 1999? Nobody.", language="en"))
    assert [sentence.question for sentence in split_sentences(view, load_grammar("en"))] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "the mill was built in 1901, and the dam was finished in 1909, " * 200,
        "," * 20_000,
        "7" * 20_000,
        "(" * 20_000,
        "a" * 20_000,
        "word " * 4_000,
    ],
)
def test_a_stretch_without_a_full_stop_is_read_in_bounded_pieces(text: str) -> None:
    view = reading_view(ExtractionInput(text=text, language="en"))
    pieces = split_sentences(view, load_grammar("en"))
    assert max(piece.end - piece.start for piece in pieces) <= LONGEST
    assert "".join(view.text[piece.start : piece.end] for piece in pieces).replace(" ", "") == view.text.replace(" ", "")


def test_pieces_are_parted_where_words_are() -> None:
    view = reading_view(ExtractionInput(text="the mill was built in 1901, and the dam was finished in 1909, " * 200, language="en"))
    pieces = split_sentences(view, load_grammar("en"))
    assert len(pieces) > 5
    assert all(view.text[piece.start : piece.end].endswith(",") for piece in pieces)
