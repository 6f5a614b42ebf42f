"""All that readers are shown of a chronology, to be compared between "now, then" and "then, now"."""

from typing import Any

from services.query import answers, origins, reader
from services.query.entries import Filters, entry_page, find_entry
from services.query.exports.jsonl import export_jsonl
from services.query.snapshot import Snapshot, open_snapshot
from services.query.texts import Texts
from shared.domain.chronology import Entry
from shared.store.engine import Database

Picture = dict[str, Any]

SEARCHES = (
    Filters(text="seed fair"),
    Filters(text="guests"),
    Filters(disputed=True),
    Filters(status="single-source"),
    Filters(date_from="1998-05-04", date_to="1998-05-04"),
    Filters(date_from="1998-05-04", date_to="1998-05-04", certainty="certain"),
    Filters(after="1998-05-04"),
)


EVERY = 1_000
"""Documents and sources on one page."""


def picture(database: Database, slug: str, at: str | int | None = None) -> Picture:
    """Take down everything that is shown at a revision, the current one unless `at` names another."""
    texts = Texts(database)
    with open_snapshot(database, slug, at) as snapshot:
        page = answers.entry_list(snapshot, entry_page(snapshot, Filters(), None, 500))
        documents = answers.documents(snapshot, 0, EVERY)
        sources, _ = answers.sources(snapshot, 0, EVERY)
        corrections = list(reader.corrections(snapshot).values())
        shown: Picture = {
            # Where the log ends is no part of what was shown of it.
            "chronology": answers.chronology(snapshot).model_copy(update={"log_head": 0}),
            "entries": page,
            "entry": {
                one["id"]: answers.entry(snapshot, texts, entry) for one in page["entries"] for entry in [_entry(snapshot, one["id"])]
            },
            "claim": {
                claim_id: answers.claim(snapshot, texts, claim_id)
                for document in documents.documents
                if document.erased is None
                for claim_id in [held.claim.id for held in reader.claims_in(snapshot, document.id)]
            },
            "documents": documents,
            "document": {one.id: answers.document(snapshot, texts, one.id) for one in documents.documents if one.erased is None},
            "shared": {one.id: origins.shared(snapshot, texts, one.id) for one in documents.documents if one.erased is None},
            "sources": sources,
            "relations": {one.id: origins.relations(snapshot, one.id) for one in sources.sources},
            "alarms": origins.alarms(snapshot, texts),
            "origins": {one["id"]: origins.origins(snapshot, texts, _entry(snapshot, one["id"])) for one in page["entries"]},
            "corrections": answers.correction_views(snapshot, corrections),
            "by state": {
                state: answers.correction_views(snapshot, list(reader.corrections(snapshot, state=state).values()))
                for state in ("proposed", "accepted", "rejected")
            },
            "found": [answers.entry_list(snapshot, entry_page(snapshot, filters, None, 500)) for filters in SEARCHES],
        }
        info, revision = snapshot.chronology, snapshot.revision
    shown["export"] = list(export_jsonl(database, info, texts, revision))
    return shown


def _entry(snapshot: Snapshot, entry_id: str) -> Entry:
    found = find_entry(snapshot, entry_id)
    assert found is not None
    return found
