"""What runs in a worker process: one task after another, until whoever started it closes the pipe or is gone.

Started by `services.ingest.workers`. Tasks come in on standard input, answers go out on standard output. A task may die in any way here.
What is no `SalnameError` is not caught: a process in an unknown state is not used again.
"""

import contextlib
import faulthandler
import importlib
import os
import pickle
import re
import select
import signal
import struct
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from shared.domain.errors import SalnameError, UnreadableDocument
from shared.telemetry import calm_collector

try:
    import fcntl
    import resource
except ImportError:  # there are none on Windows: a worker has its time limit there, which is kept from outside, and no others
    fcntl = resource = None  # type: ignore[assignment]

LENGTH = struct.Struct(">Q")
"""What a task begins with: the length of its pickle."""

HEAD = struct.Struct(">Qcc")
"""What an answer begins with: the length of its pickle, what became of the task, and whether the worker stays."""

READY, DONE, REFUSED, NO_MEMORY = b"+", b"=", b"!", b"m"
STAYS, LEAVES = b".", b"x"
IDLE_SECONDS = 300.0
IDLE_EXIT = 75
"""The status that a worker ends with which had nothing to do for a while."""

MAX_WRITTEN = 1_000_000_000
"""Bytes that any one file may grow to that a worker writes. Libraries unpack their models; nothing else has a reason to write much."""

CPU_GRACE = 10
"""Seconds of processor time that a task may take beyond its time limit, in case nobody is there to end it."""


def serve(lifeline: int, memory_bytes: int, modules: Sequence[str]) -> None:
    """Carry out tasks; import `modules` first. `lifeline` is the end of a pipe that hangs up when whoever started this is gone."""
    tasks, results = _pipes()
    faulthandler.enable()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started this, and decides what becomes of the task
    _end_with(lifeline)
    for module in modules:
        importlib.import_module(module)
    calm_collector()
    _limit(memory_bytes)
    _send(results, READY, STAYS)
    while (frame := _receive(tasks)) is not None:
        tag, payload = _outcome(frame)
        del frame
        leaves = LEAVES if _spent(memory_bytes) else STAYS
        _send(results, tag, leaves, payload)
        if leaves == LEAVES:
            return


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for frames; what a library prints goes to standard error, where it disturbs nobody."""
    tasks, results = os.fdopen(os.dup(0), "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return tasks, results


def _end_with(lifeline: int) -> None:
    """Have the kernel end this process when the other end of a pipe is closed, whatever it is busy with.

    A thread that waits would not do: native code may hold the interpreter's lock. A signal on the parent's death would not do either: it
    is sent when the *thread* ends that started this process.
    """
    if fcntl is None:
        return
    fcntl.fcntl(lifeline, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(lifeline, fcntl.F_SETFL, fcntl.fcntl(lifeline, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([lifeline], [], [], 0)[0]:
        raise SystemExit  # it was closed before the kernel was asked


def _limit(memory_bytes: int) -> None:
    if resource is None:
        return
    _lower(resource.RLIMIT_CORE, 0)  # a dump of memory would hold the document
    _lower(resource.RLIMIT_FSIZE, MAX_WRITTEN)
    # Private writable memory only: what libraries map without using it does not count. Elsewhere than on Linux it holds less back.
    _lower(resource.RLIMIT_DATA, memory_bytes)


def _lower(which: int, value: int) -> None:
    _, most = resource.getrlimit(which)
    resource.setrlimit(which, (value if most == resource.RLIM_INFINITY else min(value, most), most))


def _allow_seconds(seconds: float) -> None:
    """Bound the processor time of the next task, for the case that the parent is stopped and cannot end it."""
    if resource is not None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + CPU_GRACE)


def _outcome(frame: bytes) -> tuple[bytes, bytes]:
    """Carry one task out. Returns a tag and a pickle."""
    with contextlib.suppress(OSError):
        os.ftruncate(2, 0)  # what earlier tasks complained of is of no use
    try:
        function, args, seconds = pickle.loads(frame)  # noqa: S301 - from the process that started this one
        _allow_seconds(seconds)
        return DONE, pickle.dumps(function(*args), protocol=5)
    except SalnameError as error:
        return REFUSED, pickle.dumps(error)
    except RecursionError:
        return REFUSED, pickle.dumps(UnreadableDocument("what is in the file nests too deeply to be read; nothing was recorded"))
    except MemoryError:
        return NO_MEMORY, b""


def _spent(memory_bytes: int) -> bool:
    """Whether a task took so much memory that the next one would find too little, or too scattered, to work with.

    The kernel's account of the process image is asked; `getrusage` would begin with what the parent once had.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return False
    peak = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return peak is not None and int(peak.group(1)) * 1024 > memory_bytes // 2


def _receive(tasks: BinaryIO) -> bytes | None:
    """Read a frame; None at the end of the pipe. Ends the process when none comes for a while."""
    if sys.platform != "win32" and not select.select([tasks], [], [], IDLE_SECONDS)[0]:
        raise SystemExit(IDLE_EXIT)
    head = _exactly(tasks, LENGTH.size)
    return None if head is None else _exactly(tasks, LENGTH.unpack(head)[0])


def _exactly(tasks: BinaryIO, size: int) -> bytes | None:
    frame = bytearray()
    while len(frame) < size:
        part = tasks.read(min(size - len(frame), 1 << 20))
        if not part:
            return None
        frame += part
    return bytes(frame)


def _send(results: BinaryIO, tag: bytes, leaves: bytes, payload: bytes = b"") -> None:
    results.write(HEAD.pack(len(payload), tag, leaves))
    results.write(payload)
    results.flush()
