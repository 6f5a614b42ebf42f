"""Tables captured: one document, a claim a row, once and for all."""

from dataclasses import replace

import pytest

from services.ingest.parsing.limits import ParseLimits
from services.ingest.receipts import Caller, Receipt
from services.ingest.tables.capturing import capture_table
from services.ingest.tables.intake import take_in_table
from services.ingest.tables.options import TableOptions
from shared.domain.errors import AlreadyExists, InvalidInput
from shared.domain.events import ClaimRecorded, DocumentCaptured
from shared.domain.ports import replay
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database
from tests.ingest.tables.helpers import sheet
from tests.support.running import ADMIN, Running, run

FAIRS = "Date,Event,Stalls\n4 May 1998,The seed fair opened in Ganja,120\nsoon,Nobody knows,\n1999,It was held again,130\n"

SOURCE = SourceDetails(title="Fairs", language="en")


@pytest.fixture
def running(database: Database) -> Running:
    return run(database)


def capture(running: Running, data: bytes, source: SourceDetails = SOURCE, caller: Caller = ADMIN, **options: object) -> Receipt:
    taken = take_in_table(data, TableOptions.model_validate(options), source, ParseLimits())
    receipt = capture_table(running.service, running.info.id, data, taken, caller, "fairs.csv")
    running.projector.project(running.info)
    return receipt


def test_a_table_is_one_document_with_a_claim_for_each_row(running: Running) -> None:
    receipt = capture(running, FAIRS.encode())
    assert (receipt.status, receipt.claims) == ("recorded", 2)
    recorded = [event.data for event in replay(running.service.log, running.info.id, after=1)]
    document = next(data for data in recorded if isinstance(data, DocumentCaptured))
    assert (document.filename, document.media_type, document.parser, document.language) == ("fairs.csv", "text/csv", "csv", "en")
    stored = running.service.log.document(running.info.id, receipt.id)
    assert stored is not None
    assert stored.original == FAIRS.encode()
    assert stored.text == FAIRS
    claims = [data.claim for data in recorded if isinstance(data, ClaimRecorded)]
    for claim in claims:
        claim.check(stored.text)
        assert (claim.extractor.name, claim.extractor.version) == ("table", "1")
    assert [claim.date.edtf for claim in claims if claim.date] == ["1998-05-04", "1999"]


def test_a_workbook_is_kept_as_it_came_beside_its_text(running: Running) -> None:
    data = sheet([["Date", "Event"], [1998, "The seed fair opened"]])
    receipt = capture(running, data)
    stored = running.service.log.document(running.info.id, receipt.id)
    assert stored is not None
    assert stored.original == data
    assert stored.text == "# Sheet\nDate\tEvent\n1998\tThe seed fair opened\n\n"


def test_the_same_table_again_changes_nothing_and_an_extended_one_is_a_new_document(running: Running) -> None:
    first = capture(running, FAIRS.encode())
    head = running.info.head
    assert capture(running, FAIRS.encode()) == first.model_copy(update={"status": "unchanged"})
    assert capture(running, FAIRS.encode(), columns={"value": "Stalls"}) == first.model_copy(update={"status": "unchanged"})
    assert running.info.head == head
    extended = capture(running, (FAIRS + "2000,It was held once more,140\n").encode())
    assert (extended.status, extended.claims) == ("recorded", 3)
    assert extended.id != first.id


def test_a_table_that_is_read_otherwise_is_refused_and_recorded_as_another_source(running: Running) -> None:
    data = b"Date,Event\n1998,The seed fair opened\n09/11/2001,It closed\n"
    first = capture(running, data)
    assert first.claims == 1
    head = running.info.head
    with pytest.raises(AlreadyExists, match=rf"as {first.id}, and read otherwise: 1 claims then, 2 now.*another title") as refused:
        capture(running, data, order="day-first")
    assert refused.value.extra == {"document": first.id}
    assert running.info.head == head
    again = capture(running, data, order="day-first", source=SourceDetails(title="Fairs, days first", language="en"))
    assert (again.status, again.claims) == ("recorded", 2)


def test_what_was_done_under_a_key_is_answered_as_it_was(running: Running) -> None:
    caller = replace(ADMIN, key="once")
    first = capture(running, FAIRS.encode(), caller=caller)
    assert capture(running, FAIRS.encode(), caller=caller, columns={"note": "Stalls"}) == first.model_copy(update={"status": "unchanged"})


def test_a_table_of_which_no_row_can_be_read_leaves_no_trace(running: Running) -> None:
    head = running.info.head
    with pytest.raises(InvalidInput, match=r"none of the 2 rows.*row 2: .*cannot be told apart"):
        capture(running, b"Date,Event\n09/11/2001,A fair\n10/11/2001,Another fair\n")
    assert running.info.head == head
