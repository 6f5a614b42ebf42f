"""The fixture of the commands."""

from pathlib import Path

import pytest

from tests.commands.desk import NOTICE, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Somebody whose database has a chronology of one document."""
    made = Desk(tmp_path)
    made.ingest("notice.txt", NOTICE)
    return made
