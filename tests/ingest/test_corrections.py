"""Corrections: proposed by one, decided by another, and holding whatever comes later."""

import json
from dataclasses import replace

import pytest
from sqlmodel import select

from services.ingest.requests import NewCorrection, NewDecision
from services.ingest.service import Caller
from services.query import reader
from services.query.snapshot import open_snapshot
from shared.domain.chronology import Entry
from shared.domain.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, RevisionConflict
from shared.domain.roles import Principal, Role
from shared.store.engine import Database
from shared.store.read_model import EntryRow
from tests.support.running import Running, run
from tests.support.texts import FAIR_AZ, FAIR_EN, FAIR_EN_OTHER, SOURCES

EDITOR = Caller(Principal(name="Elçin", role=Role.editor))
REVIEWER = Caller(Principal(name="Rəna", role=Role.reviewer))


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    running.capture(FAIR_EN, SOURCES[FAIR_EN])
    running.capture(FAIR_EN_OTHER, SOURCES[FAIR_EN_OTHER])
    return running


def entries(running: Running) -> list[Entry]:
    with open_snapshot(running.database, "test") as snapshot:
        rows = snapshot.session.exec(select(EntryRow).where(EntryRow.until == None).order_by(EntryRow.sort_from, EntryRow.id))  # noqa: E711
        return [Entry.model_validate_json(snapshot.open(row.body, "entry", row.id, row.since)) for row in rows]


def the_fair(running: Running) -> Entry:
    return next(entry for entry in entries(running) if any(value.attribute == "countries" for value in entry.values))


def correct(running: Running, change: dict[str, object], *, decision: str = "accept") -> str:
    proposed = running.service.propose(
        running.info.id, NewCorrection.model_validate({"change": change, "reason": "The register says otherwise."}), EDITOR
    )
    decided = NewDecision.model_validate({"decision": decision, "reason": "Seen."})
    running.service.decide_correction(running.info.id, proposed.id, decided, REVIEWER)
    running.projector.project(running.info)
    return proposed.id


def value_of(entry: Entry, attribute: str) -> dict[str, str | None]:
    return {a.shown: a.corrected_from for v in entry.values if v.attribute == attribute for a in v.alternatives}


def amended_claim(running: Running) -> str:
    fair = the_fair(running)
    guests = next(value for value in fair.values if value.attribute == "guests")
    return next(alternative for alternative in guests.alternatives if alternative.value == "212").claims[0]


def test_an_amended_value_holds_through_later_documents_and_a_rebuild(running: Running) -> None:
    assert set(value_of(the_fair(running), "guests")) == {"212", "215"}
    change = {"kind": "amend-value", "claim_id": amended_claim(running), "attribute": "guests", "value": "215"}
    correction = correct(running, change)
    running.capture(FAIR_AZ, SOURCES[FAIR_AZ])
    running.projector.rebuild(running.info)
    fair = the_fair(running)
    assert "212" in value_of(fair, "guests").values(), "what the source says stays in sight"
    assert "212" not in value_of(fair, "guests")
    applied = next(applied for applied in fair.corrections if applied.correction_id == correction)
    assert (applied.proposed_by, applied.accepted_by, applied.reason) == ("Elçin", "Rəna", "The register says otherwise.")


def test_a_rejected_correction_changes_nothing(running: Running) -> None:
    before = entries(running)
    correct(running, {"kind": "withdraw-claim", "claim_id": amended_claim(running)}, decision="reject")
    assert entries(running) == before


def test_a_withdrawn_claim_supports_nothing_but_stays_listed(running: Running) -> None:
    claim = amended_claim(running)
    correct(running, {"kind": "withdraw-claim", "claim_id": claim})
    fair = the_fair(running)
    assert claim in fair.withdrawn
    assert set(value_of(fair, "guests")) == {"215"}


def test_merged_entries_stay_merged_and_split_ones_apart(running: Running) -> None:
    decree = next(entry for entry in entries(running) if entry.date.edtf == "1999-03-03")
    fair = the_fair(running)
    correct(running, {"kind": "merge-entries", "entry_ids": [fair.id, decree.id]})
    merged = the_fair(running)
    assert set(merged.claims) == set(fair.claims) | set(decree.claims)
    correct(running, {"kind": "split-entry", "entry_id": merged.id, "claim_ids": list(decree.claims)})
    running.capture(FAIR_AZ, SOURCES[FAIR_AZ])
    running.projector.rebuild(running.info)
    assert not set(the_fair(running).claims) & set(decree.claims)


def test_a_new_title_follows_the_claim(running: Running) -> None:
    fair = the_fair(running)
    correct(running, {"kind": "retitle-entry", "entry_id": fair.id, "title": "The first seed fair"})
    running.capture(FAIR_AZ, SOURCES[FAIR_AZ])
    assert the_fair(running).title == "The first seed fair"


def test_nobody_reviews_their_own_proposal(running: Running) -> None:
    change = NewCorrection.model_validate({"change": {"kind": "withdraw-claim", "claim_id": amended_claim(running)}, "reason": "r"})
    proposed = running.service.propose(running.info.id, change, REVIEWER)
    with pytest.raises(NotAllowed, match="somebody else"):
        running.service.decide_correction(running.info.id, proposed.id, NewDecision(decision="accept"), REVIEWER)
    with pytest.raises(NotAllowed, match="reviewer"):
        running.service.decide_correction(running.info.id, proposed.id, NewDecision(decision="accept"), EDITOR)


def test_a_command_repeated_under_its_key_is_the_first_again_however_things_have_moved_on(running: Running) -> None:
    decree = next(entry for entry in entries(running) if entry.date.edtf == "1999-03-03")
    change = {"kind": "merge-entries", "entry_ids": [the_fair(running).id, decree.id]}
    request = NewCorrection.model_validate({"change": change, "reason": "One."})
    keyed = replace(EDITOR, key="key:merge")
    first = running.service.propose(running.info.id, request, keyed)
    running.service.decide_correction(running.info.id, first.id, NewDecision(decision="accept"), REVIEWER)
    running.projector.project(running.info)
    again = running.service.propose(running.info.id, request, keyed)
    assert again == first.model_copy(update={"status": "unchanged"})


def test_a_correction_is_decided_once(running: Running) -> None:
    correction = correct(running, {"kind": "withdraw-claim", "claim_id": amended_claim(running)})
    with pytest.raises(AlreadyExists, match="decided on already"):
        running.service.decide_correction(running.info.id, correction, NewDecision(decision="reject"), REVIEWER)


def test_who_proposed_a_correction_takes_it_back_and_nobody_else(running: Running) -> None:
    change = {"change": {"kind": "withdraw-claim", "claim_id": amended_claim(running)}, "reason": "One."}
    proposed = running.service.propose(running.info.id, NewCorrection.model_validate(change), EDITOR).id
    back = NewDecision(decision="withdraw", reason="The wrong claim.")
    before = entries(running)
    for other in (REVIEWER, Caller(Principal(name="Root", role=Role.admin))):
        with pytest.raises(NotAllowed, match="only who proposed"):
            running.service.decide_correction(running.info.id, proposed, back, other)
    for decision in ("accept", "reject"):
        with pytest.raises(NotAllowed, match="needs the role reviewer"):
            running.service.decide_correction(running.info.id, proposed, NewDecision(decision=decision), EDITOR)
    assert running.service.decide_correction(running.info.id, proposed, back, EDITOR).status == "withdrawn"
    with pytest.raises(AlreadyExists, match="decided on already"):
        running.service.decide_correction(running.info.id, proposed, NewDecision(decision="accept"), REVIEWER)
    running.projector.project(running.info)
    assert entries(running) == before
    with open_snapshot(running.database, "test") as snapshot:
        (shown,) = reader.corrections(snapshot, state="withdrawn").values()
        assert (shown.id, shown.decided_by, shown.decision_reason) == (proposed, "Elçin", "The wrong claim.")
        assert reader.corrections(snapshot, state="proposed") == {}
    with open_snapshot(running.database, "test", running.info.head - 1) as earlier:
        assert [one.state for one in reader.corrections(earlier).values()] == ["proposed"]


def test_what_was_accepted_is_reverted_and_is_as_before(running: Running) -> None:
    claim, before = amended_claim(running), entries(running)
    correction = correct(running, {"kind": "withdraw-claim", "claim_id": claim})
    accepted = running.info.head
    assert entries(running) != before
    undo = NewDecision(decision="revert", reason="The scan was of another year.")
    with pytest.raises(NotAllowed, match="needs the role reviewer"):
        running.service.decide_correction(running.info.id, correction, undo, EDITOR)
    assert running.service.decide_correction(running.info.id, correction, undo, REVIEWER).status == "reverted"
    running.projector.project(running.info)
    assert entries(running) == before
    running.projector.rebuild(running.info)
    assert entries(running) == before
    with pytest.raises(AlreadyExists, match="reverted already"):
        running.service.decide_correction(running.info.id, correction, NewDecision(decision="revert", reason="Again."), REVIEWER)
    with open_snapshot(running.database, "test") as snapshot:
        (shown,) = reader.corrections(snapshot, state="reverted").values()
        assert (shown.decided_by, shown.reverted_by, shown.reversal_reason) == ("Rəna", "Rəna", "The scan was of another year.")
        assert reader.corrections(snapshot, state="accepted") == {}
    with open_snapshot(running.database, "test", accepted) as earlier:
        (shown,) = reader.corrections(earlier, state="accepted").values()
        assert (shown.state, shown.reverted_by, shown.reverted_at) == ("accepted", None, None)
        assert reader.corrections(earlier, state="reverted") == {}


@pytest.mark.parametrize("decision", [None, "reject"])
def test_what_was_not_accepted_cannot_be_reverted(running: Running, decision: str | None) -> None:
    change = {"change": {"kind": "withdraw-claim", "claim_id": amended_claim(running)}, "reason": "One."}
    proposed = running.service.propose(running.info.id, NewCorrection.model_validate(change), EDITOR).id
    if decision:
        running.service.decide_correction(running.info.id, proposed, NewDecision.model_validate({"decision": decision}), REVIEWER)
    with pytest.raises(InvalidInput, match="nothing to revert"):
        running.service.decide_correction(running.info.id, proposed, NewDecision(decision="revert"), REVIEWER)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"kind": "withdraw-claim", "claim_id": "nothing"}, NotFound, "no entry or claim nothing"),
        ({"kind": "amend-value", "claim_id": "CLAIM", "attribute": "sheep", "value": "3"}, InvalidInput, "sheep"),
        ({"kind": "amend-value", "claim_id": "CLAIM", "attribute": "guests", "value": "many"}, InvalidInput, "many"),
        ({"kind": "amend-value", "claim_id": "CLAIM", "attribute": "guests", "value": "4,06"}, InvalidInput, "write 1200 or 1,200, 1.5"),
        ({"kind": "merge-entries", "entry_ids": ["CLAIM", "CLAIM"]}, InvalidInput, "one entry already"),
        ({"kind": "split-entry", "entry_id": "CLAIM", "claim_ids": ["nothing"]}, InvalidInput, "not claims of entry"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(running: Running, change: dict[str, object], error: type[Exception], says: str) -> None:
    claim = amended_claim(running)
    known = json.loads(json.dumps(change).replace("CLAIM", claim))
    with pytest.raises(error, match=says):
        running.service.propose(running.info.id, NewCorrection.model_validate({"change": known, "reason": "r"}), EDITOR)


def test_a_proposal_on_a_stale_revision_is_refused(running: Running) -> None:
    change = NewCorrection.model_validate({"change": {"kind": "withdraw-claim", "claim_id": amended_claim(running)}, "reason": "r"})
    with pytest.raises(RevisionConflict):
        running.service.propose(running.info.id, change, replace(EDITOR, expected_revision=1))
