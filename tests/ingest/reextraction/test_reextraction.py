"""Reading a document again: first a difference, then what was reviewed; nothing is replaced behind anybody's back."""

import pytest

from services.ingest.llm.extractor import LlmExtractor
from services.ingest.reextraction import Reading
from services.ingest.reextraction_difference import Difference
from services.ingest.requests import NewCorrection, NewDecision
from shared.domain.claims import Claim
from shared.domain.corrections import WithdrawClaim
from shared.domain.errors import Gone, InvalidInput, NotAllowed, NotFound, RevisionConflict
from shared.domain.events import ClaimRecorded, DocumentCaptured
from shared.domain.ports import replay
from shared.store.engine import Database
from tests.ingest.llm.model_server import MODEL, completion, config_for, model
from tests.ingest.llm.reading import claim, number
from tests.ingest.reextraction.rereading import (
    CONTRIBUTOR,
    EDITOR,
    REVIEWER,
    captured,
    claims,
    proposals,
    reextraction,
)
from tests.support.running import ADMIN, Running, run


@pytest.fixture
def running(database: Database) -> Running:
    return run(database)


@pytest.fixture
def document_id(running: Running) -> str:
    return captured(running)


def review(running: Running, document_id: str, extractor: str = "rules") -> tuple[Difference, Reading]:
    reader = reextraction(running)
    found = reader.review(running.info.id, reader.document(running.info.id, document_id), extractor, CONTRIBUTOR)
    return found.difference, found.reading


def apply(running: Running, document_id: str) -> tuple[str, ...]:
    """Apply what the rules read now; return the ids of the corrections that were proposed."""
    reader = reextraction(running)
    document = reader.document(running.info.id, document_id)
    reading = reader.review(running.info.id, document, "rules", CONTRIBUTOR).reading
    done = reader.apply(running.info.id, document, reading, EDITOR)
    running.projector.project(running.info)
    return done.receipt.proposed


def said(bodies: object) -> list[str]:
    return [body.statement.split(" on ")[0] for body in bodies]  # type: ignore[attr-defined]


def test_a_review_shows_the_difference_and_records_nothing(running: Running, document_id: str) -> None:
    head = running.info.head
    difference, _ = review(running, document_id)
    assert len(difference.same) == 1
    assert said(difference.new) == ["It had ground for 40 families", "The road was paved"]
    assert said(difference.missing) == ["The school stands by the river"]
    (changed,) = difference.changed
    assert changed.parts == ("date",)
    assert (changed.claim.date and changed.claim.date.edtf, changed.reading.date and changed.reading.date.edtf) == (
        "1998-03-03",
        "1999-03-03",
    )
    assert running.info.head == head
    assert review(running, document_id)[0] == difference


def test_applying_records_what_is_new_and_only_proposes_to_withdraw(running: Running, document_id: str) -> None:
    before = claims(running)
    difference, reading = review(running, document_id)
    reader = reextraction(running)
    done = reader.apply(running.info.id, reader.document(running.info.id, document_id), reading, EDITOR)
    assert done.receipt.status == "recorded"
    after = claims(running)
    assert {claim_id: after[claim_id] for claim_id in before} == before, "what was recorded stays recorded"
    recorded = [after[claim_id] for claim_id in done.receipt.recorded]
    assert said(recorded) == ["It had ground for 40 families", "The bridge was opened", "The road was paved"]
    assert {each.extractor for each in recorded} == {difference.extractor}
    proposed = proposals(running)
    assert {each.change.claim_id for each in proposed if isinstance(each.change, WithdrawClaim)} == {
        difference.missing[0].id,
        difference.changed[0].claim.id,
    }
    assert len(proposed) == 2
    for each in proposed:
        assert "1998" not in each.reason
        assert "bridge" not in each.reason
    taking = next(each for each in proposed if each.evidence)
    assert taking.evidence == (next(one.id for one in recorded if one.statement.startswith("The bridge")),)
    assert "date" in taking.reason


def test_new_claims_are_one_commit_caused_by_the_capture(running: Running, document_id: str) -> None:
    head = running.info.head
    apply(running, document_id)
    events = list(replay(running.service.log, running.info.id))
    capture = next(event for event in events if isinstance(event.data, DocumentCaptured))
    added = [event for event in events if event.position > head]
    new = [event for event in added if isinstance(event.data, ClaimRecorded)]
    assert {event.commit for event in new} == {head + len(new)}
    assert {event.causationid for event in added} == {capture.id}
    assert {event.actor for event in added} == {"Elçin"}
    assert the(running, "ground").continues == the(running, "mill").id


def test_a_second_time_there_is_nothing_to_do(running: Running, document_id: str) -> None:
    apply(running, document_id)
    head = running.info.head
    difference, _ = review(running, document_id)
    assert difference.empty
    assert apply(running, document_id) == ()
    assert running.info.head == head


def test_the_same_reading_sent_twice_is_applied_once(running: Running, document_id: str) -> None:
    reader = reextraction(running)
    document = reader.document(running.info.id, document_id)
    reading = reader.review(running.info.id, document, "rules", EDITOR).reading
    first = reader.apply(running.info.id, document, reading, EDITOR).receipt
    again = reader.apply(running.info.id, document, reading, EDITOR).receipt
    assert again == first.model_copy(update={"status": "unchanged"})


def test_claims_stand_until_somebody_else_accepts_their_withdrawal(running: Running, document_id: str) -> None:
    corrections = apply(running, document_id)
    with pytest.raises(NotAllowed):
        running.service.decide_correction(running.info.id, corrections[0], NewDecision(decision="accept"), EDITOR)
    for correction_id in corrections:
        running.service.decide_correction(running.info.id, correction_id, NewDecision(decision="accept"), REVIEWER)
    difference, _ = review(running, document_id)
    assert difference.empty
    assert sorted(kept.why for kept in difference.kept) == ["it was withdrawn", "it was withdrawn"]


def test_a_withdrawal_that_was_turned_down_is_not_proposed_again(running: Running, document_id: str) -> None:
    for correction_id in apply(running, document_id):
        running.service.decide_correction(running.info.id, correction_id, NewDecision(decision="reject"), REVIEWER)
    difference, _ = review(running, document_id)
    assert difference.empty
    assert [kept.why for kept in difference.kept] == ["people decided on it"] * 2


def correct(running: Running, change: dict[str, object]) -> None:
    request = NewCorrection.model_validate({"change": change, "reason": "The register says so."})
    proposed = running.service.propose(running.info.id, request, EDITOR)
    running.service.decide_correction(running.info.id, proposed.id, NewDecision(decision="accept"), REVIEWER)
    running.projector.project(running.info)


def the(running: Running, words: str) -> Claim:
    return next(each for each in claims(running).values() if words in each.quote)


def test_a_claim_that_an_editor_amended_keeps_the_correction(running: Running, document_id: str) -> None:
    bridge = the(running, "bridge")
    correct(running, {"kind": "amend-date", "claim_id": bridge.id, "edtf": "1999-03-04"})
    difference, _ = review(running, document_id)
    assert difference.changed == ()
    assert [(kept.claim_id, kept.why, kept.said) for kept in difference.kept] == [(bridge.id, "people decided on it", True)]


def test_a_claim_that_was_withdrawn_does_not_come_back(running: Running, document_id: str) -> None:
    mill = the(running, "mill")
    correct(running, {"kind": "withdraw-claim", "claim_id": mill.id})
    difference, _ = review(running, document_id)
    assert "The mill burnt down" not in said(difference.new)
    assert (mill.id, "it was withdrawn") in [(kept.claim_id, kept.why) for kept in difference.kept]


def test_claims_of_people_and_of_other_programs_are_never_touched(running: Running, document_id: str) -> None:
    for extractor in ("", ', "extractor": {"name": "acme-reader", "version": "2"}'):
        line = f'{{"document_id": "{document_id}", "quote": "its bell is the oldest of the valley"{extractor}}}'
        running.service.record_claim(running.info.id, line.encode(), ADMIN)
    difference, _ = review(running, document_id)
    assert said(difference.missing) == ["The school stands by the river"]
    assert sorted(kept.why for kept in difference.kept) == ["it was brought by acme-reader", "it was brought by person"]


def test_a_reading_is_applied_only_to_what_it_was_reviewed_against(running: Running, document_id: str) -> None:
    _, reading = review(running, document_id)
    correct(running, {"kind": "amend-date", "claim_id": the(running, "bridge").id, "edtf": "1999-03-04"})
    reader = reextraction(running)
    document = reader.document(running.info.id, document_id)
    head = running.info.head
    with pytest.raises(RevisionConflict, match="not the one that was reviewed"):
        reader.apply(running.info.id, document, reading, EDITOR)
    with pytest.raises(RevisionConflict):
        reader.apply_reviewed(running.info.id, document, "rules", "0" * 64, EDITOR)
    assert running.info.head == head


def test_a_reading_that_was_tampered_with_is_refused(running: Running, document_id: str) -> None:
    _, reading = review(running, document_id)
    reader = reextraction(running)
    document = reader.document(running.info.id, document_id)
    false = reading.claims[0].model_copy(update={"quote": "The mill burnt down on 8 June 1931."})
    with pytest.raises(InvalidInput, match="does not stand at"):
        reader.apply(running.info.id, document, reading.model_copy(update={"claims": (false, *reading.claims[1:])}), EDITOR)
    with pytest.raises(InvalidInput, match="a reading of the document"):
        reader.apply(running.info.id, document, reading.model_copy(update={"document_id": "another"}), EDITOR)


def test_who_may_do_what(running: Running, document_id: str) -> None:
    _, reading = review(running, document_id)
    reader = reextraction(running)
    document = reader.document(running.info.id, document_id)
    with pytest.raises(NotAllowed, match="editor"):
        reader.apply(running.info.id, document, reading, CONTRIBUTOR)


def test_there_is_nothing_to_read_again_of_what_is_erased_or_never_was(running: Running, document_id: str) -> None:
    reader = reextraction(running)
    document = reader.document(running.info.id, document_id)
    _, reading = review(running, document_id)
    running.service.erase(running.info.id, document_id, "It had to go.", ADMIN)
    with pytest.raises(Gone):
        reader.document(running.info.id, document_id)
    with pytest.raises(Gone):
        reader.apply(running.info.id, document, reading, EDITOR)
    with pytest.raises(NotFound):
        reader.document(running.info.id, "00000000-0000-0000-0000-000000000000")


def test_a_language_model_s_reading_is_reviewed_like_any_other(running: Running, document_id: str) -> None:
    mill = claim("The mill burnt down on 7 June 1931.", ("7 June 1931", "1931-06-07"))
    bridge = claim(
        "The bridge was opened on 3 March 1999 before 90 guests.", ("3 March 1999", "1999-03-03"), number("90 guests", "90", "guests")
    )
    invented = claim("The tower fell in 1950.", ("1950", "1950"))
    reader = reextraction(running)
    document = reader.document(running.info.id, document_id)
    with model(completion([mill, bridge, invented])) as server:
        found = reader.review_with(running.info.id, document, LlmExtractor(config_for(server)))
    assert found.report is not None
    assert found.report.reasons == {"quote": 1}
    assert "Published: 2010-01-01" in server.asked[0].body["messages"][1]["content"]
    assert (len(found.difference.same), len(found.difference.changed), len(found.difference.missing)) == (1, 1, 1)
    done = reader.apply(running.info.id, document, found.reading, EDITOR)
    (recorded,) = [claims(running)[claim_id] for claim_id in done.receipt.recorded]
    assert (recorded.extractor.name, recorded.extractor.model) == ("llm", MODEL)
    assert all(f"llm 1 ({MODEL}, prompt " in each.reason for each in proposals(running))
