"""Atom (RFC 4287): the entries, the one that changed last first, with what each source says. The whole of them in one feed (RFC 5005).

An entry keeps its id, and is `updated` when the revision came about that made it what it is. One that is gone, or was merged into another,
leaves a tombstone (RFC 6721), so that a reader which kept it learns that it does not stand any more.
"""

import re
from collections.abc import Generator, Iterator, Mapping
from importlib import metadata
from typing import Any

import orjson
from lxml import etree
from sqlmodel import col, select

from services.query.entries import holding, opened
from services.query.exports.html import ENVIRONMENT
from services.query.exports.telling import erased_lines, tell
from services.query.exports.walking import BATCH, Export
from services.query.reader import latest_changes
from services.query.schemas import EntryView
from services.query.snapshot import Snapshot
from shared.domain.chronology import Entry
from shared.store.read_model import EntryRow

ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, however it is escaped (XML 1.0, 2.2)."""

CHANGES = 5
"""Revisions read at a time."""


def atom(export: Export) -> Iterator[str]:
    """Iterate over the pieces of one feed."""
    return _Feed(export).pieces()


class _Feed:
    def __init__(self, export: Export) -> None:
        self._export = export
        self._telling: Any = ENVIRONMENT.get_template("telling.html").make_module({"words": export.words})

    def pieces(self) -> Iterator[str]:
        head = _written(self._head()).removesuffix("</feed>")
        yield f'<?xml version="1.0" encoding="utf-8"?>\n{head}\n'
        before: int | None = self._export.revision + 1
        while before is not None:
            before = yield from self._changes(before)
        yield "</feed>\n"

    def _head(self) -> etree._Element:
        export, words = self._export, self._export.words
        feed = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM, "fh": HISTORY, "at": TOMBSTONES})
        feed.set("{http://www.w3.org/XML/1998/namespace}lang", words.language)
        page = f"/chronologies/{export.chronology.slug}"
        _text(feed, "id", export.urn)
        _text(feed, "title", export.chronology.title)
        said = [export.chronology.description, words("at_revision", revision=export.revision, moment=words.moment(export.recorded))]
        _text(feed, "subtitle", " ".join([*filter(None, said), *erased_lines(export)]))
        _text(feed, "updated", export.recorded.isoformat())
        _text(feed, "generator", "Salname", version=metadata.version("salname"))
        _text(etree.SubElement(feed, f"{{{ATOM}}}author"), "name", "Salname")
        _link(feed, "self", export.link(f"/v1{page}/export?format=atom"), "application/atom+xml")
        _link(feed, "alternate", export.link(page), "text/html")
        etree.SubElement(feed, f"{{{HISTORY}}}complete")
        return feed

    def _changes(self, before: int) -> Generator[str, None, int | None]:
        """Iterate over what became of entries in some revisions before one, newest first; return the oldest of these, None at the end."""
        with self._export.look() as snapshot:
            bodies = latest_changes(snapshot, CHANGES, before)
        for body in bodies:
            change = orjson.loads(body)
            told = change["data"]["entries"]
            for first in range(0, len(told), BATCH):
                with self._export.look() as snapshot:
                    said = list(self._of_revision(snapshot, change, told[first : first + BATCH]))
                yield from said
            before = change["revision"]
        return before if len(bodies) == CHANGES else None

    def _of_revision(self, snapshot: Snapshot, change: Mapping[str, Any], told: list[Mapping[str, Any]]) -> Iterator[str]:
        """What a revision made of entries, as far as no later one made anything else of them."""
        ids = [entry["id"] for entry in told]
        here = (snapshot.rows.of(EntryRow), col(EntryRow.id).in_(ids))
        rows = snapshot.session.exec(select(EntryRow).where(*holding(snapshot), *here, EntryRow.since == change["revision"]))
        found = {row.id: opened(snapshot, row) for row in rows}
        batch = self._export.gathered(snapshot, [found[entry_id] for entry_id in ids if entry_id in found])
        for entry, view in zip(batch.entries, batch.views(), strict=True):
            yield _written(self._entry(entry, view, change["time"])) + "\n"
        later = (col(EntryRow.since) >= change["revision"], col(EntryRow.since) <= snapshot.revision)
        alive = set(snapshot.session.exec(select(EntryRow.id).where(*here, *later)))
        for gone in told:
            if gone["change"] == "removed" and gone["id"] not in alive:
                yield _written(self._tombstone(gone, change["time"])) + "\n"

    def _entry(self, entry: Entry, view: EntryView, time: str) -> etree._Element:
        told = tell(self._export, view)
        element = etree.Element(f"{{{ATOM}}}entry", nsmap={None: ATOM})
        _text(element, "id", f"urn:uuid:{told.id}")
        _text(element, "title", f"{told.when}: {told.title}")
        _text(element, "updated", time)
        _link(element, "alternate", told.link, "text/html")
        etree.SubElement(element, f"{{{ATOM}}}category", term=view.status, label=told.status)
        if entry.disputed and view.status != "disputed":
            etree.SubElement(element, f"{{{ATOM}}}category", term="disputed", label=self._export.words.status("disputed"))
        _text(element, "summary", "; ".join(said.text for said in told.claims) or told.title)
        _text(element, "content", str(self._telling.body(told, False)).strip(), type="html")
        return element

    def _tombstone(self, entry: Mapping[str, Any], time: str) -> etree._Element:
        element = etree.Element(f"{{{TOMBSTONES}}}deleted-entry", nsmap={"at": TOMBSTONES})
        element.set("ref", f"urn:uuid:{entry['id']}")
        element.set("when", time)
        comment = etree.SubElement(element, f"{{{TOMBSTONES}}}comment")
        comment.text = self._export.words("changed_merged" if entry["merged_into"] else "changed_removed")
        return element


def _text(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}", **attributes).text = _NOT_XML.sub("\ufffd", text)


def _link(parent: etree._Element, rel: str, href: str, media_type: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", rel=rel, href=href, type=media_type)


def _written(element: etree._Element) -> str:
    return str(etree.tostring(element, encoding="unicode"))
