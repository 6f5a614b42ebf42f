"""A pool of workers outlives whatever a task does, says what it was, and leaves nothing running."""

import contextlib
import gc
import os
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.ingest import worker_process
from services.ingest.parsing.limits import ParseLimits
from services.ingest.workers import WorkerPool, WorkersUnavailable, available_cores
from shared.domain.errors import TooLarge, UnreadableDocument
from tests.ingest.parsing import tasks

LIMITS = ParseLimits(seconds=3.0, memory_bytes=400_000_000)
MODULES = ("tests.ingest.parsing.tasks",)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool(1, LIMITS, MODULES) as pool:
        yield pool


def running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_results_come_back_large_ones_too(pool: WorkerPool) -> None:
    data = os.urandom(25_000_000)
    assert pool.run(tasks.double, data) == data * 2


def test_a_worker_is_kept_for_the_next_task(pool: WorkerPool) -> None:
    assert pool.run(tasks.process) == pool.run(tasks.process) != os.getpid()


def test_a_task_may_be_given_more_time_than_others(pool: WorkerPool) -> None:
    usual, more = pool.run(tasks.processor_seconds), pool.run(tasks.processor_seconds, times=100)
    assert more - usual >= 99 * LIMITS.seconds - 1


def test_errors_arrive_as_they_were_raised(pool: WorkerPool) -> None:
    with pytest.raises(TooLarge, match="it has 7 pages") as caught:
        pool.run(tasks.refuse)
    assert caught.value.extra == {"pages": 7}


def test_a_refused_document_does_not_stay_in_memory(pool: WorkerPool) -> None:
    gc.collect()
    gc.disable()  # as good as: a process that makes many objects collects seldom
    tracemalloc.start()
    try:
        for _ in range(5):
            with contextlib.suppress(TooLarge):
                pool.run(tasks.refuse_data, bytes(10_000_000))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert kept < 5_000_000


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (tasks.hang, "longer than the 3 seconds allowed.*SALNAME_PARSE_SECONDS"),
        (tasks.hang_in_native_code, "longer than the 3 seconds allowed"),
        (tasks.abort, "crash .SIGABRT.; nothing was recorded"),
        (tasks.segfault, "crash .SIGSEGV.; nothing was recorded"),
        (tasks.killed, "crash .SIGKILL: killed from outside"),
        (tasks.leave, "crash .status 3."),
        (tasks.swell, "400,000,000 bytes of memory.*SALNAME_PARSE_MEMORY_BYTES"),
        (tasks.swell_bit_by_bit, "400,000,000 bytes of memory.*SALNAME_PARSE_MEMORY_BYTES"),
        (tasks.not_to_be_sent, "crash"),
    ],
)
def test_a_task_that_takes_its_worker_down_is_told_and_the_next_one_works(pool: WorkerPool, task: Callable[[], object], said: str) -> None:
    with pytest.raises(UnreadableDocument, match=said):
        pool.run(task)
    assert pool.run(tasks.double, b"ab") == b"abab"


def test_an_unforeseen_error_is_named_without_words_of_the_document(pool: WorkerPool) -> None:
    with pytest.raises(UnreadableDocument, match=r"\(KeyError\)") as caught:
        pool.run(tasks.unforeseen)
    assert "a word of the document" not in caught.value.detail


def test_deep_recursion_is_told_as_such(pool: WorkerPool) -> None:
    with pytest.raises(UnreadableDocument, match="nests too deeply"):
        pool.run(tasks.nest, 0)


def test_what_tasks_print_does_not_disturb_their_results(pool: WorkerPool) -> None:
    assert [pool.run(tasks.print_much) for _ in range(3)] == ["quiet"] * 3


def test_tasks_cannot_fill_the_disk(pool: WorkerPool, tmp_path: Path) -> None:
    pool.run(tasks.write_far, tmp_path / "near", 1000)
    with pytest.raises(UnreadableDocument, match="OSError"):
        pool.run(tasks.write_far, tmp_path / "far", worker_process.MAX_WRITTEN)


def test_an_idle_worker_that_was_killed_is_replaced(pool: WorkerPool) -> None:
    first = pool.run(tasks.process)
    os.kill(first, signal.SIGKILL)
    until(lambda: not running(first))
    assert pool.run(tasks.process) != first


def test_a_worker_that_took_much_memory_is_not_used_again() -> None:
    with WorkerPool(1, ParseLimits(memory_bytes=500_000_000), MODULES) as pool:
        first = pool.run(tasks.process)
        assert pool.run(tasks.double, bytes(60_000_000)) == bytes(120_000_000)
        assert pool.run(tasks.process) != first


def test_no_more_workers_than_asked_for_and_every_task_has_its_turn() -> None:
    with WorkerPool(2, LIMITS, MODULES) as pool, ThreadPoolExecutor(8) as threads:
        pids = list(threads.map(lambda _: pool.run(tasks.process), range(60)))
        assert len(set(pids)) == 2
        assert all(map(running, pids))
    assert not any(map(running, pids))


def test_many_threads_with_bad_tasks_among_good_ones() -> None:
    def one(index: int) -> object:
        try:
            return workers.run(tasks.segfault) if index % 4 == 0 else workers.run(tasks.double, b"%d" % index)
        except UnreadableDocument:
            return None

    with WorkerPool(2, LIMITS, MODULES) as workers, ThreadPoolExecutor(6) as threads:
        found = list(threads.map(one, range(24)))
    assert found == [None if index % 4 == 0 else b"%d" % index * 2 for index in range(24)]


def test_nothing_is_started_before_it_is_needed_or_after_the_end() -> None:
    pool = WorkerPool(1, LIMITS, MODULES)
    pool.close()
    with pytest.raises(WorkersUnavailable):
        pool.run(tasks.process)


def test_closing_ends_a_task_that_hangs(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    failures: list[BaseException] = []

    def use() -> None:
        try:
            workers.run(tasks.sleep_with_pid, file)
        except WorkersUnavailable as error:
            failures.append(error)

    workers = WorkerPool(1, ParseLimits(), MODULES)
    thread = threading.Thread(target=use)
    thread.start()
    until(lambda: file.exists() and file.read_text() != "")
    workers.close()
    thread.join(10)
    assert not running(int(file.read_text()))
    assert len(failures) == 1


def test_a_warm_worker_is_the_one_that_is_used() -> None:
    with WorkerPool(2, LIMITS, MODULES) as pool:
        pool.warm()
        until(lambda: pool.ready == 1)
        pool.run(tasks.process)
        assert pool.ready == 1


def test_a_worker_with_nothing_to_do_leaves_and_is_replaced() -> None:
    with WorkerPool(1, LIMITS, (*MODULES, "tests.ingest.parsing.impatient")) as pool:
        first = pool.run(tasks.process)
        until(lambda: not running(first))
        assert pool.run(tasks.process) != first


def test_a_module_that_is_not_there_is_no_fault_of_the_document() -> None:
    with WorkerPool(1, LIMITS, ("services.no_such_module",)) as pool, pytest.raises(WorkersUnavailable, match="ModuleNotFoundError"):
        pool.run(tasks.process)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("task", ["hang", "hang_in_native_code", "process"])
def test_workers_end_with_a_parent_that_is_killed(task: str) -> None:
    """Idle, busy in Python, and busy in native code that holds the interpreter's lock."""
    code = (
        "from services.ingest.workers import WorkerPool; from services.ingest.parsing.limits import ParseLimits\n"
        "from tests.ingest.parsing import tasks\n"
        f"pool = WorkerPool(1, ParseLimits(), {MODULES!r})\n"
        f"print(pool.run(tasks.process), flush=True); pool.run(tasks.{task}); print('done', flush=True); input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    if task == "process":
        assert parent.stdout.readline() == "done\n"
    assert running(pid)
    parent.kill()
    parent.communicate()
    until(lambda: not running(pid))


def test_the_number_of_workers_is_that_of_the_processors_at_hand() -> None:
    assert WorkerPool().size == available_cores() >= 1


def test_secrets_of_the_service_are_not_handed_to_who_reads_strangers_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALNAME_KEY_ENCRYPTION_KEY", "c2VjcmV0")
    monkeypatch.setenv("SALNAME_LLM_MODEL", "a-model")
    with WorkerPool(1, LIMITS, MODULES) as pool:
        assert pool.run(tasks.environment, "SALNAME_KEY_ENCRYPTION_KEY") is None
        assert pool.run(tasks.environment, "SALNAME_LLM_MODEL") == "a-model"


def test_what_is_logged_of_a_crash_says_where_and_no_word_of_the_document(pool: WorkerPool) -> None:
    with capture_logs() as logs, pytest.raises(UnreadableDocument):
        pool.run(tasks.segfault)
    (crashed,) = [entry for entry in logs if entry["event"] == "reader.crashed"]
    assert any("tasks.py" in frame for frame in crashed["at"])
    with capture_logs() as logs, pytest.raises(UnreadableDocument):
        pool.run(tasks.unforeseen)
    assert "a word of the document" not in str(logs)
