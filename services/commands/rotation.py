"""`salname rotate-key-encryption-key`: all keys wrapped in a new key."""

from typing import TYPE_CHECKING

import typer

from services.commands.options import DataOption

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.crypto.sealing import KeyEncryptionKey
    from shared.settings import Settings


def rotate_key_encryption_key(
    data: DataOption = None,
) -> None:
    """Wrap the keys of all documents in a new key-encryption key. Stop the servers first, and start them again with the new key.

    Where the key is kept in a file, the new one is made there, and the old one is kept beside it. Where it comes from
    SALNAME_KEY_ENCRYPTION_KEY, give the new one in SALNAME_NEW_KEY_ENCRYPTION_KEY. What was broken off is finished by the same command.
    """
    from shared.crypto.keyfile import KekFiles
    from shared.settings import read_settings

    settings = read_settings() if data is None else read_settings(data=data)
    settings.require_database()
    files = KekFiles(settings.keys_folder())
    given = settings.given_keks()
    if given is not None:
        old, new = given
        _rewrap(settings, [old, *files.all()], new)
        typer.echo(f"Set SALNAME_KEY_ENCRYPTION_KEY to the new key, whose id is {new.id}, and start the servers with it.")
        return
    new = files.make_next()
    _rewrap(settings, files.all(), new)
    kept = files.use_next()
    typer.echo(f"The key-encryption key is a new one, {new.id}. Keep a copy of it, and start the servers again.")
    if kept is not None:
        typer.echo(f"The old one is kept at {kept}: backups made before open with it only.")


def _rewrap(settings: "Settings", old: "Sequence[KeyEncryptionKey]", new: "KeyEncryptionKey") -> None:
    from contextlib import closing

    from shared.store.engine import Database
    from shared.store.rewrap import rewrap

    with closing(Database(settings.resolved_url(), settings.limits(), new)) as database:
        done = rewrap(database, {key.id: key for key in old}, new)
    typer.echo(f"Wrapped anew: the keys of {done.documents} documents and {done.read_models} read models.")
