"""A batch from files to the log: what its reader notes of a document reaches whoever brought it."""

import io
import json
from pathlib import Path

from rich.console import Console

from services.batch.ingesting import Wanted, ingest
from shared.settings import read_settings


def test_how_a_document_was_read_is_told_and_reported_also_when_it_was_there_already(tmp_path: Path) -> None:
    (tmp_path / "fair.txt").write_text("The fair was opened \u202eon 4 May 1998\u202c in Quba.\n", encoding="utf-8")
    report = tmp_path / "report.jsonl"
    wanted = Wanted("fairs", {"title": "Fair"}, report=report)
    out = Console(file=io.StringIO(), width=40)
    for status in ("recorded", "unchanged"):
        ended = ingest(read_settings(data=tmp_path / "data"), [tmp_path / "fair.txt"], wanted, out, out)
        assert (ended.failed, ended.stopped) == (0, False)
        (line,) = map(json.loads, report.read_text("utf-8").splitlines())
        assert line["status"] == status
        (note,) = line["notes"]
        assert "turn" in note
    assert isinstance(out.file, io.StringIO)
    assert out.file.getvalue().splitlines().count(f"    note: {note}") == 1
