"""Puts a log to torture and looks what is left of it."""

import json
import multiprocessing
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

from shared.store.engine import Database
from shared.store.verify import verify_log
from tests.contract.making import capture, command, created
from tests.support.keys import KEK
from tests.torture.checker import (
    Follower,
    Seen,
    StoredEvent,
    StoredLog,
    stored_log,
    wrong_in_acknowledgements,
    wrong_in_log,
    wrong_in_reading,
)
from tests.torture.workload import DISTURBANCES, Scene, count_of, decoded, disturb, follow, told, whole_lines, write

TROUBLE = frozenset({"refused", "sent again", "rolled back", "slept before its commit", "lost the answer to its commit", *DISTURBANCES})
"""What has to have come up before a run may end."""

OPENING = {"create": 1, "capture shared": 1}
GRACE = 120
"""Seconds that processes may take to stop."""

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["pytest", "tests.torture.workload"])


@dataclass(frozen=True)
class Shape:
    """How much of it: writers are spread over processes, of which one is killed every so many seconds.

    `largest` is how many events a command has at most. It ends when it has lasted for `seconds`, there are so many `events`, and every kind
    of trouble has come up.
    """

    processes: int = 4
    threads: int = 16
    readers: int = 8
    chronologies: int = 4
    seconds: float = 10.0
    events: int = 0
    largest: int = 24
    kill_every: float = 1.5


@dataclass
class Report:
    """What was done, and what was found wrong."""

    seconds: float = 0.0
    events: int = 0
    commands: int = 0
    acknowledged: int = 0
    killed: int = 0
    notes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"{self.events} events of {self.commands} commands in {self.seconds:.0f} s, {self.acknowledged} acknowledged"
        yield f"{self.killed} processes killed"
        yield from (f"{count} {note}" for note, count in sorted(self.notes.items()))
        yield from self.wrong or ["nothing skipped, nothing duplicated, nothing lost"]


class Torture:
    """One run: start everybody, kill some, stop the rest, and check."""

    def __init__(self, url: str, folder: Path, shape: Shape) -> None:
        self._shape = shape
        self._scene = Scene(url, tuple(f"chronology-{n}" for n in range(shape.chronologies)), folder, shape.largest)
        self._random = random.Random(shape.processes)
        self._incarnations: Counter[int] = Counter()
        self._others: list[BaseProcess] = []
        self.report = Report()

    def run(self) -> Report:
        self._open()
        readers = [self._start(follow, f"reader-{n}", self._shape.readers // 2) for n in range(2)]
        self._others = [self._start(disturb, f"disturber-{n}") for n in range(2)]
        writers = [self._start_writer(number) for number in range(self._shape.processes)]
        started = time.monotonic()
        self._kill_some(writers, started)
        self._scene.writers_stop.touch()
        self._join([*writers, *self._others])
        self.report.seconds = time.monotonic() - started
        with self._scene.log() as log:
            self._scene.readers_stop.with_suffix(".new").write_text(json.dumps({here: log.head(here) for here in self._scene.chronologies}))
        self._scene.readers_stop.with_suffix(".new").rename(self._scene.readers_stop)
        self._join(readers)
        self._check()
        return self.report

    def _open(self) -> None:
        with self._scene.log() as log:
            for number, here in enumerate(self._scene.chronologies):
                log.append(command(here, created(here, f"slug-{number}"), key="create"))
                capture(log, here, "shared")

    def _start(self, target: object, name: str, *arguments: object) -> BaseProcess:
        """Start a process, and wait until it is at work: importing everything takes seconds on a busy machine."""
        process = _forks.Process(target=target, args=(self._scene, name, *arguments))  # type: ignore[arg-type]
        process.start()
        deadline = time.monotonic() + GRACE
        while not self._scene.file("notes", name).exists():
            assert process.is_alive(), f"{name} ended with {process.exitcode}"
            assert time.monotonic() < deadline, f"{name} did not begin"
            time.sleep(0.01)
        return process

    def _start_writer(self, number: int) -> BaseProcess:
        self._incarnations[number] += 1
        return self._start(write, f"writer-{number}.{self._incarnations[number]}", self._shape.threads)

    def _kill_some(self, writers: list[BaseProcess], started: float) -> None:
        while self._goes_on(started):
            time.sleep(self._shape.kill_every)
            number = self._random.randrange(len(writers))
            writers[number].kill()
            writers[number].join()
            self.report.killed += 1
            writers[number] = self._start_writer(number)

    def _goes_on(self, started: float) -> bool:
        if time.monotonic() - started < self._shape.seconds or not self._notes().keys() >= TROUBLE:
            return True
        with self._scene.log() as log:
            return sum(log.head(here) for here in self._scene.chronologies) < self._shape.events

    def _notes(self) -> Counter[str]:
        return Counter(line for path in (self._scene.folder / "notes").iterdir() for line in whole_lines(path))

    def _join(self, processes: list[BaseProcess]) -> None:
        deadline = time.monotonic() + GRACE
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode != 0:
                process.kill()
                self.report.wrong.append(f"a process ended with {process.exitcode}; None stands for one that did not stop")

    def _check(self) -> None:
        self.report.notes = self._notes()
        self.report.wrong += [note for note in self.report.notes if note.startswith("wrong: ")]
        seen = [json.loads(path.read_text()) for path in (self._scene.folder / "seen").iterdir()]
        if len(seen) != self._shape.readers:
            self.report.wrong.append(f"{len(seen)} of {self._shape.readers} readers came to the end")
        with closing(Database(self._scene.url, kek=KEK)) as database:
            for here in self._scene.chronologies:
                self._check_log(database, here, seen)
                verified = verify_log(database, here)
                self.report.events += verified.events

    def _check_log(self, database: Database, here: str, seen: list[dict[str, tuple[bool, list[object]]]]) -> None:
        with database.read() as session:
            stored = stored_log(session.connection(), here)
            both = _Truth(stored)
            stored.events = both.passing(stored.events)
            wrong = wrong_in_log(stored, OPENING | {key.key: count_of(key.key) for key in stored.keys if self._ours(key.key)})
        acknowledged = list(told(self._scene, here))
        wrong += wrong_in_acknowledgements(stored.keys, acknowledged)
        for reader in seen:
            raw, of_reader = reader[here]
            wrong += wrong_in_reading(Seen(*of_reader), both.seen(raw))  # type: ignore[arg-type]
        self.report.wrong += [f"{here}: {each}" for each in wrong]
        self.report.commands += len(stored.keys)
        self.report.acknowledged += len(acknowledged)

    def _ours(self, key: str) -> bool:
        named = re.fullmatch(r"writer-(\d+)\.(\d+)\.(\d+):\d+:\d+", key)
        return named is not None and int(named[2]) <= self._incarnations[int(named[1])] and int(named[3]) < self._shape.threads


class _Truth:
    """What readers should have seen, taken from the stored events as they pass by on their way to the checker."""

    def __init__(self, stored: StoredLog) -> None:
        self._raw, self._decoded = Follower("the log"), Follower("the log")

    def passing(self, events: Iterable[StoredEvent]) -> Iterator[StoredEvent]:
        for event in events:
            body = json.loads(event.body)
            self._raw.see(event.position, event.body.encode())
            self._decoded.see(*decoded(event.position, body["id"], event.commit, body["correlationid"]))
            yield event

    def seen(self, raw: bool) -> Seen:
        return (self._raw if raw else self._decoded).seen()
