"""Comparing the claims of two captures: what is said still, what changed, what vanished, and what cannot be told."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.recapturing.comparison import Comparison, Pair, compare
from shared.domain.claims import Claim, ClaimDate
from shared.domain.provenance import passage
from tests.ingest.recapture.claims import PERSON, claim, claims_of

FAIR = "The first fair was held in 1998 with 120 stalls.\nThe mayor cut the ribbon.\nIn 1999 there were 150 stalls from 20 villages.\n"


def compared(old: str, new: str, brought: list[Claim] | None = None) -> Comparison:
    return compare(old, [*claims_of(old, "old"), *(brought or [])], new, claims_of(new, "new"), "rules")


def person(text: str, quote: str, nth: int = 0) -> Claim:
    return claim(text, quote, "brought", nth=nth, extractor=PERSON)


def test_the_same_text_says_the_same() -> None:
    found = compared(FAIR, FAIR, [person(FAIR, "The mayor cut the ribbon.")])
    assert found.carried == [Pair("old0", "new0"), Pair("old1", "new1")]
    assert [moved.id for moved in found.moved] == ["brought"]
    assert not found.changed + found.vanished + found.doubt + found.new  # type: ignore[operator]


def test_another_number_in_the_same_sentence_is_a_change() -> None:
    found = compared(FAIR, FAIR.replace("120 stalls", "125 stalls"))
    assert found.changed == [Pair("old0", "new0")]
    assert found.carried == [Pair("old1", "new1")]
    assert not found.vanished + found.new


def test_a_sentence_that_is_gone_has_vanished_and_one_that_came_is_new() -> None:
    new = "In 2007 a bridge of 300 metres was built.\n" + FAIR.splitlines()[0] + "\nThe mayor cut the ribbon.\n"
    found = compared(FAIR, new)
    assert found.carried == [Pair("old0", "new1")]
    assert found.vanished == ["old1"]
    assert found.new == ["new0"]
    assert not found.changed


def test_other_words_between_the_same_neighbours_are_a_change_if_they_have_something_in_common() -> None:
    old = "One thing stays here.\nThe hall burned down in 1950 with 3 dead.\nAnother thing stays here."
    near = old.replace("The hall burned down in 1950 with 3 dead.", "A fire in 1950 destroyed the hall, with 5 dead.")
    assert compared(old, near).changed == [Pair("old0", "new0")]
    other = old.replace("The hall burned down in 1950 with 3 dead.", "Rabbits were counted in 2003: 17 of them.")
    assert (compared(old, other).vanished, compared(old, other).new) == (["old0"], ["new0"])


def test_the_same_words_with_another_meaning_are_a_change() -> None:
    old = "In 1998 the fair began.\nThere were 120 stalls."
    said = claim(old, "There were 120 stalls.", "old")
    carried = said.model_copy(update={"date": ClaimDate(**passage(old, 3, 7).model_dump(), edtf="1998")})
    new = "In 1999 the fair began.\nThere were 120 stalls."
    now = claim(new, "There were 120 stalls.", "new").model_copy(update={"date": ClaimDate(**passage(new, 3, 7).model_dump(), edtf="1999")})
    assert compare(old, [carried], new, [now], "rules").changed == [Pair("old", "new")]
    planned = claim(old, "There were 120 stalls.", "new", modality="planned")
    assert compare(old, [said], old, [planned], "rules").changed == [Pair("old", "new")]


def test_sentences_that_stand_more_than_once_are_told_apart_by_what_stands_around_them() -> None:
    quba, sheki = "To the opening of the hall in Quba\n12 people came.", "To the opening of the hall in Şəki\n12 people came."
    found = compared(f"{quba}\n{sheki}\nThe end.", f"A preface.\n{sheki}\nAnd then.\n{quba}\nThe end, which is another one.")
    assert found.carried == [Pair("old0", "new1"), Pair("old1", "new0")]
    assert not found.doubt


def test_what_cannot_be_told_apart_is_in_doubt() -> None:
    old = "Stalls: 12 people came.\n"
    new = "A wholly other beginning of the page.\n12 people came.\nSomething between the two of them here.\n12 people came.\nAnother end."
    found = compared("12 people came.", new)
    assert found.doubt == ["old0"]
    assert found.new == ["new0", "new1"]
    brought = person(old, "12 people came.")
    assert compare(old, [brought], new, [], "rules").doubt == ["brought"]


def test_of_repeated_sentences_one_that_was_cut_out_has_vanished() -> None:
    old = "In Quba:\n12 people came.\nIn Şəki:\n12 people came.\nThe end."
    found = compared(old, "In Quba:\n12 people came.\nIn Şəki:\nThe end.")
    assert (found.carried, found.vanished, found.doubt) == ([Pair("old0", "new0")], ["old1"], [])


def test_a_claim_that_was_brought_moves_with_its_words() -> None:
    new = "A new beginning, which is quite long.\n" + FAIR
    brought = claim(FAIR, "In 1999 there were 150 stalls from 20 villages.", "brought", extractor=PERSON)
    (moved,) = compare(FAIR, [brought], new, [], "rules").moved
    moved.check(new)
    assert moved.values[0].quote == "150 stalls"
    assert moved.date is not None
    assert moved.date.edtf == "1999"
    assert (moved.prefix, moved.suffix) == (new[max(0, moved.start - 32) : moved.start], new[moved.end : moved.end + 32])


def test_a_part_outside_the_quote_moves_by_itself_or_puts_the_claim_in_doubt() -> None:
    old = "It happened in 1998.\nThere were 120 stalls."
    brought = person(old, "There were 120 stalls.").model_copy(update={"date": ClaimDate(**passage(old, 15, 19).model_dump(), edtf="1998")})
    (moved,) = compare(old, [brought], "Long ago. " + old + " The end.", [], "rules").moved
    assert moved.date is not None
    assert (moved.date.start, moved.date.quote) == (25, "1998")
    gone = compare(old, [brought], old.replace("1998", "that year"), [], "rules")
    assert (gone.moved, gone.doubt) == ([], ["brought"])


def test_what_was_brought_about_words_that_stood_twice_needs_to_be_the_one_that_is_left() -> None:
    old = "At the harbour:\n12 people came.\nAt the station:\n12 people came.\nThe end."
    new = "At the harbour:\n12 people came.\nAt the station:\nThe end."
    first, second = person(old, "12 people came."), person(old, "12 people came.", nth=1)
    assert [moved.start for moved in compare(old, [first], new, [], "rules").moved] == [16]
    assert compare(old, [second], new, [], "rules").doubt == ["brought"]


def test_what_was_brought_about_a_sentence_that_changed_has_changed_with_it() -> None:
    new = FAIR.replace("120 stalls", "125 stalls")
    brought = person(FAIR, "The first fair was held in 1998 with 120 stalls.")
    assert Pair("brought", "new0") in compared(FAIR, new, [brought]).changed


def test_words_that_stand_but_are_no_claim_any_more_are_in_doubt() -> None:
    found = compare(FAIR, claims_of(FAIR, "old"), FAIR, [], "rules")
    assert found.doubt == ["old0", "old1"]


def test_a_longer_sentence_at_the_same_place_is_a_change() -> None:
    new = FAIR.replace("with 120 stalls.", "with 120 stalls and 7 tents.")
    old = [claim(FAIR, "The first fair was held in 1998 with 120 stalls", "old")]
    assert compare(FAIR, old, new, claims_of(new, "new"), "rules").changed == [Pair("old", "new0")]


def test_what_is_equally_near_to_two_is_not_guessed() -> None:
    old = "Here:\nThe hall had 400 seats for 10 choirs."
    new = "There:\nThe hall had 410 seats for 10 choirs.\nElsewhere:\nThe hall had 420 seats for 10 choirs."
    found = compared(old, new)
    assert (found.changed, found.vanished, found.new) == ([], ["old0"], ["new0", "new1"])


lines = st.lists(
    st.builds(
        lambda town, year, count: f"In {town} of {year} there came {count} {town}people.",
        st.text("abcdefghij", min_size=3, max_size=8),
        st.integers(1000, 2999),
        st.integers(10, 9999),
    )
    | st.just("12 people came.")
    | st.text("xyz ", min_size=1, max_size=20).filter(str.strip),
    max_size=25,
)


@given(lines, lines, st.randoms(use_true_random=False))
def test_every_claim_has_one_fate(old_lines: list[str], more: list[str], choice: random.Random) -> None:
    kept = [line for line in old_lines if choice.random() < 0.7] + more
    choice.shuffle(kept)
    old, new = "\n".join(old_lines), "\n".join(kept)
    own = claims_of(old, "old")
    brought = [each.model_copy(update={"id": f"by-{each.id}", "extractor": PERSON}) for each in own]
    news = claims_of(new, "new")
    found = compare(old, own + brought, new, news, "rules")
    fates = [pair.earlier for pair in found.carried + found.changed] + [each.id for each in found.moved] + found.vanished + found.doubt
    assert sorted(fates) == sorted(each.id for each in own + brought)
    by_id = {each.id: each for each in own + brought + news}
    later = [pair.later for pair in found.carried]
    assert len(later) == len(set(later))
    for pair in found.carried:
        assert by_id[pair.earlier].quote == by_id[pair.later].quote
    for each in found.moved:
        each.check(new)
    for claim_id in found.vanished:
        assert by_id[claim_id].quote not in kept or kept.count(by_id[claim_id].quote) < old_lines.count(by_id[claim_id].quote)
    assert set(found.new) == {each.id for each in news} - {pair.later for pair in found.carried + found.changed}
    assert compare(old, own + brought, new, news, "rules") == found


@given(lines)
def test_a_text_compared_with_itself_has_nothing_new(old_lines: list[str]) -> None:
    text = "\n".join(dict.fromkeys(old_lines))
    own, brought = claims_of(text, "old"), [each.model_copy(update={"extractor": PERSON}) for each in claims_of(text, "by")]
    found = compare(text, own + brought, text, claims_of(text, "new"), "rules")
    assert not found.changed
    assert not found.vanished
    assert not found.new
    assert len(found.carried) == len(own)


@pytest.mark.parametrize("kind", ["edited", "other", "same words"])
def test_ten_thousand_claims_take_seconds(kind: str) -> None:
    choice = random.Random(4)  # the same every time
    rows = [
        f"On day {at} of {1000 + at % 900} in place{choice.randrange(10**9)} there were {choice.randrange(10**6)} guests."
        for at in range(10_000)
    ]
    if kind == "same words":
        rows = [f"There were {at % 50} guests in the hall." for at in range(10_000)]
    edited = [row.replace("guests", "visitors") if at % 5 == 0 else row for at, row in enumerate(rows) if at % 7]
    news = [f"{row[::-1]} 7" for row in rows] if kind == "other" else edited
    old, new = "\n".join(rows), "\n".join(news)

    def quick(texts: list[str], text: str, prefix: str) -> list[Claim]:
        found, start = [], 0
        model = claim("1 a", "1 a", "x")
        for at, row in enumerate(texts):
            place = {"start": start, "end": start + len(row), "quote": row, "id": f"{prefix}{at}", "values": ()}
            found.append(model.model_copy(update=place))
            start += len(row) + 1
        return found

    own = quick(rows, old, "old")
    brought = [each.model_copy(update={"id": f"by{at}", "extractor": PERSON}) for at, each in enumerate(own[:5_000])]
    later = quick(news, new, "new")
    began = time.monotonic()
    found = compare(old, own + brought, new, later, "rules")
    took = time.monotonic() - began
    assert len(found.carried) + len(found.changed) + len(found.vanished) + len(found.doubt) + len(found.moved) == 15_000
    assert took < 30
