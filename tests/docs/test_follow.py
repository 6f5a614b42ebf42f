"""The client of follow-changes.md gets every change once and in order, through stops of its own and of the server; so does a browser."""

import importlib.util
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import missing
from tests.docs.pages import DOCS, blocks
from tests.support.servers import SALNAME, clean_environment, free_port, serving

PAGE = DOCS / "how-to" / "follow-changes.md"
TOKEN = "a-long-random-bootstrap-token"
ENVIRONMENT = {"SALNAME_BOOTSTRAP_TOKEN": TOKEN, "SALNAME_HEARTBEAT_SECONDS": "0.2", "NO_PROXY": "*"}


class Served:
    """A server that can be stopped and started again at the same address, with the page's chronology."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._stack = ExitStack()
        self._documents = 0
        self.start()
        headers = {"Authorization": f"Bearer {TOKEN}"}
        httpx.post(f"{self.url}/v1/chronologies", headers=headers, json={"slug": "kites", "title": "Kites"}).raise_for_status()

    @property
    def chronology(self) -> str:
        return f"{self.url}/v1/chronologies/kites"

    def start(self) -> None:
        self.url = self._stack.enter_context(serving(["serve"], ENVIRONMENT, self._folder / "server.log", self._port))

    def stop(self) -> None:
        self._stack.close()

    def head(self) -> int:
        """The newest revision that is shown."""
        return int(httpx.get(self.chronology).json()["revision"])

    def add(self) -> int:
        """Add a document with one claim; return the revision after it."""
        self._documents += 1
        text = f"The Kite Festival number {self._documents} was held in Lankaran on 4 June {1900 + self._documents}."
        body = {"text": text, "source": {"title": text}}
        answer = httpx.post(f"{self.chronology}/documents", headers={"Authorization": f"Bearer {TOKEN}"}, json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["revision"])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("server"))
    yield served
    served.stop()


@pytest.fixture
def client(tmp_path: Path) -> ModuleType:
    """The page's `follow.py`, as somebody saved it."""
    (block,) = (block for block in blocks(PAGE) if (block.test, block.argument) == ("file", "follow.py"))
    path = tmp_path / "follow.py"
    path.write_text(block.text, "utf-8")
    spec = importlib.util.spec_from_file_location("follow", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def revision(received: tuple[str, Any]) -> int:
    name, message = received
    assert name == "change"
    return int(message["data"]["revision"])


def test_client_gets_every_change_once_and_in_order(served: Served, client: ModuleType, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor"
    cursor.write_text(str(served.head()))
    expected = [served.add(), served.add()]
    following = client.follow(served.chronology, cursor)
    got = [revision(next(following)), revision(next(following))]
    expected.append(served.add())
    got.append(revision(next(following)))
    assert got == expected
    following.close()
    # The client died before it had saved its cursor: it gets the last change once more, then the next.
    expected.append(served.add())
    following = client.follow(served.chronology, cursor)
    assert [revision(next(following)), revision(next(following))] == expected[-2:]
    # The server is stopped and started again while the client waits; nothing is lost or repeated.
    served.stop()
    served.start()
    expected.append(served.add())
    assert revision(next(following)) == expected[-1]
    following.close()


def test_client_is_told_to_start_over(served: Served, client: ModuleType, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor"
    cursor.write_text("9999")
    head = served.add()
    following = client.follow(served.chronology, cursor)
    name, told = next(following)
    assert (name, told["revision"] <= head) == ("reset", True)
    after = served.add()
    assert revision(next(following)) in (head, after)
    following.close()


def test_pull_tells_of_a_cursor_that_never_was(served: Served) -> None:
    answer = httpx.get(f"{served.chronology}/changes", params={"after": 9999})
    assert (answer.status_code, "revision" in answer.json()) == (410, True)


def test_browser(served: Served, tmp_path: Path) -> None:
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        missing("there is no Chromium: `make browser` installs one")
    (block,) = (block for block in blocks(PAGE) if block.test == "browser")
    first = served.add()
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"]) as browser:
        page = browser.new_page()
        page.goto(served.url)
        heard: list[str] = []
        page.on("console", lambda message: heard.append(message.text))
        with page.expect_console_message(lambda message: message.text.startswith(f"{first} created The Kite Festival")):
            page.evaluate(f"() => {{ {block.text} }}")
        with page.expect_console_message():
            second = served.add()
        revisions = [int(line.split()[0]) for line in heard]
        assert revisions == sorted(set(revisions))
        assert revisions[-2:] == [first, second]


def test_follow_as_a_command(served: Served, client: ModuleType, tmp_path: Path) -> None:
    head = served.add()
    command = [str(Path(SALNAME).with_name("python")), "follow.py", served.chronology]
    with subprocess.Popen(command, cwd=tmp_path, env=clean_environment({}), stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout is not None
        told = next(line for line in following.stdout if f'"revision": {head}' in line)
        following.terminate()
    assert told.startswith("change {")
