"""What is logged tells what went wrong, and never a secret or a document's words."""

import io
import logging
import subprocess
import sys

import pytest
import structlog

from shared.telemetry import configure_logging


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_shows_no_local_variables(log_format: str) -> None:
    root = logging.getLogger()
    before = root.handlers, root.level
    configure_logging(log_format, "info")
    written = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)

    def fail() -> None:
        token = "salname_very-secret"  # noqa: F841 - it is a local variable that must not be shown
        raise RuntimeError("what went wrong")

    try:
        fail()
    except RuntimeError as error:
        structlog.get_logger("test").exception("request.failed", exc_info=error)
    finally:
        root.handlers, root.level = before
        structlog.reset_defaults()
    assert "what went wrong" in written.getvalue()
    assert "very-secret" not in written.getvalue().replace('token = "salname_very-secret"', "")


BUSY_THREADS = """
import ctypes, sys, threading
from shared.telemetry import share_arena

if sys.argv[1] == "share":
    share_arena()
together = threading.Barrier(8)

def work():
    together.wait()
    assert len([bytes(20_000) for _ in range(200)]) == 200
    together.wait()

threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
getattr(ctypes.CDLL(None), "malloc_stats", lambda: None)()
"""


def test_threads_share_one_arena() -> None:
    def arenas(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", BUSY_THREADS, how], capture_output=True, text=True, check=True, timeout=60)
        return done.stderr.count("Arena ")

    assert arenas("alone") != 1, "without it, there are several; where the C library is not glibc, there are none at all"
    assert arenas("share") <= 1
