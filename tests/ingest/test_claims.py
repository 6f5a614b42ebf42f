"""Claims that people and programs bring: checked against the words of their document."""

import json
from dataclasses import replace

import pytest

from services.ingest.requests import NewChronology
from services.ingest.service import ClaimsReceipt
from shared.domain.errors import IdempotencyConflict
from shared.domain.events import ClaimRecorded
from shared.domain.ports import replay
from shared.store.engine import Database
from tests.support.running import ADMIN, Running, run

TEXT = "The mill opened in 1871. The mill closed in 1930, and 40 people lost their work."


@pytest.fixture
def running(database: Database) -> Running:
    return run(database)


@pytest.fixture
def document(running: Running) -> str:
    return running.capture(TEXT).id


def record(running: Running, *claims: dict[str, object], key: str | None = None) -> ClaimsReceipt:
    return record_in(running, running.info.id, *claims, key=key)


def record_in(running: Running, chronology_id: str, *claims: dict[str, object], key: str | None = None) -> ClaimsReceipt:
    lines = [(number, json.dumps(claim).encode()) for number, claim in enumerate(claims, start=1)]
    return running.service.record_claims(chronology_id, lines, replace(ADMIN, key=key))


def test_a_claim_is_located_by_its_words(running: Running, document: str) -> None:
    receipt = record(
        running,
        {
            "document_id": document,
            "quote": "The mill closed in 1930",
            "date": {"edtf": "1930", "quote": "in 1930"},
            "values": [{"attribute": "people", "value": "40", "quote": "40 people"}],
        },
    )
    claim = next(
        event.data.claim
        for event in replay(running.service.log, running.info.id)
        if isinstance(event.data, ClaimRecorded) and event.data.claim.id == receipt.recorded[0]
    )
    claim.check(TEXT)
    assert (claim.start, claim.end) == (25, 48)
    assert claim.extractor.name == "person"
    assert claim.suffix.startswith(", and 40 people")
    assert claim.date is not None
    assert TEXT[claim.date.start : claim.date.end] == "in 1930"


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ({"quote": "The mill closed in 1931"}, "does not stand in the document"),
        ({"quote": "The mill"}, "more than once"),
        ({"quote": "The mill", "start": 1, "end": 9}, "does not stand at 1–9"),
        ({"quote": "The mill", "start": 9, "end": 1}, "not after its start"),
        ({"quote": "in 1930", "date": {"edtf": "nineteen", "quote": "1930"}}, "not an EDTF date"),
        ({"quote": "40 people", "values": [{"attribute": "people", "value": "forty", "quote": "40"}]}, "decimal number"),
        ({"quote": "in 1930", "document_id": "nowhere"}, "no such document"),
        ({"quote": "in 1930", "colour": "red"}, "not known here"),
        ({"quote": "in 1930", "statement": "zero\x00character"}, "zero characters"),
        ({"quote": "in 1930", "start": 41}, "both start and end"),
        ({"quote": "in 1930", "continues": "garbage"}, "continues"),
        ({"quote": "in 1930", "language": '"><script>'}, "language"),
        ({"quote": "in 1930", "extractor": {"name": "rules", "version": "1"}}, "extractor of this server"),
        ({"quote": "40 people", "values": [{"attribute": "people", "value": "40", "upper": "3", "quote": "40"}]}, "range rises"),
    ],
)
def test_a_claim_that_is_not_right_is_refused_with_its_reason(running: Running, document: str, claim: dict[str, object], says: str) -> None:
    head = running.info.head
    receipt = record(running, {"document_id": document, **claim})
    assert receipt.status == "unchanged"
    assert says in receipt.refused[0].detail
    assert (receipt.lines, receipt.claims, receipt.refusals) == (1, 0, 1)
    assert running.info.head == head


def test_what_a_claim_continues_is_a_claim_of_its_chronology(running: Running, document: str) -> None:
    running.service.create_chronology(NewChronology(slug="other", title="Other"), ADMIN)
    elsewhere = running.service.chronology("other")
    copy = running.service.capture(elsewhere.id, TEXT.encode(), ADMIN, filename="copy.txt")
    stranger = record_in(running, elsewhere.id, {"document_id": copy.id, "quote": "in 1930"}).recorded[0]
    first = record(running, {"document_id": document, "quote": "The mill closed in 1930"}).recorded[0]
    running.projector.catch_up()
    known = {"document_id": document, "quote": "40 people"}
    assert record(running, {**known, "continues": first}).claims == 1
    running.projector.catch_up()
    for wrong in (stranger, "01a20a23-16f7-7483-9f2b-e3ea6c7a75a6", document):
        receipt = record(running, {**known, "continues": wrong})
        assert [refused.detail for refused in receipt.refused] == ["continues: there is no such claim in this chronology"]


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        ({"quote": "SECRET WORDS"}, "the claim's quote does not stand"),
        ({"quote": "SECRET WORDS", "start": 0, "end": 12}, "the claim's quote does not stand at 0–12"),
        ({"quote": "in 1930", "values": [{"attribute": "SECRET", "value": "1", "quote": "SECRET"}]}, "values.0: the quote does not stand"),
        ({"quote": "in 1930", "values": [{"attribute": "a", "value": "SECRET", "quote": "1930"}]}, "values.0"),
        ({"quote": "in 1930", "places": [{"name": "SECRET", "quote": "SECRET", "start": 3, "end": 9}]}, "places.0: the quote"),
        ({"quote": "in 1930", "date": {"edtf": "SECRET", "quote": "1930"}}, "date.edtf"),
        ({"quote": "in 1930", "modality": "SECRET"}, "modality"),
        ({"quote": "in 1930", "SECRET": 1}, "the claim"),
        ({"quote": "in 1930", "document_id": "SECRET"}, "document_id"),
        ({"quote": "in 1930", "language": "SECRET WORDS"}, "language"),
    ],
)
def test_a_refusal_says_where_and_never_repeats_words(running: Running, document: str, claim: dict[str, object], says: str) -> None:
    receipt = record(running, {"document_id": document, **claim}, key="kept with the refusal")
    assert says in receipt.refused[0].detail
    kept = running.service.log.recall(running.info.id, "kept with the refusal")
    assert kept is not None
    assert "SECRET" not in kept[1].result


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (rb'"statement": "zero \u0000"', "zero characters"),
        (rb'"statement": "lone \uD83D"', "JSON"),
        (b'"statement": "raw \x00"', "JSON"),
        (b'"statement": "no text \xff"', "JSON"),
    ],
)
def test_what_no_database_stores_is_refused(running: Running, document: str, line: bytes, says: str) -> None:
    whole = b'{"document_id": "%s", "quote": "in 1930", %s}' % (document.encode(), line)
    receipt = running.service.record_claims(running.info.id, [(1, whole)], ADMIN)
    assert says in receipt.refused[0].detail


def test_escapes_that_mean_text_are_text(running: Running, document: str) -> None:
    for statement in (r"a backslash and u0000: \\u0000", r"a pair: \ud83d\ude00", r"\u015f\u0259h\u0259r"):
        line = f'{{"document_id": "{document}", "quote": "in 1930", "statement": "{statement}"}}'
        assert running.service.record_claims(running.info.id, [(1, line.encode())], ADMIN).claims == 1
        (event,) = running.service.log.read(running.info.id, running.info.head - 1)
        assert isinstance(event.data, ClaimRecorded)
        assert event.data.claim.statement == json.loads(f'"{statement}"')


def test_bad_lines_are_listed_and_good_ones_recorded(running: Running, document: str) -> None:
    good = {"document_id": document, "quote": "The mill opened in 1871"}
    receipt = record(running, good, {"document_id": document, "quote": "gone"}, {**good, "quote": "lost their work"})
    assert len(receipt.recorded) == 2
    assert [refused.line for refused in receipt.refused] == [2]


def test_a_key_makes_it_happen_once(running: Running, document: str) -> None:
    claim = {"document_id": document, "quote": "The mill opened in 1871"}
    first = record(running, claim, key="k")
    again = record(running, claim, key="k")
    assert again == first.model_copy(update={"status": "unchanged"})
    with pytest.raises(IdempotencyConflict):
        record(running, {**claim, "quote": "lost their work"}, key="k")
