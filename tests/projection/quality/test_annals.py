"""How good entries are on documents that were labelled by hand: which claims stand together, what is disputed, who is one witness."""

from typing import Any

import pytest

from benchmarks.quality import b_cubed
from shared.domain.chronology import Entry
from tests.projection.quality.annals import CORPORA, Annals, corpus, read_annals


@pytest.fixture(scope="module", params=CORPORA)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def annals(name: str) -> Annals:
    return read_annals(name)


@pytest.fixture(scope="module")
def table(name: str) -> dict[str, Any]:
    return corpus(name)


def status(entry: Entry, attribute: str) -> str | None:
    """What is known of a value, or of the date; None where no claim gives it."""
    if attribute == "date":
        return entry.date.status
    return next((value.status for value in entry.values if value.attribute == attribute), None)


def test_there_are_enough_documents_and_every_label_has_a_claim(annals: Annals, table: dict[str, Any]) -> None:
    assert len(table["document"]) >= 10
    assert annals.missed == ()


def test_claims_of_one_happening_stand_together_and_no_others(annals: Annals, table: dict[str, Any]) -> None:
    entry_of = annals.entry_of
    precision, recall = b_cubed([entry_of[claim_id].id for claim_id, _ in annals.labels], [event for _, event in annals.labels])
    assert precision >= table["expected"]["precision"]
    assert recall >= table["expected"]["recall"]


def test_what_is_in_dispute_is_shown_so_and_what_only_differs_in_words_is_not(annals: Annals, table: dict[str, Any]) -> None:
    found = [one for one in table["dispute"] if status(annals.of(one["event"]), one["attribute"]) == "disputed"]
    assert [one for one in table["dispute"] if one not in found] == table["expected"]["disputes_missed"]
    wrong = [one for one in table["agree"] if status(annals.of(one["event"]), one["attribute"]) in ("disputed", None)]
    assert wrong == table["expected"]["disputes_invented"]


def test_who_is_one_witness(annals: Annals, table: dict[str, Any]) -> None:
    for expected in table["origins"]:
        origins = [{shown.document_id for shown in origin.documents} for origin in annals.of(expected["event"]).origins]
        listed = {document for group in expected["documents"] for document in group}
        assert all(set(group) in origins for group in expected["documents"])
        assert all(len(group) == 1 for group in origins if not group & listed)


def test_plans_denials_and_what_is_only_planned(annals: Annals, table: dict[str, Any]) -> None:
    events = {event for _, event in annals.labels}
    assert {event for event in events if annals.of(event).planned} == set(table["planned"])
    denied = {event for event in events if any(annals.told[claim_id].claim.modality == "denied" for claim_id in annals.of(event).claims)}
    assert denied == set(table["denied"])
    assert all(annals.of(event).status == "disputed" for event in denied)


def test_another_order_of_arrival_gives_the_same(annals: Annals, name: str) -> None:
    other = read_annals(name, backwards=True)
    assert [entry.model_dump(exclude={"id"}) for entry in other.entries] == [entry.model_dump(exclude={"id"}) for entry in annals.entries]
