"""Who is a witness of his own: by sentences, citations, publishers, authorities and editors; small worlds, each with its truth."""

from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projection.consolidation.consolidate import Consolidator, consolidate
from services.projection.independence.ties import ENDS
from shared.domain.chronology import Entry
from shared.domain.corrections import JoinOrigins, SplitOrigins
from tests.projection.consolidation.builders import decided
from tests.projection.independence.papers import EDITED, FIRST, OTHER, THIRD, Paper, entry_of, groups


def reasons(entry: Entry) -> list[tuple[str, str | None]]:
    return [(reason.kind, reason.name) for origin in entry.origins for tie in origin.ties for reason in tie.reasons]


def apart(*names: str) -> set[frozenset[str]]:
    return {frozenset(name) for name in names}


def test_two_who_say_it_in_their_own_words_are_two_witnesses() -> None:
    entry = entry_of(Paper("A"), Paper("B", OTHER))
    assert groups(entry) == apart("A", "B")
    assert entry.values[0].status == entry.status == "corroborated"
    assert [alternative.origins for alternative in entry.values[0].alternatives] == [(0, 1)]


def test_a_copy_is_no_second_witness_though_its_lines_break_elsewhere() -> None:
    wrapped = FIRST.replace(" beekeepers", " beekeep-\ners").replace(" on 4", "\non 4")
    entry = entry_of(Paper("A", published="1990"), Paper("B", wrapped, published="1995"))
    assert groups(entry) == apart("AB")
    assert entry.values[0].status == entry.status == "single-source"
    (origin,) = entry.origins
    assert [(one.document_id, one.date, one.clock) for one in origin.documents] == [("A", "1990", "published"), ("B", "1995", "published")]
    assert origin.certain
    (tie,) = origin.ties
    (shared,) = tie.reasons[0].sentences
    assert (tie.later, tie.earlier, shared.share) == ("B", "A", 100)
    assert Paper("B", wrapped).text[shared.later.start : shared.later.end] == wrapped


def test_a_copy_that_changes_the_figure_is_a_copy_still_and_the_figures_a_dispute() -> None:
    entry = entry_of(Paper("A"), Paper("B", EDITED))
    assert groups(entry) == apart("AB")
    assert entry.values[0].status == "disputed"


def test_a_sentence_taken_over_on_another_matter_makes_no_one_dependent_here() -> None:
    """Dependence is per happening: what was copied elsewhere in the document does not touch this."""
    weather = "That spring was the coldest in forty years, and snow lay on the passes above the town until the last week of May."
    assert groups(entry_of(Paper("A", tail=weather), Paper("B", OTHER, tail=weather))) == apart("A", "B")


def test_one_publisher_is_one_witness() -> None:
    entry = entry_of(
        Paper("A", publisher="Hill Press"), Paper("B", OTHER, publisher="HILL PRESS"), Paper("C", THIRD, publisher="Vale Press")
    )
    assert groups(entry) == apart("AB", "C")
    assert reasons(entry) == [("publisher", "Hill Press")] or reasons(entry) == [("publisher", "HILL PRESS")]


@pytest.mark.parametrize(
    ("cited", "lead", "name"),
    [
        ({"title": "Annals of the Hills"}, "According to Annals of the Hills, much was forgotten.", "Annals of the Hills"),
        ({"publisher": "Hill Press"}, "As reported by the Hill Press, it was a fine day.", "Hill Press"),
        ({"author": "Rana Quliyeva"}, "It was a fine day, Rana Quliyeva wrote.", "Rana Quliyeva"),
        ({"url": "https://www.hills.example/annals/3/"}, "Read more: http://hills.example/annals/3.", "hills.example/annals/3"),
    ],
)
def test_who_cites_another_is_no_second_witness_beside_it(cited: dict[str, str], lead: str, name: str) -> None:
    citing = Paper("B", OTHER, lead=lead)
    entry = entry_of(Paper("A", **cited), citing, Paper("C", THIRD))
    assert groups(entry) == apart("AB", "C")
    (tie,) = next(origin.ties for origin in entry.origins if origin.ties)
    (reason,) = tie.reasons
    assert (tie.cites, reason.kind, reason.name) == (("B",), "citation", name)
    assert reason.citing is not None
    assert citing.text[reason.citing.start : reason.citing.end] in lead


def test_a_name_that_merely_occurs_and_a_link_to_the_site_cite_nobody() -> None:
    entry = entry_of(
        Paper("A", title="Annals of the Hills", url="https://hills.example/"),
        Paper("B", OTHER, lead="The Annals of the Hills were printed in a cellar. See https://hills.example/ for opening hours."),
    )
    assert groups(entry) == apart("A", "B")


def test_two_who_have_it_on_the_word_of_one_authority_are_one_witness() -> None:
    entry = entry_of(Paper("A", attributed="the Ministry of Bees"), Paper("B", OTHER, attributed="the Ministry of Bees"), Paper("C", THIRD))
    assert groups(entry) == apart("AB", "C")
    assert reasons(entry) == [("attribution", "the Ministry of Bees")]


def test_captures_of_one_source_are_one_witness() -> None:
    assert groups(entry_of(Paper("A", source="one"), Paper("B", OTHER, source="one"))) == apart("AB")


def test_what_is_known_by_its_capture_only_may_have_been_first() -> None:
    entry = entry_of(Paper("A", captured="2020-01-01"), Paper("B", captured="2020-01-02"))
    (origin,) = entry.origins
    assert [document.clock for document in origin.documents] == ["captured", "captured"]
    assert not origin.certain


def test_a_crowd_of_copies_is_one_origin_and_each_is_tied_to_one_that_was_before_it() -> None:
    """More copies than any one of them is compared with, each with an edit of its own."""
    crowd = [
        Paper(f"P{at:02d}", FIRST.replace("from the hills", f"from the {at} hills"), published=f"1987-{at % 12 + 1:02d}-{at // 12 + 1:02d}")
        for at in range(5 * ENDS)
    ]
    entry = entry_of(*crowd)
    [origin] = entry.origins
    assert len(origin.sources) == len(crowd)
    assert len(origin.ties) == len(crowd) - 1
    order = [appearance.document_id for appearance in origin.documents]
    assert all(order.index(tie.earlier) < order.index(tie.later) for tie in origin.ties)
    assert entry_of(*reversed(crowd)).origins == entry.origins


def test_without_texts_claims_are_compared_by_what_they_state() -> None:
    (entry,) = consolidate([Paper("A").told, Paper("B").told, Paper("C", OTHER).told])
    assert groups(entry) == apart("AB", "C")


def test_editors_join_what_no_machine_can_see() -> None:
    papers = Paper("A"), Paper("B", OTHER), Paper("C", THIRD)
    entry = entry_of(*papers, decisions=(decided(JoinOrigins(document_ids=("A", "C"))),))
    assert groups(entry) == apart("AC", "B")
    assert reasons(entry) == [("editor", "correction-1")]
    assert [applied.kind for applied in entry.corrections] == ["join-origins"]
    assert entry.status == "corroborated"  # joining origins corrects nothing that the entry says


def test_editors_split_what_the_machine_put_together_and_the_later_word_holds() -> None:
    papers = Paper("A"), Paper("B"), Paper("C")
    split, join = SplitOrigins(document_ids=("A", "B")), JoinOrigins(document_ids=("A", "B"))
    parted = groups(entry_of(*papers, decisions=(decided(split),)))
    assert not any({"A", "B"} <= group for group in parted)
    assert len(parted) == 2  # the third copy stays with one of them
    assert groups(entry_of(*papers, decisions=(decided(split), decided(join, 2)))) == apart("ABC")
    every = decided(SplitOrigins(document_ids=("A", "B", "C")))
    assert groups(entry_of(*papers, decisions=(every,))) == apart("A", "B", "C")
    assert groups(entry_of(*papers, decisions=(every, decided(join, 2)))) == apart("AB", "C")


def test_a_decision_holds_for_later_captures_and_documents() -> None:
    """It was made on A and B; A's source is captured again, and a document that tells of it comes in afterwards."""
    first, again, other = Paper("A", source="one"), Paper("A2", THIRD, source="one", recaptured=True), Paper("B", OTHER)
    consolidator = Consolidator()
    for paper in (first, other):
        consolidator.read(*paper.read)
        consolidator.add(paper.told)
    consolidator.decide(decided(JoinOrigins(document_ids=("A", "B"))))
    consolidator.flush()
    consolidator.read(*again.read)
    consolidator.add(again.told)
    (entry,) = consolidator.entries()
    assert groups(entry) == {frozenset({"A", "A2", "B"})}


kinds = st.sampled_from(
    [
        {"said": FIRST},
        {"said": EDITED},
        {"said": OTHER},
        {"said": THIRD},
        {"said": THIRD, "publisher": "Hill Press"},
        {"said": OTHER, "publisher": "Hill Press", "title": "Annals of the Hills"},
        {"said": OTHER, "lead": "According to Annals of the Hills, much was forgotten."},
        {"said": FIRST, "attributed": "the Ministry of Bees"},
        {"said": THIRD, "attributed": "the Ministry of Bees"},
        {"said": FIRST, "published": "1990", "source": "one"},
        {"said": OTHER, "captured": "2020-02-02", "source": "one", "recaptured": True},
    ]
)


@given(
    st.lists(kinds, min_size=1, max_size=7), st.lists(st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), max_size=3), st.data()
)
def test_arrival_makes_no_difference(told: list[dict[str, Any]], rulings: list[tuple[bool, int, int]], data: st.DataObject) -> None:
    papers = [Paper(f"D{at}", **facts) for at, facts in enumerate(told)]
    decisions = [
        decided((JoinOrigins if join else SplitOrigins)(document_ids=(f"D{one}", f"D{other}")), number)
        for number, (join, one, other) in enumerate(rulings, 1)
        if one != other and max(one, other) < len(papers)
    ]
    expected = consolidate([paper.told for paper in papers], decisions, [paper.read for paper in papers])
    consolidator, seen = Consolidator(), dict[str, Entry]()
    for paper in data.draw(st.permutations(papers)):
        consolidator.read(*paper.read)
        consolidator.add(paper.told)
        if data.draw(st.booleans()):
            follow(consolidator, seen)
    for decision in decisions:
        consolidator.decide(decision)
        if data.draw(st.booleans()):
            follow(consolidator, seen)
    follow(consolidator, seen)
    assert [entry.model_dump_json() for entry in consolidator.entries()] == [entry.model_dump_json() for entry in expected]
    assert seen == {entry.id: entry for entry in expected}


def follow(consolidator: Consolidator, seen: dict[str, Entry]) -> None:
    delta = consolidator.flush()
    for gone, _ in delta.removed:
        del seen[gone]
    seen.update({entry.id: entry for entry in delta.changed})


def test_a_barred_pair_never_stands_in_one_origin() -> None:
    for said in permutations((FIRST, EDITED, FIRST)):
        papers = [Paper(name, text, publisher="Hill Press") for name, text in zip("ABC", said, strict=True)]
        for pair in ("AB", "BC", "AC"):
            found = groups(entry_of(*papers, decisions=(decided(SplitOrigins(document_ids=tuple(pair))),)))
            assert not any(set(pair) <= group for group in found)
