"""What is written over and over is read in time that grows with its length: 200,000 code points of it well within a test's time."""

import pytest

from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.hyphens import Hyphens
from services.ingest.extraction.lines import split_lines
from services.ingest.extraction.markdown import marks
from services.ingest.extraction.reading import reading_view
from services.ingest.extraction.sentences import split_sentences
from shared.domain.ports import ExtractionInput
from tests.ingest.extraction.helpers import claims_of

LENGTH = 200_000
BEFORE, AFTER = "On 4 June 1999 the mill closed.", " In May 2001 it opened again."


@pytest.mark.parametrize(
    "unit",
    [" ", "\t", "\n", " \n", "\u00a0", "\u200b", "\u00ad", "\f", "-", ".", '"', "(", "a"],
)
def test_a_run_within_a_line_hides_nothing_that_stands_around_it(unit: str) -> None:
    claims = claims_of(f"{BEFORE} {unit * (LENGTH // len(unit))}\n\n{AFTER.strip()}")
    assert [claim.date.edtf for claim in claims if claim.date] == ["1999-06-04", "2001-05"]


@pytest.mark.parametrize("unit", ["![", "[", "](", "<!--", "> ", "- ", "* ", "_", "`", "|", "|-", "# ", "~~~\n", " #"])
def test_marks_that_nothing_closes_are_read_in_one_go(unit: str) -> None:
    text = f"{unit * (LENGTH // len(unit))}\n\n[The mill](http://mill.example) ![m](m.png) closed."
    found = [text[start:end] for start, end in marks(text)]
    if unit != "~~~\n":
        assert found[-3:] == ["[", "](http://mill.example)", "![m](m.png)"]


def test_an_opening_bracket_belongs_to_what_closes_it_in_its_line() -> None:
    text = "[a\n](b) ![c [d](e) <!-- f\n--> [](g)"
    assert [text[start:end] for start, end in marks(text)] == ["](b)", "![c [d](e)", "](g)"]


def test_a_line_keeps_the_soft_hyphen_that_it_ends_in() -> None:
    line = split_lines(" \u200b\u00adwater\u00ad \u200b\t")[0]
    assert (line.text, line.start, line.end) == ("water\u00ad", 3, 9)


def test_full_stops_in_a_word_end_no_sentence_and_those_behind_it_do() -> None:
    view = reading_view(ExtractionInput(text="It was...so ..!.and “on...” Then?! No", language="en"))
    found = [view.text[sentence.start : sentence.end] for sentence in split_sentences(view, load_grammar("en"))]
    assert found == ["It was...so ..!.and “on...”", "Then?!", "No"]


def test_a_long_word_before_a_hyphenated_one_is_passed_over() -> None:
    hyphens = Hyphens(["steam ship", "steamship"], "en")
    assert not hyphens.keep("a" * LENGTH + " steam-", "ship")
    assert hyphens.keep("a" * LENGTH + " MS-", "ship")
