"""A switch of generations is told to subscribers although nothing else is recorded: soon, once, and with what is otherwise, no more."""

import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.ingest.lookups import Switched
from services.projection import fold, generations
from services.projection.verify import verify_read_model
from services.query.snapshot import open_snapshot
from shared.domain.events import ChronologyReconsolidated
from shared.domain.ports import replay
from tests.support.following import another, chained, copy_of, shown, told
from tests.support.running import ADMIN, Running

LATER = "On 9 May 2011 the lighthouse of Lankaran was opened."


def announced(running: Running) -> list[int]:
    """Where announcements stand in the log."""
    events = replay(running.service.log, running.info.id)
    return [event.position for event in events if isinstance(event.data, ChronologyReconsolidated)]


def disputed(running: Running) -> set[str]:
    return {entry_id for entry_id, title in shown(running).items() if title.startswith("Disputed: ")}


def test_who_follows_an_idle_chronology_hears_what_is_otherwise(running: Running, newer_rules: Callable[[], None]) -> None:
    head, known = running.info.head, told(running)
    newer_rules()
    projector = another(running)
    projector.catch_up()
    assert told(running, head) == []
    assert running.service.announce_switches() == 1
    projector.catch_up()
    (news,) = told(running, head)
    assert news["revision"] == head + 1
    assert news["data"]["previous"] == known[-1]["revision"]
    assert news["data"]["causes"] == [{"type": "chronology.reconsolidated", "subjects": [running.info.id]}]
    assert {entry["id"] for entry in news["data"]["entries"]} == disputed(running) != set()
    assert all(entry["reconsolidated"] for entry in news["data"]["entries"])
    assert copy_of(told(running)) == shown(running)
    assert chained(told(running))
    (event,) = [event for event in replay(running.service.log, running.info.id) if isinstance(event.data, ChronologyReconsolidated)]
    assert event.data == ChronologyReconsolidated(chronology_id=running.info.id, generation=2, rules=fold.VERSION, before=1)
    assert event.actor == "consolidation"

    assert running.service.announce_switches() == 0, "once"
    projector.catch_up()
    assert len(told(running, head)) == 1
    with open_snapshot(running.database, "test", str(head)) as then, open_snapshot(running.database, "test") as now:
        assert then.moment is not None
        assert now.moment is not None
        assert (now.revision, now.moment.entries, now.moment.claims) == (head + 1, then.moment.entries, then.moment.claims)
    verify_read_model(running.database, running.service.log, running.info)
    before = told(running)
    another(running).rebuild(running.info)
    assert told(running) == before, "whoever folds anew tells the same"
    assert running.service.announce_switches() == 0


def test_where_nothing_is_otherwise_there_is_nothing_to_announce(running: Running) -> None:
    another(running).rebuild(running.info)
    assert running.service.announce_switches() == 0
    assert announced(running) == []


def test_what_is_recorded_first_tells_of_it(running: Running, newer_rules: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    newer_rules()
    projector = another(running)
    projector.catch_up()
    head = running.info.head
    lookups = running.service._lookups
    seen = list(lookups.switched())
    assert [one.revision for one in seen] == [head]
    running.service.capture(running.info.id, LATER.encode(), ADMIN)

    def as_it_was() -> Sequence[Switched]:
        return seen

    monkeypatch.setattr(lookups, "switched", as_it_was)
    assert running.service.announce_switches() == 0
    projector.catch_up()
    assert announced(running) == []
    assert {entry["id"] for entry in told(running, head)[0]["data"]["entries"] if entry.get("reconsolidated")} == disputed(running)


def test_several_processes_announce_it_once(running: Running, newer_rules: Callable[[], None]) -> None:
    newer_rules()
    projector = another(running)
    projector.catch_up()
    with ThreadPoolExecutor(4) as threads:
        for _ in range(3):
            list(threads.map(lambda service: service.announce_switches(), [running.service] * 4))
            projector.catch_up()
    assert len(announced(running)) == 1
    assert copy_of(told(running)) == shown(running)
    assert chained(told(running))


def test_what_is_too_much_for_one_change_goes_on(
    running: Running, newer_rules: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "TOLD_AT_ONCE", 1)
    for guests in (20, 45):
        running.capture(f"On 3 May 1950 the mill of Sheki was opened with {guests} guests.")
    head = running.info.head
    newer_rules()
    projector = another(running)
    projector.catch_up()
    rounds = 0
    while running.service.announce_switches():
        projector.catch_up()
        rounds += 1
    assert rounds == len(disputed(running)) > 1
    assert [len(change["data"]["entries"]) for change in told(running, head)] == [1] * rounds
    assert copy_of(told(running)) == shown(running)
    assert chained(told(running))


def test_a_switch_back_to_older_rules_is_told_by_a_release_that_has_others(
    running: Running, newer_rules: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, head = shown(running), running.info.head
    newer_rules()
    newer = another(running)
    newer.catch_up()
    running.service.announce_switches()
    newer.catch_up()
    otherwise = disputed(running)
    back = newer.switch_back(running.info)
    assert (back.generation, back.position, back.different) == (1, head + 1, len(otherwise))
    assert shown(running) == before
    assert running.service.announce_switches() == 1
    newer.catch_up()
    first, second = told(running, head)
    assert {entry["id"] for entry in second["data"]["entries"]} == {entry["id"] for entry in first["data"]["entries"]} == otherwise
    assert copy_of(told(running)) == shown(running) == before
    assert chained(told(running))
    with open_snapshot(running.database, "test") as now:
        assert now.revision == head + 2
        assert now.moment is not None
        assert now.moment.entries == len(before)
    assert running.service.announce_switches() == 0

    # The release that has these rules goes on from there.
    monkeypatch.undo()
    older = another(running)
    running.service.capture(running.info.id, LATER.encode(), ADMIN)
    older.catch_up()
    assert running.info.id not in older.stopped
    assert copy_of(told(running)) == shown(running)
    assert chained(told(running))
    verify_read_model(running.database, running.service.log, running.info)


PROGRAM = """
import os, signal, sys
import pytest
from services.ingest.commands import Commands
from services.projection import folding
from tests.support.following import another, consolidate_otherwise
from tests.support.keys import KEK
from tests.support.running import Running, reopen
from shared.store.engine import Database

def die(*arguments, **named):
    os.kill(os.getpid(), signal.SIGKILL)

running = reopen(Database(sys.argv[1], kek=KEK))
consolidate_otherwise(pytest.MonkeyPatch())
projector = another(running)
projector.catch_up()
if sys.argv[2] == "after the switch":
    die()
if sys.argv[2] == "before the announcement is appended":
    Commands.append = die
append = Commands.append
if sys.argv[2] == "after the announcement is appended":
    Commands.append = lambda *a, **named: die(append(*a, **named))
running.service.announce_switches()
folding.told = die
projector.catch_up()
"""


@pytest.mark.parametrize(
    "moment",
    [
        "after the switch",
        "before the announcement is appended",
        "after the announcement is appended",
        "while it is told",
    ],
)
def test_a_process_that_is_killed_on_the_way_leaves_it_to_the_next(running: Running, newer_rules: Callable[[], None], moment: str) -> None:
    head = running.info.head
    killed = subprocess.run([sys.executable, "-c", PROGRAM, running.database.url, moment], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert disputed(running), "readers see the switch"
    assert told(running, head) == []
    newer_rules()
    projector = another(running)
    for _ in range(2):
        running.service.announce_switches()
        projector.catch_up()
    assert announced(running) == [head + 1]
    assert [{entry["id"] for entry in change["data"]["entries"]} for change in told(running, head)] == [disputed(running)]
    assert copy_of(told(running)) == shown(running)
    assert chained(told(running))
