"""The story, made once: nothing that reads it changes it."""

from collections.abc import Iterator

import pytest

from shared.store.engine import Database
from shared.store.migrate import migrate
from tests.query.exports.story import Story, tell_story
from tests.support.keys import KEK


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The chronology in which everything happens once."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('story') / 'salname.db'}", kek=KEK)
    migrate(database)
    yield tell_story(database)
    database.close()
