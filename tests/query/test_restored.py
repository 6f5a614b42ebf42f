"""A log that was restored from a copy, and went on otherwise, is told apart from what it was before."""

from pathlib import Path

import httpx
import pytest

from shared.settings import Settings
from shared.store.backup import back_up, restore
from shared.store.engine import Database
from shared.store.wakeup import Wakeup
from tests.query.serving import query_app, serving
from tests.support.keys import KEK
from tests.support.running import reopen, run
from tests.support.texts import FAIR_EN, SOURCES

BEFORE = "A note\n\nOn 3 April 1899 the bridge of Oakford was opened.\n"
AFTER = "A note\n\nOn 5 June 1907 the mill of Oakford burned down.\n"
PATHS = ("", "/entries", "/sources", "/facets", "/changes?after=4", "/events", "/export", "/corrections")


def etags(url: str, now: int) -> dict[str, str]:
    """The ETags of what is shown now, and of what was shown at the revision that is now current."""
    database = Database(url, kek=KEK)
    with serving(query_app(database, Settings(database_url=url), Wakeup())) as server, httpx.Client(base_url=server.url) as client:
        found = {path: client.get(f"/v1/chronologies/test{path}").headers["etag"] for path in PATHS}
        found["at"] = client.get("/v1/chronologies/test/entries", params={"at": now}).headers["etag"]
    database.close()
    return found


def grown(url: str, *texts: str) -> int:
    database = Database(url, kek=KEK)
    running = reopen(database)
    for text in texts:
        running.capture(text)
    head = running.info.head
    database.close()
    return head


@pytest.mark.parametrize("later", [(), ("A third note\n\nOn 7 May 1911 the school of Oakford was opened.\n",)], ids=["now", "in the past"])
def test_the_same_revision_of_a_restored_log_has_other_etags(sqlite_database_url: str, tmp_path: Path, later: tuple[str, ...]) -> None:
    database = Database(sqlite_database_url, kek=KEK)
    run(database).capture(FAIR_EN, SOURCES[FAIR_EN])
    database.close()
    file = Path(sqlite_database_url.removeprefix("sqlite:///"))
    back_up(file, tmp_path / "copy.db")
    asked = grown(sqlite_database_url, BEFORE)
    grown(sqlite_database_url, *later)
    before = etags(sqlite_database_url, asked)
    assert etags(sqlite_database_url, asked) == before
    restore(tmp_path / "copy.db", file)
    assert grown(sqlite_database_url, AFTER) == asked
    grown(sqlite_database_url, *later)
    after = etags(sqlite_database_url, asked)
    assert [path for path in before if before[path] == after[path]] == []
