"""What holds for the date finder whatever the text."""

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.extraction.dates import scan as scanning
from services.ingest.extraction.dates.finder import find_dates, single_dates
from services.ingest.extraction.dates.tables import available, language
from shared.domain.dates import Edtf

VOCABULARY = """
on in by the of same year next day later days two and to from between since late early mid that following last will
May March 14 14th 9-10 1939 1941, 1942. 1915-16 (2001) 480 BC 1980s century XX V 5th No. $ 1,000 men Monday fall
1991-ci il ildə ilin illərdə dekabr dekabrın 26-da əsrin əsr e.ə. 70–80-ci həmin gün sonra 20 Yanvar və ayının bu
. , – - ( ) ' s İ I ı ²
"""
WORDS = [*VOCABULARY.split(), "\n\n"]
TEXTS = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))
LANGUAGES = st.sampled_from([*available(), "xx"])
for _code in available():
    language(_code)  # tables are compiled once; hypothesis would take that for slowness
PUBLISHED = st.sampled_from([None, "2024-05-16", "2024", "1918-02-29", "soon"])


@given(TEXTS, LANGUAGES, PUBLISHED)
def test_mentions_are_what_they_say(text: str, code: str, published: str | None) -> None:
    mentions = find_dates(text, code, published)
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    assert all(before.end <= after.start for before, after in itertools.pairwise(mentions))
    for mention in [*mentions, *single_dates(mentions)]:
        assert text[mention.start : mention.end] == mention.text
        assert mention.text.strip() == mention.text != ""
        assert (mention.edtf is None) == (mention.derivation == "unresolved")
        if mention.edtf is not None:
            Edtf.parse(mention.edtf)
        if mention.anchor is not None:
            assert 0 <= mention.anchor[0] < mention.anchor[1] <= len(text)
            assert f'"{text[slice(*mention.anchor)]}"' in mention.derivation


@given(TEXTS, LANGUAGES)
def test_ends_lie_within_their_interval(text: str, code: str) -> None:
    for mention in find_dates(text, code):
        assert len(mention.ends) in (0, 2)
        if mention.ends and mention.edtf:
            first, last = mention.ends
            assert mention.start <= first.start < first.end <= last.start < last.end <= mention.end
            assert f"{first.edtf}/{last.edtf}" == mention.edtf


@given(TEXTS, LANGUAGES)
def test_the_same_text_gives_the_same_dates(text: str, code: str) -> None:
    assert find_dates(text, code) == find_dates(text, code)


@given(
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.lists(st.sampled_from(["alpha", "beta", "gamma", "qoz", "nar"]), max_size=10),
    LANGUAGES,
)
def test_what_comes_after_without_a_date_changes_nothing(text: str, after: list[str], code: str) -> None:
    closed = text + "\n\nFin.\n\n"
    assert find_dates(closed + " ".join(after), code) == find_dates(closed, code)


@pytest.mark.parametrize("code", available())
@pytest.mark.parametrize(
    "piece", ["1991, ", "May 4 ", "May ", "1991-ci il ", "həmin il ", "the next day ", "1, ", "XX ", "in 1941 ", "\n \n", "will go in May "]
)
def test_the_work_grows_no_faster_than_the_text(code: str, piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts the tokens that the scan and the resolver look at, in a text and in one eight times as long."""
    table = language(code)
    looks = 0

    class Words(list[str]):
        def __getitem__(self, at):  # type: ignore[no-untyped-def]
            nonlocal looks
            looks += 1
            return super().__getitem__(at)

    class Codes(str):
        __slots__ = ()

        def __getitem__(self, at):  # type: ignore[no-untyped-def]
            nonlocal looks
            looks += 1
            return super().__getitem__(at)

    whole = scanning.Scan

    def counted(words: list[str], offsets: list[int], codes: str, expressions: list[scanning.Expression]) -> scanning.Scan:
        return whole(Words(words), offsets, Codes(codes), expressions)

    monkeypatch.setattr(scanning, "Scan", counted)

    def work(times: int) -> int:
        nonlocal looks
        looks = 0
        find_dates(piece * times, code, "2024-05-16")
        return looks + len(table.lexicon.tokens(piece * times)[0])

    assert work(1600) <= 9 * work(200)


def test_derivations_are_among_the_documented_ones() -> None:
    text = "In 1941 it rained. In May it rained. Two years later, in the 50s, on the 4th. On 3 June they met; the same day they left."
    pattern = re.compile(
        r'explicit|unresolved|relative to publication|(same year as|same date as|(year|month|century) from narrative|relative to) ".*"'
    )
    mentions = find_dates(text, "en")
    assert len(mentions) >= 6
    assert all(pattern.fullmatch(mention.derivation) for mention in mentions)
