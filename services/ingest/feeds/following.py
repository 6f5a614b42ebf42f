"""Following feeds: each link is captured once; what failed is tried again the next time."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from services.ingest.commands import Commands, id_of_key
from services.ingest.feeds.parsed import Feed, FeedEntry
from services.ingest.fetching.errors import AddressRefused
from services.ingest.fetching.fetch import FEEDS
from services.ingest.fetching.fetched import Fetched, Validators
from services.ingest.fetching.urls import checked_url
from services.ingest.recapturing.captures import SHORTEST, Captures, Place, place_of
from services.ingest.recapturing.history import KnownSource
from services.ingest.recapturing.receipts import CaptureReceipt
from services.ingest.receipts import Caller, Receipt
from shared.domain.errors import InvalidInput, NotFound, SalnameError
from shared.domain.events import FeedFollowed
from shared.domain.ids import IdSource, content_hash
from shared.domain.roles import Role

LIMIT = 50
"""New items of a feed that are captured in one round, where nobody says otherwise."""

PAUSE = 1.0
"""Seconds between two fetches from one host."""

ParseFeed = Callable[[bytes, str | None, str], Feed]


@dataclass(slots=True)
class Followed:
    """What one round of a feed came to.

    `known` links had been captured before. `failed` maps links to why they were not captured: they are tried again the next time. `left`
    counts new links beyond the limit of a round. `modified` is False when the server says that the feed is what it was.
    """

    url: str
    title: str | None = None
    captured: dict[str, CaptureReceipt] = field(default_factory=dict)
    known: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    left: int = 0
    notes: tuple[str, ...] = ()
    modified: bool = True
    validators: Validators = field(default_factory=Validators)


class Feeds:
    """Follows feeds. `wait` waits so many seconds between two fetches from one host, and returns whether to stop."""

    def __init__(self, captures: Captures, new_id: IdSource, parse: ParseFeed, wait: Callable[[float], bool] | None = None) -> None:
        self._captures = captures
        self._parse = parse
        self._wait = wait or threading.Event().wait
        self._settled: set[tuple[str, str]] = set()
        self._commands = Commands(captures.service.log, new_id)
        self._new_id = new_id

    def pause_with(self, wait: Callable[[float], bool]) -> None:
        """Wait by this from now on: for who has to be able to stop in between."""
        self._wait = wait

    def follow(
        self, chronology_id: str, url: str, every: int | None, caller: Caller, extractor: str = "rules", limit: int = LIMIT
    ) -> Receipt:
        """Have a feed looked at every so many seconds from now on; None: no longer. The receipt's `id` is the feed's."""
        caller.principal.require(Role.contributor)
        url = str(checked_url(url))
        check_interval(every)
        feed_id = id_of_key("feed", f"{chronology_id}\n{url}")
        event = FeedFollowed(feed_id=feed_id, url=url, every=every, extractor=extractor, limit=limit)
        last = next((feed for feed in self._captures.history.feeds(chronology_id) if feed.feed_id == feed_id), None)
        if last == event or (last is None and every is None):
            return Receipt(status="unchanged", revision=self._captures.service.log.head(chronology_id), id=feed_id)
        done = self._commands.append(
            chronology_id,
            caller,
            (event,),
            key=f"follow:{self._new_id()}",
            fingerprint=content_hash(event.model_dump()),
            result=Receipt(status="recorded", revision=0, id=feed_id),
        )
        return Receipt(status="unchanged" if done.repeated else "recorded", revision=done.last, id=feed_id)

    def unfollow(self, chronology_id: str, feed_id: str, caller: Caller) -> Receipt:
        """Look at a feed no longer; raise `NotFound` where none of that id was followed."""
        caller.principal.require(Role.contributor)
        last = next((feed for feed in self._captures.history.feeds(chronology_id) if feed.feed_id == feed_id), None)
        if last is None:
            raise NotFound(f"no feed {feed_id} is followed in this chronology")
        return self.follow(chronology_id, last.url, None, caller, last.extractor, last.limit)

    def followed(self, chronology_id: str) -> list[FeedFollowed]:
        """Return the feeds that are followed now, with how often each is looked at."""
        return [feed for feed in self._captures.history.feeds(chronology_id) if feed.every is not None]

    def look(
        self,
        chronology: str | Place,
        url: str,
        caller: Caller,
        extractor: str = "rules",
        limit: int = LIMIT,
        validators: Validators = Validators(),  # noqa: B008 - frozen
        failures: Mapping[str, int] | None = None,
        advance: Callable[[int, int], None] = lambda done, total: None,
    ) -> Followed:
        """Fetch a feed and capture what is new in it, `limit` pages at most; those that failed before come last.

        `chronology` is its id, or a place that is opened once a page of the feed was read.

        Raises as a fetch does when the feed itself cannot be had, and `UnreadableDocument` when it is none. What fails of a page is told in
        the answer.
        """
        caller.principal.require(Role.contributor)
        fetched = self._captures.fetcher.fetch(url, validators, FEEDS)
        if not isinstance(fetched, Fetched):
            return Followed(url, modified=False, validators=validators)
        feed = self._parse(fetched.data, fetched.media_type, fetched.retrieval.final_url)
        place = place_of(chronology)
        known = addresses(self._captures.history.sources(place.id)) if place.id is not None else set()
        new = [entry for entry in feed.entries if _plain(entry.link) not in known and (place.id, entry.link) not in self._settled]
        new.sort(key=lambda entry: (failures or {}).get(entry.link, 0))
        found = Followed(
            url,
            feed.title,
            known=len(feed.entries) - len(new),
            left=max(0, len(new) - limit),
            notes=feed.notes,
            validators=fetched.validators,
        )
        self._capture(place, new[:limit], found, caller, extractor, advance)
        if found.failed or found.left:
            found.validators = Validators()  # the feed has to be had again, for what is not captured yet
        return found

    def _capture(
        self,
        place: Place,
        entries: list[FeedEntry],
        found: Followed,
        caller: Caller,
        extractor: str,
        advance: Callable[[int, int], None],
    ) -> None:
        host = None
        for done, entry in enumerate(entries):
            advance(done, len(entries))
            here = urlsplit(entry.link).hostname
            if here == host and self._wait(PAUSE):
                found.left += len(entries) - done
                return
            host = here
            try:
                found.captured[entry.link] = self._captures.capture(place, entry.link, caller, extractor=extractor, fallback=entry.details)
            except SalnameError as error:
                found.failed[entry.link] = error.detail
            else:
                self._settled.add((place.opened(), entry.link))  # a link may lead to a page that is known by another address


def check_interval(every: int | None) -> None:
    """Raise `InvalidInput` for what is too often to look at a feed."""
    if every is not None and every < SHORTEST:
        raise InvalidInput(f"a feed is looked at again after {SHORTEST} seconds at the soonest")


def addresses(sources: Iterable[KnownSource]) -> set[str]:
    """The addresses that captures of sources have been asked for, and those that answered."""
    found = set()
    for source in sources:
        for capture in source.captures:
            if capture.retrieved is not None:
                found |= {capture.retrieved.url, capture.retrieved.final_url}
                found.add(source.details.url or capture.retrieved.url)
    return {_plain(url) for url in found}


def _plain(url: str) -> str:
    """An address as it is compared with others: without a fragment, and with a path."""
    try:
        return str(checked_url(url).copy_with(fragment=None)).removesuffix("/")
    except AddressRefused:
        return url
