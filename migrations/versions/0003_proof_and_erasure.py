"""Proof and erasure: Merkle trees and signed checkpoints over the log, documents and their claims sealed under keys that can be destroyed.

Logs that are there already get their trees; documents that are there already are sealed. Claims recorded before stay as they were written,
in the open: the log is permanent. The read model is dropped and made anew; it is built again from the log.
"""

import math

import sqlalchemy as sa
from alembic import context, op

from shared.crypto.sealing import KeyEncryptionKey
from shared.store.driver import Driver
from shared.store.timed import TimedConnection
from shared.store.upgrade import plant_trees, seal_documents

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW_IMMUTABLE = ("tile", "log_checkpoint", "cosignature", "signing_key")
OLD_READ_MODEL = ("checkpoint", "source", "captured", "claim", "entry", "correction", "change")


def upgrade() -> None:
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    _chronology()
    _new_tables()
    if sqlite:
        _log_without_references_on_sqlite()
    else:
        _log_without_references_on_postgresql()
    kek: KeyEncryptionKey | None = context.config.attributes.get("kek")
    driver = Driver(connection.dialect.name, connection.connection.driver_connection)
    plant_trees(driver)
    seal_documents(driver, kek)
    op.execute('DROP TABLE "document_before"')
    _refuse(sqlite)
    _read_model()


def _chronology() -> None:
    op.add_column("chronology", sa.Column("peaks", sa.LargeBinary(), server_default="", nullable=False))
    op.add_column("chronology", sa.Column("erasures", sa.BigInteger(), server_default="0", nullable=False))


def _new_tables() -> None:
    op.create_table(
        "document_key",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("kek_id", sa.String(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("chronology_id", "document_id"),
    )
    op.create_table(
        "tile",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("index", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "level", "index"),
    )
    op.create_table(
        "log_checkpoint",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("time_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "size"),
    )
    op.create_table(
        "cosignature",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vkey", sa.String(500), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("time_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "size", "vkey"),
    )
    op.create_table(
        "signing_key",
        sa.Column("public", sa.String(100), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("public"),
    )


def _documents() -> None:
    op.create_table(
        "document",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("original", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )


def _log_without_references_on_postgresql() -> None:
    for table in ("event", "idempotency", "reservation"):
        op.drop_constraint(f"{table}_chronology_id_fkey", table)
    op.rename_table("document", "document_before")
    op.execute("ALTER INDEX document_pkey RENAME TO document_before_pkey")
    _documents()


def _log_without_references_on_sqlite() -> None:
    # SQLite cannot drop a reference: the tables are written anew, row by row as they were, however long that takes.
    raw = op.get_bind().connection.driver_connection
    assert isinstance(raw, TimedConnection)
    raw.limit, usual = math.inf, raw.limit
    op.rename_table("document", "document_before")
    _documents()
    rebuilt: dict[str, list[sa.schema.SchemaItem]] = {
        "event": [
            sa.Column("chronology_id", sa.String(36), nullable=False),
            sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
            sa.Column("commit", sa.BigInteger(), nullable=False),
            sa.Column("type", sa.String(100), nullable=False),
            sa.Column("time_us", sa.BigInteger(), nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("chronology_id", "position"),
        ],
        "idempotency": [
            sa.Column("chronology_id", sa.String(36), nullable=False),
            sa.Column("key", sa.String(255), nullable=False),
            sa.Column("fingerprint", sa.String(64), nullable=False),
            sa.Column("first", sa.BigInteger(), nullable=False),
            sa.Column("last", sa.BigInteger(), nullable=False),
            sa.Column("result", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint("chronology_id", "key"),
        ],
        "reservation": [
            sa.Column("chronology_id", sa.String(36), nullable=False),
            sa.Column("name", sa.String(255), nullable=False),
            sa.Column("subject", sa.String(36), nullable=False),
            sa.Column("position", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("chronology_id", "name"),
        ],
    }
    for table, columns in rebuilt.items():
        op.rename_table(table, f"{table}_before")
        op.create_table(table, *columns)
        op.execute(f'INSERT INTO "{table}" SELECT * FROM "{table}_before" ORDER BY rowid')  # noqa: S608 - our own names
        op.execute(f'DROP TABLE "{table}_before"')  # its triggers go with it
    raw.limit = usual


ERASED = """SELECT 1 FROM document_key k WHERE k.chronology_id = OLD.chronology_id AND k.document_id = OLD.id AND k.wrapped IS NULL"""
"""Finds something when the document of a row is erased."""

MOVES_ON = """
    NEW.id = OLD.id AND NEW.slug = OLD.slug AND NEW.title = OLD.title AND NEW.description = OLD.description
    AND NEW.head >= OLD.head AND NEW.erasures >= OLD.erasures AND (NEW.head > OLD.head OR NEW.peaks = OLD.peaks)
"""
"""A chronology's row moves forward only, and its tree changes only when it grows."""

STAYS_DESTROYED = """
    NEW.chronology_id = OLD.chronology_id AND NEW.document_id = OLD.document_id AND (OLD.wrapped IS NOT NULL OR NEW.wrapped IS NULL)
"""
"""A key may be wrapped anew or destroyed; one that is destroyed does not come back."""


def _refuse(sqlite: bool) -> None:
    refuse = _refuse_on_sqlite if sqlite else _refuse_on_postgresql
    rewritten = ("event", "idempotency", "reservation") if sqlite else ()  # written anew above, their triggers went
    for table in (*NEW_IMMUTABLE, *rewritten):
        refuse(table, "UPDATE")
        refuse(table, "DELETE")
    refuse("document", "UPDATE")
    refuse("chronology", "UPDATE", MOVES_ON)
    refuse("chronology", "DELETE")
    refuse("document_key", "UPDATE", STAYS_DESTROYED)
    refuse("document_key", "DELETE")
    if sqlite:
        refuse("document", "DELETE", f"EXISTS ({ERASED})")
        return
    _refuse_unless_erased_on_postgresql()
    for table in (*NEW_IMMUTABLE, "document", "chronology", "document_key"):
        op.execute(
            f'CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT EXECUTE FUNCTION salname_refuse()'
        )


def _refuse_on_sqlite(table: str, verb: str, unless: str = "") -> None:
    when = f"WHEN NOT ({unless}) " if unless else ""
    op.execute(
        f'CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON "{table}" {when}'
        f"BEGIN SELECT RAISE(ABORT, 'the log is append-only: {verb} of {table} is refused'); END"
    )


def _refuse_on_postgresql(table: str, verb: str, unless: str = "") -> None:
    when = f"WHEN (NOT ({unless})) " if unless else ""
    op.execute(
        f'CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON "{table}" FOR EACH ROW {when}EXECUTE FUNCTION salname_refuse()'
    )


def _refuse_unless_erased_on_postgresql() -> None:
    # The path is fixed: otherwise a temporary table called document_key, which anybody may make, would be looked into instead of ours.
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    op.execute(
        f"""
        CREATE FUNCTION salname_refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql
        SET search_path = {schema}, pg_catalog, pg_temp AS $$
        BEGIN
            IF EXISTS ({ERASED}) THEN
                RETURN OLD;
            END IF;
            RAISE EXCEPTION 'the log is append-only: DELETE of document is refused' USING ERRCODE = 'restrict_violation';
        END $$
        """
    )
    op.execute(
        'CREATE TRIGGER document_refuses_delete BEFORE DELETE ON "document" FOR EACH ROW EXECUTE FUNCTION salname_refuse_unless_erased()'
    )


def _read_model() -> None:
    for table in OLD_READ_MODEL:
        op.drop_table(table)
    op.create_table(
        "progress",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("erasures", sa.BigInteger(), nullable=False),
        sa.Column("fold_version", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("chronology_id"),
    )
    op.create_table(
        "read_key",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kek_id", sa.String(16), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "generation"),
    )
    op.create_table(
        "source",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "captured",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("source_id", sa.String(36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("time", sa.String(40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("erased", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "claim",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "placement",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("claim_id", sa.String(36), nullable=False),
        sa.Column("until", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "claim_id", "until"),
    )
    op.create_table(
        "erased_claim",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("document_id", sa.String(36), nullable=False),
        sa.Column("beside", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "entry",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("since", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("sort_from", sa.BigInteger(), nullable=False),
        sa.Column("sort_to", sa.BigInteger(), nullable=False),
        sa.Column("disputed", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id", "since"),
    )
    op.create_table(
        "correction",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "id"),
    )
    op.create_table(
        "change",
        sa.Column("chronology_id", sa.String(36), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("chronology_id", "revision"),
    )
    op.create_index("ix_claim_document", "claim", ["chronology_id", "document_id", "start"])
    op.create_index("ix_claim_entry", "claim", ["chronology_id", "entry_id"])
    op.create_index("ix_entry_order", "entry", ["chronology_id", "sort_from", "sort_to", "id"])
    op.create_index("ix_entry_until", "entry", ["chronology_id", "until"])


def downgrade() -> None:
    raise NotImplementedError("sealed documents are not opened again: restore a backup instead of downgrading below this revision")
