"""Replacing the key-encryption key: everything opens with the new one, and nothing with the old one."""

import base64
import json
import os
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from shared.crypto.keyfile import KekFiles, load_kek
from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.errors import InvalidInput, WrongKey
from shared.settings import Settings
from shared.store.engine import Database
from shared.store.grants import INGEST
from shared.store.migrate import check_kek
from shared.store.rewrap import Rewrapped, rewrap
from tests.proof.test_cli import Salname, salname
from tests.store.test_grants import owner
from tests.support.roles import as_role

__all__ = ["owner", "salname"]

NEW = KeyEncryptionKey(b"n" * 32)


def shown(key: KeyEncryptionKey) -> str:
    return base64.b64encode(key.key).decode()


def keys_folder(command: Salname) -> Path:
    return command.folder / "salname-data" / "keys"


def opened(command: Salname, kek: KeyEncryptionKey) -> Database:
    url = command.environment.get("SALNAME_DATABASE_URL", f"sqlite:///{command.folder / 'salname-data' / 'salname.db'}")
    return Database(url, kek=kek)


def wrapped_in(command: Salname) -> set[str]:
    with closing(opened(command, NEW)) as database, database.read() as session:
        query = "SELECT kek_id FROM document_key WHERE wrapped IS NOT NULL UNION SELECT kek_id FROM read_key"
        return set(session.execute(text(query)).scalars())


def test_a_key_in_a_file_is_replaced_and_kept(salname: Salname) -> None:
    before = salname("export", "library")
    (claim,) = salname.claims()
    (salname.folder / "old.json").write_text(salname("proof", str(claim["claim_id"])), "utf-8")
    old = load_kek(keys_folder(salname))
    said = salname("rotate-key-encryption-key")
    new = load_kek(keys_folder(salname))
    assert new != old
    assert wrapped_in(salname) == {new.id}
    assert "1 documents and 1 read models" in said
    kept = keys_folder(salname) / f"kek.{old.id}"
    assert str(kept.relative_to(salname.folder)) in said
    assert kept.stat().st_mode & 0o777 == 0o600
    assert [key.id for key in KekFiles(keys_folder(salname)).all()] == [new.id, old.id]
    assert salname("export", "library") == before
    salname("verify", "old.json", "--key", salname.keys()[0])
    (salname.folder / "more.txt").write_text("The library opened in Sheki on 5 June 1999 with 300 books.")
    salname("ingest", "more.txt", "--chronology", "library", "--language", "en")
    assert wrapped_in(salname) == {new.id}
    assert "documents: 2" in salname("verify", "--log", "library")


def test_a_key_from_the_environment_is_replaced_by_the_one_given(salname: Salname) -> None:
    before, old = salname("export", "library"), load_kek(keys_folder(salname))
    (keys_folder(salname) / "kek").unlink()
    salname.environment["SALNAME_KEY_ENCRYPTION_KEY"] = shown(old)
    assert "SALNAME_NEW_KEY_ENCRYPTION_KEY" in salname.refuses("rotate-key-encryption-key")
    salname.environment["SALNAME_NEW_KEY_ENCRYPTION_KEY"] = shown(old)
    assert "is the key in use" in salname.refuses("rotate-key-encryption-key")
    salname.environment["SALNAME_NEW_KEY_ENCRYPTION_KEY"] = shown(NEW)
    assert NEW.id in salname("rotate-key-encryption-key")
    assert NEW.id in salname.refuses("export", "library")  # with the old key, nothing opens
    salname.environment["SALNAME_KEY_ENCRYPTION_KEY"] = shown(NEW)
    del salname.environment["SALNAME_NEW_KEY_ENCRYPTION_KEY"]
    assert salname("export", "library") == before
    assert not (keys_folder(salname) / "kek").exists()


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_rotation_that_was_broken_off_is_finished_by_the_next(salname: Salname, steps: int) -> None:
    before, files = salname("export", "library"), KekFiles(keys_folder(salname))
    old = load_kek(files.folder)
    new = files.make_next()
    if steps >= 1:
        with closing(opened(salname, new)) as database:
            assert rewrap(database, {old.id: old}, new) == Rewrapped(1, 1)
    if steps >= 2:
        os.link(files.folder / "kek", files.folder / f"kek.{old.id}")
    salname("rotate-key-encryption-key")
    assert load_kek(files.folder) == new
    assert salname("export", "library") == before


def test_an_erased_document_stays_erased(salname: Salname) -> None:
    (claim,) = salname.claims()
    document = json.loads(salname("proof", str(claim["claim_id"])))["citation"]["document"]["id"]
    salname("erase", document, "--reason", "asked for")
    assert "0 documents and" in salname("rotate-key-encryption-key")
    assert "of which erased: 1" in salname("verify", "--log", "library")


def test_a_key_that_is_not_at_hand_changes_nothing(salname: Salname) -> None:
    old = load_kek(keys_folder(salname))
    stranger = KeyEncryptionKey(b"s" * 32)
    with closing(opened(salname, NEW)) as database:
        with pytest.raises(WrongKey, match=f"{old.id}.*at hand: {stranger.id}.*nothing was changed"):
            rewrap(database, {stranger.id: stranger}, NEW)
        with pytest.raises(WrongKey):
            rewrap(database, {old.id: stranger}, NEW)
    assert wrapped_in(salname) == {old.id}


def test_what_was_wrapped_in_the_old_key_is_nowhere_in_the_file(tmp_path: Path) -> None:
    command = Salname(tmp_path, {})
    (tmp_path / "notice.txt").write_text("The reading room opened in Sheki on 4 May 1998 with 1200 books.")
    command("ingest", "notice.txt", "--chronology", "library", "--language", "en")
    old = load_kek(keys_folder(command))
    with closing(opened(command, old)) as database, database.read() as session:
        wraps = [*session.execute(text("SELECT wrapped FROM document_key UNION SELECT wrapped FROM read_key")).scalars()]

    def stored() -> bytes:
        return b"".join(path.read_bytes() for path in (tmp_path / "salname-data").glob("salname.db*"))

    assert wraps
    assert all(wrap in stored() for wrap in wraps)
    command("rotate-key-encryption-key")
    assert not any(wrap in stored() for wrap in wraps)


def test_a_service_may_not(owner: Database) -> None:
    with as_role(owner.url, INGEST) as ingest, pytest.raises(InvalidInput, match="the role that owns the tables"):
        rewrap(ingest, {}, NEW)


def test_a_database_without_a_schema_is_told(tmp_path: Path) -> None:
    with closing(Database(f"sqlite:///{tmp_path / 'empty.db'}", kek=NEW)) as database, pytest.raises(InvalidInput, match="salname migrate"):
        rewrap(database, {}, NEW)


def test_a_server_with_the_old_key_does_not_start(salname: Salname) -> None:
    old = load_kek(keys_folder(salname))
    salname("rotate-key-encryption-key")
    with closing(opened(salname, old)) as database, pytest.raises(WrongKey, match=old.id):
        check_kek(database)


def test_only_one_of_two_keys_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALNAME_NEW_KEY_ENCRYPTION_KEY", shown(NEW))
    with pytest.raises(InvalidInput, match="unset SALNAME_NEW_KEY_ENCRYPTION_KEY"):
        Settings().given_keks()
