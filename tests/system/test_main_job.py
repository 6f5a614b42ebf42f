"""The main job through the `salname` command, on the real documents: ingest, export, score, rebuild, repeat, kill."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.domain.errors import Unreachable
from shared.store.engine import Database
from tests.support.here import salname_here
from tests.support.keys import KEK
from tests.support.servers import SALNAME, clean_environment

TARGETS = {"verbatim": 1.0, "located": 0.95, "dated": 0.90, "b3": 0.90, "values": 0.90, "conflicts": 1.0}


class Salname:
    """The command on one store: called, it runs within this process, which starts sooner; `process` starts one of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = clean_environment(environment)

    def __call__(self, *arguments: str | Path, code: int = 0) -> str:
        return self._said(salname_here(tuple(map(str, arguments)), self.folder, self.environment), code)

    def process(self, *arguments: str | Path, code: int = 0) -> str:
        """Run the command as a process."""
        command = [SALNAME, *map(str, arguments)]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=170, check=False)
        return self._said(done, code)

    def _said(self, done: subprocess.CompletedProcess[str], code: int) -> str:
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def export(self) -> list[dict[str, Any]]:
        """The chronology's claims."""
        return [json.loads(line) for line in self("export", "seeds", "--format", "jsonl").splitlines()]


@pytest.fixture(params=["sqlite", "postgresql"])
def salname(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Salname]:
    environment = {} if request.param == "sqlite" else {"SALNAME_DATABASE_URL": request.getfixturevalue("postgres_url")}
    return Salname(tmp_path, environment)


@pytest.fixture
def alone(tmp_path: Path) -> Salname:
    """The command where no database plays a part."""
    return Salname(tmp_path, {})


def without_ids(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines with entries numbered in the order they come in, and all other ids left out."""
    numbers: dict[str, int] = {}
    return [
        {
            **line,
            "entry_id": numbers.setdefault(line["entry_id"], len(numbers)),
            "claim_id": None,
            "document": {
                **line["document"],
                "id": None,
                "source": {**line["document"]["source"], "id": None},
            },
        }
        for line in lines
    ]


def test_the_seeds_make_one_cited_chronology(salname: Salname, seeds: Path, evaluation: Path) -> None:
    files = sorted(seeds.glob("*.txt"))
    said = salname.process("ingest", *files, "--chronology", "seeds")
    assert re.search(r"seeds: 5 documents, \d+ claims, \d+ entries, [1-9]\d* of them disputed", said)
    exported = salname.process("export", "seeds")
    out = salname.folder / "out.jsonl"
    out.write_text(exported, encoding="utf-8")
    scored = subprocess.run(
        [sys.executable, evaluation / "score.py", evaluation / "gold-dev.jsonl", out, seeds],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    figures = {name: float(value) for name, value in re.findall(r"(\w+)=([\d.]+)", scored.stdout)}
    assert {name: figures[name] for name, least in TARGETS.items() if figures[name] < least} == {}
    assert labelled_precision(exported, evaluation / "gold-dev.jsonl") >= 0.75

    again = salname("ingest", *files, "--chronology", "seeds")
    assert again.count("nothing changed") == 5
    assert "folded anew" in salname("rebuild", "seeds")
    assert salname("export", "seeds") == exported


def _overlap(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["start"] < other["end"] and other["start"] < one["end"])


def labelled_precision(exported: str, gold: Path) -> float:
    """The share of dated claims that overlap a label, within the stretch of each document that is labelled.

    The labels of one document stop half-way, so the scorer's own figure counts every right claim of its second half as wrong.
    """
    labels = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines()]
    reach = {label["doc"]: max(other["end"] for other in labels if other["doc"] == label["doc"]) for label in labels}
    judged = [
        line
        for line in map(json.loads, exported.splitlines())
        if line["date"] and line["start"] < reach.get(line["document"]["filename"], 0)
    ]
    right = [line for line in judged if any(_overlap(line, label) for label in labels if label["doc"] == line["document"]["filename"])]
    return len(right) / len(judged)


@pytest.fixture(scope="module")
def together(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The export of the seeds, ingested together and undisturbed."""
    salname = Salname(tmp_path_factory.mktemp("together"), {})
    salname("ingest", *sorted(seeds.glob("*.txt")), "--chronology", "seeds")
    return without_ids(salname.export())


def test_one_by_one_in_another_order_gives_the_same_export(salname: Salname, seeds: Path, together: list[dict[str, Any]]) -> None:
    files = sorted(seeds.glob("*.txt"))
    for index in (3, 1, 4, 0, 2):
        salname("ingest", files[index], "--chronology", "seeds")
    assert without_ids(salname.export()) == together


def test_killed_in_the_middle_and_started_again_ends_in_the_same_state(
    salname: Salname, seeds: Path, together: list[dict[str, Any]]
) -> None:
    files = sorted(seeds.glob("*.txt"))
    for documents in (1, 3):
        started = subprocess.Popen(
            [SALNAME, "ingest", *map(str, files), "--chronology", "seeds"],
            cwd=salname.folder, env=salname.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for_documents(salname, documents, started)
        started.kill()
        started.wait(30)
    salname("ingest", *files, "--chronology", "seeds")
    assert without_ids(salname.export()) == together


def wait_for_documents(salname: Salname, count: int, started: subprocess.Popen[bytes]) -> None:
    """Wait until so many documents are in the log, or the process has ended."""
    url = salname.environment.get("SALNAME_DATABASE_URL") or f"sqlite:///{salname.folder / 'salname-data' / 'salname.db'}"
    deadline = time.monotonic() + 60
    while started.poll() is None:
        assert time.monotonic() < deadline
        try:
            database = Database(url, kek=KEK)
            with database.read() as session:
                if session.execute(text("SELECT count(*) FROM document")).scalar_one() >= count:
                    return
        except (DBAPIError, Unreachable):
            pass  # the schema, or the file, is not there yet
        finally:
            database.close()
        time.sleep(0.02)


def test_a_bad_file_alone_leaves_no_trace(salname: Salname) -> None:
    (salname.folder / "empty.txt").write_bytes(b"")
    assert "the file is empty" in salname("ingest", "empty.txt", "--chronology", "seeds", code=1)
    assert "there is no chronology" in salname("export", "seeds", code=1)


def test_one_bad_file_does_not_stop_the_rest(salname: Salname) -> None:
    (salname.folder / "good.txt").write_text("The fair opened on 4 May 1998 with 212 guests.", encoding="utf-8")
    (salname.folder / "empty.txt").write_bytes(b"")
    said = salname("ingest", "empty.txt", "missing.txt", "good.txt", "--chronology", "seeds", code=1)
    assert "empty.txt: the file is empty" in said
    assert "missing.txt: No such file" in said
    assert "good.txt: 1 claim\n" in said


def test_extract_reads_texts_without_a_database(alone: Salname) -> None:
    line = json.dumps({"id": "a", "text": "The fair opened on 4 May 1998 with more than 200 guests.", "published": "1998-05-06"})
    (alone.folder / "in.jsonl").write_text(line + "\n", encoding="utf-8")
    found = json.loads(alone("extract", "in.jsonl"))
    assert (found["id"], found["language"]) == ("a", "en")
    day = {"edtf": "1998-05-04", "earliest": "1998-05-04", "latest": "1998-05-04"}
    assert found["dates"] == [{"start": 19, "end": 29, "text": "4 May 1998", **day, "derivation": "explicit"}]
    (value,) = found["claims"][0]["values"]
    assert (value["attribute"], value["value"], value["bound"]) == ("guests", "200", "more_than")
    assert not (alone.folder / "salname-data").exists()


def test_errors_are_one_line_that_says_what_to_do(alone: Salname) -> None:
    assert "there is no database at" in alone("export", "nowhere", code=1)
    (alone.folder / "x.txt").write_text("A text of 1998.", encoding="utf-8")
    assert "lower-case letters" in alone("ingest", "x.txt", "--chronology", "No Good", code=1)
    alone.environment["SALNAME_PORT"] = "many"
    assert "SALNAME_PORT: Input should be a valid integer" in alone.process("serve", code=1)
    del alone.environment["SALNAME_PORT"]
    assert "published" in alone("ingest", "x.txt", "--chronology", "c", "--published", "soon", code=1)


def test_help_teaches(alone: Salname) -> None:
    said = alone("--help")
    for command in ("serve", "ingest", "rebuild", "export", "extract"):
        assert command in said
