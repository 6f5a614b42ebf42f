"""The `salname` command. Each command imports what it needs when it runs, so that `--help` answers at once."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from services.commands import backups, extractors, fetching, rebuilding, rotation, tables, tokens
from shared.domain.errors import SalnameError

if TYPE_CHECKING:
    from starlette.datastructures import State

    from shared.crypto.citation import VerifiedCitation
    from shared.crypto.notes import Checkpoint, Vkey
    from shared.settings import Settings
    from shared.store.verify import VerifiedLog

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Salname turns documents that contradict each other into one chronology, and shows for every word who says so.\n\n"
    "Begin with `salname ingest article.txt --chronology my-topic`, then `salname serve`, and open http://127.0.0.1:8000.",
    pretty_exceptions_enable=False,
)
app.add_typer(tokens.app, name="token")
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
    csv = "csv"
    jsonld = "jsonld"
    timelinejs = "timelinejs"
    atom = "atom"
    ical = "ical"
    markdown = "markdown"
    report = "report"


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

        from shared.store.driver import DriverError

        cause = error.orig if isinstance(error, DBAPIError) else error
        if not isinstance(cause, DriverError):
            raise
        _fail("The database cannot be used", str(cause).strip().splitlines()[0])


def _fail(title: str, detail: str) -> NoReturn:
    err.print(f"[red]{title}:[/red] {escape(detail)}", highlight=False, soft_wrap=True)
    sys.exit(1)


def _settings(data: Path | None) -> "Settings":
    from shared.settings import read_settings
    from shared.telemetry import calm_collector, configure_logging, share_arena

    share_arena()
    calm_collector()
    settings = read_settings() if data is None else read_settings(data=data)
    configure_logging(settings.log_format, settings.log_level if os.environ.get("SALNAME_LOG_LEVEL") else "warning")
    return settings


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"salname {version('salname')}")
        raise typer.Exit


@app.callback()
def every_command(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")] = False,
) -> None:
    """What may stand before the command."""


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

    from services.query.server import Server, listening
    from shared.telemetry import configure_logging
    from shared.web.one_write import HttpProtocol

    settings = _settings(data)
    configure_logging(settings.log_format, settings.log_level)
    host, port = host or settings.host, settings.port if port is None else port
    if part is Part.all and host != "localhost" and not _is_loopback(host):
        raise typer.BadParameter("the embedded mode serves this machine only; for others, see deploy/ and docker-compose.yml")
    with ExitStack() as open_sockets:
        sockets = [open_sockets.enter_context(one) for one in listening(host, port)]
        if part is Part.all:
            from services.embedded import create_app

            ticket = secrets.token_urlsafe(24)
            application = create_app(settings.model_copy(update={"host": host}), ticket)
            address = f"http://{f'[{host}]' if ':' in host else host}:{sockets[0].getsockname()[1]}"
            out.print(f"Salname is at [bold]{address}[/bold]   API: {address}/docs", highlight=False)
            out.print(f"To edit, open this link once: {address}/login?ticket={ticket}", highlight=False, soft_wrap=True)
        else:
            import importlib

            module = {"ingest": "services.ingest.app", "projection": "services.projection.worker", "query": "services.query.app"}[part]
            application = importlib.import_module(module).create_app(settings)
        config = uvicorn.Config(
            application, host=host, port=port, http=HttpProtocol, log_config=None, server_header=False, access_log=False
        )
        Server(config, lambda: _before_stop(application.state)).run(sockets)


def _before_stop(state: "State") -> None:
    """End what does not end by itself: streams of changes, and of claims."""
    if hasattr(state, "query"):
        state.query.streams.close()
    if hasattr(state, "stopping"):
        state.stopping.begin()


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
    title: Annotated[str | None, typer.Option(help="Title of the source. This and the next five hold for every file.")] = None,
    author: Annotated[str | None, typer.Option(help="Its author.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Its publisher.")] = None,
    url: Annotated[str | None, typer.Option(help="Its address.")] = None,
    published: Annotated[str | None, typer.Option(help="Its publication date, as EDTF: 2003, 2003-11, 2003-11-10 …")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, such as en or az; detected when not given.")] = None,
    extractor: Annotated[str, typer.Option(help="Which extractor reads the claims.")] = "rules",
    workers: Annotated[int | None, typer.Option(min=1, help="How many files to read at a time [default: one for each processor].")] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write what became of each document there, as JSON Lines.")] = None,
) -> None:
    """Read documents into a chronology, and wait until it shows them.

    What is known of a source is taken from the options, from a file `NAME.source.json` beside the document, from YAML front matter, or
    from the page's own metadata. A document that is there already changes nothing: what was broken off is gone on with by the same
    command. Of ZIP archives and of attachments of e-mails, each document is one of its own.
    """
    from services.batch.ingesting import Wanted
    from services.batch.ingesting import ingest as run

    details = {"title": title, "author": author, "publisher": publisher, "url": url, "published": published, "language": language}
    wanted = Wanted(chronology, {name: value for name, value in details.items() if value}, extractor, workers, report)
    ended = run(_settings(data), paths, wanted, out, err)
    if ended.failed or ended.stopped:
        raise typer.Exit(130 if ended.stopped else 1)


@app.command()
def export(
    slug: SlugArgument,
    data: Data = None,
    format_: Annotated[Format, typer.Option("--format", "-f", help="jsonl: one cited claim a line. report: to print.")] = Format.jsonl,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file to write [default: standard output].")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="WHEN", help="As of a revision, a day or a time of recording [default: the current revision].")
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="en|az", help="The language of headings, dates and remarks; what sources say stays as it is.")
    ] = "en",
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="The server that links lead to [default: where `salname serve` would be].")
    ] = None,
) -> None:
    """Write a chronology out, every claim with its citation."""
    from services.local import Workspace
    from services.query.exports.formats import BY_NAME
    from services.query.exports.walking import open_export
    from services.query.exports.words import Words, languages

    if language not in languages():
        raise typer.BadParameter(f"there is no {language!r}: exports speak {', '.join(languages())}", param_hint="--language")
    with Workspace(_settings(data)) as workspace:
        base = (address or f"http://{workspace.settings.host}:{workspace.settings.port}").rstrip("/")
        chronology = workspace.service.chronology(slug)
        exported = open_export(workspace.database, chronology, at=at, words=Words(language), base=base)
        with _output(output) as write:
            for piece in BY_NAME[format_].write(exported):
                write(piece)


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


@app.command()
def proof(
    claim_id: Annotated[str, typer.Argument(metavar="CLAIM_ID", help="The id of the claim, as pages, API and exports show it.")],
    data: Data = None,
    size: Annotated[
        int | None, typer.Option(min=1, help="Lead to the checkpoint over so many events, instead of the newest that covers the claim.")
    ] = None,
) -> None:
    """Write the proof of a citation to standard output: one file that anybody can verify without this database.

    A checkpoint that a witness cosigned is taken before one that none did. Where none covers the claim yet, one is signed first.
    """
    from services.local import Workspace, prove

    with Workspace(_settings(data)) as workspace:
        file = prove(workspace, claim_id, size)
    with _output(None) as write:
        write(file.decode())


@app.command()
def verify(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A citation proof. Touches no database.")] = None,
    key: Annotated[list[str] | None, typer.Option(metavar="VKEY", help="The key of the log. Give both where it has changed.")] = None,
    witness: Annotated[list[str] | None, typer.Option(metavar="VKEY", help="The key of a witness that has to have cosigned.")] = None,
    log: Annotated[str | None, typer.Option(metavar="SLUG", help="Verify the whole log of a chronology instead.")] = None,
    since: Annotated[
        Path | None, typer.Option(metavar="CHECKPOINT", help="With --log: a checkpoint that you kept; the log has to continue it.")
    ] = None,
    log_only: Annotated[
        bool, typer.Option("--log-only", help="With --log: do not fold the read model again, which takes longest.")
    ] = False,
    data: Data = None,
) -> None:
    """Verify a citation proof offline, or a log from its first event. Ends with 0 when all of it holds, else with 1.

    With --log, everything stored is derived again: positions, hashes, tree, checkpoints, keys, quotes, the read model, and the change feed.
    Get the keys from somewhere else than the file: they are what you trust.
    """
    if file is not None:
        content = file.read_bytes()  # first: that there is no such file is told before anything that is to be done with it
    vkeys = _vkeys(key or [], witness or [])
    if (file is None) == (log is None):
        raise typer.BadParameter("give either the file of a citation proof, or --log SLUG")
    if log is not None:
        _verify_log(log, since, vkeys, log_only, data)
        return
    if since is not None or data is not None or log_only:
        raise typer.BadParameter("--since, --log-only and --data go with --log: a citation proof is verified without a database")
    if not key:
        raise typer.BadParameter("give the key of the log with --key: `salname keys SLUG` shows it where the log is")
    from shared.crypto.citation import verify_citation

    for line in _proven(verify_citation(content, vkeys)):
        typer.echo(line)


def _vkeys(keys: list[str], witnesses: list[str]) -> "list[Vkey]":
    from shared.crypto.notes import COSIGNATURE

    cosigners = [_vkey(text) for text in witnesses]
    if strangers := [vkey.name for vkey in cosigners if vkey.algorithm != COSIGNATURE]:
        raise typer.BadParameter(f"the key of {strangers[0]} is not one that cosigns; a log's own key is given with --key")
    return [*map(_vkey, keys), *cosigners]


def _vkey(text: str) -> "Vkey":
    from shared.crypto.notes import Vkey
    from shared.domain.errors import InvalidInput, InvalidProof

    try:
        return Vkey.parse(text)
    except InvalidProof as error:  # nothing is wrong with a proof yet
        raise InvalidInput(error.detail) from error


def _proven(verified: "VerifiedCitation") -> Iterator[str]:
    """What a proof shows, line by line. What documents say may hold characters that move a terminal's cursor: they are escaped."""
    from datetime import UTC, datetime

    citation, document, source = verified.citation, verified.citation.document, verified.citation.document.source
    last_second = 253_402_300_799  # of the year 9999, the last that can be shown
    said = {
        "quote": citation.quote,
        "stands at": f"{citation.start}–{citation.end} of the text",
        "page": citation.page,
        "document": document.filename,
        "document id": document.id,
        "document sha256": document.sha256,
        **{f"source {name}": value for name, value in source.model_dump().items()},
        "claim": citation.claim_id,
        "recorded": f"position {verified.position} of {verified.checkpoint.size}, {verified.recorded}",
        "signed by": str(verified.log.vkey),
        **{
            f"witness {seen.vkey.name}": f"saw this log at {datetime.fromtimestamp(min(seen.timestamp or 0, last_second), UTC)}"
            for seen in verified.witnesses
        },
    }
    yield f"The citation stands in the log of the chronology {citation.chronology}."
    for name, value in said.items():
        if value is not None:
            text = "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in str(value))
            yield f"{name}: {text}"


def _verify_log(slug: str, since: Path | None, vkeys: "list[Vkey]", log_only: bool, data: Path | None) -> None:
    from services.local import Workspace, progress
    from services.local import verify as run
    from services.projection.verify import verify_read_model

    kept = None if since is None else since.read_bytes()
    with Workspace(_settings(data)) as workspace:
        with progress(err, "Verifying") as advance:
            found, old = run(workspace, slug, kept, vkeys, advance)
        _tell_of_log(slug, found, old)
        if not log_only:
            with progress(err, "Folding") as advance:
                shown = verify_read_model(workspace.database, workspace.service.log, workspace.service.chronology(slug), advance)
            typer.echo(f"The read model is what the log gives at revision {shown.position}: {shown.rows} rows, digest {shown.digest}.")
            waiting = f", but for {shown.waiting} entries that are yet to be told of" if shown.waiting else ""
            typer.echo(f"The change feed is whole: whoever follows its {shown.changes} changes from 0 shows what readers see{waiting}.")


def _tell_of_log(slug: str, found: "VerifiedLog", old: "Checkpoint | None") -> None:
    from shared.crypto.notes import encode_base64

    typer.echo(f"The log of {slug} is whole: {found.events} events under the root {encode_base64(found.root)}.")
    typer.echo(f"checkpoints: {found.checkpoints}, commands: {found.keys}, documents: {found.documents}, of which erased: {found.erased}")
    if old is not None:
        typer.echo(f"It continues the checkpoint over {old.size} events.")


@app.command()
def checkpoint(slug: SlugArgument, data: Data = None) -> None:
    """Sign a checkpoint over all that a log holds now, and print it. Servers do so by themselves, soon after each change."""
    from services.local import Workspace

    with Workspace(_settings(data)) as workspace:
        signed = workspace.checkpointer.sign(workspace.service.chronology_id(slug))
    with _output(None) as write:
        write(str(signed.cosigned))


@app.command()
def keys(slug: SlugArgument, data: Data = None) -> None:
    """List the public keys that a log's checkpoints were signed with, the current one first, and since when."""
    from services.local import Workspace

    with Workspace(_settings(data)) as workspace:
        chronology_id = workspace.service.chronology_id(slug)
        for key in workspace.checkpointer.public_keys():
            typer.echo(f"{key.vkey(chronology_id)}  {key.since.isoformat()}")


@app.command("rotate-signing-key")
def rotate_signing_key(data: Data = None) -> None:
    """Sign checkpoints with a new key from now on. The old private key is kept under another name; its signatures stay valid."""
    from services.local import Workspace

    with Workspace(_settings(data)) as workspace:
        kept = workspace.checkpointer.rotate()
    out.print("Checkpoints are signed with a new key from now on: publish what `salname keys SLUG` lists first.", soft_wrap=True)
    if kept is not None:
        out.print(f"The old private key is kept at {kept}.", highlight=False, soft_wrap=True, markup=False)


@app.command()
def erase(
    document_id: Annotated[str, typer.Argument(metavar="DOCUMENT_ID", help="The document that has to go.")],
    reason: Annotated[str, typer.Option(help="Why. It is recorded in the open, and shown where the document was.")],
    data: Data = None,
) -> None:
    """Erase a document for good: its bytes, its text, and the words of all claims in it. Proofs made earlier stay valid."""
    from services.local import Workspace, progress
    from services.local import erase as run

    with Workspace(_settings(data)) as workspace, progress(err, "Erasing") as advance:
        slug, receipt = run(workspace, document_id, reason, advance)
    said = "was erased before: nothing changed" if receipt.status == "unchanged" else "is erased"
    out.print(f"Document {document_id} of {slug} {said}; claims that lost their words: {receipt.claims}.", highlight=False, soft_wrap=True)


app.command()(backups.backup)
app.command()(backups.restore)
app.command("rotate-key-encryption-key")(rotation.rotate_key_encryption_key)
app.command("ingest-table")(tables.ingest_table)
app.command()(rebuilding.rebuild)
app.command()(extractors.compare_extractors)
app.command()(extractors.reextract)
app.command("capture")(fetching.capture_url)
app.command()(fetching.recapture)
app.command()(fetching.sources)
app.command()(fetching.follow)


if __name__ == "__main__":
    main()
