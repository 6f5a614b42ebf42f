"""Tables captured: one document, a claim a row, once and for all."""

import pytest

from services.ingest.parsing.limits import ParseLimits
from services.ingest.receipts import Receipt
from services.ingest.tables.capturing import capture_table
from services.ingest.tables.intake import take_in_table
from services.ingest.tables.options import TableOptions
from shared.domain.errors import InvalidInput
from shared.domain.events import ClaimRecorded, DocumentCaptured
from shared.domain.ports import replay
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database
from tests.ingest.tables.helpers import sheet
from tests.support.running import ADMIN, Running, run

FAIRS = "Date,Event,Stalls\n4 May 1998,The seed fair opened in Ganja,120\nsoon,Nobody knows,\n1999,It was held again,130\n"


@pytest.fixture
def running(database: Database) -> Running:
    return run(database)


def capture(running: Running, data: bytes, **options: object) -> Receipt:
    taken = take_in_table(data, TableOptions.model_validate(options), SourceDetails(title="Fairs", language="en"), ParseLimits())
    receipt = capture_table(running.service, running.info.id, data, taken, ADMIN, "fairs.csv")
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
    assert capture(running, FAIRS.encode(), columns={"note": "Stalls"}).status == "unchanged"
    assert running.info.head == head
    extended = capture(running, (FAIRS + "2000,It was held once more,140\n").encode())
    assert (extended.status, extended.claims) == ("recorded", 3)
    assert extended.id != first.id


def test_a_table_of_which_no_row_can_be_read_leaves_no_trace(running: Running) -> None:
    head = running.info.head
    with pytest.raises(InvalidInput, match=r"none of the 2 rows.*row 2: .*cannot be told apart"):
        capture(running, b"Date,Event\n09/11/2001,A fair\n10/11/2001,Another fair\n")
    assert running.info.head == head
