"""Reading at the current revision and at earlier ones: an entry, lists, searches, facets, a moment, a diff, a story.

The read model of a generated history (`benchmarks.history`) is written, by the projection's own code, with the entries that are true of it;
then each question is asked many times, with entries, words and places of chance, at the newest revision and at earlier ones. A history of
more than `TILE` claims is one of that size over and over, of other documents each time: words are as frequent as in one that is written in
full. Ratios travel, absolute figures do not.

    python -m benchmarks.query_time --claims 1000000
"""

import argparse
import random
import statistics
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel import select

from benchmarks.history import SYLLABLES, Report, _id, history
from services.projection.fold import VERSION, Moment, Revision
from services.projection.generations import open_first
from services.projection.rows import rows_of
from services.projection.writer import write_revisions
from services.query.answers import entry_list
from services.query.cursors import Cursor
from services.query.diff import diff
from services.query.entries import Filters, entry_page, find_entry
from services.query.facets import facets
from services.query.history import story
from services.query.instants import microseconds
from services.query.orders import Sort
from services.query.shelf import Shelves
from services.query.snapshot import Snapshot, open_snapshot, resolve_at
from shared.crypto.sealing import KeyEncryptionKey, new_key
from shared.domain.chronology import DateAlternative, Entry, EntryDate, EntryValue, Link, Reason, Status, ValueAlternative
from shared.domain.claims import Claim
from shared.domain.dates import Edtf
from shared.domain.events import DocumentCaptured, Recorded, SourceRegistered
from shared.domain.ids import sha256
from shared.domain.provenance import SourceDetails
from shared.store.engine import Database
from shared.store.migrate import migrate
from shared.store.read_model import EntryRow, ProgressRow
from shared.store.tables import ChronologyRow
from shared.telemetry import calm_collector

HERE = "01900000-0000-7000-9000-000000000000"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
SHARES = (1.0, 0.9, 0.5, 0.1, 0.01)
RARE = ("Badorgan", "Kesluqa congress", "Hilbavel", '"earthquake of 1901"', "Marnevor guests")
MIDDLING = ("1 May", "fifth earthquake", "congress heavy", "qurultay birinci", "1901 fire")
COMMON = ("congress", "earthquake", "sərgi", "delegates", "weather", "guests")
BATCH = 200
TILE = 50_000
DOCUMENTS = 1_000_000
"""Documents of one tile at most."""


@dataclass
class Told:
    """What was told of a happening so far: its claims, in order, and the documents they stand in."""

    claims: list[Claim]
    documents: list[str]


def revisions(claims: int, known: dict[str, Claim]) -> Iterator[Revision]:
    """Yield the chronology revision by revision, one for each document, a minute apart; `known` is given all claims by id.

    Entries are what is true, not what consolidation finds out: this measures reading.
    """
    yield Revision(position=1, moment=_moment(0, 0, 0, 0, 0))
    told: dict[int, Told] = {}
    disputed: set[str] = set()
    position = 1
    for number, report in enumerate(reports(claims), start=1):
        first, position = position + 1, position + 2 + len(report.claims)
        revision = Revision(position=position)
        source, captured = _document(report)
        moment = BEGAN + timedelta(minutes=number)
        revision.sources = [(first, source)]
        revision.documents = [(Recorded(f"{first}", HERE, first + 1, position, moment, "bench", "c", captured), captured)]
        revision.claims = [(first + 2 + at, claim) for at, claim in enumerate(report.claims)]
        known |= {claim.id: claim for claim in report.claims}
        for claim, happening in zip(report.claims, report.truth, strict=True):
            so_far = told.setdefault(happening, Told([], []))
            so_far.claims.append(claim)
            so_far.documents.append(report.id)
            revision.moved[claim.id] = so_far.claims[0].id
        revision.changed = tuple(_entry(told[happening]) for happening in dict.fromkeys(report.truth))
        disputed.update(entry.id for entry in revision.changed if entry.disputed)
        revision.moment = _moment(number, number, len(known), len(told), len(disputed))
        yield revision


def reports(claims: int) -> Iterator[Report]:
    """Yield documents until they hold so many claims."""
    first = list(history(min(claims, TILE)))
    told = sum(len(report.claims) for report in first)
    for tile in range(max(1, round(claims / told))):
        yield from first if not tile else (_again(report, tile) for report in first)


def _again(report: Report, tile: int) -> Report:
    """Another document that says the same of other happenings."""
    number = report.number + tile * DOCUMENTS
    claims = tuple(
        claim.model_copy(update={"id": _id(number, index), "document_id": _id(number)})
        for index, claim in enumerate(report.claims, start=1)
    )
    truth = tuple(happening + tile * DOCUMENTS for happening in report.truth)
    return Report(_id(number), number, report.language, report.text, claims, truth, report.copy_of)


def _moment(minutes: int, documents: int, claims: int, entries: int, disputed: int) -> Moment:
    time_, reached = BEGAN + timedelta(minutes=minutes), microseconds(BEGAN + timedelta(minutes=minutes))
    causes = ({"type": "document.captured", "id": _id(documents - 1)},) if documents else ()
    return Moment(time_, reached, "bench", causes, documents, claims, entries, disputed)


def _document(report: Report) -> tuple[SourceRegistered, DocumentCaptured]:
    source, text = f"s{report.id[1:]}", report.text
    details = SourceDetails(title=f"Report {report.number}", language=report.language)
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
        sources=tuple(dict.fromkeys(f"s{document[1:]}" for document in told.documents)),
        status="disputed" if any(value.status == "disputed" for value in values) else status,
    )


def build(database: Database, claims: int) -> tuple[int, int]:
    """Write the chronology's read model; return its last revision and how many versions of entries it has."""
    key, key_row = database.read_keys.make(HERE, 1)
    begun = ProgressRow(chronology_id=HERE, position=0, generation=1, erasures=0, fold_version=VERSION, time="")
    with database.write() as session:
        session.add(ChronologyRow(id=HERE, slug="bench", title="Bench", description="", head=0))
        open_first(session, begun, key_row)
    known: dict[str, Claim] = {}
    head = versions = 0
    for _, numbered in groupby(enumerate(revisions(claims, known)), key=lambda pair: pair[0] // BATCH):
        rows = [rows_of(HERE, revision, known.__getitem__, key) for _, revision in numbered]
        head = rows[-1].position
        versions += sum(len(row.entries) for row in rows)
        with database.write() as session:
            write_revisions(session, HERE, rows)
    with database.write() as session:
        for model, column in ((ProgressRow, "position"), (ChronologyRow, "head")):
            stored = session.get(model, HERE)
            setattr(stored, column, head)
            session.add(stored)
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    return head, versions


Question = Callable[[Snapshot, random.Random], object]


def questions(database: Database, head: int) -> dict[str, Question]:
    """What is asked, each of a snapshot at some revision."""
    with database.read() as session:
        places = session.exec(select(EntryRow.id, EntryRow.sort_from, EntryRow.sort_to, EntryRow.since).limit(200_000)).all()
    places = sorted(places, key=lambda row: row[3])
    shelves = Shelves()

    def known(snapshot: Snapshot, chance: random.Random) -> str:
        there = bisect_right(places, snapshot.revision, key=lambda row: row[3])
        return places[chance.randrange(there)][0] if there else "none"

    def entry(snapshot: Snapshot, chance: random.Random) -> object:
        return find_entry(snapshot, known(snapshot, chance))

    def page(snapshot: Snapshot, chance: random.Random) -> object:
        row = chance.choice(places)
        place = Cursor(revision=snapshot.revision, direction="after", sort="date", key=(0, row[1], row[2], row[0]))
        return entry_list(snapshot, entry_page(snapshot, Filters(), place))

    def disputed(snapshot: Snapshot, chance: random.Random) -> object:
        year = chance.randrange(1800, 2010)
        return entry_list(snapshot, entry_page(snapshot, Filters(date_from=str(year), date_to=str(year + 5), disputed=True)))

    def at_place(snapshot: Snapshot, chance: random.Random) -> object:
        name = "".join(chance.choices(SYLLABLES, k=3)).capitalize()
        return entry_list(snapshot, entry_page(snapshot, Filters(place=name)))

    def sorted_by(sort: Sort) -> Question:
        return lambda snapshot, chance: entry_list(snapshot, entry_page(snapshot, Filters(), sort=sort))

    def search(*words: str, sort: Sort = "date") -> Question:
        def asked(snapshot: Snapshot, chance: random.Random) -> object:
            filters = Filters(text=chance.choice(words))
            return entry_list(snapshot, entry_page(snapshot, filters, sort=sort), filters.asked)

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
        "list: disputed in six years": disputed,
        "list: of a place": at_place,
        "list: what changed last": sorted_by("changed"),
        "list: most sources": sorted_by("sources"),
        "search: rare words": search(*RARE),
        "search: middling words": search(*MIDDLING),
        "search: common words": search(*COMMON),
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
    """Ask so often; return the median and the 99th percentile in ms."""
    chance, took = random.Random(7), []
    for _ in range(rounds):
        with open_snapshot(database, "bench", revision) as snapshot:
            begin = clock()
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


def report(database: Database, claims: int, rounds: int, clock: Callable[[], float]) -> None:
    """Build, ask and tell."""
    begin = time.perf_counter()
    head, versions = build(database, claims)
    took = time.perf_counter() - begin
    with open_snapshot(database, "bench") as snapshot:
        assert snapshot.moment is not None
        held = f"{snapshot.moment.entries:,} entries of {snapshot.moment.claims:,} claims, {versions:,} versions"
    print(f"### {database.dialect}: {held}, written in {took:,.0f} s\n")
    everything, common = first_count(database)
    print(f"The first count of facets after a start: {everything:.2f} s; the first of a very common word: {common:.2f} s.\n")
    heads = " | ".join("now" if share == 1 else f"at {share:.0%} of the log" for share in SHARES)
    print(f"p50 / p99 in ms | {heads}\n| --- |{' ---: |' * len(SHARES)}")
    for name, question in questions(database, head).items():
        figures = [measure(database, question, max(1, int(head * share)), rounds, clock) for share in SHARES]
        print(f"| {name} | " + " | ".join(f"{p50:.2f} / {p99:.2f}" for p50, p99 in figures) + " |", flush=True)
    print()


def main() -> None:
    """Build and measure on SQLite, and on a PostgreSQL where one is named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--claims", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--postgres", help="URL of an empty PostgreSQL database to measure on as well")
    parser.add_argument(
        "--cpu", action="store_true", help="count the processor's time: on a busy machine, and on SQLite, which has no server"
    )
    given = parser.parse_args()
    clock = time.thread_time if given.cpu else time.perf_counter
    calm_collector()
    kek = KeyEncryptionKey(new_key())
    with TemporaryDirectory() as folder:
        for url in (f"sqlite:///{Path(folder) / 'bench.db'}", given.postgres):
            if url:
                database = Database(url, kek=kek)
                migrate(database)
                report(database, given.claims, given.rounds, clock)
                database.close()


if __name__ == "__main__":
    main()
