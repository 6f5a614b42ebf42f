"""A projection that starts again goes on from what it kept: it reads no claim twice, and shows what one that never stopped shows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from sqlalchemy import Executable, func
from sqlmodel import col, delete, select, update

from services.ingest.requests import NewCorrection, NewDecision
from services.projection import keeping
from services.projection.runner import Projector
from services.projection.verify import verify_read_model
from shared.domain.events import ClaimRecorded, Recorded
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from shared.store.read_model import KeptClaimRow
from tests.ingest.fetching.serving import answer
from tests.ingest.recapture.conftest import World, world  # noqa: F401 - a fixture
from tests.query.conftest import EDITOR, REVIEWER
from tests.support.histories import History, fresh, steps
from tests.support.read_model import read_model
from tests.support.running import Running, run
from tests.support.texts import SOURCES


class Watched(DatabaseReader):
    """A log that notes which claims are read from it in order, as a fold from the beginning reads them."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.claims: set[int] = set()

    def read(self, chronology_id: str, after: int = 0, limit: int = 1000) -> list[Recorded]:
        events = super().read(chronology_id, after, limit)
        self.claims.update(event.position for event in events if isinstance(event.data, ClaimRecorded))
        return events


def start_again(running: Running) -> Watched:
    """Start another projection on the same rows, which knows nothing but them."""
    log = Watched(running.database)
    running.projector = Projector(running.database, log)
    return log


def assert_right(running: Running) -> None:
    verified = verify_read_model(running.database, running.service.log, running.info)
    assert verified.position == running.info.head > 0


@settings(max_examples=25)
@example([("capture", 0), ("project",), ("capture", 1), ("merge", 0, 1), ("split", 0, 1), ("project",), ("capture", 2), ("project",)])
@example(
    [("capture", 0), ("capture", 1), ("withdraw", 0, 0), ("capture", 2), ("erase", 1), ("capture", 4), ("retitle", 0, 0), ("capture", 5)]
)
@example(
    [("capture", 0), ("propose withdraw", 0, 0), ("project",), ("capture", 4), ("capture", 1), ("project",), ("merge", 0, 1), ("project",)]
)
@given(steps)
def test_after_every_step_of_a_history(sqlite_template: Path, taken: Sequence[tuple[Any, ...]]) -> None:
    with fresh(sqlite_template) as running:
        history = History(running)
        for step in taken:
            history.take(step)
            start_again(running)
        running.projector.project(running.info)
        if running.info.head > 1:
            assert_right(running)


def correct(running: Running, **change: object) -> None:
    body = NewCorrection.model_validate({"change": change, "reason": "Seen."})
    proposed = running.service.propose(running.info.id, body, EDITOR)
    running.service.decide_correction(running.info.id, proposed.id, NewDecision.model_validate({"decision": "accept"}), REVIEWER)
    running.projector.project(running.info)


def test_another_projection_may_move_the_rows_while_they_are_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    running = run(database)
    running.capture("The Mill Fair was held in Sheki on 3 May 1998. 40 guests came.")
    standing, moved = keeping._standing, list[int]()

    def slow(*given: Any) -> Any:
        if not moved:
            moved.append(running.info.head)
            running.capture("The Mill Fair was held in Sheki on 3 May 1998. 45 guests came to the fair.")
        return standing(*given)

    other = Projector(database, DatabaseReader(database))
    monkeypatch.setattr(keeping, "_standing", slow)
    assert other.project(running.info) == 0
    assert moved
    assert moved[0] < running.info.head
    assert_right(running)


def test_it_reads_no_claim_twice(database: Database) -> None:
    running = run(database)
    for text, source in SOURCES.items():
        running.capture(text, source)
    running.capture(
        "On 7 June 2003 the third Seed Fair was held in Sheki, on the meadow behind the silk mill, with 90 guests from all the valley."
    )
    running.capture(
        "Sheki\n\nOn 7 June 2003 the third Seed Fair was held in Sheki, on the meadow behind the mill, with 90 guests from all the valley."
    )
    assert read_model(database)["resemblance"]
    before = running.info.head
    log = start_again(running)
    running.capture("The third Seed Fair took place in Sheki on 7 June 2003; 95 guests came.")
    assert log.claims
    assert min(log.claims) > before
    assert_right(running)


DINNER = "The annual dinner of the pilots was held in Ganja on 9 May 1933. {} guests came to the dinner."


def test_with_what_was_decided_of_a_page_that_was_captured_again(world: World) -> None:  # noqa: F811
    def says(guests: int, heading: str = "") -> None:
        world.site.pages["/dinner"] = answer(heading + DINNER.format(guests), content_type="text/plain")
        start_again(world.running)

    says(40)
    first = world.capture("/dinner")
    world.running.capture("On 9 May 1933 the pilots met in Ganja for their annual dinner. 45 guests came.")
    [claim, *_] = [row["id"] for row in read_model(world.running.database)["claim"] if row["document_id"] == first.id]
    correct(world.running, kind="amend-date", claim_id=claim, edtf="1933-05-08")
    says(40, "The pilots\n\n")
    carried = world.recapture(first.source_id).comparison
    assert carried is not None
    assert carried.carried
    start_again(world.running)
    world.running.capture("The annual dinner of the pilots in Ganja, on 9 May 1933, saw 41 guests.")
    says(44, "All of the pilots\n\n")
    world.recapture(first.source_id)
    correct(world.running, kind="withdraw-claim", claim_id=claim)
    start_again(world.running)
    world.running.capture("On 8 May 1933 the pilots had their annual dinner in Ganja, with 40 guests.")
    assert_right(world.running)


def kept(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(KeptClaimRow)).one()


@pytest.mark.parametrize(
    "harm",
    [delete(KeptClaimRow).where(col(KeptClaimRow.position) > 5), update(KeptClaimRow).values(body=b"none of ours")],
    ids=["gone", "damaged"],
)
def test_what_was_not_kept_or_is_damaged_is_folded_again(database: Database, harm: Executable) -> None:
    running = run(database)
    for text, source in SOURCES.items():
        running.capture(text, source)
    before = kept(database)
    with database.write() as session:
        session.execute(harm)
    log = start_again(running)
    running.capture("On 7 June 2003 the third Seed Fair was held in Sheki with 90 guests.")
    assert len(log.claims) == kept(database) > before
    assert_right(running)
    before, log = running.info.head, start_again(running)
    running.capture("The third Seed Fair took place in Sheki on 7 June 2003; 95 guests came.")
    assert min(log.claims) > before
