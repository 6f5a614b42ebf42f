"""Windows hold all of a text, whole sentences where they can, and never more than they may."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.extraction.grammar.tables import load_grammar
from services.ingest.extraction.reading import reading_view
from services.ingest.extraction.sentences import split_sentences
from services.ingest.llm.windows import Window, cut
from shared.domain.ports import ExtractionInput

WORDS = st.lists(st.sampled_from(["Bell", "rang", "on", "3", "March", "1999", "in", "the", "valley", "öküz"]), min_size=1, max_size=30)
SENTENCES = st.builds(lambda words, mark: " ".join(words).capitalize() + mark, WORDS, st.sampled_from([".", "!", "?", ""]))
PARAGRAPHS = st.builds(" ".join, st.lists(SENTENCES, min_size=1, max_size=6))
EDGES = st.sampled_from(["", "\n", "  \n\n ", "\n" * 90])
TEXTS = st.builds(
    lambda head, paragraphs, tail: head + "\n\n".join(paragraphs) + tail, EDGES, st.lists(PARAGRAPHS, min_size=1, max_size=8), EDGES
)


@given(TEXTS, st.integers(40, 400), st.integers(2, 9))
def test_windows_cover_the_text(text: str, size: int, part: int) -> None:
    overlap = size // part
    view = reading_view(ExtractionInput(text=text, language="en"))
    sentences = split_sentences(view, load_grammar("en"))
    windows = cut(view.text, sentences, size, overlap)
    assert all(0 < window.length <= size for window in windows)
    assert all(before.start < after.start and before.end < after.end for before, after in itertools.pairwise(windows))
    assert all(before.end - after.start <= overlap for before, after in itertools.pairwise(windows))
    for sentence in sentences:
        if sentence.end - sentence.start <= size:
            assert any(window.start <= sentence.start and sentence.end <= window.end for window in windows)
    covered = {place for window in windows for place in range(window.start, window.end)}
    assert all(place in covered for place, char in enumerate(view.text) if not char.isspace())


def test_a_text_without_sentences_has_windows_all_the_same() -> None:
    assert cut("", [], 100, 10) == []
    assert cut("   ", [], 100, 10) == []


def test_a_window_ends_with_a_paragraph_where_one_ends_in_its_second_half() -> None:
    text = "The first one is here. It is short.\n\nThe second one follows. It goes on for a while, and then on.\n"
    view = reading_view(ExtractionInput(text=text, language="en"))
    windows = cut(view.text, split_sentences(view, load_grammar("en")), 62, 5)
    assert windows[0] == Window(0, view.text.index("\n\n"))


@given(TEXTS, st.integers(40, 400))
def test_a_window_is_cut_into_smaller_ones_within_itself(text: str, size: int) -> None:
    view = reading_view(ExtractionInput(text=text, language="en"))
    sentences = split_sentences(view, load_grammar("en"))
    for whole in cut(view.text, sentences, size, size // 8):
        parts = cut(view.text, sentences, size // 2, size // 16, whole)
        assert not view.text[whole.start : parts[0].start].strip()
        assert parts[-1].end == whole.end
        assert all(part.length <= size // 2 for part in parts)
