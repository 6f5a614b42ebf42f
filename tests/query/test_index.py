"""The search index finds what a look at every row of the listing finds: at every revision, in every order, from every place."""

import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from random import Random
from shutil import copyfile
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.projection import indexing
from services.projection.fold import VERSION
from services.projection.generations import open_first
from services.projection.indexing import index_new
from services.projection.verify_index import verify_index
from services.query import nearest
from services.query.nearest import Key
from services.query.orders import BY_DATE, BY_DATE_FALLING, BY_SOURCES, CHANGED, ByRelevance, Order, Search, walk
from services.query.periods import SIGNS, Bound
from services.query.segments import Match
from services.query.shelf import Asked, Shelves
from services.query.snapshot import Snapshot, open_snapshot
from shared.domain.chronology import Status
from shared.domain.listing import BITS, FACETS
from shared.store import segments
from shared.store.engine import Database
from shared.store.facet_columns import STATUSES
from shared.store.generations import Rows
from shared.store.migrate import migrate
from shared.store.read_model import NO_END, NO_START, ListingRow, ProgressRow
from shared.store.tables import ChronologyRow, table_of
from tests.support.keys import KEK

HERE = "01900000-0000-7000-8000-00000000cccc"
TOKENS = [bytes([0, 0, 0, number % 3, number]) for number in range(9)]
CODES = [kind << BITS | code for kind in range(len(FACETS)) for code in (1, 7, 2**39 + 1918)]
TITLED: Match = ((TOKENS[1],),)


@dataclass
class Version:
    """A row of the listing, as the test knows it."""

    id: str
    since: int
    days: tuple[int, int]
    sources: int
    tokens: frozenset[bytes]
    status: Status = "single-source"
    disputed: bool = False
    codes: tuple[int, ...] = ()
    until: int | None = None

    def holds(self, revision: int) -> bool:
        return self.since <= revision and (self.until is None or self.until > revision)

    def has(self, match: Match) -> bool:
        return all(any(token in self.tokens for token in group) for group in match)

    def within(self, bounds: tuple[Bound, ...]) -> bool:
        columns = {"sort_from": self.days[0], "sort_to": self.days[1]}
        return not bounds or (self.dated and all(SIGNS[sign](columns[name], day) for name, sign, day in bounds))

    @property
    def dated(self) -> bool:
        return self.days != (NO_START, NO_END)


@dataclass
class History:
    """Versions of entries, revision by revision, in commits of a few revisions each."""

    commits: list[list[int]] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)


def history(seed: int, revisions: int = 40) -> History:
    """Make a history of chance: entries that come, change, lose their dates and go; many on the same days."""
    chance, made, standing = Random(seed), History(), dict[str, Version]()
    revision = 0
    while revision < revisions:
        commit = [revision + 1 + at for at in range(chance.randrange(1, 4))]
        for revision in commit:
            for number in {chance.randrange(12) for _ in range(chance.randrange(1, 6))}:
                name = f"01900000-0000-7000-8000-{number:012x}"
                if (before := standing.pop(name, None)) is not None:
                    before.until = revision
                    if chance.random() < 0.15:
                        continue
                first = chance.choice((0, 5, 5, 9, 30, NO_START))
                last = NO_END if chance.random() < 0.15 else max(first, 0) + chance.choice((0, 0, 3, 40))
                some = frozenset(token for token in TOKENS if chance.random() < 0.4)
                codes = tuple(chance.sample(CODES, chance.randrange(4)))
                counted = (chance.choice(STATUSES), chance.random() < 0.3, codes)
                standing[name] = Version(name, revision, (first, last), chance.randrange(1, 4), some, *counted)
                made.versions.append(standing[name])
        made.commits.append(commit)
    for late in (revision + 1, revision + 2):  # what only ends entries brings no version that the index could tell of it with
        for name in [name for name in standing if chance.random() < 0.3]:
            standing.pop(name).until = late
        made.commits.append([late])
    return made


def write(database: Database, made: History) -> None:
    """Write the history as a projection does, commit by commit."""
    key, key_row = database.read_keys.make(HERE, 1)
    progress = ProgressRow(chronology_id=HERE, position=0, generation=1, erasures=0, fold_version=VERSION, time="")
    with database.write() as session:
        session.add(ChronologyRow(id=HERE, slug="index", title="Index", description="", head=made.commits[-1][-1]))
        open_first(session, progress, key_row)
    table = table_of(ListingRow)
    for commit in made.commits:
        with database.write() as session:
            for version in made.versions:
                here = {"chronology_id": HERE, "generation": key.generation, "id": version.id, "since": version.since}
                if version.until in commit and version.since not in commit:
                    row = (table.c.id == version.id, table.c.since == version.since)
                    session.execute(table.update().where(*row).values(until=version.until))
                if version.since in commit:
                    days = {"sort_from": version.days[0], "sort_to": version.days[1]}
                    until = version.until if version.until is not None and version.until <= commit[-1] else None
                    facets = struct.pack(f"<{len(version.codes)}q", *version.codes)
                    other = {"sources": version.sources, "disputed": version.disputed, "status": version.status, "facets": facets}
                    session.execute(table.insert(), {**here, **days, **other, "until": until, "tokens": version.tokens})
            index_new(session, Rows(HERE, key.generation))
            session.get_one(ProgressRow, HERE).position = commit[-1]


def keyed(version: Version, sort: str) -> tuple[Key, bool]:
    """The place of a version in an order, and whether that falls."""
    days, late = (*version.days, version.id), not version.dated
    if sort == "date":
        return (int(late), *days), False
    if sort == "-date":
        return (int(not late), *days), True
    if sort == "changed":
        return (version.since, version.id), True
    if sort == "sources":
        return (version.sources, version.since, version.id), True
    return (2 * int(not version.has(TITLED)) + int(late), *days), False


ORDERS: dict[str, Order] = {
    "date": BY_DATE,
    "-date": BY_DATE_FALLING,
    "changed": CHANGED,
    "sources": BY_SOURCES,
    "relevance": ByRelevance(TITLED),
}
MATCHES: tuple[Match, ...] = (
    (),
    ((TOKENS[0],),),
    ((TOKENS[2],), (TOKENS[5],)),
    ((TOKENS[3], TOKENS[4]), (TOKENS[7], b"\xff\xff\xff\xff\xff")),
    ((b"\xff\xff\xff\xff\xff",),),
    ((TOKENS[0],), ()),
)
BOUNDS: tuple[tuple[Bound, ...], ...] = (
    (),
    (("sort_to", ">=", 5), ("sort_from", "<=", 9)),
    (("sort_from", ">=", 5), ("sort_to", "<=", 9)),
    (("sort_from", ">", 5),),
    (("sort_from", "<", 30), ("sort_to", ">", 3)),
)


def expected(made: History, snapshot: Snapshot, search: Search, sort: str) -> list[tuple[Key, str, int]]:
    """What a look at every version finds: places, ids, revisions."""
    found = [
        (keyed(version, sort)[0], version.id, version.since)
        for version in made.versions
        if version.holds(snapshot.revision) and version.has(search.match) and version.within(search.bounds)
    ]
    return sorted(found, reverse=sort in ("-date", "changed", "sources"))


def assert_all_found(database: Database, made: History, revisions: list[int], chance: Random) -> None:
    questions = list(product(revisions, MATCHES, BOUNDS, ORDERS))
    for revision, match, bounds, sort in chance.sample(questions, 80):
        with open_snapshot(database, "index") as newest:
            snapshot = newest.at(revision)
            search, order = Search(match, bounds), ORDERS[sort]
            whole = expected(made, snapshot, search, sort)
            found = walk(snapshot, search, None, 1000, order=order)
            assert [(row.key, row.id, row.since) for row in found] == whole, (revision, match, bounds, sort)
            if not whole:
                continue
            at, limit = chance.randrange(len(whole)), chance.randrange(1, 5)
            after = walk(snapshot, search, whole[at][0], limit, order=order)
            assert [row.key for row in after] == [key for key, _, _ in whole[at + 1 :][:limit]]
            before = walk(snapshot, search, whole[at][0], limit, backwards=True, order=order)
            assert [row.key for row in before] == [key for key, _, _ in whole[:at][::-1][:limit]]


def assert_all_counted(database: Database, made: History, revisions: list[int]) -> None:
    used = Shelves()
    for revision, match, bounds in product(revisions, MATCHES, BOUNDS):
        with open_snapshot(database, "index") as newest:
            snapshot = newest.at(revision)
            found = [one for one in made.versions if one.holds(revision) and one.has(match) and one.within(bounds)]
            for shelves in (used, Shelves()):
                counted = shelves.count(snapshot, Asked(match, bounds), 3)
                assert (counted.total, counted.disputed) == (len(found), sum(one.disputed for one in found)), (revision, match, bounds)
                assert counted.statuses == Counter(one.status for one in found)
                for at, facet in enumerate(FACETS):
                    of = Counter(code for one in found for code in one.codes if code >> BITS == at)
                    shown = counted.codes[facet]
                    assert sorted(of.values(), reverse=True)[:3] == [count for _, count in shown]
                    assert all(of[code] == count for code, count in shown)
                    assert all(code in made.versions[counted.firsts[code] - 1].codes for code, _ in shown)


@contextmanager
def small(chance: Random) -> Iterator[None]:
    """With segments, blocks and looks so small that all there is to go wrong with many goes wrong with few."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(indexing, "FAN", chance.choice((2, 3, 8)))
        tiers = chance.choice(((4, 16, 64), (2, 4), indexing.TIERS))
        patch.setattr(indexing, "TIERS", tiers)
        patch.setattr(indexing, "LARGEST", 2 * tiers[-1])
        patch.setattr(segments, "MANY", chance.choice((0, 3, 4096)))
        patch.setattr(segments, "PER_BLOCK", chance.choice((1, 10, 3000)))
        patch.setattr(nearest, "AHEAD", chance.choice((0, 1, 8)))
        patch.setattr(nearest, "LEAST", chance.choice((1, 16)))
        patch.setattr(nearest, "CHUNK", chance.choice((1, 3, 256)))
        yield


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "salname.db"
    database = Database(f"sqlite:///{path}", kek=KEK)
    migrate(database)
    database.close()
    return path


@given(st.integers(0, 2**32))
@settings(max_examples=15)
def test_what_is_found_is_what_every_row_says(template: Path, seed: int) -> None:
    chance = Random(seed)
    made = history(seed)
    with TemporaryDirectory() as folder, small(chance):
        copyfile(template, Path(folder) / "salname.db")
        database = Database(f"sqlite:///{folder}/salname.db", kek=KEK)
        write(database, made)
        head = made.commits[-1][-1]
        revisions = [head, *chance.sample([commit[-1] for commit in made.commits], 3), 0]
        assert_all_found(database, made, revisions, chance)
        assert_all_counted(database, made, revisions)
        with database.read() as session:
            verify_index(session, Rows(HERE, 1))
        database.close()


def test_what_is_found_is_what_every_row_says_on_each_database(database: Database) -> None:
    chance, made = Random(7), history(7)
    with small(chance):
        write(database, made)
        revisions = [made.commits[-1][-1], made.commits[5][-1]]
        assert_all_found(database, made, revisions, chance)
        assert_all_counted(database, made, revisions)
        with database.read() as session:
            verify_index(session, Rows(HERE, 1))
