"""Whole texts, marked by hand: what the finder gets right in running prose, news and histories, in both languages.

A mark is `[words|date]`. Words with an empty date name a happening and must not be dated; those with `*` are not judged. The first
line of a text gives its name and the day of its publication, or `-`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.ingest.extraction.dates.finder import find_dates
from services.ingest.extraction.dates.mention import DateMention

TEXTS = Path(__file__).parent / "texts"
MARK = re.compile(r"\[([^\[\]|]+)\|([^\[\]|]*)\]\*?")


@dataclass(frozen=True)
class Marked:
    published: str | None
    text: str
    marks: tuple[tuple[int, int, str], ...]


def texts(path: Path) -> Iterator[Marked]:
    for part in re.split(r"(?m)^# ", path.read_text("utf-8"))[1:]:
        head, body = part.split("\n", 1)
        text, marks, at = "", [], 0
        for mark in MARK.finditer(body):
            text += body[at : mark.start()]
            marks.append((len(text), len(text) + len(mark[1]), mark[2]))
            text += mark[1]
            at = mark.end()
        published = head.split()[1]
        yield Marked(None if published == "-" else published, text + body[at:], tuple(marks))


def answer(found: list[DateMention], start: int, end: int, wanted: str) -> str | None:
    """The date given to marked words: that of a range as a whole, or of that end of it which the words are."""
    over = [mention for mention in found if mention.start < end and start < mention.end and mention.edtf]
    if over and over[0].edtf != wanted and over[0].ends:
        over = [one for one in over[0].ends if one.start < end and start < one.end]
    return re.sub("[~?]", "", over[0].edtf or "") if over else None


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("en-news", 0.97, 0.01),
        ("en-history", 0.97, 0.02),
        ("az-news", 0.97, 0.01),
        ("az-history", 0.94, 0.03),
        ("en-phrases", 0.97, 0.02),
        ("az-phrases", 0.97, 0.02),
    ],
)
def test_running_prose(name: str, right: float, wrong: float) -> None:
    dated = hits = misled = 0
    for marked in texts(TEXTS / f"{name}.txt"):
        found = find_dates(marked.text, name[:2], marked.published)
        for start, end, wanted in marked.marks:
            got = answer(found, start, end, re.sub("[~?]", "", wanted))
            if wanted == "*":
                continue
            dated += bool(wanted)
            hits += bool(wanted) and got == re.sub("[~?]", "", wanted)
            misled += got is not None and got[:4] != wanted[:4]
    assert dated > 70
    assert hits / dated >= right
    assert misled / dated <= wrong
