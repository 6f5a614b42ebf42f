"""`salname backup` and `salname restore`: a copy of the SQLite database, and the database out of a copy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands.options import DataOption

if TYPE_CHECKING:
    from shared.settings import Settings
    from shared.store.backup import Copied


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; there must be none of that name.")],
    data: DataOption = None,
) -> None:
    """Copy the database into a file, while servers may work on it. For SQLite; PostgreSQL has pg_dump.

    The keys are not in it: keep copies of those somewhere else.
    """
    from shared.settings import read_settings
    from shared.store.backup import back_up

    settings = read_settings(data)
    settings.require_database()
    database = _database(settings)
    typer.echo(f"Copied {database} to {file}: {_told(back_up(database, file))}.")
    typer.echo(f"The keys are not in it: keep copies of {settings.keys_folder()} somewhere else.")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy, as `salname backup` made it.")],
    data: DataOption = None,
) -> None:
    """Put a copy in the place of the database. Stop the server first. For SQLite; PostgreSQL has pg_restore.

    The copy is checked before anything is changed, and stays as it is. What was in the database is gone: where it can still be read, make a
    copy of it before.
    """
    from shared.settings import read_settings
    from shared.store.backup import restore as put_back

    settings = read_settings(data)
    database = _database(settings)
    was_there = database.exists()
    database.parent.mkdir(parents=True, exist_ok=True)
    held = put_back(file, database)
    typer.echo(f"{'Replaced' if was_there else 'Made'} {database} by what {file} holds: {_told(held)}.")
    typer.echo(_of_keys(settings, held))


def _database(settings: "Settings") -> Path:
    from shared.domain.errors import InvalidInput

    path = settings.database_file()
    if path is None:
        raise InvalidInput("this is for SQLite databases: PostgreSQL's are copied with pg_dump, and put back with pg_restore")
    return path


def _told(held: "Copied") -> str:
    listed = [f"{slug} with {events:,} event{'' if events == 1 else 's'}" for slug, events in held.chronologies.items()]
    return ", ".join(listed) or "no chronology"


def _of_keys(settings: "Settings", held: "Copied") -> str:
    """What has to be known of the key that a copy opens with: it is not in it."""
    from shared.crypto.keyfile import KEK_FILE

    place = settings.keys_folder() / KEK_FILE
    if not held.keks:
        return "Nothing in it is sealed yet."
    wanted = ", ".join(sorted(held.keks))
    if held.keks == {_kek_at_hand(settings)}:
        return f"It opens with the key-encryption key {wanted}, which is at hand."
    return f"It opens with the key-encryption key {wanted} only, which is not at hand: put its file at {place} before you start the server."


def _kek_at_hand(settings: "Settings") -> str | None:
    """The id of the key-encryption key that a server would use; None where it would have to make one."""
    from shared.crypto.keyfile import KEK_FILE

    if settings.key_encryption_key is None and not (settings.keys_folder() / KEK_FILE).exists():
        return None
    return settings.kek().id
