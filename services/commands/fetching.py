"""Commands about addresses: capture pages, capture sources again, follow feeds."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from services.commands.options import DataOption

if TYPE_CHECKING:
    from services.ingest.feeds.following import Feeds, Followed
    from services.ingest.recapturing.captures import Captures, Place
    from services.ingest.recapturing.history import KnownSource
    from services.ingest.recapturing.receipts import CaptureReceipt, Words
    from services.local import Workspace

out = Console()
err = Console(stderr=True)

WORDS = 200
"""Code points of a quote that are shown."""

ChronologyOption = Annotated[
    str, typer.Option("--chronology", "-c", metavar="SLUG", help="The chronology; it is opened if there is none of that name.")
]
SlugArgument = Annotated[str, typer.Argument(metavar="SLUG", help="The name of the chronology.")]
ExtractorOption = Annotated[str, typer.Option(help="Which extractor reads the claims.")]
UsualOption = Annotated[
    str | None, typer.Option("--extractor", help="Which extractor reads the claims [default: that of the capture before, or rules].")
]


def capture_url(
    urls: Annotated[list[str], typer.Argument(metavar="URL…", help="Addresses of pages, beginning with http:// or https://.")],
    chronology: ChronologyOption,
    data: DataOption = None,
    title: Annotated[str | None, typer.Option(help="Title of the source. This and the next four hold for every page.")] = None,
    author: Annotated[str | None, typer.Option(help="Its author.")] = None,
    publisher: Annotated[str | None, typer.Option(help="Its publisher.")] = None,
    published: Annotated[str | None, typer.Option(help="Its publication date, as EDTF: 2003, 2003-11, 2003-11-10 …")] = None,
    language: Annotated[str | None, typer.Option(help="Its language, such as en or az; detected when not given.")] = None,
    extractor: UsualOption = None,
) -> None:
    """Capture pages from the web, each with the server's response as it came. Only public addresses are fetched.

    A page that was captured before is captured again: where it changed, what became of its claims is shown.
    """
    from services.ingest.fetching.urls import checked_url
    from services.ingest.parsing.details import details_from
    from shared.domain.errors import SalnameError

    given = {"title": title, "author": author, "publisher": publisher, "published": published, "language": language}
    declared = details_from({name: value for name, value in given.items() if value}, "the command line")
    for url in urls:
        checked_url(url)  # an address that is none does not leave an empty chronology behind
    failed = 0
    with _capturing(data, new=True) as (workspace, captures, _):
        place = _place(workspace, chronology)
        for url in urls:
            _project(workspace, chronology, place)
            try:
                receipt = captures.capture(place, url, workspace.caller, declared, extractor)
            except SalnameError as error:
                failed += 1
                _failure(url, error.detail)
            else:
                _tell(receipt)
        _project(workspace, chronology, place)
    if failed:
        raise typer.Exit(1)


def recapture(
    slug: SlugArgument,
    source: Annotated[list[str] | None, typer.Option(metavar="ID", help="A source to capture again; `salname sources` lists them.")] = None,
    all_sources: Annotated[
        bool, typer.Option("--all", help="Capture all sources with an address again, those included that came as files.")
    ] = False,
    every: Annotated[
        str | None,
        typer.Option(metavar="INTERVAL", help="Also by itself, while a server runs: 15m, 1h, 1d, 2w; `off` ends it."),
    ] = None,
    data: DataOption = None,
    extractor: UsualOption = None,
) -> None:
    """Capture sources again [default: all that were fetched], and show what changed, what vanished and what cannot be told.

    A page that says what it said before leaves no trace. Else the page as it is now becomes a new document of its source: claims that stand
    there in the same words are carried over, and nothing is guessed.
    """
    from services.ingest.recapturing.intervals import seconds_of
    from shared.domain.errors import NotFound, SalnameError

    seconds = None if every in (None, "off") else seconds_of(every or "")
    failed = 0
    with _capturing(data) as (workspace, captures, _):
        info = workspace.service.chronology(slug)
        workspace.projector.bring_up(info)
        known = {found.id: found for found in captures.history.sources(info.id)}
        if missing := [source_id for source_id in source or () if source_id not in known]:
            raise NotFound(f"there is no source {missing[0]} in {slug}: `salname sources {slug}` lists them")
        chosen = [known[source_id] for source_id in source] if source else _with_address(known.values(), all_sources)
        if not chosen:
            _say(f"{slug} has no source that was fetched from an address: there is nothing to capture again.")
        for found in chosen:
            try:
                if every is not None:
                    captures.schedule(info.id, found.id, seconds, workspace.caller)
                    workspace.projector.bring_up(workspace.service.chronology(slug))
                if every != "off":
                    _tell(captures.recapture(info.id, found.id, workspace.caller, extractor))
            except SalnameError as error:
                failed += 1
                _failure(found.details.url or found.id, error.detail)
            workspace.projector.bring_up(workspace.service.chronology(slug))
    if failed:
        raise typer.Exit(1)


def sources(slug: SlugArgument, data: DataOption = None) -> None:
    """List the sources of a chronology: their ids, addresses, captures, how often they are captured again; and the feeds it follows."""
    from services.ingest.recapturing.intervals import shown

    with _capturing(data) as (workspace, captures, feeds):
        info = workspace.service.chronology(slug)
        workspace.projector.bring_up(info)
        known = captures.history.sources(info.id)
        for found in known:
            last = max((capture.time for capture in found.captures), default=None)
            described = {
                "address": found.details.url,
                "title": found.details.title,
                "captures": f"{len(found.captures)}, the last {last:%Y-%m-%dT%H:%M:%SZ}" if last else "0",
                "captured again": f"every {shown(found.every)}" if found.every else None,
            }
            _say(found.id)
            for name, value in described.items():
                if value:
                    _say(f"  {name}: {value}")
        if not any(found.fetched for found in known):
            _say(f"{'None of them' if known else f'{slug} has no source that'} was fetched from an address.")
        for feed in feeds.followed(info.id):
            _say(f"follows {feed.url}, looked at every {shown(feed.every or 0)}")


def follow(
    url: Annotated[str, typer.Argument(metavar="FEED_URL", help="The address of an RSS or Atom feed.")],
    chronology: ChronologyOption,
    every: Annotated[
        str | None,
        typer.Option(metavar="INTERVAL", help="Also by itself, while a server runs: 15m, 1h, 1d, 2w; `off` ends it."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look at it this once [default without --every].")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="New pages to capture at a time at most.")] = 50,
    data: DataOption = None,
    extractor: ExtractorOption = "rules",
) -> None:
    """Capture the page of every entry of a feed that was not captured yet.

    What fails is listed, and tried again the next time. With --every, a server goes on with it, once the feed could be read here.
    """
    from services.ingest.feeds.following import check_interval
    from services.ingest.fetching.urls import checked_url
    from services.ingest.recapturing.intervals import seconds_of
    from services.local import progress

    if once and every:
        raise typer.BadParameter("give either --once or --every")
    checked_url(url)
    seconds = None if every in (None, "off") else seconds_of(every or "")
    check_interval(seconds)
    with _capturing(data, new=every != "off") as (workspace, _, feeds):
        if every == "off":
            _unfollow(workspace, feeds, chronology, url)
            return
        place = _place(workspace, chronology)
        _project(workspace, chronology, place)
        with progress(err, "Capturing") as advance:
            found = feeds.look(place, url, workspace.caller, extractor, limit, advance=advance)
        if every is not None:
            feeds.follow(place.opened(), url, seconds, workspace.caller, extractor, limit)
        _project(workspace, chronology, place)
    _tell_of_feed(found)
    if found.failed:
        raise typer.Exit(1)


def _unfollow(workspace: "Workspace", feeds: "Feeds", slug: str, url: str) -> None:
    from services.ingest.fetching.urls import checked_url
    from shared.domain.errors import NotFound

    info = workspace.service.chronology(slug)
    feed = next((feed for feed in feeds.followed(info.id) if feed.url == str(checked_url(url))), None)
    if feed is None:
        raise NotFound(f"{slug} does not follow {url}: `salname sources {slug}` lists the feeds that it follows")
    feeds.unfollow(info.id, feed.feed_id, workspace.caller)
    _say(f"{url} is followed no longer.")


def _place(workspace: "Workspace", slug: str) -> "Place":
    """Return a chronology that is opened when there is something to record in it: what is refused leaves no empty one behind."""
    from pydantic import ValidationError

    from services.ingest.recapturing.captures import Place
    from services.ingest.requests import NewChronology
    from shared.domain.errors import InvalidInput

    info = workspace.service.log.chronology(slug)
    if info is None:
        try:
            NewChronology(slug=slug, title=slug)  # before anything is fetched for it
        except ValidationError as error:
            raise InvalidInput(f"{slug!r} cannot name a chronology: use lower-case letters, digits and single hyphens") from error
    return Place(info.id if info else None, lambda: workspace.service.ensure_chronology(slug, workspace.caller).id)


def _project(workspace: "Workspace", slug: str, place: "Place") -> None:
    """Project a chronology, if it is there already."""
    if place.id is not None:
        workspace.projector.bring_up(workspace.service.chronology(slug))


@contextmanager
def _capturing(data: Path | None, *, new: bool = False) -> "Iterator[tuple[Workspace, Captures, Feeds]]":
    from services.ingest.recapturing.wiring import build_captures, build_feeds
    from services.ingest.wiring import parse_limits
    from services.ingest.workers import WorkerPool
    from services.local import Workspace
    from shared.settings import read_settings
    from shared.telemetry import calm_collector, configure_logging

    calm_collector()
    settings = read_settings(data)
    configure_logging(settings.log_format, settings.log_level if os.environ.get("SALNAME_LOG_LEVEL") else "warning")
    with Workspace(settings, new=new) as workspace, WorkerPool(1, parse_limits(settings)) as pool:
        captures = build_captures(workspace.database, settings, workspace.service, workspace.new_id, pool.run)
        yield workspace, captures, build_feeds(captures, workspace.new_id, pool.run)


def _with_address(known: "Iterable[KnownSource]", everything: bool) -> "list[KnownSource]":
    return [found for found in known if found.details.url and (everything or found.fetched is not None)]


def _tell(receipt: "CaptureReceipt") -> None:
    said = "unchanged" if receipt.status == "unchanged" else f"captured, {_claims(receipt.claims)}"
    _say(f"{receipt.url}: {said}")
    if receipt.final_url != receipt.url:
        _say(f"  answered from {receipt.final_url}")
    found = receipt.comparison
    if found is None:
        return
    _say(
        f"  carried over: {found.carried}, changed: {len(found.changed)}, vanished: {len(found.vanished)}, in doubt: {len(found.doubt)}, "
        f"new: {len(found.new)}"
    )
    for pair in found.changed:
        _words("changed", pair.earlier)
        _words("     to", pair.later)
    for name, claims in (("vanished", found.vanished), ("in doubt", found.doubt), ("new", found.new)):
        for claim in claims:
            _words(name, claim)


def _claims(count: int) -> str:
    return f"{count:,} claim{'' if count == 1 else 's'}"


def _words(what: str, claim: "Words") -> None:
    quote = " ".join(claim.quote.split())
    shown = quote if len(quote) <= WORDS else f"{quote[:WORDS]}…"
    visible = "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in shown)
    _say(f"  {what}: {visible}")


def _say(line: str) -> None:
    """Print a line as it is, however wide the terminal."""
    out.print(line, highlight=False, markup=False, soft_wrap=True)


def _failure(what: str, reason: str, indent: str = "") -> None:
    """Tell why something failed; a reason that begins with its name names it well enough."""
    line = f"{indent}{reason}" if reason.startswith(f"{what} ") else f"{indent}{what}: {reason}"
    err.print(f"[red]{escape(line)}[/red]", highlight=False, soft_wrap=True)


def _tell_of_feed(found: "Followed") -> None:
    for link, receipt in found.captured.items():
        said = "known already" if receipt.status == "unchanged" else _claims(receipt.claims)
        _say(f"  {link}: {said}")
    for link, reason in found.failed.items():
        _failure(link, reason, indent="  ")
    for note in found.notes:
        _say(f"  note: {note}")
    left = f", {found.left} left for the next time" if found.left else ""
    _say(f"{found.title or found.url}: {len(found.captured)} captured, {found.known} captured before, {len(found.failed)} failed{left}.")
