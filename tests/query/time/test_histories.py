"""Whatever happened: what an earlier revision shows today is what was shown when it was the newest."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from services.ingest.requests import NewCorrection, NewDecision
from services.query import nearest
from services.query.cursors import decode_cursor
from services.query.entries import Filters, entry_page
from services.query.snapshot import open_snapshot
from shared.domain.errors import InvalidInput
from shared.store.engine import Database
from shared.store.migrate import migrate
from shared.store.read_model import ClaimRow
from tests.ingest.fetching.serving import Site, answer, serving
from tests.ingest.recapture.conftest import World, world_on
from tests.query.conftest import EDITOR, REVIEWER
from tests.query.time.picture import Picture, picture
from tests.support.keys import KEK
from tests.support.running import ADMIN, Running, run

TEXTS = tuple(
    f"Note {number}\n\n{when} the first {what} was held in {where}. {guests} guests took part in the {what}.\n"
    for number, (when, what, where, guests) in enumerate(
        [
            ("On 4 May 1998", "Seed Fair", "Ganja", 212),
            ("In May 1998", "Seed Fair", "Ganja", 215),
            ("On 7 June 2001", "Seed Fair", "Ganja", 90),
            ("On 4 May 1998", "Kite Festival", "Ganja", 12),
            ("In 1998", "Kite Festival", "Ganja", 48),
        ]
    )
)

number = st.integers(min_value=0, max_value=len(TEXTS) - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("capture"), number),
        st.tuples(st.just("capture"), number),
        st.tuples(st.sampled_from(["merge", "split", "withdraw", "retitle", "date", "value"]), number, number, st.sampled_from("+-?")),
    ),
    min_size=3,
    max_size=10,
)
ALL_KINDS: list[tuple[Any, ...]] = [
    ("capture", 0), ("capture", 4), ("capture", 1), ("merge", 0, 4, "+"), ("value", 0, 0, "?"), ("withdraw", 1, 1, "+"), ("capture", 2),
    ("split", 0, 4, "+"), ("retitle", 2, 2, "-"), ("date", 2, 2, "+"), ("capture", 3), ("retitle", 0, 0, "+"),
]  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without chronologies, to be copied."""
    path = tmp_path_factory.mktemp("template") / "salname.db"
    database = Database(f"sqlite:///{path}", kek=KEK)
    migrate(database)
    database.close()
    return path


@contextmanager
def fresh(template: Path) -> Iterator[Running]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "salname.db"
        copyfile(template, path)
        database = Database(f"sqlite:///{path}", kek=KEK)
        yield run(database)
        database.close()


class Teller:
    """Takes steps in a chronology; what is not possible is passed over."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.documents: dict[int, str] = {}

    def take(self, step: tuple[Any, ...]) -> None:
        service, info = self.running.service, self.running.info
        kind, at, *rest = step
        if kind == "capture":
            self.documents[at] = service.capture(info.id, TEXTS[at].encode(), ADMIN, filename=f"{at}.txt").id
            return
        claims = [*self.claims(at), *self.claims(rest[0])]
        if not claims:
            return
        (first, entry), (last, _) = claims[0], claims[-1]
        change: dict[str, object] = {
            "merge": {"kind": "merge-entries", "entry_ids": [first, last]},
            "split": {"kind": "split-entry", "entry_id": entry, "claim_ids": [first]},
            "withdraw": {"kind": "withdraw-claim", "claim_id": first},
            "retitle": {"kind": "retitle-entry", "entry_id": first, "title": "The fair"},
            "date": {"kind": "amend-date", "claim_id": first, "edtf": "1997~"},
            "value": {"kind": "amend-value", "claim_id": last, "attribute": "guests", "value": "7"},
        }[kind]
        try:
            proposed = service.propose(info.id, NewCorrection.model_validate({"change": change, "reason": "Seen."}), EDITOR)
        except InvalidInput:
            return
        if rest[1] != "?":
            decision = "accept" if rest[1] == "+" else "reject"
            service.decide_correction(info.id, proposed.id, NewDecision.model_validate({"decision": decision}), REVIEWER)

    def claims(self, index: int) -> list[tuple[str, str]]:
        """The claims of a document, each with its entry."""
        with self.running.database.read() as session:
            found = select(ClaimRow.id, ClaimRow.entry_id).where(ClaimRow.document_id == self.documents.get(index, ""))
            return list(session.exec(found.order_by(ClaimRow.id)))


def told(running: Running, taken: list[tuple[Any, ...]]) -> dict[int, Picture]:
    """Take steps; return what was shown after each, by its revision."""
    teller, shown = Teller(running), {running.info.head: _picture(running)}
    for step in taken:
        teller.take(step)
        shown[running.info.head] = _picture(running)
    return shown


def _picture(running: Running, at: int | None = None) -> Picture:
    running.projector.project(running.info)
    return picture(running.database, "test", at)


def assert_shown_again(running: Running, shown: dict[int, Picture]) -> None:
    for revision, then in shown.items():
        assert _picture(running, revision) == then
    # What nobody ever saw, half of a command, is shown as what was seen before it.
    for position in set(range(min(shown), running.info.head)).difference(shown):
        with open_snapshot(running.database, "test", position) as snapshot:
            assert snapshot.revision == _picture(running, position)["chronology"].revision <= position


@settings(max_examples=15)
@example(ALL_KINDS)
@given(steps)
def test_an_earlier_revision_shows_what_was_shown_then(template: Path, taken: list[tuple[Any, ...]]) -> None:
    with fresh(template) as running:
        shown = told(running, taken)
        assert_shown_again(running, shown)
        running.projector.rebuild(running.info)
        assert_shown_again(running, shown)


def test_an_earlier_revision_shows_what_was_shown_then_on_each_database(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    running = run(database)
    shown = told(running, ALL_KINDS)
    assert_shown_again(running, shown)
    monkeypatch.setattr(nearest, "AHEAD", 1)  # many parts are looked at for one page
    monkeypatch.setattr(nearest, "CHUNK", 1)
    assert_shown_again(running, shown)


@pytest.mark.parametrize("chunk", [1, 10_000])
def test_pages_of_an_earlier_revision_are_walked_both_ways(database: Database, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nearest, "CHUNK", chunk)
    running = run(database)
    years = "\n".join(f"On {1 + n} May {1901 + n} the mill of Oakford was repaired by {n + 2} workers." for n in range(9))
    undated = "\n\n".join(f"The mayor of Oakford thanked {n + 30} millers." for n in range(3))
    then = running.capture(f"The mill\n\n{years}\n\n{undated}\n").revision
    running.capture("Older\n\nOn 3 April 1899 the bridge of Oakford was opened. On 2 June 1905 the bridge of Oakford burned down.\n")

    def pages(direction: str, cursor: str | None) -> list[list[str]]:
        found = []
        while True:
            with open_snapshot(database, "test", then) as snapshot:
                page = entry_page(snapshot, Filters(), decode_cursor(cursor) if cursor else None, 2)
            found.append([entry.id for entry in page.entries])
            cursor = page.next if direction == "next" else page.previous
            last.append(page.previous)
            if cursor is None:
                return found

    last: list[str | None] = []
    forwards = pages("next", None)
    everything = [entry for page in forwards for entry in page]
    with open_snapshot(database, "test", then) as snapshot:
        assert everything == [entry.id for entry in entry_page(snapshot, Filters(), None, 500).entries]
    assert len(everything) >= 9
    backwards = pages("previous", last[-1])
    assert [entry for page in reversed(backwards) for entry in page] == everything[: -len(forwards[-1])]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def test_captures_comparisons_and_schedules_are_shown_from_when_on_they_were(database: Database, site: Site) -> None:
    world: World = world_on(database, site)
    body = "<html><head><title>Fair</title></head><body><article><h1>Fair</h1>{}</article></body></html>"
    said = "<p>On 4 May 1998 the first Seed Fair was held in Ganja. {} guests took part in the fair.</p><p>In 2003 a school opened.</p>"
    site.pages["/fair"] = answer(body.format(said.format(212)))
    shown: dict[int, Picture] = {}

    def look() -> None:
        shown[world.running.info.head] = _picture(world.running)

    first = world.capture("/fair")
    look()
    source = next(iter(shown[world.running.info.head]["sources"].sources)).id
    world.captures.schedule(world.here, source, 3600, ADMIN)
    look()
    claim = next(iter(shown[world.running.info.head]["claim"]))
    change = {"kind": "retitle-entry", "entry_id": claim, "title": "The very fair"}
    proposed = world.running.service.propose(world.here, NewCorrection.model_validate({"change": change, "reason": "Seen."}), EDITOR)
    world.running.service.decide_correction(world.here, proposed.id, NewDecision.model_validate({"decision": "accept"}), REVIEWER)
    look()
    site.pages["/fair"] = answer(body.format(said.format(215)))
    assert world.recapture(source).id != first.id
    look()
    world.captures.schedule(world.here, source, None, ADMIN)
    look()
    assert {every for one in shown.values() for every in [one["sources"].sources[0].every]} == {None, 3600}
    newest = shown[world.running.info.head]
    assert any(entry.superseded for entry in newest["entry"].values()), "the later capture leaves marks"
    assert_shown_again(world.running, shown)
