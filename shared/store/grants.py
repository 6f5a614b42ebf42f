"""Who may do what in PostgreSQL: a role for each service, with the grants that its part of the work needs and no other.

The tables belong to the role that migrates, which is none of these. Triggers guard the log from everybody, the owner included; grants keep
each service to its part.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, text

from shared.domain.errors import InvalidInput

INGEST, PROJECTION, QUERY = "salname_ingest", "salname_projection", "salname_query"
SERVICES = (INGEST, PROJECTION, QUERY)
"""The roles of the services. A deployment makes them (`deploy/postgres/roles.sql`) or does without."""

READ = ("SELECT",)
APPEND = ("SELECT", "INSERT")
WRITE = ("SELECT", "INSERT", "UPDATE", "DELETE")


def select_of(*columns: str) -> tuple[str, ...]:
    """The right to read these columns and no others."""
    return tuple(f"SELECT({column})" for column in columns)


def update_of(*columns: str) -> tuple[str, ...]:
    """The right to change these columns and no others."""
    return tuple(f"UPDATE({column})" for column in columns)


GRANTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    # The log: ingest appends; what it may change is what an append moves on, and what an erasure destroys.
    "chronology": {INGEST: (*APPEND, *update_of("head", "peaks", "erasures")), PROJECTION: READ, QUERY: READ},
    "event": {INGEST: APPEND, PROJECTION: READ, QUERY: READ},
    "idempotency": {INGEST: APPEND},
    "reservation": {INGEST: APPEND},
    # Projection finds the sentences that documents share; their original bytes are none of its business.
    "document": {INGEST: (*APPEND, "DELETE"), PROJECTION: select_of("chronology_id", "id", "text"), QUERY: READ},
    "document_key": {INGEST: (*APPEND, *update_of("wrapped", "kek_id")), PROJECTION: READ, QUERY: READ},
    "tile": {INGEST: APPEND, QUERY: READ},
    "log_checkpoint": {INGEST: APPEND, QUERY: READ},
    "cosignature": {INGEST: APPEND, QUERY: READ},
    "signing_key": {INGEST: APPEND, QUERY: READ},
    "api_token": {INGEST: (*APPEND, *update_of("revoked_us")), QUERY: READ},
    # The read model: projection writes it; ingest looks up what its decisions are about.
    "progress": {INGEST: READ, PROJECTION: WRITE, QUERY: READ},
    "read_key": {INGEST: READ, PROJECTION: WRITE, QUERY: READ},
    "generation": {PROJECTION: WRITE, QUERY: READ},
    "untold": {INGEST: READ, PROJECTION: WRITE, QUERY: READ},
    "revision": {PROJECTION: WRITE, QUERY: READ},
    "schedule": {PROJECTION: WRITE, QUERY: READ},
    "source": {INGEST: READ, PROJECTION: WRITE, QUERY: READ},
    "captured": {INGEST: READ, PROJECTION: WRITE, QUERY: READ},
    "claim": {INGEST: READ, PROJECTION: WRITE, QUERY: READ},
    "placement": {PROJECTION: WRITE, QUERY: READ},
    "erased_claim": {PROJECTION: WRITE, QUERY: READ},
    "entry": {PROJECTION: WRITE, QUERY: READ},
    "listing": {PROJECTION: WRITE, QUERY: READ},
    "segment": {PROJECTION: WRITE, QUERY: READ},
    "posting": {PROJECTION: WRITE, QUERY: READ},
    "sentence": {PROJECTION: WRITE, QUERY: READ},
    "resemblance": {PROJECTION: WRITE, QUERY: READ},
    "correction": {PROJECTION: WRITE, QUERY: READ},
    "preview": {PROJECTION: WRITE, QUERY: READ},
    "change": {PROJECTION: WRITE, QUERY: READ},
    "kept_claim": {PROJECTION: WRITE},
    # Which revision the schema has.
    "alembic_version": {INGEST: READ, PROJECTION: READ, QUERY: READ},
}
"""Every table with the verbs that each role may use on it; `UPDATE(column)` for one column. What is not named is not granted."""


class Grant(NamedTuple):
    """A right of a role on a table, its verb written as in `GRANTS`."""

    table: str
    role: str
    verb: str


_GRANTED = """
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'), a.privilege_type || CASE WHEN a.is_grantable THEN ' AND PASS IT ON' ELSE '' END
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:tables) AND (a.grantee = 0 OR r.rolname = ANY(:roles))
UNION ALL
SELECT c.relname, coalesce(r.rolname, 'PUBLIC'),
    a.privilege_type || '(' || t.attname || ')' || CASE WHEN a.is_grantable THEN ' AND PASS IT ON' ELSE '' END
FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid
CROSS JOIN LATERAL aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:tables) AND (a.grantee = 0 OR r.rolname = ANY(:roles))
"""


def wanted(roles: tuple[str, ...]) -> frozenset[Grant]:
    """What these roles are to have."""
    return frozenset(Grant(table, role, verb) for table, given in GRANTS.items() for role in roles for verb in given.get(role, ()))


def granted(connection: Connection) -> frozenset[Grant]:
    """What the roles of the services, and everybody (`PUBLIC`), have on the tables of the schema in use."""
    found = connection.execute(text(_GRANTED), {"tables": list(GRANTS), "roles": list(SERVICES)})
    return frozenset(Grant(*row) for row in found)


def existing(connection: Connection) -> tuple[str, ...]:
    """The roles of the services that this server knows."""
    found = set(connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname = ANY(:roles)"), {"roles": list(SERVICES)}))
    return tuple(role for role in SERVICES if role in found)


def is_service(connection: Connection) -> bool:
    """Whether the connection is one of a service's role."""
    return connection.scalar(text("SELECT current_user::text")) in SERVICES


def give_grants(connection: Connection) -> None:
    """Give the services' roles what they are to have, and take what is too much. Changes nothing where all is as it should be.

    Raises `InvalidInput` when a service's role owns a table or is a member of the role that does: an owner may do everything.
    """
    roles = existing(connection)
    _check_owner(connection, roles)
    quote = connection.dialect.identifier_preparer.quote
    schema, database = connection.execute(text("SELECT current_schema(), current_database()")).one()
    for role in roles:
        if not connection.scalar(text("SELECT has_database_privilege(:r, current_database(), 'CONNECT')"), {"r": role}):
            _run(connection, f"GRANT CONNECT ON DATABASE {quote(database)} TO {role}")
        if not connection.scalar(text("SELECT has_schema_privilege(:r, current_schema(), 'USAGE')"), {"r": role}):
            _run(connection, f"GRANT USAGE ON SCHEMA {quote(schema)} TO {role}")
        if connection.scalar(text("SELECT has_schema_privilege(:r, current_schema(), 'CREATE')"), {"r": role}):
            _run(connection, f"REVOKE CREATE ON SCHEMA {quote(schema)} FROM {role}, PUBLIC")
    have, want = granted(connection), wanted(roles)
    for table, role in sorted({(grant.table, grant.role) for grant in have ^ want}):
        _run(connection, f"REVOKE ALL ON {quote(schema)}.{quote(table)} FROM {role}")  # takes the columns' rights along
        verbs = sorted(grant.verb for grant in want if (grant.table, grant.role) == (table, role))
        if verbs:
            _run(connection, f"GRANT {', '.join(verbs)} ON {quote(schema)}.{quote(table)} TO {role}")


def _check_owner(connection: Connection, roles: tuple[str, ...]) -> None:
    query = """
        SELECT r.rolname, o.rolname FROM pg_class c JOIN pg_roles o ON o.oid = c.relowner JOIN pg_roles r ON r.rolname = ANY(:roles)
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:tables) AND pg_has_role(r.oid, o.oid, 'MEMBER')
        LIMIT 1
    """
    if found := connection.execute(text(query), {"roles": list(roles), "tables": list(GRANTS)}).first():
        raise InvalidInput(
            f"the tables belong to {found[1]}, and {found[0]} may act as it: a service could then do everything. "
            "Give the tables to a role of their own (REASSIGN OWNED), or take the membership back (REVOKE)"
        )


def _run(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement)
