"""`salname capture`, `recapture`, `sources` and `follow`, as processes."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ingest.feeds.test_following import feed
from tests.ingest.fetching.serving import Site, answer, serving
from tests.ingest.recapture.pages import BRIDGE, page
from tests.support.servers import SALNAME, clean_environment

Salname = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def salname(tmp_path: Path, site: Site) -> Salname:
    environment = clean_environment({"SALNAME_FETCH_ALLOW_PRIVATE": json.dumps([site.place]), "NO_COLOR": "1"})

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SALNAME, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def test_a_page_is_captured_and_captured_again(salname: Salname, site: Site) -> None:
    site.pages["/b"] = page(*BRIDGE)
    first = salname("capture", f"{site.url}/b", f"{site.url}/none", "--chronology", "bridges", "--publisher", "Alder Gazette (example)")
    assert first.returncode == 1
    assert f"{site.url}/b: captured, " in first.stdout
    assert f"{site.url}/none: " in first.stderr
    assert "there is no page at this address" in first.stderr
    listed = salname("sources", "bridges").stdout
    source_id = listed.split()[0]
    assert f"  address: {site.url}/b\n" in listed
    assert "  captures: 1, the last " in listed
    assert salname("recapture", "bridges").stdout == f"{site.url}/b: unchanged\n"
    site.pages["/b"] = page("In 2010 the bridge was painted green for 90000 euros.", BRIDGE[0], BRIDGE[2].replace("45", "48"))
    second = salname("recapture", "bridges", "--source", source_id, "--every", "1d")
    assert second.returncode == 0, second.stderr
    assert f"{site.url}/b: captured, " in second.stdout
    assert "carried over: " in second.stdout
    assert "  changed: " in second.stdout
    assert "  vanished: " in second.stdout
    assert "  new: In 2010 the bridge was painted green" in second.stdout
    assert "  captured again: every 1d\n" in salname("sources", "bridges").stdout
    assert salname("recapture", "bridges", "--every", "off").returncode == 0
    assert "captured again" not in salname("sources", "bridges").stdout


def test_what_is_no_address_opens_no_chronology(salname: Salname, site: Site) -> None:
    refused = salname("capture", "file:///etc/passwd", "--chronology", "bridges")
    assert refused.returncode == 1
    assert "http:// or https://" in refused.stderr
    assert salname("sources", "bridges").returncode == 1
    assert salname("follow", "gopher://news.example/", "--chronology", "bridges").returncode == 1
    assert salname("sources", "bridges").returncode == 1


def test_a_page_of_a_private_network_is_refused_by_its_reason(salname: Salname) -> None:
    refused = salname("capture", "http://10.0.0.1/", "--chronology", "bridges")
    assert refused.returncode == 1
    assert "not public (a private network)" in refused.stderr


def test_a_feed_is_followed(salname: Salname, site: Site) -> None:
    site.pages |= {"/feed": feed("/0", "/missing"), "/0": page(BRIDGE[0])}
    first = salname("follow", f"{site.url}/feed", "--chronology", "bridges")
    assert first.returncode == 1
    assert "Alder News: 1 captured, 0 captured before, 1 failed.\n" in first.stdout
    assert f"{site.url}/missing: " in first.stderr
    site.pages["/missing"] = page(BRIDGE[1])
    second = salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "1h")
    assert second.returncode == 0, second.stderr
    assert "Alder News: 1 captured, 1 captured before, 0 failed.\n" in second.stdout
    ended = salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "off")
    assert ended.stdout == f"{site.url}/feed is followed no longer.\n"
    assert salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "often").returncode == 1


def test_a_hostile_page_is_a_failure_of_that_page(salname: Salname, site: Site) -> None:
    site.pages |= {"/deep": answer("<div>" * 200_000 + "A bridge was opened on 4 May 1998."), "/b": page(*BRIDGE)}
    done = salname("capture", f"{site.url}/deep", f"{site.url}/b", "--chronology", "bridges")
    assert f"{site.url}/b: captured, " in done.stdout
    assert "Traceback" not in done.stderr
