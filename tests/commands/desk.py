"""Somebody at a terminal."""

import json
import subprocess
from pathlib import Path

from tests.support.here import salname_here

NOTICE = "The reading room opened in Sheki on 4 May 1998 with 1200 books."


class Desk:
    """Somebody at a terminal, in a folder of their own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        self.database = folder / "salname-data" / "salname.db"

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return salname_here(arguments, self.folder, self.environment)

    def __call__(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1
        return done.stderr

    def ingest(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)
        self("ingest", name, "--chronology", "library", "--language", "en")

    def quotes(self) -> list[str]:
        return [json.loads(line)["quote"] for line in self("export", "library").splitlines()]
