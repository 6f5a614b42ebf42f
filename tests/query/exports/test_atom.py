"""Atom, read by feedparser, and by lxml for what feedparser does not know."""

from itertools import pairwise
from typing import Any

import feedparser
import pytest
from lxml import etree

from tests.query.exports.story import BASE, LINES, REASON, Story

NAMES = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
}


@pytest.fixture(scope="module")
def feed(story: Story) -> Any:
    read = feedparser.parse(story.export("atom").encode(), sanitize_html=False)
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    return read


@pytest.fixture(scope="module")
def tree(story: Story) -> Any:
    return etree.fromstring(story.export("atom").encode())


def entry(story: Story, feed: Any, name: str) -> Any:
    (found,) = (entry for entry in feed.entries if entry.id == f"urn:uuid:{story.entries()[name].id}")
    return found


def test_every_entry_is_there_once(story: Story, feed: Any) -> None:
    held = [f"urn:uuid:{entry.id}" for entry in story.opened().entries()]
    assert sorted(entry.id for entry in feed.entries) == sorted(held)
    assert all(entry.link.startswith(f"{BASE}/chronologies/test/entries/") for entry in feed.entries)


def test_the_newest_change_comes_first(story: Story, feed: Any) -> None:
    assert all(one.updated_parsed >= other.updated_parsed for one, other in pairwise(feed.entries))
    assert feed.feed.updated >= feed.entries[0].updated
    assert feed.entries[0].id == f"urn:uuid:{story.entries()['about'].id}"  # the erasure came last


def test_the_feed_is_named_for_ever(story: Story, feed: Any, tree: Any) -> None:
    assert feed.feed.id == f"urn:uuid:{story.running.info.id}"
    assert {link.rel: link.href for link in feed.feed.links} == {
        "self": f"{BASE}/v1/chronologies/test/export?format=atom",
        "alternate": f"{BASE}/chronologies/test",
    }
    assert feed.feed.author == "Salname"
    assert tree.find("fh:complete", NAMES) is not None


def test_an_entry_has_what_each_source_says(story: Story, feed: Any) -> None:
    shown = entry(story, feed, "fewer")
    assert shown.title == "2 July 1922: Seventy boats came to the regatta"
    assert [tag.term for tag in shown.tags] == ["disputed"]
    assert LINES["fewer"] in shown.content[0].value
    assert "ninety boats" in shown.content[0].value
    assert shown.content[0].type == "text/html"


def test_hostile_words_are_words(story: Story, tree: Any) -> None:
    entry_id = f"urn:uuid:{story.entries()['hostile'].id}"
    (content,) = tree.xpath("a:entry[a:id=$id]/a:content", namespaces=NAMES, id=entry_id)
    assert "<script" not in content.text
    assert "&lt;script&gt;alert(1)" in content.text


def test_what_went_into_another_entry_leaves_a_tombstone(story: Story, feed: Any, tree: Any) -> None:
    gone = {stone.get("ref").removeprefix("urn:uuid:") for stone in tree.iterfind("at:deleted-entry", NAMES)}
    kept = {entry.id for entry in story.opened().entries()}
    merged = {story.claims[name] for name in ("denied", "later", "well", "deep")} - kept
    assert len(merged) == 2
    assert merged | {story.claims["alone"]} <= gone
    assert gone & kept == set()
    stones = list(tree.iterfind("at:deleted-entry", NAMES))
    assert len(stones) == len(gone)
    assert all(stone.get("when") for stone in stones)
    told = {stone.get("ref").removeprefix("urn:uuid:"): stone.findtext("at:comment", None, NAMES) for stone in stones}
    assert {told[claim_id] for claim_id in merged} == {"The entry was merged into another one."}
    assert told[story.claims["alone"]] == "The entry is gone: nothing supports it any more."


def test_what_was_erased_is_told(story: Story, feed: Any) -> None:
    assert REASON.replace("<", "&lt;").replace(">", "&gt;") in entry(story, feed, "about").content[0].value
    assert "Gone Gazette: erased by Aygün" in feed.feed.subtitle
    assert "vault" not in story.export("atom")


def test_an_earlier_revision_has_no_tombstone_of_what_came_later(story: Story) -> None:
    before = etree.fromstring(story.export("atom", revision=story.before).encode())
    ids = {element.text for element in before.iterfind("a:entry/a:id", NAMES)}
    then = list(story.opened(revision=story.before).entries())
    assert ids == {f"urn:uuid:{entry.id}" for entry in then}
    assert {f"urn:uuid:{story.claims[name]}" for name in ("well", "deep")} <= ids
