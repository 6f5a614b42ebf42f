"""What a command does before it has a database: it makes a new one only where something is to be put into it, and says what is wrong."""

import sqlite3
from pathlib import Path

import pytest

from tests.commands.desk import Desk

EXISTING = [
    ("export", "library"),
    ("sources", "library"),
    ("verify", "--log", "library"),
    ("proof", "some-claim"),
    ("rebuild", "library"),
    ("keys", "library"),
    ("checkpoint", "library"),
    ("token", "list"),
    ("token", "revoke", "some-token"),
    ("erase", "some-document", "--reason", "asked for"),
    ("recapture", "library"),
    ("follow", "https://example.org/feed", "--chronology", "library", "--every", "off"),
    ("reextract", "library", "--all"),
    ("rotate-signing-key",),
    ("rotate-key-encryption-key",),
    ("backup", "copy.db"),
]


@pytest.mark.parametrize("command", EXISTING, ids=" ".join)
def test_a_misspelt_data_directory_is_not_made(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = Desk(tmp_path).refused(*command, "--data", "misspelt")
    assert f"there is no database at {tmp_path / 'misspelt' / 'salname.db'}" in said
    assert list(tmp_path.iterdir()) == []


def test_what_is_put_into_a_database_makes_one(tmp_path: Path) -> None:
    assert Desk(tmp_path)("token", "create", "Leyla", "--data", "new").startswith("salname_")
    assert (tmp_path / "new" / "salname.db").exists()


@pytest.mark.parametrize("command", [("export", "library"), ("ingest", "notice.txt", "-c", "library"), ("serve", "query"), ("serve",)])
def test_no_key_is_made_for_what_is_sealed_in_another(desk: Desk, command: tuple[str, ...]) -> None:
    kek = desk.database.parent / "keys" / "kek"
    kek.rename(desk.folder / "kept")
    said = desk.refused(*command)
    assert "there is no salname-data/keys/kek: put that key's file back there" in said
    assert not kek.exists()
    (desk.folder / "kept").rename(kek)
    assert len(desk.quotes()) == 1


@pytest.mark.parametrize("command", [("export", "library"), ("migrate",), ("serve",), ("token", "list")])
def test_a_database_of_a_newer_release_is_told_in_one_line(desk: Desk, command: tuple[str, ...]) -> None:
    with sqlite3.connect(desk.database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "The database is of a newer release: this release does not know its schema, 9999" in desk.refused(*command)


def test_what_cannot_be_opened_is_named(desk: Desk) -> None:
    desk.database.unlink()
    desk.database.mkdir()
    assert f"{desk.database}: unable to open database file" in desk.refused("export", "library")
    desk.database.rmdir()
    desk.database.write_text("This is no database, though it has a good many words in it.")
    assert f"{desk.database}: file is not a database" in desk.refused("export", "library")


def test_a_proof_that_is_not_there_is_not_one_that_does_not_hold(desk: Desk) -> None:
    said = desk.refused("verify", "missing.json", "--key", "no key")
    assert "No such file" in said
    assert "missing.json" in said
    (desk.folder / "proof.json").write_text("{}")
    assert "The input is not valid: 'no key' is not a key" in desk.refused("verify", "proof.json", "--key", "no key")


def test_the_version_is_shown(tmp_path: Path) -> None:
    assert Desk(tmp_path)("--version").startswith("salname 0.")
