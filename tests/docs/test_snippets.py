"""Every command and snippet of the documentation is run as it stands, page by page, against a real `salname`.

`SALNAME_UPDATE_DOCS=1 pytest tests/docs` writes what was printed into the pages instead of comparing it; read the difference before you
commit it.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, PAGES, Block, blocks, rewrite
from tests.support.servers import SALNAME, clean_environment, free_port, serving

UPDATE = bool(os.environ.get("SALNAME_UPDATE_DOCS"))
TESTS = ("run", "output", "file", "serve", "browser", "text", "claims", "elsewhere")
RUNNABLE = ("sh", "bash", "python", "js")
SECONDS = 60
ADDRESS = "127.0.0.1:8000"

_VARIABLE = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "id"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)"), "time"),
    (re.compile(r"salname_[\w-]{43}"), "secret"),
)

run_pages = pytest.mark.parametrize(
    "page",
    [page for page in PAGES if any(block.test == "run" for block in blocks(page))],
    ids=lambda page: str(page.relative_to(DOCS)),
)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))


def comparable(printed: str) -> str:
    """Number what differs from run to run in the order it first comes up."""
    for pattern, name in _VARIABLE:
        seen: dict[str, str] = {}
        printed = pattern.sub(lambda match, seen=seen, name=name: seen.setdefault(match[0], f"<{name} {len(seen) + 1}>"), printed)  # type: ignore[misc]
    return printed.strip()


class Reader:
    """Somebody who follows a page to the letter, in a folder of their own."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.port = free_port()
        self.printed = ""
        self._stack = stack
        self._state = folder.parent / "shell"
        self._state.write_text("")
        bin_folder = Path(SALNAME).parent
        path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
        self._environment = clean_environment({"PATH": path, "VIRTUAL_ENV": str(bin_folder.parent), "COLUMNS": "120", "PYTHONUTF8": "1"})

    def follow(self, block: Block) -> None:
        text = block.text.replace(ADDRESS, f"127.0.0.1:{self.port}")
        actions: dict[str, Callable[[str], None]] = {"serve": self._serve, "file": lambda text: self._save(block.argument, text)}
        if block.test == "run":
            self._run(block.language, text)
        elif block.test in actions:
            actions[block.test](text)

    def _run(self, language: str, text: str) -> None:
        if language == "python":
            command = [sys.executable, "-c", text]
        else:
            # One shell from block to block, as far as a reader notices: variables and functions are kept.
            command = ["bash", "-euo", "pipefail", "-c", f"set -a; . {self._state}\n{text}\n{{ export -p; declare -f; }} > {self._state}"]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
        assert done.returncode == 0, f"{text}\nended with {done.returncode}:\n{done.stdout}{done.stderr}"
        self.printed = (done.stdout + done.stderr).replace(f"127.0.0.1:{self.port}", ADDRESS)

    def _save(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def _serve(self, text: str) -> None:
        program, *arguments = text.split()
        assert program == "salname", text
        self._stack.enter_context(serving(arguments, {}, self.folder / "server.log", self.port))


@run_pages
def test_page_works_as_written(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    printed: dict[Block, str] = {}
    with ExitStack() as stack:
        reader = Reader(folder, stack)
        for block in blocks(page):
            if block.test != "output":
                reader.follow(block)
                continue
            if UPDATE and comparable(reader.printed) != comparable(block.text):
                printed[block] = reader.printed.strip("\n") + "\n"
            if not UPDATE:
                assert comparable(reader.printed) == comparable(block.text)
    if printed:
        rewrite(page, printed)


@each_page
def test_nothing_that_could_be_run_is_forgotten(page: Path) -> None:
    for block in blocks(page):
        assert block.test in TESTS if block.test else block.language not in RUNNABLE, block.text
        if block.test == "elsewhere":
            assert block.argument, f"say why this is not run:\n{block.text}"


@each_page
def test_data_snippets_parse(page: Path) -> None:
    for block in blocks(page):
        match block.language:
            case "json":
                json.loads(block.text)
            case "jsonl":
                for line in block.text.splitlines():
                    json.loads(line)
            case "toml":
                tomllib.loads(block.text)


def test_what_varies_is_all_that_is_ignored() -> None:
    one, other = "01a20a23-16f7-7483-9f2b-e3ea6c7a75a6", "01a20a23-db02-7d58-b128-3f9714caa3d4"
    assert comparable(f"{one} {one} 406") == comparable(f"{other} {other} 406\n")
    assert comparable(f"{one} {one}") != comparable(f"{one} {other}")
    assert comparable(f"{one} 406") != comparable(f"{one} 403")
