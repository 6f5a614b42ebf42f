"""The compose file: parsed, its own commands started with its own environment as local processes on PostgreSQL, and put to work."""

import re
import stat
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml
from sqlalchemy import make_url

from shared.crypto.keyfile import parse_kek
from tests.support.postgres import find_binaries, postgres
from tests.support.servers import SALNAME, clean_environment, free_port, serving
from tests.support.texts import FAIR_AZ, FAIR_EN, FAIR_EN_OTHER, SOURCES

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("ingest", "projection", "query")
SECRETS = (
    "SALNAME_BOOTSTRAP_TOKEN",
    "SALNAME_KEY_ENCRYPTION_KEY",
    "POSTGRES_PASSWORD",
    "SALNAME_INGEST_PASSWORD",
    "SALNAME_PROJECTION_PASSWORD",
    "SALNAME_QUERY_PASSWORD",
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def secrets() -> dict[str, str]:
    """What `deploy/secrets.sh` makes, read as Compose reads `.env`."""
    made = subprocess.run(["sh", ROOT / "deploy" / "secrets.sh"], capture_output=True, text=True, check=True, timeout=20)
    lines = [line for line in made.stdout.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def interpolated(value: str, variables: Mapping[str, str]) -> str:
    """Compose's own substitution of ${NAME}, ${NAME:-default} and ${NAME:?message}."""

    def replace(match: re.Match[str]) -> str:
        name, kind, rest = match.group(1), match.group(2), match.group(3)
        if variables.get(name):
            return variables[name]
        if kind == ":-":
            return str(rest)
        raise AssertionError(f"{name} is not set: {rest}")

    return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", replace, value)


def environment_of(compose: dict[str, Any], service: str, secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: interpolated(str(value), secrets) for name, value in compose["services"][service]["environment"].items()}


def environments(compose: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {service: environment_of(compose, service, secrets) for service in compose["services"]}


def test_the_services_wait_for_what_they_need(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"db", "roles", "migrate", *SERVICES}
    assert services["roles"]["depends_on"]["db"]["condition"] == "service_healthy"
    assert services["migrate"]["depends_on"]["roles"]["condition"] == "service_completed_successfully"
    for name in SERVICES:
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        assert services[name]["command"] == ["serve", name]
        assert "readyz" in " ".join(services[name]["healthcheck"]["test"])
    assert all(port.startswith("127.0.0.1:") for name in SERVICES for port in services[name].get("ports", []))


def test_each_service_has_its_own_role_and_the_owner_only_migrates(compose: dict[str, Any], secrets: dict[str, str]) -> None:
    urls = {name: make_url(environment_of(compose, name, secrets)["SALNAME_DATABASE_URL"]) for name in ("migrate", *SERVICES)}
    assert {name: url.username for name, url in urls.items()} == {"migrate": "salname", **{name: f"salname_{name}" for name in SERVICES}}
    assert len({url.password for url in urls.values()}) == 4
    assert {(url.host, url.port, url.database) for url in urls.values()} == {("db", 5432, "salname")}


def test_only_ingest_has_the_folder_of_the_signing_key(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["ingest"]["volumes"] == ["keys:/keys"]
    assert [name for name in services if "SALNAME_KEYS" in services[name]["environment"]] == ["ingest"]
    assert set(compose["volumes"]) == {"db", "keys"}
    assert "/keys" in (ROOT / "deploy" / "Dockerfile").read_text(), "the volume takes over the owner that the folder has in the image"


def test_every_secret_is_asked_for_by_name(compose: dict[str, Any], secrets: dict[str, str]) -> None:
    assert set(secrets) == set(SECRETS)
    assert len(set(secrets.values())) == len(SECRETS)
    assert all(re.fullmatch(r"[0-9a-f]{48}", value) for name, value in secrets.items() if name != "SALNAME_KEY_ENCRYPTION_KEY")
    assert len(parse_kek(secrets["SALNAME_KEY_ENCRYPTION_KEY"], "secrets.sh").key) == 32
    for missing in SECRETS:
        with pytest.raises(AssertionError, match=f"{missing} is not set: set it to .*deploy/secrets.sh"):
            environments(compose, {**secrets, missing: ""})


def test_the_image_copies_what_it_needs_and_says_which_uv() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    for match in re.finditer(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE):
        for source in match.group(1).split():
            assert (ROOT / source).exists(), source
    assert re.search(r"^USER (?!root)", dockerfile, re.MULTILINE)
    assert 'ENTRYPOINT ["salname"]' in dockerfile
    images = re.findall(r"^(?:FROM|COPY --from=)\s*(\S+)", dockerfile, re.MULTILINE)
    assert [image for image in images if image.endswith(":latest")] == []
    assert any(re.search(r"/uv:\d+\.\d+\.\d+$", image) for image in images)


class Deployment:
    """What the compose file starts, as local processes on a server of its own that asks for passwords."""

    def __init__(self, compose: dict[str, Any], secrets: dict[str, str], folder: Path, address: str) -> None:
        self.compose = compose
        self.secrets = secrets
        self.folder = folder
        self.address = address

    def environment(self, service: str, **more: str) -> dict[str, str]:
        """A service's environment, with our server where the compose file says `db`, and our folder where it says `/keys`."""
        made = environment_of(self.compose, service, self.secrets)
        host, _, port = self.address.partition(":")
        here = {"PGHOST": host, "PGPORT": port} if "PGHOST" in made else {}
        if "SALNAME_DATABASE_URL" in made:
            here["SALNAME_DATABASE_URL"] = made["SALNAME_DATABASE_URL"].replace("@db:5432/", f"@{self.address}/")
        if "SALNAME_KEYS" in made:
            here["SALNAME_KEYS"] = str(self.folder / "keys")
        return {**made, **here, **more}

    def run(self, service: str, *instead: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a service's command, or another one in its place, to its end."""
        command = instead or self.compose["services"][service]["command"]
        if service == "roles":
            (mounted,) = self.compose["services"]["roles"]["volumes"]
            source, target, _ = mounted.split(":")
            command = [str(find_binaries() / command[0]), *(str(ROOT / source) if part == target else part for part in command[1:])]
        else:
            command = [SALNAME, *command]
        environment = clean_environment(self.environment(service, **more))
        return subprocess.run(command, env=environment, cwd=self.folder, check=False, timeout=60, capture_output=True, text=True)

    def url(self, service: str) -> str:
        """The database's URL that a service is given."""
        return self.environment(service)["SALNAME_DATABASE_URL"]


@pytest.fixture(scope="module")
def deployment(compose: dict[str, Any], secrets: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """An empty server as the image `postgres` begins: one role that owns one database, and passwords for everybody."""
    with postgres() as server:
        with psycopg.connect(server, autocommit=True) as connection:
            password = secrets["POSTGRES_PASSWORD"]
            connection.execute(f"ALTER ROLE salname PASSWORD '{password}'".encode())
            connection.execute("CREATE DATABASE salname")
            (rules,) = connection.execute("SHOW hba_file").fetchone() or ("",)
            Path(rules).write_text("host all all 127.0.0.1/32 scram-sha-256\n")
            connection.execute("SELECT pg_reload_conf()")
        wait_until_refused(server)
        yield Deployment(compose, secrets, tmp_path_factory.mktemp("compose"), server.partition("@")[2].partition("/")[0])


def wait_until_refused(url: str) -> None:
    """Wait until a server asks for passwords."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            return
        time.sleep(0.02)
    raise AssertionError("the server lets everybody in")


def test_the_main_job_through_separate_services(deployment: Deployment) -> None:
    for _ in range(2):  # starting again is not different from starting
        for service in ("roles", "migrate"):
            done = deployment.run(service)
            assert done.returncode == 0, done.stderr
    folder = deployment.folder
    with ExitStack() as stack:
        urls = {
            name: stack.enter_context(
                serving(
                    deployment.compose["services"][name]["command"],
                    deployment.environment(name),
                    folder / f"{name}.log",
                    free_port(),
                )
            )
            for name in SERVICES
        }
        client = stack.enter_context(httpx.Client(timeout=30))
        work(client, urls["ingest"], urls["query"], deployment.secrets["SALNAME_BOOTSTRAP_TOKEN"])
        erase(client, urls["ingest"], urls["query"], deployment.secrets["SALNAME_BOOTSTRAP_TOKEN"])
        is_signed(client, urls["query"], deployment)
        assert connected(deployment) == {f"salname_{name}" for name in SERVICES}
    logged = (folder / "ingest.log").read_text()
    assert '"level": "info"' in logged
    assert "Traceback" not in "".join((folder / f"{name}.log").read_text() for name in SERVICES)
    another_key(deployment)


def connected(deployment: Deployment) -> set[str]:
    """The roles that Salname's connections are of."""
    with psycopg.connect(deployment.url("migrate")) as connection:
        found = connection.execute("SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = 'salname' AND pid <> pg_backend_pid()")
        return {str(row[0]) for row in found}


def erase(client: httpx.Client, ingest: str, query: str, token: str) -> None:
    """Erase a document: what quotes it, and the document, can be read nowhere any more."""
    here, there = f"{ingest}/v1/chronologies/fairs", f"{query}/v1/chronologies/fairs"
    document_id = next(
        document["id"] for document in client.get(f"{there}/documents").json()["documents"] if document["source"]["title"] == "Yarmarka"
    )
    assert "Gəncədə" in client.get(f"{there}/documents/{document_id}/text").text
    asked = {"params": {"reason": "Its author asked for it."}, "headers": {"Authorization": f"Bearer {token}"}}
    erased = client.delete(f"{here}/documents/{document_id}", **asked)  # type: ignore[arg-type]
    assert erased.status_code == 200, erased.text
    wait_for(client, there, erased.json()["revision"])
    assert client.get(f"{there}/documents/{document_id}/text").status_code == 410
    shown = [client.get(f"{there}/{what}").text for what in ("entries", "changes?after=0", "events?after=0")]
    assert [text for text in shown if "Gəncədə" in text] == []


def is_signed(client: httpx.Client, query: str, deployment: Deployment) -> None:
    """Ingest signs a checkpoint over all there is, with a key that it made in the folder that it alone has."""
    there = f"{query}/v1/chronologies/fairs"
    revision = client.get(there).json()["revision"]
    deadline = time.monotonic() + 30
    while (found := client.get(f"{there}/checkpoint")).status_code != 200 or found.text.splitlines()[1] != str(revision):
        assert time.monotonic() < deadline, f"no checkpoint over {revision} events within 30 s: {found.text}"
        time.sleep(0.02)
    keys = deployment.folder / "keys"
    assert [(path.name, stat.S_IMODE(path.stat().st_mode)) for path in keys.iterdir()] == [("checkpoint-key", 0o600)]
    done = deployment.run("migrate", "verify", "--log", "fairs")
    assert done.returncode == 0, done.stderr
    assert f"is whole: {revision} events" in done.stdout
    for command in (["rotate-signing-key"], ["keys", "fairs"], ["checkpoint", "fairs"]):
        done = deployment.run("ingest", *command)
        assert done.returncode == 0, done.stderr
    assert len(list(keys.iterdir())) == 2, "the old key is kept"


def another_key(deployment: Deployment) -> None:
    """Nothing starts with another key than the one that the database is sealed with."""
    for service in ("migrate", *SERVICES):
        done = deployment.run(service, SALNAME_KEY_ENCRYPTION_KEY="A" * 43 + "=", SALNAME_HOST="127.0.0.1", SALNAME_PORT=str(free_port()))
        assert done.returncode == 1, service
        assert "The key does not fit" in done.stderr
        assert "set SALNAME_KEY_ENCRYPTION_KEY to it" in done.stderr


def work(client: httpx.Client, ingest: str, query: str, token: str) -> None:
    """Open a chronology, bring documents, read the consolidated entry, correct it, and follow the changes."""
    auth = {"Authorization": f"Bearer {token}"}
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
