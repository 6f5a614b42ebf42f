"""The roles of the services on a test's PostgreSQL, made by the very script that deployments use."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from shared.store.engine import Database, Limits
from tests.support.keys import KEK
from tests.support.postgres import find_binaries
from tests.support.servers import clean_environment

SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "postgres" / "roles.sql"
PASSWORDS = {f"SALNAME_{service}_PASSWORD": f"of {service}" for service in ("INGEST", "PROJECTION", "QUERY")}


def make_roles(url: str) -> None:
    """Make the roles, or set them right, on the server of a database."""
    psql = [str(find_binaries() / "psql"), "--no-psqlrc", "--quiet", "--dbname", url, "--file", str(SCRIPT)]
    done = subprocess.run(psql, env=clean_environment(PASSWORDS), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def as_role(url: str, role: str, limits: Limits | None = None) -> Iterator[Database]:
    """Open a database as one of the services' roles does. The tests' server asks for no passwords."""
    database = Database(make_url(url).set(username=role).render_as_string(hide_password=False), limits, KEK)
    try:
        yield database
    finally:
        database.close()
