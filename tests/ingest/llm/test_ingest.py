"""A document that a language model reads, from the command line into the log; and one that it fails on, which leaves nothing."""

import os
import subprocess
from pathlib import Path

from services.local import Workspace
from shared.domain.claims import Claim
from shared.domain.events import ClaimRecorded
from shared.domain.ports import replay
from shared.settings import read_settings
from tests.ingest.llm.model_server import MODEL, ModelServer, completion, model, refusal
from tests.ingest.llm.reading import claim, number
from tests.support.servers import SALNAME, clean_environment

TEXT = "The bridge was opened on 3 March 1999 before 90 guests.\n"
OPENED = claim(
    "The bridge was opened on 3 March 1999 before 90 guests.", ("3 March 1999", "1999-03-03"), number("90 guests", "90", "guests")
)


def ingested(folder: Path, server: ModelServer) -> subprocess.CompletedProcess[str]:
    file = folder / "bridge.txt"
    file.write_text(TEXT, encoding="utf-8")
    surroundings = {"PATH": os.environ["PATH"], "SALNAME_LLM_BASE_URL": server.base_url, "SALNAME_LLM_MODEL": MODEL}
    command = [
        SALNAME,
        "ingest",
        str(file),
        "--chronology",
        "valley",
        "--language",
        "en",
        "--extractor",
        "llm",
        "--data",
        str(folder / "d"),
    ]
    return subprocess.run(command, cwd=folder, env=clean_environment(surroundings), capture_output=True, text=True, timeout=60, check=False)


def recorded(folder: Path) -> list[Claim]:
    with Workspace(read_settings(data=folder / "d")) as workspace:
        info = workspace.service.log.chronology("valley")
        events = replay(workspace.service.log, info.id) if info else ()
        return [event.data.claim for event in events if isinstance(event.data, ClaimRecorded)]


def test_claims_say_which_model_read_them_with_which_prompt(tmp_path: Path) -> None:
    with model(completion([OPENED, claim("The bridge fell.", ("1999", "1999"))], model=f"{MODEL}-2026")) as server:
        done = ingested(tmp_path, server)
    assert done.returncode == 0, done.stderr
    (found,) = recorded(tmp_path)
    assert (found.extractor.name, found.date and found.date.edtf) == ("llm", "1999-03-03")
    assert found.extractor.model == f"{MODEL}-2026"
    assert found.extractor.prompt is not None
    assert found.extractor.prompt.startswith("happenings-")


def test_a_model_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with model(refusal(401, "no such key")) as server:
        done = ingested(tmp_path, server)
    assert done.returncode == 1
    assert "no such key" in done.stderr
    assert recorded(tmp_path) == []
