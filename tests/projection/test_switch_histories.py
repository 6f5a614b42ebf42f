"""Whatever happens in a chronology while releases with other rules come and go: who follows it ends up with what readers see."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.projection import fold
from services.projection.consolidation import consolidate
from services.projection.runner import Projector
from services.projection.telling import as_told
from services.projection.verify import verify_read_model
from services.query import feed
from services.query.errors import CursorLost
from services.query.snapshot import open_snapshot
from shared.domain.chronology import Entry
from shared.domain.errors import Busy, NotFound, RevisionConflict
from shared.store.read import DatabaseReader
from shared.store.read_model import ProgressRow
from tests.support.histories import History, fresh, steps
from tests.support.read_model import read_model
from tests.support.running import Running

USUAL, USUAL_LINK, USUAL_ASSEMBLE = fold.VERSION, consolidate.link, consolidate.assemble


class Releases:
    """Releases 0, 1 and 2: the second groups nothing, the third groups as the first does and has other titles. One runs at a time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, running: Running) -> None:
        self.monkeypatch = monkeypatch
        self.running = running
        self.start(0)

    def start(self, release: int) -> None:
        def never(*_: object) -> None:
            return None

        def otherwise(*arguments: Any) -> Entry:
            entry = USUAL_ASSEMBLE(*arguments)
            return entry.model_copy(update={"title": f"{entry.title} ({len(entry.claims)})"})

        self.monkeypatch.setattr(fold, "VERSION", USUAL + release)
        self.monkeypatch.setattr(consolidate, "link", never if release == 1 else USUAL_LINK)
        self.monkeypatch.setattr(consolidate, "assemble", otherwise if release == 2 else USUAL_ASSEMBLE)
        self.running.projector = Projector(self.running.database, DatabaseReader(self.running.database))

    def take(self, step: tuple[Any, ...]) -> None:
        kind, *which = step
        if kind == "start":
            self.start(which[0])
        elif kind == "back":
            try:
                self.running.projector.switch_back(self.running.info)
            except (NotFound, RevisionConflict):
                return  # nothing is kept, or only the release that made it can go on with it
        else:
            self.running.projector.rebuild(self.running.info, keep=True)


class Subscriber:
    """Somebody who deals with changes as they come, and loads everything where a cursor cannot be served."""

    def __init__(self) -> None:
        self.entries: dict[str, Any] = {}
        self.cursor = 0

    def follow(self, running: Running) -> None:
        with open_snapshot(running.database, "test") as snapshot:
            try:
                page = json.loads(feed.changes_body(snapshot, self.cursor, 1000))
            except CursorLost:
                self.entries, self.cursor = current(running), snapshot.head
                return
            except Busy:
                return  # rows of a newer release hold what was erased, and this one cannot free them: nothing is told until that one does
        for change in page["changes"]:
            assert change["data"]["previous"] <= self.cursor < change["revision"], "nothing is missed, nothing comes twice"
            self.cursor = change["revision"]
            for told in change["data"]["entries"]:
                if told.pop("change") == "removed":
                    self.entries.pop(told["id"], None)
                else:
                    told.pop("reconsolidated", None)
                    self.entries[told["id"]] = told


def current(running: Running) -> dict[str, Any]:
    """What readers see, in the words of the feed."""
    found: dict[str, Any] = {}
    for row in read_model(running.database)["entry"]:
        if row["until"] is None:
            found[row["id"]] = as_told(Entry.model_validate_json(row["body"]), "changed")
            del found[row["id"]]["change"]
    return found


def live_rules(running: Running) -> int:
    with running.database.read() as session:
        progress = session.get(ProgressRow, running.info.id)
        assert progress is not None
        return progress.fold_version


switches = st.one_of(
    st.tuples(st.just("start"), st.integers(0, 2)),
    st.tuples(st.just("back")),
    st.tuples(st.just("rebuild")),
    st.tuples(st.just("announce")),
    st.tuples(st.just("announce")),
)
THERE_AND_BACK = [
    ("capture", 0), ("capture", 1), ("start", 1), ("announce",), ("back",), ("announce",), ("capture", 4), ("start", 0), ("back",),
    ("announce",), ("capture", 5), ("erase", 0), ("start", 2), ("capture", 2), ("announce",),
]  # fmt: skip


@settings(max_examples=25)
@example(THERE_AND_BACK)
@example([("capture", 0), ("start", 1), ("back",), ("back",)])
@given(st.tuples(steps, st.lists(st.tuples(st.integers(0, 20), switches), min_size=2, max_size=8)))
def test_who_follows_ends_up_with_what_readers_see(sqlite_template: Path, taken: Any) -> None:
    if isinstance(taken, tuple):
        history_steps, placed = taken
        taken = list(history_steps)
        for at, switch in placed:
            taken.insert(at, switch)
    with fresh(sqlite_template) as running, pytest.MonkeyPatch.context() as monkeypatch:
        history, releases, always = History(running), Releases(monkeypatch, running), Subscriber()
        for step in taken:
            if step[0] in ("start", "back", "rebuild"):
                releases.take(step)
            elif step[0] == "announce":
                running.service.announce_switches()
            else:
                history.take(step)
            running.projector.project(running.info)
            always.follow(running)
        # At last the release runs whose rules readers see, and nothing more is recorded.
        releases.start(live_rules(running) - USUAL)
        running.projector.project(running.info)
        assert live_rules(running) == fold.VERSION
        for _ in range(3):
            running.service.announce_switches()
            running.projector.project(running.info)
        assert running.service.announce_switches() == 0
        always.follow(running)
        late = Subscriber()
        late.follow(running)
        assert always.entries == late.entries == current(running)
        found = verify_read_model(running.database, running.service.log, running.info)
        assert found.position == running.info.head
        assert found.waiting == 0
