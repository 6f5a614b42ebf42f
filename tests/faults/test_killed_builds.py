"""A process that builds another generation of the read model is killed (`kill -9`): readers see what they saw, the build is taken up."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.projection.runner import Projector
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from tests.support.keys import KEK
from tests.support.read_model import beside, keys_of, read_model
from tests.support.running import run
from tests.support.texts import SOURCES

PROGRAM = """
import sys
from services.projection import folding
from services.projection.runner import Projector
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from tests.support.keys import KEK

folding.BATCH = 1
database = Database(sys.argv[1], kek=KEK)
reader = DatabaseReader(database)

def tell(position, head):
    print(position, flush=True)
    sys.stdin.readline()

Projector(database, reader).rebuild(reader.chronology("test"), tell, keep=True)
print("switched", flush=True)
"""


@pytest.mark.parametrize("steps", [1, 3])
def test_a_killed_build_leaves_what_readers_see_and_is_taken_up(database: Database, steps: int) -> None:
    running = run(database)
    for text, source in SOURCES.items():
        running.capture(text, source)
    before = read_model(database)
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, database.url],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as builder:
        assert builder.stdin is not None
        assert builder.stdout is not None
        reached = []
        for _ in range(steps):
            reached.append(int(builder.stdout.readline()))
            builder.stdin.write("\n")
            builder.stdin.flush()
        builder.stdout.readline()  # it is in the middle of the next step, or just past it
        os.kill(builder.pid, signal.SIGKILL)
    assert builder.returncode == -signal.SIGKILL
    assert reached == sorted(reached)
    assert read_model(database) == before
    assert beside(database) == [(2, "building")]

    reader = DatabaseReader(Database(database.url, kek=KEK))
    positions: list[int] = []
    replaced = Projector(reader.database, reader).rebuild(running.info, lambda position, head: positions.append(position))
    reader.database.close()
    assert replaced is not None
    assert replaced.generation == 2
    assert all(position > reached[-1] for position in positions), "what was built is not built again"
    assert read_model(database) == before
    assert beside(database) == []
    assert len(keys_of(database)) == 1
