"""Rebuilding a read model, and keeping it up: events a second, append to visible, memory, and whether what comes out is right.

    python -m benchmarks.rebuild [SIZE ...] [--postgresql] [--seconds 20] [--seeds ../shared]

For each SIZE (claims; 10,000 by default) a generated history (`benchmarks.history`) is recorded on a fresh database, one command a
document. Then, in one run:

- *bare loop*: the same events read, decoded and upserted into a table with their id as key, and nothing else. Sealed data is opened, as
  nobody can fold what is sealed. The stricter of two: decoded by orjson alone, or by the log's own reader.
- *first fold*: the projection from nothing, consolidation included, every revision kept; then a *rebuild* beside the live rows with
  comparison and switch. Wall and processor seconds; the cost of one claim for each tenth of the history.
- *append to visible*: a writer records a document of 5 claims every tenth of a second while the projection runs in a thread of its
  own; from the beginning of the append until a reader's session sees the revision.
- memory: what the fold of the chronology added to the process, for each claim.
- quality: B-cubed over the claims, planted disputes, planted copies; and, where the folder of the seeds is given, B-cubed over its labels.
"""

import argparse
import gc
import json
import os
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
from sqlmodel import select

from benchmarks.history import Report, history
from benchmarks.measure import conditions, resident
from benchmarks.quality import b_cubed, quality_of_history
from services.projection.runner import ProjectionThread, Projector
from shared.crypto.sealing import KeyEncryptionKey, new_key
from shared.domain.chronology import Entry
from shared.domain.events import ChronologyCreated, ClaimRecorded, Command, DocumentCaptured, SourceRegistered
from shared.domain.ids import IdSource, sha256
from shared.domain.ports import Append, ChronologyInfo, StoredDocument
from shared.domain.provenance import SourceDetails
from shared.store.append import DatabaseLog
from shared.store.engine import Database
from shared.store.generations import live_rows
from shared.store.migrate import migrate
from shared.store.read import DatabaseReader
from shared.store.read_model import EntryRow, ProgressRow
from shared.store.wakeup import Wakeup
from shared.telemetry import calm_collector
from tests.support.postgres import postgres
from tests.support.running import ADMIN, run

HERE = "0190a000-0000-7000-8000-000000000001"
TENTHS = 10
LATE_CLAIMS = 5
EVERY = 0.1
LOOK = 0.002


def record(log: DatabaseLog, report: Report, claims: int | None = None) -> int:
    """Record a document as one command; return the position of its last event."""
    recorded = report.claims[:claims]
    source = SourceRegistered(
        source_id=f"s{report.id[1:]}", identity=report.id, details=SourceDetails(title=f"Source {report.number} of the generated history")
    )
    data = report.text.encode()
    captured = DocumentCaptured(
        document_id=report.id, source_id=source.source_id, filename="report.txt", media_type="text/plain", encoding="utf-8",
        language=report.language, language_detected=False, sha256=sha256(data), size=len(data), text_sha256=sha256(data),
        length=len(report.text), parser="text",
    )  # fmt: skip
    command = Command(actor="benchmark", time=datetime.now(UTC), correlation_id=report.id)
    events = (source, captured, *(ClaimRecorded(claim=claim) for claim in recorded))
    append = Append(chronology_id=HERE, command=command, events=events, key=report.id, fingerprint="f", result="")
    return log.append(append, [StoredDocument(id=report.id, original=data, text=report.text)]).last


def recorded(database: Database, reports: Sequence[Report]) -> DatabaseLog:
    """Record a history on a fresh database."""
    log = DatabaseLog(database, IdSource(lambda: datetime.now(UTC), os.urandom))
    created = ChronologyCreated(chronology_id=HERE, slug="bench", title="Bench", description="")
    command = Command(actor="benchmark", time=datetime.now(UTC), correlation_id="open")
    log.append(Append(chronology_id=HERE, command=command, events=(created,), key="open", fingerprint="f", result=""))
    for report in reports:
        record(log, report)
    return log


_BARE = "CREATE TABLE bare (chronology_id TEXT, id TEXT, position BIGINT, body TEXT, PRIMARY KEY (chronology_id, id))"
_UPSERT = (
    "INSERT INTO bare (chronology_id, id, position, body) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (chronology_id, id) DO UPDATE SET position = excluded.position, body = excluded.body"
)


def bare_loop(database: Database, log: DatabaseReader) -> dict[str, float]:
    """Read, decode and upsert all events, in both ways; return events a second of each."""
    figures = {}
    for name in ("decoded by orjson", "decoded by the log's reader"):
        with database.write() as session:
            session.connection().exec_driver_sql("DROP TABLE IF EXISTS bare")
            session.connection().exec_driver_sql(_BARE)
        began, position = time.perf_counter(), 0
        while True:
            if name == "decoded by orjson":
                found = [(event["id"], event["position"], body) for body in log.read_raw(HERE, position) for event in [orjson.loads(body)]]
            else:
                found = [(event.id, event.position, event.data.type.encode()) for event in log.read(HERE, position)]
            if not found:
                break
            with database.drive() as driver:
                for event_id, at, body in found:
                    driver.run(_UPSERT, HERE, event_id, at, body.decode())
            position = found[-1][1]
        figures[name] = position / (time.perf_counter() - began)
    with database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE bare")
    return figures


@dataclass
class Folded:
    """What a fold took: seconds by the clock and of the processor, and at which time each position was reached."""

    events: int
    wall: float
    processor: float
    reached: list[tuple[int, float]]

    def curve(self) -> list[float]:
        """Microseconds for an event in each tenth of the history."""
        found, last_position, last_time, limit = [], 0, 0.0, 1
        for position, at in self.reached:
            if position * TENTHS >= self.events * limit:
                found.append(1e6 * (at - last_time) / max(1, position - last_position))
                last_position, last_time, limit = position, at, limit + 1
        return found


def folded(work: object, info: ChronologyInfo) -> Folded:
    """Time a fold."""
    gc.collect()
    calm_collector()
    reached: list[tuple[int, float]] = []
    began, processor = time.perf_counter(), time.process_time()
    work(info, lambda position, head: reached.append((position, time.process_time() - processor)))  # type: ignore[operator]
    return Folded(info.head, time.perf_counter() - began, time.process_time() - processor, reached)


def latencies(database: Database, log: DatabaseLog, projector: Projector, reports: Sequence[Report]) -> list[float]:
    """Milliseconds from the beginning of an append until a reader's session sees it."""
    wakeup = Wakeup()
    thread = ProjectionThread(projector, wakeup, 0.05)
    began: dict[int, float] = {}
    seen: dict[int, float] = {}
    done = threading.Event()

    def watch() -> None:
        while not done.is_set() or any(position not in seen for position in began):
            with database.read() as session:
                row = session.get(ProgressRow, HERE)
            now, at = time.perf_counter(), row.position if row else 0
            for position in [position for position in list(began) if position <= at and position not in seen]:
                seen[position] = now
            time.sleep(LOOK)

    watcher = threading.Thread(target=watch)
    thread.start()
    watcher.start()
    for report in reports:
        start = time.perf_counter()
        position = record(log, report, LATE_CLAIMS)
        began[position] = start
        wakeup.notify()
        time.sleep(max(0.0, start + EVERY - time.perf_counter()))
    done.set()
    watcher.join()
    thread.stop()
    return [1e3 * (seen[position] - start) for position, start in began.items()]


def entries(database: Database, here: str) -> Iterator[Entry]:
    """Iterate over the entries as they stand."""
    with database.read() as session:
        rows = live_rows(session, here)
        key = database.read_keys.find(session, here, rows.generation)
        assert key is not None
        for row in session.exec(select(EntryRow).where(rows.of(EntryRow), EntryRow.until == None)):  # noqa: E711
            yield Entry.model_validate_json(key.open(row.body, "entry", row.id, row.since))


def seeds(folder: Path) -> Iterator[str]:
    """Say how right the entries of the seeds are, over the labelled claims that were found."""
    files = sorted((folder / "seeds").glob("*.txt"))
    with fresh("sqlite") as database:
        running = run(database)
        for file in files:
            running.service.capture(running.info.id, file.read_bytes(), ADMIN, filename=file.name)
        began = time.perf_counter()
        running.projector.catch_up()
        head, seconds = running.info.head, time.perf_counter() - began
        shown = list(entries(database, running.info.id))
        spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        names: dict[str, str] = {}
        entry_of = {claim: entry.id for entry in shown for claim in entry.claims}
        for event in running.service.log.read(running.info.id, 0, head):
            if isinstance(event.data, DocumentCaptured):
                names[event.data.document_id] = event.data.filename
            elif isinstance(event.data, ClaimRecorded):
                claim = event.data.claim
                spans[names[claim.document_id]].append((claim.start, claim.end, claim.id))
    yield f"{len(files)} documents, {head} events in {seconds:.2f} s, {len(entry_of)} claims in {len(shown)} entries"
    dependent = sum(len(entry.origins) < len(entry.sources) for entry in shown)
    yield f"{sum(entry.disputed for entry in shown)} entries disputed, {dependent} with dependent sources"
    labels = folder / "eval" / "gold-dev.jsonl"
    if labels.exists():
        true: dict[str, str] = {}
        missed = 0
        for line in map(json.loads, labels.read_text(encoding="utf-8").splitlines()):
            overlap = [(min(line["end"], end) - max(line["start"], start), claim) for start, end, claim in spans[line["doc"]]]
            common, claim = max(overlap, default=(0, ""))
            if common > 0:
                true[claim] = line["event"]
            else:
                missed += 1
        precision, recall = b_cubed([entry_of[claim] for claim in true], list(true.values()))
        yield f"B-cubed precision {precision:.3f}, recall {recall:.3f} over {len(true)} labelled claims; {missed} labels met no claim"


@contextmanager
def fresh(kind: str) -> Iterator[Database]:
    """A migrated database for one measurement."""
    with tempfile.TemporaryDirectory(prefix="salname-rebuild-") as folder:
        if kind == "sqlite":
            database = Database(f"sqlite:///{Path(folder) / 'bench.db'}", kek=KeyEncryptionKey(new_key()))
            migrate(database)
            yield database
            database.close()
            return
        with postgres() as url:
            database = Database(url, kek=KeyEncryptionKey(new_key()))
            migrate(database)
            yield database
            database.close()


def measure(size: int, kind: str, seconds: float) -> None:
    late = int(seconds / EVERY)
    generated = size + late * 30
    reports = list(history(generated))
    at, total = 0, 0
    while at < len(reports) and total < size:
        total += len(reports[at].claims)
        at += 1
    with fresh(kind) as database:
        log = recorded(database, reports[:at])
        reader = DatabaseReader(database)
        projector = Projector(database, reader)
        info = reader.chronology("bench")
        assert info is not None
        print(f"## {total:,} claims, {info.head:,} events, {kind}\n", flush=True)
        bare = bare_loop(database, reader)
        before = resident(os.getpid())
        first = folded(projector.project, info)
        memory = resident(os.getpid()) - before
        said = "; ".join(f"{rate:,.0f} {name}" for name, rate in bare.items())
        limit = max(bare.values())
        print(f"- bare loop, events/s: {said}")
        print(f"- first fold: {_rate(first, limit)}")
        print(f"- an event in each tenth of the history, µs of processor time: {', '.join(f'{cost:,.0f}' for cost in first.curve())}")
        print(f"- memory of the fold: {memory / 1e6:,.0f} MB, {memory / total:,.0f} bytes a claim", flush=True)
        print(f"- {quality_of_history(entries(database, HERE), reports[:at], generated)}")
        waits = sorted(latencies(database, log, projector, reports[at : at + late]))
        p50, p99 = waits[len(waits) // 2], waits[min(len(waits) - 1, int(len(waits) * 0.99))]
        print(
            f"- append to visible, {len(waits)} appends of {LATE_CLAIMS} claims, one every {EVERY:g} s: p50 {p50:.0f} ms, p99 {p99:.0f} ms",
            flush=True,
        )
        info = reader.chronology("bench")
        assert info is not None
        again = folded(lambda info, progress: Projector(database, reader).rebuild(info, progress), info)
        print(f"- rebuild beside the live rows, with what is live loaded first, compared and switched: {_rate(again, limit)}\n", flush=True)


def _rate(one: Folded, limit: float) -> str:
    rate = one.events / one.wall
    return (
        f"{rate:,.0f} events/s by the clock ({one.wall:.1f} s), {one.events / one.processor:,.0f} of processor time; "
        f"{rate / limit:.3f} of the bare loop"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=[10_000], metavar="SIZE")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long documents are appended while it is projected")
    parser.add_argument("--seeds", type=Path, help="a folder with seeds/ and eval/")
    arguments = parser.parse_args()
    print(conditions())
    for size in arguments.sizes:
        measure(size, "postgresql" if arguments.postgresql else "sqlite", arguments.seconds)
    if arguments.seeds:
        print("## The seeds\n")
        for line in seeds(arguments.seeds):
            print(f"- {line}")


if __name__ == "__main__":
    main()
