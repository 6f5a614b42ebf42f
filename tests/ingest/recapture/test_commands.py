"""`salname capture`, `recapture`, `sources` and `follow`: one story as processes, the others within this one."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.ingest.feeds.test_following import feed
from tests.ingest.fetching.serving import Site, answer, serving
from tests.ingest.recapture.pages import BRIDGE, page
from tests.support.here import salname_here
from tests.support.servers import SALNAME, clean_environment

Salname = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def surroundings(site: Site) -> dict[str, str]:
    return {"SALNAME_FETCH_ALLOW_PRIVATE": json.dumps([site.place]), "NO_COLOR": "1"}


@pytest.fixture
def salname(tmp_path: Path, surroundings: dict[str, str]) -> Salname:
    return lambda *arguments: salname_here(arguments, tmp_path, surroundings)


@pytest.fixture
def process(tmp_path: Path, surroundings: dict[str, str]) -> Salname:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SALNAME, *arguments],
            cwd=tmp_path,
            env=clean_environment(surroundings),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_a_page_is_captured_and_captured_again(salname: Salname, process: Salname, site: Site) -> None:
    site.pages["/b"] = page(*BRIDGE)
    first = process("capture", f"{site.url}/b", f"{site.url}/none", "--chronology", "bridges", "--publisher", "Alder Gazette (example)")
    assert first.returncode == 1
    assert f"{site.url}/b: captured, " in first.stdout
    assert f"{site.url}/none answers with status 404: there is no page at this address" in first.stderr
    assert first.stderr.count(f"{site.url}/none") == len(first.stderr.splitlines()) == 1, "the address is named once, in one line"
    listed = salname("sources", "bridges").stdout
    source_id = listed.split()[0]
    assert f"  address: {site.url}/b\n" in listed
    assert "  captures: 1, the last " in listed
    assert salname("recapture", "bridges").stdout == f"{site.url}/b: unchanged\n"
    site.pages["/b"] = page("In 2010 the bridge was painted green for 90000 euros.", BRIDGE[0], BRIDGE[2].replace("45", "48"))
    second = process("recapture", "bridges", "--source", source_id, "--every", "1d")
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


def test_a_page_of_a_private_network_is_refused_by_its_reason_and_opens_no_chronology(salname: Salname) -> None:
    for command in (("capture", "http://10.0.0.1/"), ("follow", "http://10.0.0.1/feed", "--every", "1h")):
        refused = salname(*command, "--chronology", "bridges")
        assert refused.returncode == 1
        assert "not public (a private network)" in refused.stderr
        assert "there is no chronology called 'bridges'" in salname("sources", "bridges").stderr


def test_pages_and_feeds_that_cannot_be_had_open_no_chronology_and_the_first_that_can_does(salname: Salname, site: Site) -> None:
    site.pages |= {"/feed": feed("/missing"), "/b": page(*BRIDGE), "/empty": answer("")}
    assert salname("follow", f"{site.url}/feed", "--chronology", "bridges").returncode == 1
    assert salname("capture", f"{site.url}/empty", "--chronology", "bridges").returncode == 1
    assert salname("sources", "bridges").returncode == 1
    done = salname("capture", f"{site.url}/empty", f"{site.url}/b", f"{site.url}/b", "--chronology", "bridges")
    assert [line.rpartition(": ")[2].partition(",")[0] for line in done.stdout.splitlines()] == ["captured", "unchanged"]
    assert salname("sources", "bridges").returncode == 0


def test_names_and_intervals_that_cannot_be_are_refused_before_anything_is_fetched(salname: Salname, site: Site) -> None:
    refused = salname("capture", f"{site.url}/b", "--chronology", "The Bridges")
    assert refused.returncode == 1
    assert "cannot name a chronology" in refused.stderr
    assert salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "5s").returncode == 1
    assert site.requests == []


def test_sources_that_came_as_files_are_told_apart_from_those_that_were_fetched(salname: Salname, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("The bridge was opened on 4 May 1998.\n", encoding="utf-8")
    assert salname("ingest", "note.txt", "--chronology", "bridges").returncode == 0
    assert salname("sources", "bridges").stdout.endswith("\nNone of them was fetched from an address.\n")
    nothing = salname("recapture", "bridges").stdout
    assert nothing == "bridges has no source that was fetched from an address: there is nothing to capture again.\n"


def test_a_feed_is_followed(salname: Salname, site: Site) -> None:
    site.pages |= {"/feed": feed("/0", "/missing"), "/0": page(BRIDGE[0])}
    first = salname("follow", f"{site.url}/feed", "--chronology", "bridges")
    assert first.returncode == 1
    assert "Alder News: 1 captured, 0 captured before, 1 failed.\n" in first.stdout
    assert first.stderr.startswith(f"  {site.url}/missing answers with status 404: ")
    site.pages["/missing"] = page(BRIDGE[1])
    second = salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "1h")
    assert second.returncode == 0, second.stderr
    assert "Alder News: 1 captured, 1 captured before, 0 failed.\n" in second.stdout
    follows = f"follows {site.url}/feed, looked at every 1h\n"
    assert salname("sources", "bridges").stdout.endswith(follows)
    ended = salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "off")
    assert ended.stdout == f"{site.url}/feed is followed no longer.\n"
    assert follows not in salname("sources", "bridges").stdout
    assert salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "often").returncode == 1


def test_a_feed_that_is_not_followed_cannot_be_followed_no_longer(salname: Salname, site: Site) -> None:
    site.pages |= {"/feed": feed("/0"), "/0": page(BRIDGE[0])}
    nowhere = salname("follow", f"{site.url}/feed", "--chronology", "new", "--every", "off")
    assert (nowhere.returncode, nowhere.stdout) == (1, "")
    assert "there is no database at" in salname("sources", "new").stderr
    assert salname("follow", f"{site.url}/feed", "--chronology", "bridges").returncode == 0
    never = salname("follow", f"{site.url}/feed", "--chronology", "bridges", "--every", "off")
    assert (never.returncode, never.stdout) == (1, "")
    assert f"bridges does not follow {site.url}/feed" in never.stderr


def test_a_hostile_page_is_a_failure_of_that_page(salname: Salname, site: Site) -> None:
    site.pages |= {"/deep": answer("<div>" * 200_000 + "A bridge was opened on 4 May 1998."), "/b": page(*BRIDGE)}
    done = salname("capture", f"{site.url}/deep", f"{site.url}/b", "--chronology", "bridges")
    assert f"{site.url}/b: captured, " in done.stdout
    assert "Traceback" not in done.stderr
