"""Which files of a batch are documents: tables are none, and are told apart."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from services.batch.files import FAILED, PASSED_OVER, find, read
from services.ingest.parsing.formats import A_TABLE
from services.ingest.readers import Readers
from shared.domain.errors import InvalidInput

ROWS = "Date,Event\n4 May 1998,The fair was opened\n"


def outcomes(*paths: Path) -> dict[str, tuple[str | None, str | None]]:
    """The outcome and its reason by label."""
    with Readers(size=1) as readers:
        return {document.label: (document.outcome, document.reason) for found in find(paths) for document in read(found, readers)}


@pytest.mark.parametrize("name", ["fairs.csv", "fairs.TSV", "fairs.xlsx"])
def test_a_table_that_is_named_is_a_failure_that_says_what_reads_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(ROWS, encoding="utf-8")
    assert outcomes(tmp_path / name) == {name: (FAILED, A_TABLE)}
    assert "salname ingest-table" in A_TABLE


def test_tables_in_folders_and_archives_are_passed_over_with_that_reason(tmp_path: Path) -> None:
    (tmp_path / "fairs.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "note.txt").write_text("The fair was opened.", encoding="utf-8")
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("in.csv", ROWS)
        archive.writestr("in.txt", "The fair was closed.")
    found = outcomes(tmp_path)
    assert {label for label, (outcome, _) in found.items() if outcome is None} == {"note.txt", "all.zip/in.txt"}
    assert found["fairs.csv"] == found["all.zip/in.csv"] == (PASSED_OVER, A_TABLE)
    assert found["photo.jpg"][0] == PASSED_OVER
    assert found["photo.jpg"][1] != A_TABLE


def test_a_pipe_that_nobody_writes_to_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    for name in ("pipe.txt", "pipe.zip"):
        os.mkfifo(tmp_path / name)
        assert outcomes(tmp_path / name) == {name: (FAILED, "this is a pipe and no file: write what comes out of it to a file first")}


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path: Path) -> None:
    with TemporaryDirectory() as name, _nobody(Path(name)):
        folder = Path(name)
        (folder / "open").mkdir()
        (folder / "open" / "note.txt").write_text("The fair was opened.", encoding="utf-8")
        (folder / "locked").mkdir(mode=0)
        (folder / "open" / "round").symlink_to(folder)
        assert outcomes(folder) == {
            "open/note.txt": (None, None),
            "locked": (FAILED, "the folder cannot be looked into: Permission denied"),
        }


@contextmanager
def _nobody(folder: Path) -> Iterator[None]:
    """Act as somebody who may not look into everything, in a folder that is made theirs."""
    if os.geteuid():
        yield
        return
    os.chown(folder, 65534, 65534)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_folder_of_nothing_but_tables_says_so(tmp_path: Path) -> None:
    (tmp_path / "fairs.csv").write_text(ROWS, encoding="utf-8")
    with pytest.raises(InvalidInput, match="salname ingest-table"):
        find([tmp_path])
