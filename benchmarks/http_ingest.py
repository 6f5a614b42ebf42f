"""How fast claims come in over HTTP: one durable POST a claim, and many in one stream of JSON Lines.

    python -m benchmarks.http_ingest [--quick] [--million] [--only sqlite|postgresql]

`salname serve ingest` runs as a process of its own, as in a deployment; so do the peer (FastAPI with a bare group commit into the same
kind of database, and into SQLite) and the client. All share the machine's cores, the client's part is told.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.corpus import EXTRACTOR, document
from benchmarks.http_client import PATIENCE, Done, Order
from benchmarks.measure import Figures, Target, conditions, interleaved, report, resident, rounds_of
from benchmarks.peers.salname import Salname, know_documents, server_environment
from benchmarks.places import Fresh, databases_on, server_version, sqlite_file
from benchmarks.race import Load, race
from shared.domain.claims import ClaimBody
from tests.support.postgres import postgres
from tests.support.servers import clean_environment, free_port, wait_until_ready

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "benchmark-token-that-is-no-secret"  # of a server that this run starts and ends
CONNECTIONS = 32
SAMPLE_SECONDS = 0.1
CLIENT, OURS = "client alone (a server that does nothing)", "Salname, a POST a claim"
PEER, PEER_SQLITE = "FastAPI with a bare group commit", "FastAPI with a bare group commit into SQLite"
BULK, IN_PROCESS = "Salname, JSON Lines over HTTP", "Salname, in-process batches of 1,000"


@dataclass(frozen=True)
class Size:
    """How much a run measures."""

    rounds: int
    posts: int
    lines: int
    memory: tuple[int, ...]


FULL = Size(rounds=5, posts=4_000, lines=20_000, memory=(10_000, 100_000))
QUICK = Size(rounds=3, posts=500, lines=2_000, memory=(1_000, 5_000))


@dataclass(frozen=True)
class Server:
    """Where to send claims."""

    port: int
    path: str
    lines: str
    pid: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="less of everything, to see that it runs")
    parser.add_argument("--million", action="store_true", help="a million claims in one stream, too")
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    arguments = parser.parse_args()
    size = QUICK if arguments.quick else FULL
    memory = (*size.memory, 1_000_000) if arguments.million else size.memory
    print(f"# Ingest over HTTP\n\n{conditions(rounds_of(size.rounds), f'{CONNECTIONS} connections, one worker process')}", flush=True)
    if arguments.only != "postgresql":
        measure("SQLite", sqlite_file, size, memory)
    if arguments.only != "sqlite":
        with postgres() as server:
            print(f"- {server_version(server)}\n")
            measure("PostgreSQL", databases_on(server), size, memory)


def measure(where: str, fresh: Fresh, size: Size, memory: Sequence[int]) -> None:
    """Everything on one kind of database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="salname-bench-http-")))
        url = stack.enter_context(fresh())
        ours = stack.enter_context(salname(url, folder))
        peers = {PEER: stack.enter_context(fastapi(stack.enter_context(fresh()), folder, ours.lines))}
        if fresh is not sqlite_file:
            peers[PEER_SQLITE] = stack.enter_context(fastapi(stack.enter_context(sqlite_file()), folder, ours.lines))
        nothing = stack.enter_context(does_nothing(folder, ours.lines))
        report(
            f"{where}, {CONNECTIONS} connections, a durable POST a claim",
            posts({CLIENT: nothing, **peers, OURS: ours}, size),
            list(peers),
            [Target(f"Salname to {name}", OURS, 1, (name,)) for name in peers],
        )
        targets = [Target("JSON Lines over HTTP to in-process batches", BULK, 0.5, (IN_PROCESS,))]
        report(f"{where}, {size.lines:,} claims in one stream", bulk(ours, fresh, size), [IN_PROCESS], targets)
        sizes(ours, memory)


def posts(servers: dict[str, Server], size: Size) -> Figures:
    """A claim a request."""

    def run(server: Server) -> float:
        return size.posts / order("post", server, size.posts, CONNECTIONS).seconds

    return interleaved(size.rounds, {name: lambda server=server: run(server) for name, server in servers.items()})  # type: ignore[misc]


def bulk(server: Server, fresh: Fresh, size: Size) -> Figures:
    """Many claims a request, beside the same number appended in this process."""
    load = Load(writers=1, transactions=max(size.lines // 1000, 1), batch=1000)

    def in_process() -> float:
        peer = Salname()
        with fresh() as url:
            return race(peer, url, peer.create(url), load)

    runs = {IN_PROCESS: in_process, BULK: lambda: size.lines / order("stream", server, size.lines).seconds}
    return interleaved(size.rounds, runs)


def sizes(server: Server, memory: Sequence[int]) -> None:
    """The memory of the server while it takes longer and longer streams."""
    print("| claims in one stream | claims/s | largest resident memory of the server, MB |\n| ---: | ---: | ---: |", flush=True)
    for count in memory:
        with sampled(server.pid) as largest:
            seconds = order("stream", server, count).seconds
        print(f"| {count:,} | {count / seconds:,.0f} | {largest[0] / 1e6:,.0f} |", flush=True)
    print()


@contextmanager
def sampled(pid: int) -> Iterator[list[int]]:
    """Watch the memory of a process; the list holds its largest size."""
    largest = [resident(pid)]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE_SECONDS):
            largest[0] = max(largest[0], resident(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield largest
    finally:
        done.set()
        watcher.join()


def order(kind: str, server: Server, count: int, connections: int = 1) -> Done:
    """Have the client do something, and insist that it went well."""
    media = "application/x-ndjson" if kind == "stream" else "application/json"
    headers = {"authorization": f"Bearer {TOKEN}", "content-type": media}
    asked = Order(kind, server.port, server.path, headers, server.lines, count, connections)
    command = [sys.executable, "-m", "benchmarks.http_client"]
    given = json.dumps(asdict(asked)).encode()
    out = subprocess.run(command, input=given, stdout=subprocess.PIPE, check=True, timeout=PATIENCE + 60, cwd=ROOT).stdout
    done = Done(**json.loads(out))
    if set(done.statuses) - {"200", "201"} or '"refused":[{' in done.answer:
        raise RuntimeError(f"the server refused: {done}")
    return done


@contextmanager
def salname(url: str, folder: Path) -> Iterator[Server]:
    """Ingest on a database with one document."""
    chronology_id, document_id = Salname().create(url).split()
    know_documents(url)
    lines = folder / "claims.jsonl"
    lines.write_bytes(b"".join(line(body, document_id) for body in document().bodies))
    port = free_port()
    environment = {**server_environment(url), "SALNAME_BOOTSTRAP_TOKEN": TOKEN, "SALNAME_LOG_LEVEL": "warning", "SALNAME_DATA": str(folder)}
    command = [sys.executable, "-m", "services.cli", "serve", "ingest", "--port", str(port)]
    with running(command, environment, port, folder / "salname.log") as pid:
        yield Server(port, f"/v1/chronologies/bench-{chronology_id}/claims", str(lines), pid)


@contextmanager
def fastapi(url: str, folder: Path, lines: str) -> Iterator[Server]:
    """The peer."""
    port = free_port()
    with running([sys.executable, "-m", "benchmarks.peers.http_app", str(port), url], {}, port, folder / "fastapi.log") as pid:
        yield Server(port, "/claims", lines, pid)


@contextmanager
def does_nothing(folder: Path, lines: str) -> Iterator[Server]:
    """A server that answers at once."""
    port = free_port()
    started = subprocess.Popen([sys.executable, "-m", "benchmarks.http_client", "serve", str(port)], cwd=ROOT)
    try:
        time.sleep(1)  # it has no readiness to ask for
        yield Server(port, "/", lines, started.pid)
    finally:
        started.terminate()
        started.wait(20)


@contextmanager
def running(command: Sequence[str], environment: dict[str, str], port: int, log: Path) -> Iterator[int]:
    """A server process that is ready; gives its id."""
    with log.open("wb") as output:
        started = subprocess.Popen(command, env=clean_environment(environment), stdout=output, stderr=output, cwd=ROOT)
    try:
        wait_until_ready(f"http://127.0.0.1:{port}", started, log)
        yield started.pid
    finally:
        started.terminate()
        started.wait(20)


def line(body: ClaimBody, document_id: str) -> bytes:
    """A claim as a program brings it."""
    parts = body.model_dump(mode="json", include={"quote", "start", "end", "statement", "language", "date", "values", "modality"})
    return json.dumps({**parts, "document_id": document_id, "extractor": EXTRACTOR.model_dump()}, ensure_ascii=False).encode() + b"\n"


if __name__ == "__main__":
    main()
