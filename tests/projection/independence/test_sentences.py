"""Sentences are the same sentences however their lines are broken."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projection.independence.sentences import folded, sentences
from services.projection.independence.wordings import FEWEST_WORDS, likeness_to, runs, wording
from shared.domain.provenance import Span

TEXT = (
    "The ferry to Nardaran was built in the yard of Captain B. Rzayev and carried 240 passengers on 9. May 1930. "
    "Its co-owner, the harbour board, sold it in 1931 for 12.5 thousand roubles!\n\nNobody has seen it since."
)


def said(text: str) -> list[str]:
    return [text[found.start : found.end] for found in sentences(text)]


def test_sentences_stand_where_they_say_and_initials_and_numbers_end_none() -> None:
    assert said(TEXT) == [
        "The ferry to Nardaran was built in the yard of Captain B. Rzayev and carried 240 passengers on 9. May 1930.",
        "Its co-owner, the harbour board, sold it in 1931 for 12.5 thousand roubles!",
        "Nobody has seen it since.",
    ]


@given(st.integers(8, 60), st.booleans())
def test_wrapping_and_hyphenation_change_no_words(width: int, hyphens: bool) -> None:
    """Broken anywhere, with words broken as typesetters do, a text has the words that it had."""
    wrapped, column = "", 0
    for word in TEXT.split(" "):
        if column + len(word) > width:
            if hyphens and word.isalpha() and len(word) > 5:
                wrapped += f"{word[:3]}-\n{word[3:]} "
                column = len(word) - 3
                continue
            wrapped, column = wrapped.rstrip(" ") + "\n", 0
        wrapped += word + " "
        column += len(word) + 1
    assert [found.words for found in sentences(wrapped)] == [found.words for found in sentences(TEXT)]


SPACED = (
    "Annals of the ferries",
    "In the spring of that year the harbour board bought the ferry that had",
    "been built in the yard of Captain Rzayev, and let it run to Nardaran on",
    "every day but Friday, for four roubles a head. Nobody had thought that so",
    "many people would want to go there.",
    "The first winter",
    "Ice lay on the bay from the New Year on, and the ferry was drawn up on the",
    "beach below the lighthouse, where boys climbed about on it until the",
    "Keeper of the light drove them away with a broom. It was April when the",
    "ice broke, and the ferry went out again with flags on it and a band that",
    "played the only march it knew.",
    "The board sold it in 1931, and nobody has seen it since that summer. Of the",
    "Captain it is told that he bought a mill.",
)


def test_a_sentence_goes_on_over_the_blank_lines_of_a_text_that_has_one_after_every_line() -> None:
    spaced = " \n\n".join(SPACED) + "\n"
    found = [" ".join(one.split()) for one in said(spaced)]
    assert "Annals of the ferries" in found
    assert "The first winter" in found
    assert any(one.startswith("In the spring") and one.endswith("four roubles a head.") for one in found)
    assert any(one.startswith("Ice lay on the bay") and one.endswith("with a broom.") for one in found)
    assert {one.words for one in sentences(spaced)} == {
        one.words for one in sentences("\n".join(SPACED).replace("ferries\n", "ferries\n\n").replace("winter\n", "winter\n\n"))
    }


def test_paragraphs_of_one_line_end_where_they_end() -> None:
    paragraphs = [f"Line {at} of a list of the things that were carried on the ferry" for at in range(4)]
    prose = [f"The ferry went out for the {at}th time. It came back." for at in range(20)]
    assert len(said("\n\n".join((*paragraphs, *prose)))) == 4 + 2 * 20


def test_an_ending_after_a_hyphen_is_part_of_the_word() -> None:
    assert folded("200-dən çox") == folded("200-\ndən çox") == ("200dan", "cox")


def test_the_lines_of_a_table_stand_for_themselves() -> None:
    rows = [f"19{at:02d}-05-04,A fair of seeds in Ganja,{at} guests\n" for at in range(10, 99)]
    found = list(sentences("".join(rows)))
    assert [" ".join(one.words) for one in found] == [f"19{at:02d}0504 a fair of seeds in ganja {at} guests" for at in range(10, 99)]
    assert all("".join(rows)[one.start : one.end] + "\n" == row for one, row in zip(found, rows, strict=True))


def test_a_line_without_end_is_taken_in_parts() -> None:
    line = "seed " * 3_200
    assert [(one.start, one.end) for one in sentences(line)] == [(at, at + 1999) for at in range(0, 16_000, 2000)]


def test_what_is_no_prose_is_left_out() -> None:
    assert len(list(sentences(TEXT, [Span(start=0, end=20)]))) == 2


WORDS = [f"{tree}{at}" for at in range(3) for tree in ("alder", "birch", "cedar", "elm", "hazel", "juniper", "maple")]


@given(st.randoms(use_true_random=False), st.integers(20, 34))
def test_one_changed_word_leaves_a_sentence_recognised_and_a_new_sentence_is_not(random_: random.Random, length: int) -> None:
    original = [f"{random_.choice(WORDS)}{at}" for at in range(length)]
    edited = list(original)
    edited[random_.randrange(length)] = "otherwise"
    one, other = wording(original), wording(edited)
    stranger = wording([f"{word}x" for word in original])
    assert one is not None
    assert other is not None
    assert stranger is not None
    assert likeness_to(set(one.runs), other) == likeness_to(set(other.runs), one) >= 60
    assert likeness_to(set(one.runs), stranger) == 0


def test_short_sentences_make_no_case() -> None:
    assert wording(WORDS[: FEWEST_WORDS - 1]) is None
    assert wording(WORDS[:FEWEST_WORDS]) is not None


def test_runs_are_the_same_numbers_in_every_process() -> None:
    assert sorted(runs(("alder", "birch", "cedar"))) == [RUN_OF_THREE_TREES]


RUN_OF_THREE_TREES = 1863172572549208245
"""Another number here would give sketches, and so findings, that differ between releases."""


@pytest.mark.parametrize("text", ["", " \n ", "?!", "…"])
def test_nothing_is_no_sentence(text: str) -> None:
    assert said(text) == []
