"""The log's rows. Rows are written from validated domain values only: `table=True` classes do not validate.

`chronology_id` comes first in every key, so that a distributed PostgreSQL can shard by it. Nothing references the chronology by a foreign
key: every append locks its row first, and a check for each event would cost a fifth of the rate. The migrations add the triggers that
refuse UPDATE and DELETE; `alembic check` holds these classes and the migrations together.
"""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text
from sqlmodel import Field, SQLModel

ID = 36
"""Length of a UUID in text."""


def table_of(row: type[SQLModel]) -> Table:
    """Return the table whose rows a class stands for."""
    table = row.__table__  # type: ignore[attr-defined]  # SQLModel sets it on table classes, unseen by the type checker
    assert isinstance(table, Table)
    return table


class ChronologyRow(SQLModel, table=True):
    """A chronology and the state of its log: the row that every append locks and moves on.

    `peaks` are the roots of the perfect subtrees of the Merkle tree over the first `head` events, the largest first. `erasures` counts the
    documents erased so far: whoever keeps keys or texts at hand knows by it when to forget them.
    """

    __tablename__ = "chronology"

    id: str = Field(primary_key=True, max_length=ID)
    slug: str = Field(unique=True, max_length=100)
    title: str
    description: str = Field(sa_column=Column(Text, nullable=False))
    head: int = Field(sa_column=Column(BigInteger, nullable=False))
    peaks: bytes = Field(default=b"", sa_column=Column(LargeBinary, nullable=False, server_default=""))
    erasures: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))


class EventRow(SQLModel, table=True):
    """One event: its canonical CloudEvents JSON, and the few fields that are looked up by."""

    __tablename__ = "event"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    commit: int = Field(sa_column=Column(BigInteger, nullable=False))
    type: str = Field(max_length=100)
    time_us: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))


class IdempotencyRow(SQLModel, table=True):
    """A command's key with its fingerprint and first outcome, kept for ever."""

    __tablename__ = "idempotency"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    key: str = Field(primary_key=True, max_length=255)
    fingerprint: str = Field(max_length=64)
    first: int = Field(sa_column=Column(BigInteger, nullable=False))
    last: int = Field(sa_column=Column(BigInteger, nullable=False))
    result: str = Field(sa_column=Column(Text, nullable=False))


class ReservationRow(SQLModel, table=True):
    """A name taken once in a chronology."""

    __tablename__ = "reservation"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    name: str = Field(primary_key=True, max_length=255)
    subject: str = Field(max_length=ID)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


class DocumentRow(SQLModel, table=True):
    """The original bytes and the canonical text (UTF-8) of a captured document, and the WARC of its response; all sealed under its key.

    The row goes when the document is erased.
    """

    __tablename__ = "document"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    id: str = Field(primary_key=True, max_length=ID)
    original: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    text: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    warc: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class DocumentKeyRow(SQLModel, table=True):
    """The content key of a document, wrapped in the key-encryption key named `kek_id`; None once the document is erased."""

    __tablename__ = "document_key"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    document_id: str = Field(primary_key=True, max_length=ID)
    kek_id: str = Field(max_length=16)
    wrapped: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))


class TileRow(SQLModel, table=True):
    """A full tile of a log's Merkle tree (C2SP tlog-tiles): 256 hashes and their root.

    Level 0 holds leaf hashes, each level above the roots of the tiles below.
    """

    __tablename__ = "tile"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hashes: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class LogCheckpointRow(SQLModel, table=True):
    """A signed checkpoint: the Merkle root over the first `size` events. `note` is the C2SP note with the log's own signature."""

    __tablename__ = "log_checkpoint"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    root: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: str = Field(sa_column=Column(Text, nullable=False))
    time_us: int = Field(sa_column=Column(BigInteger, nullable=False))


class CosignatureRow(SQLModel, table=True):
    """A witness's signature on a checkpoint: its verifier key, and its line of the note."""

    __tablename__ = "cosignature"

    chronology_id: str = Field(primary_key=True, max_length=ID)
    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    vkey: str = Field(primary_key=True, max_length=500)
    line: str = Field(sa_column=Column(Text, nullable=False))
    time_us: int = Field(sa_column=Column(BigInteger, nullable=False))


class SigningKeyRow(SQLModel, table=True):
    """A public key that checkpoints were signed with, from `since_us` on. The last one is the current one."""

    __tablename__ = "signing_key"

    public: str = Field(primary_key=True, max_length=100)
    since_us: int = Field(sa_column=Column(BigInteger, nullable=False))


class ApiTokenRow(SQLModel, table=True):
    """An API token: only the SHA-256 of the secret is kept (the secret has 256 random bits, so no slow hash is needed)."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True, max_length=ID)
    secret_sha256: str = Field(unique=True, max_length=64)
    name: str = Field(unique=True, max_length=200)
    role: str = Field(max_length=20)
    created_us: int = Field(sa_column=Column(BigInteger, nullable=False))
    revoked_us: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


IMMUTABLE = ("event", "idempotency", "reservation", "document", "tile", "log_checkpoint", "cosignature", "signing_key")
"""The tables whose rows may be added and read, never changed or removed; only the row of an erased document may go."""
