"""A short run of the torture on each database; `make torture` runs it for a million events."""

from pathlib import Path

import pytest

from shared.store.engine import Database
from tests.torture.run import Shape, Torture


@pytest.mark.timeout(600)
def test_nothing_is_skipped_duplicated_or_lost(database: Database, tmp_path: Path) -> None:
    report = Torture(database.url, tmp_path, Shape(seconds=10)).run()
    assert report.wrong == []
    assert report.killed >= 2
    assert report.acknowledged >= 50
    assert report.events >= report.acknowledged
