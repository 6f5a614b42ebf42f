"""How long the main job takes, cold start included: ingest the documents of a folder and export the chronology, as two commands.

    python -m benchmarks.main_job [FOLDER] [--rounds 5]

FOLDER defaults to the seeds beside the project, else the bundled example. Beside each round stands, as the limit, the time that a bare
interpreter takes to import the libraries that the job cannot do without.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SALNAME = str(Path(sys.executable).with_name("salname"))
BARE = "import sqlmodel, alembic.command, pydantic_settings, rich.progress, py3langid; py3langid.classify('salam')"


def seconds(command: list[str], folder: str, output: Path | None = None) -> float:
    """Run a command in a folder; return how long it took."""
    started = time.perf_counter()
    with (output or Path(folder) / "output.txt").open("wb") as out:
        subprocess.run(command, cwd=folder, stdout=out, stderr=out, check=True, timeout=300)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    seeds = ROOT.parent / "shared" / "seeds"
    parser.add_argument("folder", type=Path, nargs="?", default=seeds if seeds.is_dir() else ROOT / "examples" / "congress")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    files = [str(path.resolve()) for path in sorted(arguments.folder.iterdir()) if path.suffix in (".txt", ".md", ".html")]
    size = sum(Path(file).stat().st_size for file in files)
    rounds: dict[str, list[float]] = {"bare imports": [], "ingest": [], "export": [], "ingest again": []}
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rounds["bare imports"].append(seconds([sys.executable, "-c", BARE], folder))
            ingest = [SALNAME, "ingest", *files, "--chronology", "bench"]
            rounds["ingest"].append(seconds(ingest, folder))
            rounds["export"].append(seconds([SALNAME, "export", "bench"], folder))
            rounds["ingest again"].append(seconds(ingest, folder))
    print(f"{len(files)} documents, {size:,} bytes, medians of {arguments.rounds} rounds")
    limit = statistics.median(rounds["bare imports"])
    for name, times in rounds.items():
        median = statistics.median(times)
        print(f"  {name:<13} {median:6.2f} s   {median / limit:5.2f} x bare imports   (from {min(times):.2f} to {max(times):.2f})")


if __name__ == "__main__":
    main()
