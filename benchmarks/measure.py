"""Rounds, medians, tables, targets and the conditions under which they were measured."""

import gc
import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from shared.telemetry import calm_collector

Figures = dict[str, list[float]]
"""What each contestant reached, a figure for every round."""

PACKAGES = ("psycopg", "sqlalchemy", "pydantic", "orjson", "cryptography", "fastapi", "uvicorn", "eventsourcing")


class Unavailable(RuntimeError):
    """A contestant cannot run here; the reason is printed instead of its figures."""


@dataclass(frozen=True)
class Target:
    """What we promised: our figure is at least `factor` times the best of the peers', or at least `floor` where there is no peer."""

    text: str
    ours: str
    factor: float
    peers: tuple[str, ...] = ()

    def verdict(self, figures: Mapping[str, Sequence[float]]) -> str:
        """Say whether it is met, and by how much."""
        limits = [statistics.median(figures[peer]) for peer in self.peers if peer in figures]
        if self.ours not in figures or not limits:
            return f"- {self.text}: not measured"
        ratio = statistics.median(figures[self.ours]) / max(limits)
        return f"- {self.text}: {ratio:.2f} (at least {self.factor:g}), {'met' if ratio >= self.factor else '**not met**'}"


def interleaved(rounds: int, runs: Mapping[str, Callable[[], float]]) -> Figures:
    """Run every contestant once a round, beginning with another one each time; those that cannot run are told of and left out."""
    figures: Figures = {name: [] for name in runs}
    names = list(runs)
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            if name not in figures:
                continue
            gc.collect()
            calm_collector()
            try:
                figures[name].append(runs[name]())
            except Unavailable as reason:
                print(f"{name} is left out: {reason}\n", flush=True)
                del figures[name]
    return {name: figures[name] for name in runs if name in figures}


def table(title: str, figures: Mapping[str, Sequence[float]], against: Iterable[str] = (), unit: str = "events/s") -> str:
    """A markdown table of medians, their range, and their ratio to some of the contestants."""
    columns = [name for name in against if name in figures]
    heads = ["", unit, "from – to", *(f"x {name}" for name in columns)]
    lines = [f"### {title}", "", "| " + " | ".join(heads) + " |", "| --- |" + " ---: |" * (len(heads) - 1)]
    for name, values in figures.items():
        median = statistics.median(values)
        ratios = [f"{median / statistics.median(figures[column]):.2f}" for column in columns]
        lines.append("| " + " | ".join([name, f"{median:,.0f}", f"{min(values):,.0f} – {max(values):,.0f}", *ratios]) + " |")
    return "\n".join([*lines, ""])


def report(title: str, figures: Mapping[str, Sequence[float]], against: Iterable[str], targets: Sequence[Target] = ()) -> None:
    """Print a table and what it says of the targets."""
    print(table(title, figures, against), flush=True)
    for target in targets:
        print(target.verdict(figures))
    if targets:
        print(flush=True)


def load_now() -> str:
    """The load average at this moment, for the end of a run."""
    return f"- load average at the end {' '.join(f'{load:.2f}' for load in os.getloadavg())}"


def conditions(*more: str) -> str:
    """What has to be known to compare a figure with another one."""
    loads = " ".join(f"{load:.2f}" for load in os.getloadavg())
    lines = [
        f"{os.cpu_count()} cores, load average at the start {loads}, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, " + ", ".join(_versions()),
        *more,
    ]
    return "\n".join(f"- {line}" for line in lines) + "\n"


def rounds_of(count: int) -> str:
    """How the figures of a table come from its rounds."""
    return f"medians of {count} interleaved rounds"


def _versions() -> Iterable[str]:
    for package in PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            print(f"{package} is not installed: `uv sync --group bench`", file=sys.stderr)


def resident(pid: int) -> int:
    """The resident memory of a process in bytes (Linux)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise Unavailable(f"the memory of process {pid} cannot be read")
