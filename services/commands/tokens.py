"""`salname token`: give, list and revoke API tokens. It opens the database and nothing else: scripts call it often."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands.options import DataOption
from shared.domain.roles import Role

if TYPE_CHECKING:
    from shared.store.tokens import TokenStore


app = typer.Typer(no_args_is_help=True, help="Give, list and revoke API tokens.")


class RoleName(StrEnum):
    """The roles, as the command line knows them."""

    reader = Role.reader.name
    contributor = Role.contributor.name
    editor = Role.editor.name
    reviewer = Role.reviewer.name
    admin = Role.admin.name


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Whose token it is: written into every event that it causes.")],
    role: Annotated[RoleName, typer.Option(help="What its holder may do.")] = RoleName.reader,
    data: DataOption = None,
) -> None:
    """Give an API token. Its secret is shown this once."""
    from shared.crypto.entropy import system_ids
    from shared.store.tokens import new_secret

    secret, ids = new_secret(), system_ids()
    with _tokens(data, new=True) as tokens:
        tokens.create(ids(), name, Role[role], ids.now(), secret)
    typer.echo(secret)


@app.command("list")
def list_tokens(data: DataOption = None) -> None:
    """List the API tokens, without their secrets."""
    with _tokens(data) as tokens:
        for token in tokens.list():
            typer.echo(f"{token.id}  {token.role:<11}  {'revoked' if token.revoked else 'valid':<7}  {token.name}")


@app.command("revoke")
def revoke(token_id: Annotated[str, typer.Argument(metavar="ID")], data: DataOption = None) -> None:
    """Make an API token invalid from now on."""
    from datetime import UTC, datetime

    with _tokens(data) as tokens:
        tokens.revoke(token_id, datetime.now(UTC))


@contextmanager
def _tokens(data: Path | None, *, new: bool = False) -> "Iterator[TokenStore]":
    """The tokens of the database, which has to be there unless a `new` one may be begun."""
    from shared.settings import read_settings
    from shared.store.migrate import migrate
    from shared.store.tokens import TokenStore

    settings = read_settings(data)
    if not new:
        settings.require_database()
    with closing(settings.open_database()) as database:
        migrate(database)
        yield TokenStore(database)
