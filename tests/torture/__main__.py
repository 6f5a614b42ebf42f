"""The long run: `make torture`, or `python -m tests.torture --events 1000000 --database postgresql`."""

import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from shared.store.engine import Database
from shared.store.migrate import migrate
from tests.support.keys import KEK
from tests.support.postgres import postgres
from tests.torture.run import Shape, Torture


@contextmanager
def fresh(kind: str, folder: Path) -> Iterator[str]:
    """A migrated database of a kind, in a folder or on a server of its own."""
    if kind == "postgresql":
        with postgres() as url:
            yield _migrated(url)
    else:
        yield _migrated(f"sqlite:///{folder / 'salname.db'}")


def _migrated(url: str) -> str:
    with closing(Database(url, kek=KEK)) as database:
        migrate(database)
    return url


def main() -> int:
    """Run it, say what came of it, and return the exit status: 1 where something was wrong."""
    parser = ArgumentParser(prog="python -m tests.torture", description=__doc__, formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many events there have to be at the end")
    parser.add_argument("--largest", type=int, default=200, help="how many events a command has at most")
    parser.add_argument("--kill-every", type=float, default=5.0, help="seconds between two writers killed")
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append", help="may be given twice; both if it is not given")
    chosen = parser.parse_args()
    wrong = False
    for kind in chosen.database or ["sqlite", "postgresql"]:
        with TemporaryDirectory(prefix="salname-torture-") as folder, fresh(kind, Path(folder)) as url:
            shape = Shape(events=chosen.events, largest=chosen.largest, kill_every=chosen.kill_every)
            report = Torture(url, Path(folder), shape).run()
        sys.stdout.write("\n  ".join([kind, *report.lines()]) + "\n")
        wrong = wrong or bool(report.wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
