"""The `salname` command. Each command imports what it needs when it runs, so that `--help` answers at once."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from shared.domain.errors import SalnameError
from shared.domain.roles import Role

if TYPE_CHECKING:
    from shared.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Salname turns documents that contradict each other into one chronology, and shows for every word who says so.\n\n"
    "Begin with `salname ingest article.txt --chronology my-topic`, then `salname serve`, and open http://127.0.0.1:8000.",
    pretty_exceptions_enable=False,
)
token_app = typer.Typer(no_args_is_help=True, help="Give, list and revoke API tokens.")
app.add_typer(token_app, name="token")
out = Console()
err = Console(stderr=True)

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="The data directory [default: ./salname-data]. SALNAME_DATABASE_URL=postgresql://… uses PostgreSQL instead.",
    ),
]
ChronologyOption = Annotated[
    str, typer.Option("--chronology", "-c", metavar="SLUG", help="The chronology; it is opened if there is none of that name.")
]
SlugArgument = Annotated[str, typer.Argument(metavar="SLUG", help="The name of the chronology.")]


class Part(StrEnum):
    """What `salname serve` can start."""

    all = "all"
    ingest = "ingest"
    projection = "projection"
    query = "query"


class Format(StrEnum):
    """What a chronology can be exported as."""

    jsonl = "jsonl"


class RoleName(StrEnum):
    """The roles, as the command line knows them."""

    reader = Role.reader.name
    contributor = Role.contributor.name
    editor = Role.editor.name
    reviewer = Role.reviewer.name
    admin = Role.admin.name


def main() -> None:
    """Run the command; expected errors are told in one line, without a traceback."""
    try:
        app()
    except SalnameError as error:
        _fail(error.title, error.detail)
    except OSError as error:
        _fail("A file or an address cannot be used", str(error))
    except Exception as error:
        from sqlalchemy.exc import DBAPIError

        if not isinstance(error, DBAPIError):
            raise
        _fail("The database cannot be used", str(error.orig).strip().splitlines()[0])


def _fail(title: str, detail: str) -> NoReturn:
    err.print(f"[red]{title}:[/red] {escape(detail)}", highlight=False, soft_wrap=True)
    sys.exit(1)


def _settings(data: Path | None) -> "Settings":
    from shared.settings import read_settings
    from shared.telemetry import calm_collector, configure_logging

    calm_collector()
    settings = read_settings() if data is None else read_settings(data=data)
    configure_logging(settings.log_format, settings.log_level if os.environ.get("SALNAME_LOG_LEVEL") else "warning")
    return settings


@app.command()
def serve(
    part: Annotated[Part, typer.Argument(help="One service alone, for deployments; by default everything in one process.")] = Part.all,
    data: Data = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on [default: 8000].")] = None,
) -> None:
    """Serve pages and API. Everything in one process listens on this machine only, and prints a one-time link for its admin."""
    import secrets

    import uvicorn

    from services.query.server import Server
    from shared.telemetry import configure_logging

    settings = _settings(data)
    configure_logging(settings.log_format, settings.log_level)
    host, port = host or settings.host, settings.port if port is None else port
    if part is Part.all:
        from services.embedded import create_app

        if host != "localhost" and not _is_loopback(host):
            raise typer.BadParameter("the embedded mode serves this machine only; for others, see deploy/ and docker-compose.yml")
        ticket = secrets.token_urlsafe(24)
        application = create_app(settings.model_copy(update={"host": host}), ticket)
        address = f"http://{host}:{port}"
        out.print(f"Salname is at [bold]{address}[/bold]   API: {address}/docs", highlight=False)
        out.print(f"To edit, open this link once: {address}/login?ticket={ticket}", highlight=False, soft_wrap=True)
    else:
        import importlib

        module = {"ingest": "services.ingest.app", "projection": "services.projection.worker", "query": "services.query.app"}[part]
        application = importlib.import_module(module).create_app(settings)
    config = uvicorn.Config(application, host=host, port=port, log_config=None, server_header=False, access_log=False)
    query = getattr(application.state, "query", None)
    Server(config, query.streams.close if query else lambda: None).run()


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@app.command()
def migrate(data: Data = None) -> None:
    """Bring the database to the newest schema. The commands that need it do so themselves on SQLite."""
    from shared.store.migrate import migrate as upgrade

    settings = _settings(data)
    database = settings.open_database()
    upgrade(database)
    database.close()
    out.print("The database has the newest schema.")


@app.command()
def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="Files, or folders whose documents are taken.")],
    chronology: ChronologyOption,
    data: Data = None,
    title: Annotated[str | None, typer.Option(help="Title of the source (for one file).")] = None,
    author: Annotated[str | None, typer.Option(help="Its author.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Its publisher.")] = None,
    url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    published: Annotated[str | None, typer.Option(help="Its publication date, as EDTF: 2003, 2003-11, 2003-11-10 …")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, such as en or az; detected when not given.")] = None,
    extractor: Annotated[str, typer.Option(help="Which extractor reads the claims.")] = "rules",
) -> None:
    """Read documents into a chronology, and wait until it shows them.

    What is known of a source is taken from the options, from a file `NAME.source.json` beside the document, from YAML front matter, or
    from the page's own metadata. A document that is there already changes nothing.
    """
    from services.local import Workspace
    from services.local import ingest as run

    details = {"title": title, "author": author, "publisher": publisher, "url": url, "published": published, "language": language}
    with Workspace(_settings(data)) as workspace:
        failed = run(workspace, paths, chronology, {k: v for k, v in details.items() if v}, extractor, out, err)
    if failed:
        raise typer.Exit(1)


@app.command()
def rebuild(slug: SlugArgument, data: Data = None) -> None:
    """Fold the log of a chronology again from its first event. Readers see the old read model until the new one is whole."""
    from services.local import Workspace, progress

    with Workspace(_settings(data)) as workspace, progress(err, "Folding") as advance:
        position = workspace.projector.rebuild(workspace.service.chronology(slug), advance)
    out.print(f"{slug} is folded anew, as far as revision {position}.", highlight=False)


@app.command()
def export(
    slug: SlugArgument,
    data: Data = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="jsonl: one cited claim a line.")] = Format.jsonl,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write [default: standard output].")] = None,
) -> None:
    """Write a chronology out, every claim with its citation."""
    from services.local import Workspace
    from services.query.exports.jsonl import export_jsonl

    exporter = {Format.jsonl: export_jsonl}[format_]
    with Workspace(_settings(data)) as workspace, _output(output) as write:
        for line in exporter(workspace.database, workspace.service.chronology(slug)):
            write(line)


@contextmanager
def _output(path: Path | None) -> Iterator[Callable[[str], object]]:
    if path is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]  # a text stream, unless replaced
        yield sys.stdout.write
        return
    with path.open("w", encoding="utf-8", newline="\n") as file:
        yield file.write


@app.command()
def extract(
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(metavar="FILE|-", help="JSON Lines of {id, text, published?, language?}; - reads standard input."),
    ],
) -> None:
    """Show what the rules read out of texts: their dates and claims, as JSON Lines. Touches no database."""
    from services.ingest.inspect import inspect_lines

    with _output(None) as write:
        for line in inspect_lines(file):
            write(line)


@token_app.command("create")
def token_create(
    name: Annotated[str, typer.Argument(help="Whose token it is: written into every event that it causes.")],
    role: Annotated[RoleName, typer.Option(help="What its holder may do.")] = RoleName.reader,
    data: Data = None,
) -> None:
    """Give an API token. Its secret is shown this once."""
    from services.local import Workspace
    from shared.store.tokens import TokenStore, new_secret

    secret = new_secret()
    with Workspace(_settings(data)) as workspace:
        TokenStore(workspace.database).create(workspace.new_id(), name, Role[role], workspace.new_id.now(), secret)
    out.print(secret, highlight=False, soft_wrap=True)


@token_app.command("list")
def token_list(data: Data = None) -> None:
    """List the API tokens, without their secrets."""
    from services.local import Workspace
    from shared.store.tokens import TokenStore

    with Workspace(_settings(data)) as workspace:
        for token in TokenStore(workspace.database).list():
            out.print(f"{token.id}  {token.role:<11}  {'revoked' if token.revoked else 'valid':<7}  {token.name}", highlight=False)


@token_app.command("revoke")
def token_revoke(token_id: Annotated[str, typer.Argument(metavar="ID")], data: Data = None) -> None:
    """Make an API token invalid from now on."""
    from services.local import Workspace
    from shared.store.tokens import TokenStore

    with Workspace(_settings(data)) as workspace:
        TokenStore(workspace.database).revoke(token_id, workspace.new_id.now())


if __name__ == "__main__":
    main()
