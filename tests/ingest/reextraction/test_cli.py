"""`salname reextract`: look, keep, apply."""

import json
from pathlib import Path

import pytest
import typer

from services.commands import extractors as commands
from services.local import Workspace
from shared.domain.errors import InvalidInput
from shared.domain.events import ClaimRecorded
from shared.domain.ports import replay
from shared.settings import read_settings
from tests.ingest.reextraction.rereading import capture_old
from tests.support.running import ADMIN


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory whose chronology `test` holds a document that an older version read."""
    with Workspace(read_settings(data=tmp_path / "data"), new=True) as workspace:
        capture_old(workspace.service, workspace.service.ensure_chronology("test", ADMIN).id)
    return tmp_path / "data"


def recorded(data: Path) -> int:
    with Workspace(read_settings(data=data)) as workspace:
        events = replay(workspace.service.log, workspace.service.chronology_id("test"))
        return sum(isinstance(event.data, ClaimRecorded) for event in events)


def test_without_apply_nothing_is_recorded(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.reextract("test", all_documents=True, data=data)
    printed = capsys.readouterr().out
    assert "valley.txt: 1 claim the same, 2 new, 1 changed, 1 missing, 0 settled by people" in printed
    assert "  ~ 1998-03-03  The bridge was opened" in printed
    assert "[date]" in printed
    assert "  - undated  The school stands by the river" in printed
    assert "Nothing was recorded" in printed
    assert recorded(data) == 3


def test_what_was_kept_for_review_is_what_is_applied(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kept = tmp_path / "reading.jsonl"
    commands.reextract("test", all_documents=True, data=data, save=kept)
    commands.reextract("test", all_documents=True, data=data, reviewed=kept, apply=True)
    assert "Applied to 1 document." in capsys.readouterr().out
    assert recorded(data) == 6
    with pytest.raises(typer.Exit):
        commands.reextract("test", all_documents=True, data=data, reviewed=kept, apply=True)
    assert "review it again" in capsys.readouterr().err
    assert recorded(data) == 6


def test_the_difference_as_json(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands.reextract("test", all_documents=True, data=data, as_json=True)
    said = json.loads(capsys.readouterr().out)
    assert (len(said["difference"]["new"]), said["report"]) == (2, None)
    commands.reextract("test", document=said["difference"]["document_id"], data=data, as_json=True)
    assert json.loads(capsys.readouterr().out) == said


def test_what_is_no_reading_is_refused(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "reading.jsonl"
    kept.write_text('{"claims": 3}\n')
    with pytest.raises(InvalidInput, match="line 1: this is no reading that --save wrote"):
        commands.reextract("test", all_documents=True, data=data, reviewed=kept)
    kept.write_text("")
    with pytest.raises(typer.BadParameter, match="holds no reading"):
        commands.reextract("test", all_documents=True, data=data, reviewed=kept)


def test_one_document_or_all(data: Path) -> None:
    for given in ({}, {"document": "x", "all_documents": True}):
        with pytest.raises(typer.BadParameter, match="either --document ID, or --all"):
            commands.reextract("test", data=data, **given)  # type: ignore[arg-type]
