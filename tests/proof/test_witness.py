"""Witnesses, as programs of their own before a real server: one that follows a log, and finds out that its past was rewritten."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.ingest.requests import NewChronology
from services.ingest.service import Caller
from services.ingest.wiring import build_service
from shared.crypto.citation import verify_citation
from shared.crypto.entropy import system_ids
from shared.crypto.notes import Note, Vkey
from shared.domain.roles import Principal, Role
from shared.settings import Settings
from shared.store.migrate import migrate
from tests.support.here import salname_here
from tests.support.servers import free_port, serving

WITNESS = Path(__file__).parents[2] / "examples" / "witness.py"
TOKEN = "a-long-random-bootstrap-token"
SEED = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
LATER = "The library opened in Sheki on 5 June 1999 with 300 books."


def begin(data: Path, chronology: str, title: str) -> None:
    """Open a chronology under an id that another database may have, too."""
    settings = Settings(data=data, database_url=None)
    database = settings.open_database()
    migrate(database)
    caller = Caller(Principal(name="Aygün", role=Role.admin), chronology)  # the id is made of the key
    build_service(database, settings, system_ids()).create_chronology(NewChronology(slug="library", title=title), caller)
    database.close()


@dataclass
class Log:
    """A server with a log, and the chronology's API."""

    client: httpx.Client
    address: str
    data: Path
    cosigned: list[str] = field(default_factory=list)

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self.client.get(f"{self.address}{path}", params=params or None)

    def capture(self, text: str) -> int:
        """Capture a document, and wait until a checkpoint covers it."""
        body = {"text": text, "source": {"language": "en"}}
        answer = self.client.post(f"{self.address}/documents", json=body).raise_for_status().json()
        for _ in range(600):
            shown = self.get("/checkpoint")
            if shown.status_code == 200 and int(shown.text.splitlines()[1]) >= answer["revision"]:
                return int(answer["revision"])
            self.client.get("/healthz", timeout=5)
        raise AssertionError("no checkpoint was signed")

    def key(self) -> str:
        return str(self.get("/keys").json()["keys"][0]["vkey"])


@contextmanager
def serve(folder: Path, name: str, chronology: str = "the same") -> Iterator[Log]:
    """Run the embedded service on a fresh database, with the signing key that all of these share."""
    data = folder / name
    begin(data, chronology, name)
    settings = {"SALNAME_DATA": str(data), "SALNAME_SIGNING_KEY": SEED, "SALNAME_BOOTSTRAP_TOKEN": TOKEN}
    with (
        serving(["serve"], settings, folder / f"{name}.log", free_port()) as url,
        httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=30) as client,
    ):
        yield Log(client, f"{url}/v1/chronologies/library", data)


def witness(folder: Path, log: Log, key: str) -> subprocess.CompletedProcess[str]:
    """Look at a log once, with what was kept in the folder."""
    command = [sys.executable, str(WITNESS), log.address, "--key", key, "--name", "witness.example/reader", "--token", TOKEN]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """The witness's own folder."""
    folder = tmp_path / "witness"
    folder.mkdir()
    return folder


def test_a_witness_follows_a_log_and_its_cosignature_reaches_the_reader(tmp_path: Path, outside: Path) -> None:
    with serve(tmp_path, "log") as log:
        first = log.capture("The reading room opened in Sheki on 4 May 1998 with 1200 books.")
        key = log.key()
        seen = witness(outside, log, key)
        assert seen.returncode == 0, seen.stderr
        assert "first that was seen" in seen.stdout
        assert (outside / "witness-key").stat().st_mode & 0o077 == 0
        second = log.capture(LATER)
        seen = witness(outside, log, key)
        assert (seen.returncode, "first that was seen" in seen.stdout) == (0, False), seen.stderr
        assert witness(outside, log, key).returncode == 0, "nothing new"
        (vkey,) = {name["vkey"] for shown in log.get("/checkpoints").json()["checkpoints"] for name in shown["witnesses"]}
        assert vkey in seen.stdout
        sizes = [shown["size"] for shown in log.get("/checkpoints").json()["checkpoints"] if shown["witnesses"]]
        assert sizes == [second, first]
        Note.decode(log.get("/checkpoint").content).verify(Vkey.parse(vkey))
        (outside / "witnessed-checkpoint").read_text()
        claim = log.get("/entries").json()["entries"][0]["id"]
        proof = log.get(f"/claims/{claim}/proof").content
        assert [each.vkey.name for each in verify_citation(proof, [Vkey.parse(key), Vkey.parse(vkey)]).witnesses] == [
            "witness.example/reader"
        ]


def test_a_rewritten_log_is_refused_by_the_witness_and_by_whoever_kept_a_checkpoint(tmp_path: Path, outside: Path) -> None:
    with serve(tmp_path, "log") as log:
        log.capture("The reading room opened in Sheki on 4 May 1998 with 1200 books.")
        key = log.key()
        assert witness(outside, log, key).returncode == 0
        kept = (outside / "witnessed-checkpoint").read_text()
        assert verify(outside, log, key).returncode == 0
        grown = log.capture(LATER)
        assert verify(outside, log, key).returncode == 0
    with serve(tmp_path, "rewritten") as log:  # the same id, the same signing key, another history
        assert log.key() == key
        log.capture("The reading room opened in Sheki on 4 May 1998 with 12 books.")
        assert log.capture(LATER) == grown
        refused = witness(outside, log, key)
        assert refused.returncode == 1
        assert "REFUSED" in refused.stderr
        assert "does not begin with" in refused.stderr
        assert (outside / "witnessed-checkpoint").read_text() == kept, "what was seen is not forgotten"
        assert (outside / "witnessed-checkpoint.refused").read_text() == log.get("/checkpoint").text
        assert [shown["witnesses"] for shown in log.get("/checkpoints").json()["checkpoints"] if shown["witnesses"]] == []
        found = verify(outside, log, key)
        assert found.returncode == 1
        assert "its past was rewritten" in found.stderr


def test_a_log_that_lost_its_end_and_one_of_two_faces_are_refused(tmp_path: Path, outside: Path) -> None:
    with serve(tmp_path, "log") as log:
        log.capture("The reading room opened in Sheki on 4 May 1998 with 1200 books.")
        log.capture(LATER)
        key = log.key()
        assert witness(outside, log, key).returncode == 0
    with serve(tmp_path, "shorter") as log:
        log.capture("The reading room opened in Sheki on 4 May 1998 with 1200 books.")
        refused = witness(outside, log, key)
        assert (refused.returncode, "were signed before" in refused.stderr) == (1, True)
        assert verify(outside, log, key).returncode == 1
        log.capture(LATER)
        refused = witness(outside, log, key)
        assert (refused.returncode, "two different logs of" in refused.stderr) == (1, True)


def test_a_witness_does_not_take_another_log_or_another_key_for_its_own(tmp_path: Path, outside: Path) -> None:
    with serve(tmp_path, "log") as log:
        log.capture(LATER)
        key = log.key()
        assert witness(outside, log, key).returncode == 0
    with serve(tmp_path, "other", chronology="another") as log:
        log.capture(LATER)
        assert log.key() != key
        assert "not signed by the log's key" in witness(outside, log, key).stderr
        assert "not signed by the log's key" in witness(outside, log, log.key()).stderr, "what was kept is another log's"


def test_a_witness_that_may_not_submit_says_so(tmp_path: Path, outside: Path) -> None:
    with serve(tmp_path, "log") as log:
        log.capture(LATER)
        command = [sys.executable, str(WITNESS), log.address, "--key", log.key(), "--name", "w.example/x", "--token", "salname_wrong"]
        done = subprocess.run(command, cwd=outside, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, "401" in done.stderr) == (2, True)
        size = int(log.get("/checkpoint").text.splitlines()[1])
        token = log.client.post("/v1/tokens", json={"name": "A reader", "role": "reader"}).json()["secret"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = log.client.post(f"{log.address}/checkpoints/{size}/cosignatures", headers=headers, json={"vkey": "v", "signature": "s"})
        assert answer.status_code == 403
        submit = f"{log.address}/checkpoints/{size}/cosignatures"
        for body in ({"vkey": "v", "signature": "s"}, {"vkey": "v"}, {}):
            assert log.client.post(submit, json=body).status_code == 422
        later = submit.replace(f"/{size}/", f"/{size + 1}/")
        assert log.client.post(later, json={"vkey": "v", "signature": "s"}).status_code == 404


def verify(folder: Path, log: Log, key: str) -> subprocess.CompletedProcess[str]:
    """Verify a log where it is, with the checkpoint that the witness kept."""
    kept = str(folder / "witnessed-checkpoint")
    return salname_here(("verify", "--log", "library", "--data", str(log.data), "--since", kept, "--key", key), folder, {})
