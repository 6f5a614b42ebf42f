"""A chronology of a few documents, and rules that are newer than those it was folded by."""

from collections.abc import Callable

import pytest

from shared.store.engine import Database
from tests.support.following import consolidate_otherwise
from tests.support.running import Running, run
from tests.support.texts import SOURCES


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    for text, source in SOURCES.items():
        running.capture(text, source)
    return running


@pytest.fixture
def newer_rules(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Rules by which every entry that is disputed has another title: in this process from when it is called."""
    return lambda: consolidate_otherwise(monkeypatch)
