"""Hundreds of files through `salname ingest`: bad ones among them, broken off in every way, archives and hostile files."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.support.here import salname_here
from tests.support.hostile import SAID, hostile_files, zipped
from tests.support.servers import SALNAME, clean_environment

PLACES = ("Quba", "Shaki", "Ganja", "Lankaran")


class Batch:
    """The command in a folder with a store of its own: called, it is a process; `here`, it runs within this one, which starts sooner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = clean_environment({})
        self.report = folder / "report.jsonl"

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        command = [SALNAME, "ingest", *map(str, arguments), "--chronology", "notes", "--report", str(self.report)]
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def __call__(self, *arguments: str | Path, code: int = 0) -> str:
        started = self.start(*arguments)
        said, complained = started.communicate(timeout=170)
        assert started.returncode == code, said + complained
        return said + complained

    def here(self, *arguments: str | Path, code: int = 0) -> str:
        """Ingest within this process."""
        return self.salname("ingest", *map(str, arguments), "--chronology", "notes", "--report", str(self.report), code=code)

    def salname(self, *arguments: str, code: int = 0) -> str:
        """Run another command within this process."""
        done = salname_here(arguments, self.folder, self.environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def outcomes(self) -> list[dict[str, Any]]:
        """The lines of the report."""
        return [json.loads(line) for line in self.report.read_text("utf-8").splitlines()]

    def exported(self) -> list[dict[str, Any]]:
        """The claims of the chronology."""
        return [json.loads(line) for line in self.salname("export", "notes").splitlines()]


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    return Batch(tmp_path)


def write_notes(folder: Path, count: int) -> list[Path]:
    """Short notes, each of a source of its own."""
    folder.mkdir()
    files = [folder / f"note-{number:03}.txt" for number in range(count)]
    for number, file in enumerate(files):
        said = f"On {number % 28 + 1} May {1900 + number % 100} the fair was opened in {PLACES[number % 4]} with {number + 20} guests."
        file.write_text(f"---\ntitle: Note {number}\nlang: en\n---\n{said}\n", encoding="utf-8")
    return files


def test_three_hundred_files_with_three_bad_ones(batch: Batch) -> None:
    files = write_notes(batch.folder / "notes", 300)
    bad = {files[17]: b"", files[140]: b"\x00\x01\x02", files[299]: b"---\ntitle: x\ndate: soon\n---\nIn May 1998 it rained.\n"}
    for file, data in bad.items():
        file.write_bytes(data)
    said = batch("notes", code=1)
    assert "297 documents recorded with 297 claims" in said
    assert "notes: 297 documents, 297 claims," in said
    assert re.search(r"note-017\.txt: the file is empty", said)
    assert re.search(r"note-140\.txt: .*zero", said)
    assert re.search(r"note-299\.txt: the front matter gives a published date", said)
    outcomes = batch.outcomes()
    assert [outcome["path"] for outcome in outcomes] == [f"notes/{file.name}" for file in files]
    assert Counter(outcome["status"] for outcome in outcomes) == {"recorded": 297, "failed": 3}
    assert all(outcome["reason"] if outcome["status"] == "failed" else outcome["id"] for outcome in outcomes)
    cited = [line["document"]["filename"] for line in batch.exported()]
    assert sorted(cited) == sorted(file.name for file in files if file not in bad)

    again = batch("notes", code=1)
    assert "0 documents recorded with 0 claims, 297 were there already" in again
    assert [outcome["id"] for outcome in batch.outcomes()] == [outcome["id"] for outcome in outcomes]


def test_what_is_there_is_skipped_before_it_is_read(batch: Batch) -> None:
    write_notes(batch.folder / "notes", 3)
    batch.here("notes")
    batch.environment["SALNAME_PARSE_SECONDS"] = "0.000001"
    (batch.folder / "notes" / "new.txt").write_text("---\ntitle: New\nlang: en\n---\n" + SAID, encoding="utf-8")
    said = batch.here("notes", code=1)
    assert said.count("nothing changed") == 3
    assert "new.txt: reading the file takes longer than the 1e-06 seconds allowed" in said
    del batch.environment["SALNAME_PARSE_SECONDS"]
    assert "new.txt: 1 claim\n" in batch.here("notes")


def test_the_number_of_workers_makes_no_difference(tmp_path: Path) -> None:
    exports = []
    for workers in ("1", "2"):
        (tmp_path / workers).mkdir()
        batch = Batch(tmp_path / workers)
        write_notes(batch.folder / "notes", 40)
        batch.here("notes", "--workers", workers)
        exports.append([(line["document"]["filename"], line["quote"], line["date"]) for line in batch.exported()])
    assert exports[0] == exports[1]
    assert len(exports[0]) == 40


def wait_for_outcomes(batch: Batch, count: int, started: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not batch.report.exists() or batch.report.read_text("utf-8").count("\n") < count:
        assert started.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)


def children(pid: int) -> list[int]:
    return [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]


def all_gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_killed_in_the_middle_and_run_again(batch: Batch) -> None:
    write_notes(batch.folder / "notes", 120)
    for least in (5, 30):
        started = batch.start("notes", "--workers", "2")
        wait_for_outcomes(batch, least, started)
        workers = children(started.pid)
        assert workers
        started.kill()
        started.communicate()
        assert all_gone(workers)
        batch.report.unlink()
    said = batch("notes")
    there = re.search(r"(\d+) documents recorded with \d+ claims, (\d+) were there already", said)
    assert there is not None
    assert int(there[1]) + int(there[2]) == 120
    assert int(there[2]) >= 29
    assert len({line["document"]["id"] for line in batch.exported()}) == len(batch.exported()) == 120


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_interrupted_it_ends_with_what_was_done(batch: Batch) -> None:
    write_notes(batch.folder / "notes", 120)
    started = batch.start("notes")
    wait_for_outcomes(batch, 10, started)
    workers = children(started.pid)
    started.send_signal(signal.SIGINT)
    said, complained = started.communicate(timeout=60)
    assert started.returncode == 130, said + complained
    done = len(batch.outcomes())
    assert 10 <= done < 120
    assert f"Stopped after {done} of 120 documents; run the same command again to go on." in complained
    assert f"notes: {done} documents, {done} claims," in said
    assert "Traceback" not in complained
    assert "failed" not in complained
    assert all_gone(workers)
    assert len(batch.exported()) == done
    assert f"{120 - done} documents recorded" in batch("notes")


def test_hostile_files_among_good_ones(batch: Batch) -> None:
    folder = batch.folder / "files"
    folder.mkdir()
    for name, data in hostile_files().items():
        (folder / name).write_bytes(data)
    with (folder / "sparse.txt").open("wb") as sparse:
        sparse.truncate(1_000_000_000)  # one line of a gigabyte
    (folder / "good.txt").write_text(SAID, encoding="utf-8")
    batch.environment |= {"SALNAME_PARSE_SECONDS": "4", "SALNAME_PARSE_MEMORY_BYTES": "1000000000"}
    said = batch("files", "--language", "en", code=1)
    outcomes = {outcome["path"].removeprefix("files/"): outcome for outcome in batch.outcomes()}
    assert {"Traceback", "\u202e"} & set(said) == set()
    assert outcomes["good.txt"]["claims"] == 1
    assert outcomes["bomb.zip/good.txt"]["claims"] == 1
    assert "1,000,000,000 bytes" in outcomes["sparse.txt"]["reason"]
    assert set(outcomes) >= set(hostile_files()) - {"bomb.zip"}
    for name in ("laughs.docx", "bomb.docx", "deep.docx", "deep.html", "surrogates.txt", "zero.txt", "zeros.txt", "cut.pdf", "cut.zip"):
        assert outcomes[name]["status"] == "failed", outcomes[name]
    assert outcomes["bomb.zip/a.txt"]["status"] == "failed"
    recorded = [outcome["id"] for outcome in outcomes.values() if outcome["status"] == "recorded"]
    assert f"notes: {len(set(recorded))} documents," in said
    assert {line["document"]["id"] for line in batch.exported()} <= set(recorded)


def test_what_stands_in_archives_and_messages_is_part_of_the_batch(batch: Batch) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "The fair"
    letter.set_content("In June 1999 the fair was opened in Shaki with 77 guests.\n")
    letter.add_attachment(b"On 4 May 1998 the fair was opened in Quba with 212 guests.", maintype="text", subtype="plain", filename="a.txt")
    letter.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    sidecar = json.dumps({"title": "From the archive", "published": "1998", "language": "en"})
    inner = zipped({"deep.txt": "In July 1997 the fair was opened in Ganja with 40 guests."})
    files: dict[str, bytes | str] = {
        "2.txt": SAID,
        "2.txt.source.json": sidecar,
        "1/in.zip": inner,
        "letter.eml": bytes(letter),
        "bad.txt": b"",
        "logo.png": b"x",
    }
    (batch.folder / "all.zip").write_bytes(zipped(files))
    said = batch.here("all.zip", "--language", "en", code=1)
    assert [(outcome["path"], outcome["status"]) for outcome in batch.outcomes()] == [
        ("all.zip/2.txt", "recorded"),
        ("all.zip/1/in.zip/deep.txt", "recorded"),
        ("all.zip/letter.eml", "recorded"),
        ("all.zip/letter.eml/a.txt", "recorded"),
        ("all.zip/letter.eml/logo.png", "passed over"),
        ("all.zip/bad.txt", "failed"),
        ("all.zip/logo.png", "passed over"),
    ]
    assert "2 files passed over, as no document: 2 .png" in said
    assert "all.zip/bad.txt: the file is empty" in said
    sources = {line["document"]["filename"]: line["document"]["source"]["title"] for line in batch.exported()}
    assert sources["all.zip/2.txt"] == "From the archive"
    assert {"all.zip/1/in.zip/deep.txt", "all.zip/letter.eml/a.txt"} <= set(sources)
    assert batch.here("all.zip", "--language", "en", code=1).count("nothing changed") == 4


def test_an_archive_that_unpacks_to_too_much_leaves_nothing_behind(batch: Batch) -> None:
    (batch.folder / "much.zip").write_bytes(zipped({f"{number}.txt": os.urandom(1000).hex() for number in range(20)}))
    batch.environment["SALNAME_MAX_UNPACKED_BYTES"] = "30000"
    assert "unpacks to more than the 30,000 bytes allowed; nothing of it was read" in batch.here("much.zip", code=1)
    assert [outcome["path"] for outcome in batch.outcomes()] == ["much.zip"]


def test_an_erased_document_stays_erased_when_the_batch_is_run_again(batch: Batch) -> None:
    write_notes(batch.folder / "notes", 2)
    batch.here("notes")
    erased = batch.outcomes()[0]["id"]
    batch.salname("erase", erased, "--reason", "asked for")
    said = batch.here("notes", code=1)
    assert f"note-000.txt: this document was captured before, as {erased}, and erased" in said
    assert "note-001.txt: was there already" in said


def test_folders_are_taken_without_what_is_hidden_and_names_are_shown_within_them(batch: Batch) -> None:
    write_notes(batch.folder / "notes", 1)
    for name in ("sub/deep.txt", ".git/config.txt", ".hidden.txt", "sub/data.bin", "sub/turned-\u202e.txt"):
        file = batch.folder / "notes" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(SAID + name, encoding="utf-8")
    said = batch.here("notes", "--language", "en")
    assert re.findall(r"^  (\S+): \d claim", said, re.MULTILINE) == ["note-000.txt", "sub/deep.txt", "sub/turned-\\u202e.txt"]
    assert "1 file passed over, as no document: 1 .bin" in said


def test_a_folder_without_documents_says_what_would_be_read(batch: Batch) -> None:
    (batch.folder / "empty").mkdir()
    assert re.search(r"there are no documents in empty; readable are: .*\.docx, .*\.pdf, .*\.zip", batch.here("empty", code=1))
