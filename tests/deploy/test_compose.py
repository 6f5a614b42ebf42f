"""The compose file: parsed, its own commands started with its own environment as local processes on PostgreSQL, and put to work."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml

from tests.support.servers import SALNAME, clean_environment, free_port, serving
from tests.support.texts import FAIR_AZ, FAIR_EN, FAIR_EN_OTHER, SOURCES

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a-long-random-bootstrap-token"
SERVICES = ("ingest", "projection", "query")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def interpolated(value: str, variables: dict[str, str]) -> str:
    """Compose's own substitution of ${NAME}, ${NAME:-default} and ${NAME:?message}."""

    def replace(match: re.Match[str]) -> str:
        name, kind, rest = match.group(1), match.group(2), match.group(3)
        if variables.get(name):
            return variables[name]
        if kind == ":-":
            return str(rest)
        raise AssertionError(f"{name} is not set: {rest}")

    return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", replace, value)


def environment_of(compose: dict[str, Any], service: str, database: str) -> dict[str, str]:
    given = compose["services"][service]["environment"]
    made = {name: interpolated(str(value), {"SALNAME_BOOTSTRAP_TOKEN": TOKEN}) for name, value in given.items()}
    assert made["SALNAME_DATABASE_URL"] == "postgresql://salname:salname@db:5432/salname"
    return {**made, "SALNAME_DATABASE_URL": database}


def test_the_services_wait_for_what_they_need(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"db", "migrate", *SERVICES}
    assert services["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"
    for name in SERVICES:
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert services[name]["command"] == ["serve", name]
        assert "readyz" in " ".join(services[name]["healthcheck"]["test"])
    assert all(port.startswith("127.0.0.1:") for name in SERVICES for port in services[name].get("ports", []))


def test_the_image_copies_what_it_needs() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    for match in re.finditer(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for source in match.group(1).split():
            assert (ROOT / source).exists(), source
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    assert 'ENTRYPOINT ["salname"]' in dockerfile


@pytest.fixture
def empty_database(postgres_server: str) -> Iterator[str]:
    name = f"compose_{os.getpid()}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield postgres_server.rsplit("/", 1)[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_the_main_job_through_separate_services(compose: dict[str, Any], empty_database: str, tmp_path: Path) -> None:
    migrate = compose["services"]["migrate"]
    environment = clean_environment(environment_of(compose, "migrate", empty_database))
    subprocess.run([SALNAME, *migrate["command"]], env=environment, cwd=tmp_path, check=True, timeout=60, capture_output=True)
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(
                serving(
                    compose["services"][name]["command"],
                    environment_of(compose, name, empty_database),
                    tmp_path / f"{name}.log",
                    free_port(),
                )
            )
            for name in SERVICES
        }
        client = stack.enter_context(httpx.Client(timeout=30))
        work(client, urls["ingest"], urls["query"])
    logged = (tmp_path / "ingest.log").read_text()
    assert '"level": "info"' in logged
    assert "Traceback" not in "".join((tmp_path / f"{name}.log").read_text() for name in SERVICES)


def work(client: httpx.Client, ingest: str, query: str) -> None:
    """Open a chronology, bring documents, read the consolidated entry, correct it, and follow the changes."""
    auth = {"Authorization": f"Bearer {TOKEN}"}
    assert client.post(f"{ingest}/v1/chronologies", json={"slug": "fairs", "title": "Fairs"}).status_code == 401
    assert client.post(f"{ingest}/v1/chronologies", json={"slug": "fairs", "title": "Fairs"}, headers=auth).status_code == 201
    here, there = f"{ingest}/v1/chronologies/fairs", f"{query}/v1/chronologies/fairs"
    revision = 0
    for text in (FAIR_EN, FAIR_EN_OTHER, FAIR_AZ):
        source = SOURCES[text].model_dump(exclude_none=True)
        sent = client.post(f"{here}/documents", files={"file": ("fair.txt", text.encode())}, data=source, headers=auth)
        assert sent.status_code == 201, sent.text
        revision = sent.json()["revision"]
    wait_for(client, there, revision)
    listed = client.get(f"{there}/entries", params={"disputed": "true"}).json()
    assert len(listed["entries"]) == 1
    entry = client.get(f"{there}/entries/{listed['entries'][0]['id']}").json()
    shown = {value["attribute"]: {a["shown"] for a in value["alternatives"]} for value in entry["values"]}
    assert shown["guests"] == {"212", "215"}
    assert shown["countries"] == {"14", "16"}
    change = {"kind": "retitle-entry", "entry_id": entry["id"], "title": "The first seed fair"}
    proposed = client.post(f"{here}/corrections", json={"change": change, "reason": "Shorter."}, headers=auth)
    assert proposed.status_code == 201, proposed.text
    decided = client.post(f"{here}/corrections/{proposed.json()['id']}/decision", json={"decision": "accept"}, headers=auth)
    assert decided.status_code == 201, decided.text
    wait_for(client, there, decided.json()["revision"])
    assert client.get(f"{there}/entries/{entry['id']}").json()["title"] == "The first seed fair"
    changes = client.get(f"{there}/changes", params={"after": 0}).json()["changes"]
    assert [item["data"]["previous"] for item in changes] == [0, *(item["revision"] for item in changes[:-1])]
    assert changes[-1]["data"]["entries"][0]["title"] == "The first seed fair"


def wait_for(client: httpx.Client, chronology: str, revision: int) -> None:
    """Wait until the read model shows a revision; the projection is woken by the database, so this takes a moment only."""
    deadline = time.monotonic() + 30
    while client.get(chronology).json()["revision"] < revision:
        assert time.monotonic() < deadline, f"revision {revision} did not show within 30 s"
        time.sleep(0.02)
