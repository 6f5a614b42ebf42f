"""What newer ways of ingesting leave behind, looked for in every file: tables with their cells and sheets, texts that were read again."""

from pathlib import Path

from openpyxl import Workbook

from services.ingest.parsing.limits import ParseLimits
from services.ingest.tables.capturing import capture_table
from services.ingest.tables.intake import take_in_table
from services.ingest.tables.options import TableOptions
from shared.domain.provenance import SourceDetails
from tests.erasure.conftest import Files
from tests.erasure.test_files import found_in
from tests.ingest.reextraction.rereading import EDITOR, TEXT, captured, reextraction
from tests.ingest.tables.helpers import saved
from tests.support.running import ADMIN, Running, run

IN_THE_OPEN = "Brackwaterpost"
"""The source's title: it shows that the search finds what is there."""

CELLS = ("Lebertran", "Kuckucksuhr", "Frobnikopf", "Zuckermaus", "Quellwurst", "Pumpernickel", "Xanthippolis", "Schnurrbart", "wombatzahl")
SHEETS = ("Hauptblatt", "Kuckuckblatt", "Zuckerblatt")


def workbook() -> bytes:
    """Rows that are read, rows that are refused, words above the header, a sheet that is hidden and one that cannot be read."""
    made = Workbook()
    first = made.active
    assert first is not None
    first.title = "Hauptblatt"
    first.append(["Lebertran of the Kuckucksuhr"])
    first.append(["date", "what", "wombatzahl", "place", "Frobnikopf"])
    first.append(["1998-05-04", "The Quellwurst fair opened", 212, "Xanthippolis", "Zuckermaus"])
    first.append(["a day of Pumpernickel", "The Schnurrbart fair closed", 300, "Sheki", None])
    hidden, other = made.create_sheet("Kuckuckblatt"), made.create_sheet("Zuckerblatt")
    hidden.append(["date", "what"])
    hidden.append(["1998-05-04", "A hidden Pumpernickel"])
    hidden.sheet_state = "hidden"
    other.append(["nothing but Schnurrbart"])
    return saved(made)


def capture_workbook(running: Running, data: bytes) -> str:
    taken = take_in_table(data, TableOptions(), SourceDetails(title=IN_THE_OPEN, language="en"), ParseLimits())
    assert {"Kuckuckblatt", "Zuckerblatt"} <= {name for name in SHEETS if name in " ".join(taken.report.notes)}
    receipt = capture_table(running.service, running.info.id, data, taken, ADMIN, "fairs.xlsx")
    assert receipt.claims == 1
    return receipt.id


def test_a_table_leaves_no_word_of_its_cells_and_sheets(files: Files, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    backup.mkdir()
    running = run(files.database)
    document_id = capture_workbook(running, workbook())
    running.projector.project(running.info)
    files.back_up(backup)
    running.service.erase(running.info.id, document_id, "A court said so.", ADMIN)
    running.projector.project(running.info)
    files.settle()
    for folder in (backup, files.folder):
        assert found_in([folder], [IN_THE_OPEN]), "the search through the files finds what is there"
    assert found_in([backup, files.folder], (*CELLS, *SHEETS)) == {}


def test_a_text_that_was_read_again_leaves_none_of_its_words(files: Files) -> None:
    running = run(files.database)
    service, here = running.service, running.info.id
    document_id, again = captured(running), reextraction(running)
    document = again.document(here, document_id)
    seen = again.review(here, document, "rules", EDITOR)
    done = again.apply_reviewed(here, document, "rules", seen.difference.digest, EDITOR)
    assert done.receipt is not None
    assert done.receipt.recorded
    assert done.receipt.proposed
    running.projector.project(running.info)
    service.erase(here, document_id, "A court said so.", ADMIN)
    running.projector.project(running.info)
    files.settle()
    phrases = ("ground for 40 families", "before 90 guests", "road was paved", "mill burnt down", "stands by the river")
    assert all(phrase in TEXT for phrase in phrases)
    assert found_in([files.folder], ["valley.txt"]), "the search through the files finds what is there"
    assert found_in([files.folder], phrases) == {}
