"""Reading at the current revision and at earlier ones: an entry, lists, searches, facets, a moment, a diff, a story.

The read model of a generated history (`benchmarks.history`) is written, by the projection's own code, with the entries that are true of it;
then each question is asked many times, with entries, words and places of chance, at the newest revision and at earlier ones. Ratios travel,
absolute figures do not.

What is generated: tiles of `TILE` claims, each a history of its own, with a seed, happenings and documents of its own, one after the
other in the log. A happening is told of about four times, by documents near each other; 25 claims make a document and a revision. Days
lie evenly over 219 years, a fifth of the dates is a month and a fifth a year. Places are 5,832 invented names, evenly. Kinds of
happening, nouns and adjectives are 10 to 30 words, in English or Azerbaijani: each stands in a tenth to a half of all entries, which is
more than words of a text do but for the commonest. Counts and days are numbers, pairs of words are many: most tokens are rare. Actors and
sources follow Zipf's law: 8,000 names to a tile, 500 sources in all. Nothing is fetched from elsewhere, nothing is copied from tile to
tile.

    python -m benchmarks.query_time --claims 1000000 --keep FOLDER
"""

import argparse
import random
import statistics
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import orjson
from sqlmodel import col, func, select

from benchmarks.history import SYLLABLES, Report, _id, history
from services.projection.fold import VERSION, Moment, Revision
from services.projection.generations import open_first
from services.projection.indexing import index_new
from services.projection.rows import rows_of
from services.projection.writer import write_revisions
from services.query.answers import entry_list
from services.query.cursors import Cursor
from services.query.diff import diff
from services.query.entries import PAGE, Filters, entry_page, find_entry
from services.query.facets import facets
from services.query.history import story
from services.query.instants import microseconds
from services.query.orders import Sort
from services.query.shelf import Shelves
from services.query.snapshot import Snapshot, open_snapshot, resolve_at
from shared.crypto.sealing import KeyEncryptionKey, new_key
from shared.domain.chronology import DateAlternative, Entry, EntryDate, EntryValue, Link, Reason, Status, ValueAlternative
from shared.domain.claims import Claim, Mention
from shared.domain.dates import Edtf
from shared.domain.events import DocumentCaptured, Recorded, SourceRegistered
from shared.domain.ids import sha256
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database, Limits
from shared.store.generations import Rows
from shared.store.migrate import migrate
from shared.store.read_model import READ_MODEL, EntryRow, ProgressRow, RevisionRow
from shared.store.tables import ChronologyRow, table_of
from shared.telemetry import calm_collector

HERE = "01900000-0000-7000-9000-000000000000"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
RARE = ("Badorgan", "Kesluqa congress", "Hilbavel", "Salbador 1907", "Marnevor guests")
MIDDLING = ("1 May", "fifth earthquake", "congress heavy", "qurultay birinci", "1901 fire")
PAIRS = ("congress delegates", "sərgi guests", "earthquake weather", "fire houses", "heavy victims")
PHRASES = ('"took place"', '"were counted"', '"fifth earthquake"', '"heavy weather"', '"saw the bright"')
COMMON = ("congress", "earthquake", "sərgi", "delegates", "weather", "guests")
BATCH = 200
TILE = 50_000
DOCUMENTS = 1_000_000
"""Documents of one tile at most, and happenings."""
SOURCES, PEOPLE = 500, 8_000
"""Sources there are, and people that each tile has names of."""


@dataclass
class Told:
    """What was told of a happening so far: its claims, in order, and the sources that they are of."""

    claims: list[Claim]
    sources: list[str]


@dataclass
class Written:
    """A document with the claims in it, of the source with this number."""

    report: Report
    source: int


def revisions(claims: int, known: dict[str, Claim]) -> Iterator[Revision]:
    """Yield the chronology revision by revision, one for each document, a minute apart; `known` has the claims of what was told lately.

    Entries are what is true, not what consolidation finds out: this measures reading.
    """
    yield Revision(position=1, moment=_moment(0, 0, 0, 0, 0))
    registered: set[int] = set()
    position, number, said, entries, disputed = 1, 0, 0, 0, 0
    for tile in range(max(1, round(claims / TILE))):
        told: dict[int, Told] = {}
        in_dispute: set[str] = set()
        known.clear()
        for written in documents(min(claims, TILE), tile):
            report, number = written.report, number + 1
            first, position = position + 1, position + 2 + len(report.claims)
            revision = Revision(position=position)
            source, captured = _document(written)
            if written.source not in registered:
                registered.add(written.source)
                revision.sources = [(first, source)]
            moment = BEGAN + timedelta(minutes=number)
            revision.documents = [(Recorded(f"{first}", HERE, first + 1, position, moment, "bench", "c", captured), captured)]
            revision.claims = [(first + 2 + at, claim) for at, claim in enumerate(report.claims)]
            said += len(report.claims)
            known |= {claim.id: claim for claim in report.claims}
            revision.ended = tuple(told[happening].claims[0].id for happening in dict.fromkeys(report.truth) if happening in told)
            for claim, happening in zip(report.claims, report.truth, strict=True):
                so_far = told.setdefault(happening, Told([], []))
                so_far.claims.append(claim)
                so_far.sources.append(source.source_id)
                revision.moved[claim.id] = so_far.claims[0].id
            revision.changed = tuple(_entry(told[happening]) for happening in dict.fromkeys(report.truth))
            in_dispute.update(entry.id for entry in revision.changed if entry.disputed)
            revision.moment = _moment(number, number, said, entries + len(told), disputed + len(in_dispute))
            yield revision
        entries, disputed = entries + len(told), disputed + len(in_dispute)


def documents(claims: int, tile: int) -> Iterator[Written]:
    """Yield the documents of one tile: a generated history of its own, whose claims name somebody, from sources of very unequal size."""
    chance = random.Random(tile)
    people = [f"{one} {other}".title() for one, other in _names(chance)]
    actors: dict[int, str] = {}
    for report in history(claims, seed=1918 + tile):
        number = report.number + tile * DOCUMENTS
        named = []
        for index, (claim, happening) in enumerate(zip(report.claims, report.truth, strict=True), start=1):
            actor = actors.setdefault(happening, _of_few(people, chance))
            mention = Mention.model_construct(start=claim.start, end=claim.end, quote=claim.quote, name=actor)
            given = {"id": _id(number, index), "document_id": _id(number), "actors": (mention,)}
            named.append(claim.model_copy(update=given))
        truth = tuple(happening + tile * DOCUMENTS for happening in report.truth)
        again = Report(_id(number), number, report.language, report.text, tuple(named), truth, report.copy_of)
        yield Written(again, _of_few(range(SOURCES), chance))


def _names(chance: random.Random) -> Iterator[tuple[str, str]]:
    for _ in range(PEOPLE):
        yield "".join(chance.choices(SYLLABLES, k=2)), "".join(chance.choices(SYLLABLES, k=3))


T = TypeVar("T")


def _of_few(many: Sequence[T], chance: random.Random) -> T:
    """One of them, the first ones much oftener than the last: the share of each is as one by its place (Zipf's law), nearly."""
    return many[min(len(many) - 1, int(len(many) ** chance.random()) - 1)]


def source_id(number: int) -> str:
    """The id of a source."""
    return f"01900000-0000-7000-a000-{number:012x}"


def _moment(minutes: int, documents: int, claims: int, entries: int, disputed: int) -> Moment:
    time_, reached = BEGAN + timedelta(minutes=minutes), microseconds(BEGAN + timedelta(minutes=minutes))
    causes = ({"type": "document.captured", "id": _id(documents - 1)},) if documents else ()
    return Moment(time_, reached, "bench", causes, documents, claims, entries, disputed)


def _document(written: Written) -> tuple[SourceRegistered, DocumentCaptured]:
    report = written.report
    source, text = source_id(written.source), report.text
    details = SourceDetails(title=f"Paper {written.source}", language=report.language)
    return SourceRegistered(source_id=source, identity=source, details=details), DocumentCaptured(
        document_id=report.id, source_id=source, filename=f"{report.number}.txt", media_type="text/plain", encoding="utf-8",
        language=report.language, language_detected=False, sha256=sha256(text.encode()), size=len(text.encode()),
        text_sha256=sha256(text.encode()), length=len(text), parser="text",
    )  # fmt: skip


_REASONS = (Reason(kind="same-days"),)


@lru_cache(100_000)
def _bounds(edtf: str) -> tuple[int, int]:
    date = Edtf.parse(edtf)
    return int(date.earliest), int(date.latest)


def _entry(told: Told) -> Entry:
    """The entry of a happening. Nothing is validated: the parts are those of claims, and an entry is made for every claim."""
    given: dict[str, dict[str, list[str]]] = {}
    dates: dict[str, list[str]] = {}
    for claim in told.claims:
        assert claim.date is not None
        dates.setdefault(claim.date.edtf, []).append(claim.id)
        for value in claim.values:
            given.setdefault(value.attribute, {}).setdefault(value.value, []).append(claim.id)
    best = max(dates, key=len)
    status: Status = "corroborated" if len(told.claims) > 1 else "single-source"
    values = tuple(
        EntryValue.model_construct(
            attribute=attribute,
            status="disputed" if len(alternatives) > 1 else status,
            alternatives=tuple(
                ValueAlternative.model_construct(value=value, shown=value, kind="count" if value.isdigit() else "place", claims=tuple(ids))
                for value, ids in alternatives.items()
            ),
        )
        for attribute, alternatives in given.items()
    )
    date = EntryDate.model_construct(
        edtf=best,
        status=status,
        alternatives=tuple(DateAlternative.model_construct(edtf=one, claims=tuple(ids)) for one, ids in dates.items()),
    )
    earliest, latest = _bounds(best)
    return Entry.model_construct(
        id=told.claims[0].id,
        title=told.claims[0].statement[:90],
        title_claim=told.claims[0].id,
        date=date,
        earliest=earliest,
        latest=latest,
        values=values,
        claims=tuple(claim.id for claim in told.claims),
        links=tuple(Link.model_construct(claims=(told.claims[0].id, other.id), reasons=_REASONS) for other in told.claims[1:]),
        sources=tuple(dict.fromkeys(told.sources)),
        status="disputed" if any(value.status == "disputed" for value in values) else status,
    )


def build(database: Database, claims: int) -> None:
    """Write the chronology's read model."""
    key, key_row = database.read_keys.make(HERE, 1)
    begun = ProgressRow(chronology_id=HERE, position=0, generation=1, erasures=0, fold_version=VERSION, time="")
    with database.write() as session:
        session.add(ChronologyRow(id=HERE, slug="bench", title="Bench", description="", head=0))
        open_first(session, begun, key_row)
    known: dict[str, Claim] = {}
    head = 0
    for _, numbered in groupby(enumerate(revisions(claims, known)), key=lambda pair: pair[0] // BATCH):
        rows = [rows_of(HERE, revision, known.__getitem__, key) for _, revision in numbered]
        head = rows[-1].position
        with database.write() as session:
            write_revisions(session, HERE, rows)
            index_new(session, Rows(HERE, 1))
    with database.read() as session:
        standing = session.exec(select(func.count()).select_from(EntryRow).where(col(EntryRow.until).is_(None))).one()
        moment = session.get_one(RevisionRow, (HERE, 1, head))
    assert standing == moment.entries, "every version but the last of an entry has ended"
    with database.write() as session:
        for model, column in ((ProgressRow, "position"), (ChronologyRow, "head")):
            stored = session.get(model, HERE)
            setattr(stored, column, head)
            session.add(stored)


def copy(database: Database, other: Database) -> None:
    """Write the rows of an SQLite database into an empty PostgreSQL one, as they are: both answer of the very same."""
    for model in (ChronologyRow, *READ_MODEL):
        names = ", ".join(f'"{column.name}"' for column in table_of(model).columns)
        with database.read() as reading, closing(other.engine.raw_connection()) as pooled:
            raw: Any = pooled.driver_connection
            found = reading.connection().execution_options(yield_per=1000).exec_driver_sql(f'SELECT {names} FROM "{model.__tablename__}"')
            with raw.cursor() as cursor, cursor.copy(f'COPY "{model.__tablename__}" ({names}) FROM STDIN') as rows:
                for row in found:
                    rows.write_row(row)
            raw.commit()
    with other.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


Question = Callable[[Snapshot, random.Random], object]


def questions(database: Database, head: int, limit: int) -> dict[str, Question]:
    """What is asked, each of a snapshot at some revision; lists are of so many entries."""
    with database.read() as session:
        places = session.exec(select(EntryRow.id, EntryRow.sort_from, EntryRow.sort_to, EntryRow.since).limit(200_000)).all()
    places = sorted(places, key=lambda row: row[3])
    shelves = Shelves()

    def known(snapshot: Snapshot, chance: random.Random) -> str:
        there = bisect_right(places, snapshot.revision, key=lambda row: row[3])
        return places[chance.randrange(there)][0] if there else "none"

    def entry(snapshot: Snapshot, chance: random.Random) -> object:
        return find_entry(snapshot, known(snapshot, chance))

    def shown(snapshot: Snapshot, filters: Filters, place: Cursor | None = None, sort: Sort | None = None) -> bytes:
        found = entry_page(snapshot, filters, place, limit, sort)
        return orjson.dumps(entry_list(snapshot, found, filters.asked if filters.text else None))

    def page(snapshot: Snapshot, chance: random.Random) -> object:
        row = chance.choice(places)
        place = Cursor(revision=snapshot.revision, direction="after", sort="date", key=(0, row[1], row[2], row[0]))
        return shown(snapshot, Filters(), place)

    def filtered(make: Callable[[random.Random], Filters]) -> Question:
        def asked(snapshot: Snapshot, chance: random.Random) -> object:
            return shown(snapshot, make(chance))

        return asked

    def years(chance: random.Random) -> dict[str, str]:
        year = chance.randrange(1800, 2010)
        return {"date_from": str(year), "date_to": str(year + 5)}

    def place(chance: random.Random) -> str:
        return "".join(chance.choices(SYLLABLES, k=3)).capitalize()

    people = [[f"{one} {other}".title() for one, other in _names(random.Random(tile))] for tile in range(3)]

    def sorted_by(sort: Sort) -> Question:
        return lambda snapshot, chance: shown(snapshot, Filters(), sort=sort)

    def search(*words: str, sort: Sort = "date") -> Question:
        def asked(snapshot: Snapshot, chance: random.Random) -> object:
            return shown(snapshot, Filters(text=chance.choice(words)), sort=sort)

        return asked

    def counted(*words: str) -> Question:
        return lambda snapshot, chance: facets(snapshot, shelves, Filters(text=chance.choice(words) if words else None))

    def moment(snapshot: Snapshot, chance: random.Random) -> object:
        with open_snapshot(database, "bench", (BEGAN + timedelta(minutes=chance.randrange(1, head // 25))).isoformat()) as found:
            return found.revision

    def compared(snapshot: Snapshot, chance: random.Random) -> object:
        earlier = resolve_at(snapshot, chance.randrange(1, snapshot.revision))
        return diff(snapshot.at(earlier), snapshot)

    def told(snapshot: Snapshot, chance: random.Random) -> object:
        return story(snapshot, known(snapshot, chance))

    return {
        "entry": entry,
        "list": page,
        "list: in six years": filtered(lambda chance: Filters(**years(chance))),
        "list: certainly in six years": filtered(lambda chance: Filters(**years(chance), certainty="certain")),
        "list: disputed": filtered(lambda _: Filters(disputed=True)),
        "list: disputed in six years": filtered(lambda chance: Filters(**years(chance), disputed=True)),
        "list: of a status": filtered(lambda chance: Filters(status=chance.choice(("single-source", "corroborated", "disputed")))),
        "list: of a status that none has": filtered(lambda _: Filters(status="withdrawn")),
        "list: of a place": filtered(lambda chance: Filters(place=place(chance))),
        "list: of an actor": filtered(lambda chance: Filters(actor=_of_few(chance.choice(people), chance))),
        "list: of a source": filtered(lambda chance: Filters(source=source_id(_of_few(range(SOURCES), chance)))),
        "list: of a year": filtered(lambda chance: Filters(year=chance.randrange(1800, 2019))),
        "list: what changed last": sorted_by("changed"),
        "list: most sources": sorted_by("sources"),
        "search: rare words": search(*RARE),
        "search: middling words": search(*MIDDLING),
        "search: common words": search(*COMMON),
        "search: two common words": search(*PAIRS),
        "search: phrases": search(*PHRASES),
        "search: common words in six years": filtered(lambda chance: Filters(**years(chance), text=chance.choice(COMMON))),
        "search: common words of a source": filtered(
            lambda chance: Filters(source=source_id(_of_few(range(SOURCES), chance)), text=chance.choice(COMMON))
        ),
        "search: common words, by relevance": search(*COMMON, sort="relevance"),
        "facets of everything": counted(),
        "facets: rare words": counted(*RARE),
        "facets: middling words": counted(*MIDDLING),
        "facets: common words": counted(*COMMON),
        "moment": moment,
        "diff": compared,
        "story": told,
    }


def measure(database: Database, question: Question, revision: int, rounds: int, clock: Callable[[], float]) -> tuple[float, float]:
    """Ask so often; return the median and the 99th percentile in ms, from opening a snapshot to its end."""
    chance, took = random.Random(7), []
    for _ in range(rounds):
        begin = clock()
        with open_snapshot(database, "bench", revision) as snapshot:
            question(snapshot, chance)
        took.append(1000 * (clock() - begin))
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def first_count(database: Database) -> tuple[float, float]:
    """How long it takes to count facets when nothing is at hand, in seconds: of everything, and then of a very common word."""
    shelves, took = Shelves(), []
    for filters in (Filters(), Filters(text="delegates")):
        with open_snapshot(database, "bench") as snapshot:
            begin = time.perf_counter()
            facets(snapshot, shelves, filters)
            took.append(time.perf_counter() - begin)
    return took[0], took[1]


def report(database: Database, rounds: int, clock: Callable[[], float], shares: Sequence[float], limit: int, only: str = "") -> None:
    """Ask and tell."""
    with open_snapshot(database, "bench") as snapshot:
        assert snapshot.moment is not None
        held = f"{snapshot.moment.entries:,} entries of {snapshot.moment.claims:,} claims"
        versions = snapshot.session.execute(select(func.count()).select_from(EntryRow)).scalar_one()
        head = snapshot.revision
    print(f"### {database.dialect}: {held}, {versions:,} versions\n")
    if "facets".startswith(only[:6]):
        everything, common = first_count(database)
        print(f"The first count of facets after a start: {everything:.2f} s; the first of a very common word: {common:.2f} s.\n")
    heads = " | ".join("now" if share == 1 else f"at {share:.0%} of the log" for share in shares)
    print(f"p50 / p99 in ms | {heads}\n| --- |{' ---: |' * len(shares)}")
    for name, question in questions(database, head, limit).items():
        if only in name:
            figures = [measure(database, question, max(1, int(head * share)), rounds, clock) for share in shares]
            print(f"| {name} | " + " | ".join(f"{p50:.2f} / {p99:.2f}" for p50, p99 in figures) + " |", flush=True)
    print()


def main() -> None:
    """Build and measure on SQLite, and on a PostgreSQL where one is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--claims", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=300, help="how often each question is asked; none: build alone")
    parser.add_argument("--keep", type=Path, help="a folder to keep the SQLite database in, or to find it in again")
    parser.add_argument("--only", default="", help="only the questions with this in their names")
    parser.add_argument("--limit", type=int, default=PAGE, help="how many entries a page has")
    parser.add_argument("--shares", default="1,0.9,0.5,0.1,0.01", help="how much of the log there is when questions are asked")
    parser.add_argument("--postgres", help="URL of an empty PostgreSQL database to measure on instead, or of one that was measured on")
    parser.add_argument(
        "--cpu", action="store_true", help="count the processor's time: on a busy machine, and on SQLite, which has no server"
    )
    given = parser.parse_args()
    clock = time.thread_time if given.cpu else time.perf_counter
    calm_collector()
    with TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        key = folder / "key"
        if not key.exists():
            key.write_bytes(new_key())
        kek = KeyEncryptionKey(key.read_bytes())
        patient = Limits(statement=3_600.0)  # a whole table is copied by one statement
        database = Database(f"sqlite:///{folder / 'bench.db'}", patient, kek=kek)
        migrate(database)
        if not is_built(database):
            begin = time.perf_counter()
            build(database, given.claims)
            print(f"Written in {time.perf_counter() - begin:,.0f} s.\n")
        if given.postgres:
            other = Database(given.postgres, patient, kek=kek)
            migrate(other)
            if not is_built(other):
                copy(database, other)
            database.close()
            database = other
        if given.rounds:
            report(database, given.rounds, clock, [float(share) for share in given.shares.split(",")], given.limit, given.only)
        database.close()


def is_built(database: Database) -> bool:
    """Whether the chronology is there, to its end."""
    with database.read() as session:
        row = session.get(ProgressRow, HERE)
    return row is not None and row.position > 0


if __name__ == "__main__":
    main()
