"""Marks in a text: nothing of the text is lost, every passage is whole, and its id is there once."""

from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st

from services.query.pages.marking import Marked, mark_up


class Reader(HTMLParser):
    """Reads marked text as a browser does: which letters stand in which passage."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []
        self.spans: dict[str, str] = {}
        self.ids: list[str] = []
        self.pieces: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        fields = dict(attrs)
        name = str(fields["data-of"])
        self.open.append(name)
        self.pieces[name] = self.pieces.get(name, 0) + 1
        if "id" in fields:
            self.ids.append(str(fields["id"]))

    def handle_endtag(self, tag: str) -> None:
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.text += data
        for name in self.open:
            self.spans[name] = self.spans.get(name, "") + data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


LETTERS = "ab ə<&>\"'\n\r;#"


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]]]:
    text = draw(st.text(alphabet=LETTERS, min_size=1, max_size=40))
    starts = st.integers(0, len(text) - 1)
    spans = [(start, draw(st.integers(start + 1, len(text)))) for start in draw(st.lists(starts, max_size=8))]
    return text, spans


@given(texts_with_spans())
@example(("abcdef", [(0, 4), (2, 6)]))
@example(("abcdef", [(1, 3), (1, 3), (3, 5)]))
@example(("<b>\r\n&amp;", [(0, 3), (2, 10)]))
def test_a_marked_text_is_the_text_with_every_passage_whole(case: tuple[str, list[tuple[int, int]]]) -> None:
    text, spans = case
    marks = [Marked(start, end, f"m-{number}") for number, (start, end) in enumerate(spans)]
    reader = read(str(mark_up(text, marks)))
    assert reader.text == text
    assert sorted(reader.ids) == sorted(mark.anchor for mark in marks)
    assert reader.spans == {mark.anchor: text[mark.start : mark.end] for mark in marks}


def test_passages_that_nest_are_not_cut() -> None:
    reader = read(str(mark_up("one two three", [Marked(0, 13, "whole"), Marked(4, 7, "two"), Marked(4, 7, "twin")])))
    assert reader.pieces == {"whole": 1, "two": 1, "twin": 1}


def test_only_the_passage_that_crosses_is_cut() -> None:
    reader = read(str(mark_up("one two three", [Marked(0, 7, "first"), Marked(4, 13, "second")])))
    assert reader.pieces == {"first": 1, "second": 2}
