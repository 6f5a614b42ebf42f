"""Erasing a document: once, by an admin, with a reason, and without a way back."""

import json
from dataclasses import replace

import pytest

from services.ingest import decide
from services.ingest.decide import Share
from services.ingest.service import Caller
from shared.domain.errors import Gone, InvalidInput, NotAllowed, NotFound, RevisionConflict
from shared.domain.events import DocumentErased, ErasedClaim
from shared.domain.roles import Principal, Role
from shared.store.engine import Database
from tests.support.running import ADMIN, Running, run
from tests.support.texts import FAIR_EN, FAIR_EN_OTHER, SOURCES


@pytest.fixture
def running(database: Database) -> Running:
    return run(database)


def test_the_event_names_what_stood_beside_each_claim() -> None:
    shares = [Share(("c", "a"), ("z", "y")), Share(("b",), ())]
    assert decide.erase_document("d", "Why.", shares) == DocumentErased(
        document_id="d",
        reason="Why.",
        claims=(ErasedClaim(claim_id="a", beside="y"), ErasedClaim(claim_id="b"), ErasedClaim(claim_id="c", beside="y")),
        around=("y", "z"),
    )


def test_an_erased_document_is_gone_and_its_neighbours_are_named(running: Running) -> None:
    kept = running.capture(FAIR_EN_OTHER, SOURCES[FAIR_EN_OTHER])
    gone = running.capture(FAIR_EN, SOURCES[FAIR_EN])
    receipt = running.service.erase(running.info.id, gone.id, "  A court said so. ", ADMIN)
    assert (receipt.status, receipt.id, receipt.claims, receipt.revision) == ("erased", gone.id, gone.claims, running.info.head)
    (event,) = running.service.log.read(running.info.id, running.info.head - 1)
    assert isinstance(event.data, DocumentErased)
    assert event.data.reason == "A court said so."
    others = {claim.beside for claim in event.data.claims}
    assert None in others, "the decree is told of by nobody else"
    assert len(others) > 1, "the fair is"
    assert running.service.log.document(running.info.id, gone.id) is None
    assert running.service.log.document(running.info.id, kept.id) is not None


def test_erasing_again_changes_nothing(running: Running) -> None:
    document = running.capture(FAIR_EN).id
    keyed = replace(ADMIN, key="key:erase")
    first = running.service.erase(running.info.id, document, "Why.", keyed)
    for caller in (ADMIN, keyed, replace(ADMIN, key="key:other"), replace(ADMIN, expected_revision=1)):
        again = running.service.erase(running.info.id, document, "Why.", caller)
        assert again == first.model_copy(update={"status": "unchanged"})
    assert running.info.head == first.revision


def test_the_same_bytes_stay_erased(running: Running) -> None:
    document = running.capture(FAIR_EN).id
    erased = running.service.erase(running.info.id, document, "Why.", ADMIN)
    with pytest.raises(Gone, match=document) as caught:
        running.capture(FAIR_EN)
    assert caught.value.extra == {"document": document, "position": erased.revision}
    assert running.info.head == erased.revision


def test_claims_about_an_erased_document_are_refused_in_their_place(running: Running) -> None:
    kept, gone = running.capture(FAIR_EN_OTHER).id, running.capture(FAIR_EN).id
    claims = [(1, json.dumps({"document_id": at, "quote": "14 countries"}).encode()) for at in (kept, gone, kept)]
    known = running.service.record_claim(running.info.id, claims[1][1], replace(ADMIN, key="key:before"))
    assert running.service.record_claims(running.info.id, claims, ADMIN).claims == 3
    # Erased as if by another process: this one still has the text at hand.
    run(running.database).service.erase(running.info.id, gone, "Why.", ADMIN)
    receipt = running.service.record_claims(running.info.id, claims, ADMIN)
    assert (receipt.claims, [refused.line for refused in receipt.refused]) == (2, [2])
    assert "erased" in receipt.refused[0].detail
    with pytest.raises(Gone):
        running.service.record_claim(running.info.id, claims[1][1], ADMIN)
    again = running.service.record_claim(running.info.id, claims[1][1], replace(ADMIN, key="key:before"))
    assert again == known.model_copy(update={"status": "unchanged"})


def test_who_may_not_and_what_is_not_there(running: Running) -> None:
    document = running.capture(FAIR_EN).id
    head = running.info.head
    with pytest.raises(NotAllowed, match="admin"):
        running.service.erase(running.info.id, document, "Why.", Caller(Principal(name="r", role=Role.reviewer)))
    with pytest.raises(NotFound, match="no document"):
        running.service.erase(running.info.id, "nothing", "Why.", ADMIN)
    with pytest.raises(InvalidInput, match="reason"):
        running.service.erase(running.info.id, document, "  ", ADMIN)
    with pytest.raises(RevisionConflict):
        running.service.erase(running.info.id, document, "Why.", replace(ADMIN, expected_revision=1))
    assert running.info.head == head
