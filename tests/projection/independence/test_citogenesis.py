"""Circles of support, planted: found where there is one, and told the same way whoever came first; none where there is none."""

import pytest

from shared.domain.chronology import Alarm
from tests.projection.independence.papers import FIRST, OTHER, THIRD, Paper, entry_of

X = {"source": "X", "title": "Annals of the Hills"}


def steps(alarm: Alarm) -> list[tuple[str, str, str]]:
    return [(step.document_id, step.leans_on, step.how) for step in alarm.steps]


def turned(alarm: Alarm, first: str) -> list[tuple[str, str, str]]:
    """The circle told from a document on."""
    told = steps(alarm)
    at = next(place for place, step in enumerate(told) if step[0] == first)
    return told[at:] + told[:at]


def chain_of_three() -> list[Paper]:
    """X is copied by B; X, captured again, cites B for it: two sources, three documents."""
    return [
        Paper("X1", published="1990", **X),
        Paper("B", published="1995", title="Bees Weekly"),
        Paper("X2", OTHER, lead="According to Bees Weekly, it was a fine day.", captured="2001-01-01", recaptured=True, **X),
    ]


def chain_of_four() -> list[Paper]:
    """X is copied by B, which C cites; X, captured again, cites C."""
    return [
        Paper("X1", published="1990", **X),
        Paper("B", published="1995", title="Bees Weekly"),
        Paper("C", OTHER, lead="According to Bees Weekly, it rained.", published="1998", title="Valley Courier"),
        Paper("X2", THIRD, lead="The Valley Courier reported a fine day.", captured="2001-01-01", recaptured=True, **X),
    ]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_of_three(backwards: bool) -> None:
    papers = chain_of_three()
    entry = entry_of(*(reversed(papers) if backwards else papers))
    (alarm,) = entry.alarms
    assert turned(alarm, "X2") == [("X2", "B", "cites"), ("B", "X1", "repeats")]


@pytest.mark.parametrize("backwards", [False, True])
def test_a_chain_of_four(backwards: bool) -> None:
    papers = chain_of_four()
    entry = entry_of(*(reversed(papers) if backwards else papers))
    (alarm,) = entry.alarms
    assert turned(alarm, "X2") == [("X2", "C", "cites"), ("C", "B", "cites"), ("B", "X1", "repeats")]


def test_a_circle_of_citations_alone() -> None:
    entry = entry_of(
        Paper("A", title="Annals of the Hills", lead="According to Valley Courier, it rained."),
        Paper("B", OTHER, title="Bees Weekly", lead="According to Annals of the Hills, it rained."),
        Paper("C", THIRD, title="Valley Courier", lead="According to Bees Weekly, it rained."),
    )
    (alarm,) = entry.alarms
    assert turned(alarm, "A") == [("A", "C", "cites"), ("C", "B", "cites"), ("B", "A", "cites")]


def test_a_chain_that_does_not_come_back_is_no_alarm() -> None:
    *chain, _ = chain_of_four()
    assert entry_of(*chain).alarms == ()
    stranger = Paper("X2", THIRD, lead="The Valley Courier reported a fine day.", published="2001", source="Y", title="Yearbook")
    assert entry_of(*chain, stranger).alarms == ()


def test_a_source_captured_again_takes_nothing_from_those_who_cite_it() -> None:
    """B cites X and repeats it, as it should; that X, captured later, still says so, is no circle."""
    entry = entry_of(
        Paper("X1", published="1990", **X),
        Paper("B", published="1995", lead="According to Annals of the Hills, it rained."),
        Paper("X2", FIRST, captured="2001-01-01", recaptured=True, **X),
    )
    assert entry.alarms == ()


def test_where_nobody_can_tell_who_was_first_there_is_no_alarm() -> None:
    """Captures only say by when something had appeared."""
    entry = entry_of(
        Paper("X1", captured="2020-01-01", lead="According to Bees Weekly, it rained.", **X),
        Paper("B", captured="2020-01-02", title="Bees Weekly"),
    )
    assert entry.alarms == ()
