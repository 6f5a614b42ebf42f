"""Proving and verifying from the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.crypto.notes import Vkey
from tests.support.here import salname_here
from tests.support.servers import SALNAME, clean_environment

PROGRAM = Path(__file__).parents[2] / "examples" / "verify_citation.py"
TEXT = "The reading room opened in Sheki on 4 May 1998 with 1200 books."


class Salname:
    """The command on one store."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = clean_environment(environment)

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return salname_here(tuple(map(str, arguments)), self.folder, self.environment)

    def __call__(self, *arguments: str | Path) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *arguments: str | Path, code: int = 1) -> str:
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (code, ""), done.stdout + done.stderr
        return " ".join(done.stderr.replace("│", " ").split())

    def claims(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self("export", "library").splitlines()]

    def keys(self) -> list[str]:
        return [line.split()[0] for line in self("keys", "library").splitlines()]


@pytest.fixture(params=["sqlite", "postgresql"])
def salname(request: pytest.FixtureRequest, tmp_path: Path) -> Salname:
    environment = {} if request.param == "sqlite" else {"SALNAME_DATABASE_URL": request.getfixturevalue("postgres_url")}
    (tmp_path / "notice.txt").write_text(TEXT)
    command = Salname(tmp_path, environment)
    command("ingest", "notice.txt", "--chronology", "library", "--language", "en")
    return command


def test_a_citation_is_proven_and_verified_where_there_is_no_database(salname: Salname, tmp_path: Path) -> None:
    (claim,) = salname.claims()
    proof, (key,) = salname("proof", str(claim["claim_id"])), salname.keys()
    elsewhere = Salname(tmp_path / "elsewhere", {"SALNAME_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"})
    elsewhere.folder.mkdir()
    (elsewhere.folder / "citation.proof.json").write_text(proof, "utf-8")
    said = elsewhere("verify", "citation.proof.json", "--key", key)
    assert f"quote: {TEXT[:-1]}" in said
    assert f"signed by: {key}" in said
    assert [path.name for path in elsewhere.folder.iterdir()] == ["citation.proof.json"]
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "citation.proof.json", "--key", key],
        cwd=elsewhere.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (elsewhere.folder / "altered.json").write_text(proof.replace("1200 books", "1201 books"), "utf-8")
    assert "not the one that its events give" in elsewhere.refuses("verify", "altered.json", "--key", key)
    assert "none of the keys" in elsewhere.refuses("verify", "citation.proof.json", "--key", key_of_another_log(key))
    assert "'what?' is not a key" in elsewhere.refuses("verify", "citation.proof.json", "--key", "what?")
    assert "No such file" in elsewhere.refuses("verify", "missing.json", "--key", key)


def key_of_another_log(key: str) -> str:
    own = Vkey.parse(key)
    return str(Vkey(own.name + "0", own.algorithm, own.public_key))


def test_wrong_ways_to_ask_are_told_apart(salname: Salname) -> None:
    (key,) = salname.keys()
    assert "either the file" in salname.refuses("verify", code=2)
    assert "either the file" in salname.refuses("verify", "notice.txt", "--log", "library", code=2)
    assert "with --key" in salname.refuses("verify", "notice.txt", code=2)
    assert "go with --log" in salname.refuses("verify", "notice.txt", "--key", key, "--since", "notice.txt", code=2)
    assert "not one that cosigns" in salname.refuses("verify", "notice.txt", "--key", key, "--witness", key, code=2)
    assert "no claim nothing in any chronology" in salname.refuses("proof", "nothing")
    assert "no document nothing in any chronology" in salname.refuses("erase", "nothing", "--reason", "x")
    for command in ("checkpoint", "keys"):
        assert "no chronology called 'nowhere'" in salname.refuses(command, "nowhere")


def test_several_processes_that_sign_at_once_agree(salname: Salname) -> None:
    command = [SALNAME, "checkpoint", "library"]
    started = [subprocess.Popen(command, cwd=salname.folder, env=salname.environment, stdout=subprocess.PIPE) for _ in range(4)]
    printed = {process.communicate(timeout=120)[0] for process in started}
    assert [process.returncode for process in started] == [0] * 4
    assert len(printed) == 1
    assert printed == {salname("checkpoint", "library").encode()}
    assert len(salname.keys()) == 1


def test_a_rotated_key_signs_and_old_proofs_stay_valid(salname: Salname) -> None:
    (claim,) = salname.claims()
    (salname.folder / "old.json").write_text(salname("proof", str(claim["claim_id"])), "utf-8")
    (old,) = salname.keys()
    said = salname("rotate-signing-key").replace("\n", "")
    kept = salname.folder / said.partition("kept at ")[2].rstrip(".")
    assert kept.stat().st_mode & 0o777 == 0o600
    new, still = salname.keys()
    assert still == old
    (salname.folder / "more.txt").write_text("The library opened in Sheki on 5 June 1999 with 300 books.")
    salname("ingest", "more.txt", "--chronology", "library", "--language", "en")
    later = next(each for each in salname.claims() if each["claim_id"] != claim["claim_id"])
    (salname.folder / "new.json").write_text(salname("proof", str(later["claim_id"])), "utf-8")
    salname("verify", "old.json", "--key", old)
    salname("verify", "new.json", "--key", new)
    for file in ("old.json", "new.json"):
        salname("verify", file, "--key", old, "--key", new)
    assert "no signature is by" in salname.refuses("verify", "new.json", "--key", old)
    assert "checkpoints: 2" in salname("verify", "--log", "library", "--log-only")


def test_a_document_is_erased_and_its_proof_outlives_it(salname: Salname) -> None:
    (claim,) = salname.claims()
    (salname.folder / "kept.json").write_text(salname("proof", str(claim["claim_id"])), "utf-8")
    document = json.loads((salname.folder / "kept.json").read_text("utf-8"))["citation"]["document"]["id"]
    (salname.folder / "checkpoint").write_text(salname("checkpoint", "library"), "utf-8")
    assert "is erased; claims that lost their words: 1" in salname("erase", document, "--reason", "asked for")
    assert "was erased before" in salname("erase", document, "--reason", "asked for")
    assert "asked for" in salname.refuses("proof", str(claim["claim_id"]))
    (key,) = salname.keys()
    salname("verify", "kept.json", "--key", key)
    said = salname("verify", "--log", "library", "--since", "checkpoint", "--key", key)
    assert "of which erased: 1" in said
    assert "continues the checkpoint over 4 events" in said


def test_a_kept_checkpoint_of_another_log_proves_nothing(salname: Salname) -> None:
    (salname.folder / "checkpoint").write_text(salname("checkpoint", "library"), "utf-8")
    salname("ingest", "notice.txt", "--chronology", "another", "--language", "en")
    done = salname.run("verify", "--log", "another", "--log-only", "--since", "checkpoint")
    assert (done.returncode, "the log of another is" in done.stderr) == (1, True)
    (salname.folder / "checkpoint").write_text("nothing of the kind", "utf-8")
    done = salname.run("verify", "--log", "library", "--log-only", "--since", "checkpoint")
    assert (done.returncode, "not a signed note" in done.stderr) == (1, True)
