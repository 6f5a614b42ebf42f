"""Processes that read documents and can be killed: a file that hangs, crashes or swells its reader harms nobody else.

A worker takes one task at a time over pipes, and ends with its parent (see `worker_process`). It is no sandbox: it may do what its parent
may do. What it protects is that everything else goes on.
"""

import contextlib
import os
import pickle
import re
import signal
import subprocess
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar, TypeVarTuple

import structlog

from services.ingest.parsing.limits import ParseLimits
from services.ingest.worker_process import DONE, HEAD, IDLE_EXIT, LEAVES, LENGTH, NO_MEMORY, READY
from shared.domain.errors import Busy, SalnameError, UnreadableDocument

Args = TypeVarTuple("Args")
R = TypeVar("R")

START_SECONDS = 60.0
END_SECONDS = 10.0
WARM = ("services.ingest.intake",)
"""What workers import before they say that they are ready: the time limit of a task does not pay for it."""

SECRETS = frozenset(
    f"SALNAME_{name}"
    for name in ("KEY_ENCRYPTION_KEY", "NEW_KEY_ENCRYPTION_KEY", "SIGNING_KEY", "DATABASE_URL", "BOOTSTRAP_TOKEN", "LLM_API_KEY")
)
"""What a process that reads what strangers send has no use for."""

_FRAMES = re.compile(r'\s*File "|Fatal Python error|Current thread|Thread 0x')
"""What a crash leaves that says where it was, and holds no words of a document."""

_CODE = "import sys; sys.path[:] = {path!r}; from services.ingest.worker_process import serve; serve({lifeline}, {memory}, {modules!r})"
_SAID = 2_000

log = structlog.get_logger(__name__)


class WorkerPool:
    """At most `size` workers, started when they are needed. Any thread may call `run`; who finds all workers busy waits."""

    def __init__(self, size: int | None = None, limits: ParseLimits | None = None, modules: Sequence[str] = WARM) -> None:
        self.size = size or available_cores()
        self.limits = limits or ParseLimits()
        self._modules = tuple(modules)
        self._changed = threading.Condition(threading.RLock())
        self._idle: list[_Worker] = []
        self._workers: set[_Worker] = set()
        self._starting = 0
        self._closed = False
        weakref.finalize(self, _kill_all, self._workers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def run(self, function: Callable[[*Args], R], *args: *Args, times: int = 1) -> R:
        """Call a function of an importable module in a worker, its arguments and result going through pickle.

        It may take `times` as long as the limits say.

        A `SalnameError` that it raises is raised here. Anything else that goes wrong with it (an error that nobody foresaw, a crash, a
        time limit, a memory limit) becomes an `UnreadableDocument` that says so; whatever the function had done is lost with its process.
        Time spent waiting for a worker does not count.
        """
        seconds = times * self.limits.seconds
        task = pickle.dumps((function, args, seconds), protocol=5)
        while True:
            worker = self._take()
            try:
                answer = worker.call(task, seconds)
            except _Died as died:
                self._discard(worker)
                if died.idle:
                    continue  # it had nothing to do for a while, and left as the task came
                raise self._why(died, seconds) from None
            except BaseException:
                self._discard(worker)  # Ctrl-C in the middle of a frame
                raise
            if answer.leaves:
                self._discard(worker)
            else:
                self._give_back(worker)
            result: R = self._result(answer)
            return result

    @property
    def ready(self) -> int:
        """The number of workers that wait for a task."""
        with self._changed:
            return len(self._idle)

    def warm(self) -> None:
        """Start a worker in the background, for whoever knows that one will be needed soon."""
        with self._changed:
            if self._closed or self._idle or self._starting + len(self._workers) >= self.size:
                return
        threading.Thread(target=self._warm, name="reader-start", daemon=True).start()

    def _warm(self) -> None:
        with contextlib.suppress(WorkersUnavailable):  # whoever then asks for a worker is told
            self._give_back(self._take())

    def close(self) -> None:
        """End all workers, busy ones as well: their tasks fail."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            idle, busy = self._idle, self._workers.difference(self._idle)
            self._idle = []
        for worker in idle:
            self._discard(worker)
        for worker in busy:
            worker.end()  # the thread that waits for it discards it

    def _take(self) -> "_Worker":
        with self._changed:
            while True:
                if self._closed:
                    raise WorkersUnavailable("reading was stopped; nothing was recorded")
                while self._idle:
                    worker = self._idle.pop()
                    if worker.alive():
                        return worker
                    self._discard(worker)
                if len(self._workers) + self._starting < self.size:
                    break
                self._changed.wait()
            self._starting += 1
        try:
            worker = _Worker(self.limits.memory_bytes, self._modules)
        finally:
            with self._changed:
                self._starting -= 1
                self._changed.notify_all()
        with self._changed:
            self._workers.add(worker)
            if self._closed:
                self._discard(worker)
                raise WorkersUnavailable("reading was stopped; nothing was recorded")
        return worker

    def _give_back(self, worker: "_Worker") -> None:
        with self._changed:
            if not self._closed:
                self._idle.append(worker)
                self._changed.notify()
                return
        self._discard(worker)

    def _discard(self, worker: "_Worker") -> None:
        worker.kill()
        with self._changed:
            self._workers.discard(worker)
            self._changed.notify()

    def _result(self, answer: "_Answer") -> Any:
        if answer.tag == NO_MEMORY:
            raise self._no_memory()
        result = pickle.loads(answer.payload)  # noqa: S301 - from a process that runs our own code
        if answer.tag == DONE:
            return result
        assert isinstance(result, SalnameError)
        try:
            raise result
        finally:
            del result  # an error that its own traceback leads to would keep the document in memory for a while

    def _no_memory(self) -> UnreadableDocument:
        return UnreadableDocument(
            f"reading the file takes more than the {self.limits.memory_bytes:,} bytes of memory allowed; nothing was recorded. "
            "Split the file, or raise SALNAME_PARSE_MEMORY_BYTES"
        )

    def _why(self, died: "_Died", seconds: float) -> SalnameError:
        if self._closed:
            return WorkersUnavailable("reading was stopped; nothing was recorded")
        if died.timed_out:
            return UnreadableDocument(
                f"reading the file takes longer than the {seconds:g} seconds allowed; nothing was recorded. "
                "Split the file, or raise SALNAME_PARSE_SECONDS"
            )
        log.error("reader.crashed", status=died.status, kind=died.kind, at=died.frames)
        if died.kind == MemoryError.__name__:
            return self._no_memory()
        return UnreadableDocument(f"the file made its reader crash ({died.name}); nothing was recorded")


class WorkersUnavailable(Busy):
    """No worker can be started, or the workers were told to end. It says nothing about the document."""

    title = "Documents cannot be read now"


class _Died(Exception):
    """A worker ended without an answer: with which status, and what it said at the end."""

    def __init__(self, status: int, said: str, timed_out: bool) -> None:
        super().__init__(status)
        self.status = status
        self.said = said
        self.timed_out = timed_out
        self.idle = status == IDLE_EXIT and not timed_out

    @property
    def kind(self) -> str | None:
        """The kind of error that ended it, if one did. The error's message may hold words of the document."""
        kind = self.said.rsplit("\n", 1)[-1].partition(":")[0].strip()
        return kind if self.status > 0 and kind.replace(".", "").isidentifier() else None

    @property
    def frames(self) -> list[str]:
        """Where it was when it ended, as far as it said so."""
        return [line.strip() for line in self.said.splitlines() if _FRAMES.match(line)]

    @property
    def name(self) -> str:
        """What ended it, in a word or two."""
        try:
            name = signal.Signals(-self.status).name
        except ValueError:
            return self.kind or f"status {self.status}"
        return f"{name}: killed from outside, most often as memory ran out" if name == "SIGKILL" else name


class _Answer(NamedTuple):
    """What a worker answers: what became of the task, the pickle of its result, and whether the worker is about to end."""

    tag: bytes
    leaves: bool
    payload: bytes


class _Worker:
    """One worker process, which the calling thread has to itself."""

    def __init__(self, memory_bytes: int, modules: Sequence[str]) -> None:
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - open for as long as the process
        hangs_up, self._lifeline = os.pipe()
        code = _CODE.format(path=sys.path, lifeline=hangs_up, memory=memory_bytes, modules=tuple(modules))
        posix: dict[str, Any] = {} if sys.platform == "win32" else {"pass_fds": (hangs_up,), "process_group": 0}
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with code of our own
                [sys.executable, "-P", "-c", code],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
                env={name: value for name, value in os.environ.items() if name not in SECRETS},
                **posix,
            )
        except OSError as error:
            os.close(self._lifeline)
            self._complaints.close()
            raise WorkersUnavailable(f"no process that reads documents can be started: {error}") from error
        finally:
            os.close(hangs_up)
        self._lock = threading.Lock()
        try:
            ready = self._within(START_SECONDS, self._receive)
        except _Died as died:
            self.kill()
            log.error("reader.start", status=died.status, said=died.said)
            raise WorkersUnavailable(f"the process that reads documents does not start: {died.name}") from None
        except BaseException:
            self.kill()
            raise
        assert ready.tag == READY

    def call(self, task: bytes, seconds: float) -> _Answer:
        """Send a task and wait for its outcome."""

        def exchange() -> _Answer:
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):  # what became of it shows in a moment
                self._process.stdin.write(LENGTH.pack(len(task)))
                self._process.stdin.write(task)
                self._process.stdin.flush()
            return self._receive()

        return self._within(seconds, exchange)

    def _within(self, seconds: float, exchange: Callable[[], _Answer]) -> _Answer:
        """Do what waits for the process, which is killed when that takes too long: then the pipe ends, and so does the waiting."""
        finished = late = False
        lock = threading.Lock()

        def too_late() -> None:
            nonlocal late
            with lock:
                if not finished:
                    late = True
                    self._signal()

        timer = threading.Timer(seconds, too_late)
        timer.daemon = True
        timer.start()
        answer = None
        try:
            with contextlib.suppress(EOFError):
                answer = exchange()
        finally:
            with lock:
                finished = True
            timer.cancel()
        if late or answer is None:
            raise _Died(self._ended(), self._said(), late)
        return answer

    def _receive(self) -> _Answer:
        size, tag, leaves = HEAD.unpack(self._exactly(HEAD.size))
        return _Answer(tag, leaves == LEAVES, self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        assert self._process.stdout is not None
        read: bytes = self._process.stdout.read(size)
        if len(read) < size:
            raise EOFError
        return read

    def _said(self) -> str:
        """The end of what the process wrote to standard error."""
        size = self._complaints.seek(0, os.SEEK_END)
        self._complaints.seek(max(0, size - _SAID))
        return self._complaints.read().decode(errors="replace").strip("\x00\n ")

    def alive(self) -> bool:
        """Whether the process is there to take a task."""
        return self._process.poll() is None

    def _ended(self) -> int:
        """Wait for a process that is ending by itself, and return its status."""
        try:
            return self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            return self.end()

    def end(self) -> int:
        """End the process, whatever it does, and return its status."""
        self._signal()
        return self._process.wait(END_SECONDS)

    def _signal(self) -> None:
        self._process.kill()  # does nothing where it has ended

    def kill(self) -> None:
        """End the process and let go of everything that belongs to it."""
        self.end()
        with self._lock:
            for stream in (self._process.stdin, self._process.stdout):
                assert stream is not None
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
            self._complaints.close()
            if self._lifeline >= 0:
                os.close(self._lifeline)
                self._lifeline = -1


def _kill_all(workers: set[_Worker]) -> None:
    for worker in list(workers):
        worker.kill()
    workers.clear()


def available_cores() -> int:
    """The number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
