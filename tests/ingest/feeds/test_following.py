"""Following a feed: each link once, failures again, nothing but what is new."""

import pytest

from services.ingest.fetching.errors import AddressRefused, FetchFailed
from services.ingest.fetching.fetched import Validators
from shared.domain.errors import InvalidInput, NotFound, UnreadableDocument
from shared.domain.events import DocumentCaptured, FeedFollowed
from shared.domain.ports import replay
from tests.ingest.fetching.serving import answer
from tests.ingest.recapture.conftest import World
from tests.ingest.recapture.pages import BRIDGE, FRAME, page
from tests.support.running import ADMIN


def feed(*links: str, etag: str | None = None) -> bytes:
    items = "".join(
        f"<item><title>Entry {at}</title><link>{link}</link><guid isPermaLink='false'>{at}</guid>"
        f"<author>Feed Author</author><pubDate>Mon, 04 May 1998 10:00:00 GMT</pubDate></item>"
        for at, link in enumerate(links)
    )
    text = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Alder News</title>{items}</channel></rss>"
    headers = {"etag": etag} if etag else {}
    return answer(text, content_type="application/rss+xml", **headers)


def look(world: World, **options: object):  # type: ignore[no-untyped-def]
    world.project()
    found = world.feeds.look(world.here, f"{world.site.url}/feed", ADMIN, **options)  # type: ignore[arg-type]
    world.project()
    return found


def captured(world: World) -> list[DocumentCaptured]:
    return [event.data for event in replay(world.running.service.log, world.here) if isinstance(event.data, DocumentCaptured)]


def test_each_link_is_captured_once_whatever_the_order_and_whatever_its_guid(world: World) -> None:
    world.site.pages |= {f"/{at}": page(BRIDGE[at], title=f"Page {at}") for at in range(3)}
    world.site.pages["/feed"] = feed("/1", "/0")
    first = look(world)
    assert list(first.captured) == [f"{world.site.url}/1", f"{world.site.url}/0"]
    assert (first.title, first.known, first.failed, first.left) == ("Alder News", 0, {}, 0)
    world.site.pages["/feed"] = feed("/0#comments", "/2", "/1")
    second = look(world)
    assert list(second.captured) == [f"{world.site.url}/2"]
    assert second.known == 2
    assert len(captured(world)) == 3
    asked = [request.split()[1] for request in world.site.requests]
    assert sorted(asked) == [b"/0", b"/1", b"/2", b"/feed", b"/feed"]


def test_the_page_says_who_wrote_it_and_the_feed_where_the_page_does_not(world: World) -> None:
    world.site.pages |= {
        "/own": page(BRIDGE[0]),
        "/none": answer(FRAME.format(title="", paragraphs="<p>" + BRIDGE[2], footer="").replace("Lale Sample", "")),
    }
    world.site.pages["/feed"] = feed("/own", "/none")
    look(world)
    by_url = {source.details.url: source.details for source in world.captures.history.sources(world.here)}
    own, none = by_url[f"{world.site.url}/own"], by_url[f"{world.site.url}/none"]
    assert (own.title, own.author, own.published) == ("The bridge at Alder Quay", "Lale Sample", "1998-05-04")
    assert (none.title, none.author, none.published) == ("Entry 1", "Feed Author", "1998-05-04")


def test_what_fails_is_listed_and_tried_again_and_does_not_stop_the_rest(world: World) -> None:
    world.site.pages |= {"/good": page(BRIDGE[0]), "/bad": answer("", "503 Service Unavailable")}
    world.site.pages["/feed"] = feed("/missing", "http://10.0.0.1/inside", "/bad", "/good")
    first = look(world)
    assert list(first.captured) == [f"{world.site.url}/good"]
    assert {link: reason.split(":")[0][:40] for link, reason in first.failed.items()}.keys() == {
        f"{world.site.url}/missing",
        "http://10.0.0.1/inside",
        f"{world.site.url}/bad",
    }
    assert "not public" in first.failed["http://10.0.0.1/inside"]
    world.site.pages["/bad"] = page(BRIDGE[1])
    second = look(world)
    assert list(second.captured) == [f"{world.site.url}/bad"]
    assert len(second.failed) == 2


def test_a_round_has_a_limit_and_failures_do_not_use_it_up(world: World) -> None:
    world.site.pages |= {f"/{at}": page(f"{BRIDGE[0]} It was day {at}.") for at in range(3)}
    world.site.pages["/feed"] = feed("/no", "/0", "/1", "/2")
    first = look(world, limit=2)
    assert (len(first.captured), len(first.failed), first.left) == (1, 1, 2)
    second = look(world, limit=2, failures={f"{world.site.url}/no": 1})
    assert (len(second.captured), len(second.failed), second.left) == (2, 0, 1)


def test_a_feed_that_has_not_changed_is_not_sent_again(world: World) -> None:
    world.site.pages |= {"/feed": feed("/0", etag='"1"'), "/0": page(BRIDGE[0])}
    first = look(world)
    assert first.validators == Validators('"1"')
    world.site.pages["/feed"] = answer("", "304 Not Modified")
    second = look(world, validators=first.validators)
    assert (second.modified, second.captured) == (False, {})
    assert b'If-None-Match: "1"' in world.site.requests[-1]


def test_a_feed_of_which_something_failed_is_had_in_full_again(world: World) -> None:
    world.site.pages["/feed"] = feed("/missing", etag='"1"')
    assert look(world).validators == Validators()


def test_links_that_lead_to_a_page_known_by_another_address_are_followed_once(world: World) -> None:
    world.site.pages |= {"/real": page(BRIDGE[0]), "/go": answer("", "301 Moved Permanently", location="/real")}
    world.capture("/real")
    world.site.pages["/feed"] = feed("/go")
    assert [receipt.status for receipt in look(world).captured.values()] == ["unchanged"]
    assert look(world).captured == {}
    assert [request.split()[1] for request in world.site.requests].count(b"/go") == 1


def test_a_feed_is_fetched_through_the_guard(world: World) -> None:
    with pytest.raises(AddressRefused):
        world.feeds.look(world.here, "http://169.254.169.254/feed", ADMIN)
    with pytest.raises(FetchFailed):
        look(world)
    world.site.pages["/feed"] = page(BRIDGE[0])
    with pytest.raises(UnreadableDocument, match="not an RSS or Atom feed"):
        look(world)


def test_following_is_a_fact_of_the_log(world: World) -> None:
    url = f"{world.site.url}/feed"
    first = world.feeds.follow(world.here, url, 3600, ADMIN)
    assert first.status == "recorded"
    assert world.feeds.follow(world.here, url + "#x", 3600, ADMIN).status == "unchanged"
    assert world.feeds.follow(world.here, url, 7200, ADMIN, limit=5).id == first.id
    assert world.feeds.unfollow(world.here, first.id, ADMIN).status == "recorded"
    assert world.feeds.unfollow(world.here, first.id, ADMIN).status == "unchanged"
    said = [event.data for event in replay(world.running.service.log, world.here) if isinstance(event.data, FeedFollowed)]
    assert [(event.every, event.limit) for event in said] == [(3600, 50), (7200, 5), (None, 5)]
    assert [event.every for event in world.captures.history.feeds(world.here)] == [None]
    with pytest.raises(NotFound):
        world.feeds.unfollow(world.here, "nothing", ADMIN)
    with pytest.raises(InvalidInput):
        world.feeds.follow(world.here, url, 10, ADMIN)
    assert world.site.requests == []


def test_between_two_pages_of_one_host_there_is_a_pause_in_which_it_can_be_stopped(world: World) -> None:
    world.site.pages |= {f"/{at}": page(f"{BRIDGE[0]} It was day {at}.") for at in range(4)} | {"/feed": feed("/0", "/1", "/2", "/3")}
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) == 2

    world.feeds.pause_with(wait)
    found = look(world)
    assert (len(found.captured), found.left, waited) == (2, 2, [1.0, 1.0])
