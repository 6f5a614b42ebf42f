"""Salname's own commands as local processes, the way a deployment starts them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

SALNAME = str(Path(sys.executable).with_name("salname"))
START_SECONDS = 60


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without any Salname settings, plus those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SALNAME_")}
    return {**kept, **extra}


@contextmanager
def process(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run `salname` with these arguments until the block ends; then stop it as a supervisor would, and insist that it stops."""
    with log.open("wb") as output:
        started = subprocess.Popen([SALNAME, *command], env=clean_environment(environment), stdout=output, stderr=output, cwd=log.parent)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait(20)
            raise


def wait_until_ready(url: str, started: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a service says that it is ready; fail with its log when it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if started.poll() is not None:
            raise AssertionError(f"the service ended with {started.returncode}:\n{log.read_text()}")
        try:
            if httpx.get(f"{url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"the service was not ready within {START_SECONDS} s:\n{log.read_text()}")


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str], log: Path, port: int) -> Iterator[str]:
    """Run a service on a port until the block ends; gives its address."""
    url = f"http://127.0.0.1:{port}"
    with process(command, {**environment, "SALNAME_HOST": "127.0.0.1", "SALNAME_PORT": str(port)}, log) as started:
        wait_until_ready(url, started, log)
        yield url
