"""A read model is verified against its log, and what differs is named."""

import pytest

from services.projection.verify import verify_read_model
from shared.domain.errors import Damaged
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from tests.support.running import ADMIN, Running, run

TEXTS = (
    "The mill at Oxbow opened on 4 May 1901 with 12 workers. It closed in 1930.",
    "On 4 May 1901 the Oxbow mill opened; 14 workers came. In 1911 a bakery opened in Oxbow.",
)


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    for number, text in enumerate(TEXTS):
        running.capture(text, filename=f"{number}.txt")
    return running


def test_a_read_model_is_what_its_log_gives(running: Running) -> None:
    log = DatabaseReader(running.database)
    found = verify_read_model(running.database, log, running.info)
    assert found.position == running.info.head
    assert found.rows > 10
    running.projector.rebuild(running.info)
    assert verify_read_model(running.database, log, running.info) == found, "another generation says the same"


def test_a_read_model_that_is_behind_is_compared_where_it_is(running: Running) -> None:
    before = running.info.head
    running.service.capture(running.info.id, b"A school opened in Oxbow in 1950.", ADMIN, filename="late.txt")
    assert verify_read_model(running.database, DatabaseReader(running.database), running.info).position == before


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE entry SET status = 'corroborated' WHERE status = 'single-source'", "entry .* differs in status"),
        ("DELETE FROM change", "missing or invented in change"),
        ("UPDATE claim SET entry_id = 'other' WHERE start = 0", "claim .* differs in entry_id"),
        ("UPDATE source SET body = '{}'", "source .* differs in body"),
        (
            "UPDATE listing SET tokens = (SELECT other.tokens FROM listing AS other ORDER BY number DESC LIMIT 1)",
            "listing .* differs in tokens",
        ),
    ],
)
def test_a_row_that_was_changed_is_named(running: Running, statement: str, named: str) -> None:
    with running.database.drive() as driver:
        driver.run(statement)
    with pytest.raises(Damaged, match=named):
        verify_read_model(running.database, DatabaseReader(running.database), running.info)
