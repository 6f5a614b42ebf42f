"""Replacing the key-encryption key: every key that is wrapped in an old one is wrapped in the new one, in one transaction."""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import inspect

from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.errors import InvalidInput, WrongKey
from shared.store import keys, read_keys
from shared.store.driver import Driver
from shared.store.engine import Database
from shared.store.grants import is_service


class Rewrapped(NamedTuple):
    """How many keys of documents and of read models were wrapped anew."""

    documents: int
    read_models: int


def rewrap(database: Database, old: Mapping[str, KeyEncryptionKey], new: KeyEncryptionKey) -> Rewrapped:
    """Wrap all keys of a database in `new`, and let go of what was overwritten. `old` are the keys that they may be wrapped in, by id.

    Keys that are wrapped in `new` already stay as they are. Nothing is changed where any of the others does not open. Raises `WrongKey`
    for that, `InvalidInput` where the database has another schema or the role is that of a service.
    """
    if not inspect(database.engine).has_table("read_key"):
        raise InvalidInput("the database does not have this release's schema: run `salname migrate` first")
    if database.dialect == "postgresql":
        with database.engine.connect() as connection:
            if is_service(connection):
                raise InvalidInput("no service may replace the key-encryption key: use the URL of the role that owns the tables")
    with database.drive() as driver:
        if driver.dialect == "postgresql":
            driver.run("LOCK TABLE document_key, read_key IN SHARE ROW EXCLUSIVE MODE")  # who reads goes on, who adds keys waits
        done = Rewrapped(_documents(driver, old, new), _read_models(driver, old, new))
    _let_go(database)
    return done


def _documents(driver: Driver, old: Mapping[str, KeyEncryptionKey], new: KeyEncryptionKey) -> int:
    query = "SELECT chronology_id, document_id, kek_id, wrapped FROM document_key WHERE wrapped IS NOT NULL AND kek_id <> ?"
    rows = driver.rows(query, new.id)
    for here, document_id, kek_id, wrapped in rows:
        owner = keys.owner(here, document_id)
        again = new.wrap(_unwrapped(old, kek_id, bytes(wrapped), owner), owner)
        driver.run(
            "UPDATE document_key SET kek_id = ?, wrapped = ? WHERE chronology_id = ? AND document_id = ?", new.id, again, here, document_id
        )
    return len(rows)


def _read_models(driver: Driver, old: Mapping[str, KeyEncryptionKey], new: KeyEncryptionKey) -> int:
    rows = driver.rows("SELECT chronology_id, generation, kek_id, wrapped FROM read_key WHERE kek_id <> ?", new.id)
    for here, generation, kek_id, wrapped in rows:
        owner = read_keys.owner(here, generation)
        again = new.wrap(_unwrapped(old, kek_id, bytes(wrapped), owner), owner)
        driver.run(
            "UPDATE read_key SET kek_id = ?, wrapped = ? WHERE chronology_id = ? AND generation = ?", new.id, again, here, generation
        )
    return len(rows)


def _unwrapped(old: Mapping[str, KeyEncryptionKey], kek_id: str, wrapped: bytes, owner: str) -> bytes:
    if kek_id not in old:
        known = ", ".join(sorted(old)) or "none"
        raise WrongKey(f"a key is wrapped in the key-encryption key {kek_id}, which is not at hand (at hand: {known}); nothing was changed")
    return old[kek_id].unwrap(wrapped, owner)


def _let_go(database: Database) -> None:
    """Have the database drop the old wrapped keys, which whoever has the old key-encryption key could open."""
    database.forget()
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM document_key, read_key")
