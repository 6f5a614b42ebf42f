"""The log's rows. Rows are written from validated domain values only: `table=True` classes do not validate.

`chronology_id` comes first in every key, so that a distributed PostgreSQL can shard by it. The migrations add the triggers that refuse
UPDATE and DELETE; `alembic check` holds these classes and the migrations together.
"""

from sqlalchemy import BigInteger, Column, LargeBinary, Text
from sqlmodel import Field, SQLModel

ID = 36
"""Length of a UUID in text."""


class ChronologyRow(SQLModel, table=True):
    """A chronology and the last position of its log; the one row of the log that changes."""

    __tablename__ = "chronology"

    id: str = Field(primary_key=True, max_length=ID)
    slug: str = Field(unique=True, max_length=100)
    title: str
    description: str = Field(sa_column=Column(Text, nullable=False))
    head: int = Field(sa_column=Column(BigInteger, nullable=False))


class EventRow(SQLModel, table=True):
    """One event: its canonical CloudEvents JSON, and the few fields that are looked up by."""

    __tablename__ = "event"

    chronology_id: str = Field(primary_key=True, foreign_key="chronology.id", max_length=ID)
    position: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    commit: int = Field(sa_column=Column(BigInteger, nullable=False))
    type: str = Field(max_length=100)
    time_us: int = Field(sa_column=Column(BigInteger, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))


class IdempotencyRow(SQLModel, table=True):
    """A command's key with its fingerprint and first outcome, kept for ever."""

    __tablename__ = "idempotency"

    chronology_id: str = Field(primary_key=True, foreign_key="chronology.id", max_length=ID)
    key: str = Field(primary_key=True, max_length=255)
    fingerprint: str = Field(max_length=64)
    first: int = Field(sa_column=Column(BigInteger, nullable=False))
    last: int = Field(sa_column=Column(BigInteger, nullable=False))
    result: str = Field(sa_column=Column(Text, nullable=False))


class ReservationRow(SQLModel, table=True):
    """A name taken once in a chronology."""

    __tablename__ = "reservation"

    chronology_id: str = Field(primary_key=True, foreign_key="chronology.id", max_length=ID)
    name: str = Field(primary_key=True, max_length=255)
    subject: str = Field(max_length=ID)
    position: int = Field(sa_column=Column(BigInteger, nullable=False))


class DocumentRow(SQLModel, table=True):
    """The original bytes and the canonical text of a captured document."""

    __tablename__ = "document"

    chronology_id: str = Field(primary_key=True, foreign_key="chronology.id", max_length=ID)
    id: str = Field(primary_key=True, max_length=ID)
    original: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    text: str = Field(sa_column=Column(Text, nullable=False))


class ApiTokenRow(SQLModel, table=True):
    """An API token: only the SHA-256 of the secret is kept (the secret has 256 random bits, so no slow hash is needed)."""

    __tablename__ = "api_token"

    id: str = Field(primary_key=True, max_length=ID)
    secret_sha256: str = Field(unique=True, max_length=64)
    name: str = Field(unique=True, max_length=200)
    role: str = Field(max_length=20)
    created_us: int = Field(sa_column=Column(BigInteger, nullable=False))
    revoked_us: int | None = Field(default=None, sa_column=Column(BigInteger, nullable=True))


IMMUTABLE = ("event", "idempotency", "reservation", "document")
"""The tables whose rows may be added and read, never changed or removed."""
