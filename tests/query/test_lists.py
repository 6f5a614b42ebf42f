"""What a list shows of an entry is kept beside it: it is what the entry says, and its JSON is that of the models that describe it."""

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from services.query.entries import find_entry
from services.query.heads import Head
from services.query.schemas import EntryList, EntryView
from services.query.snapshot import open_snapshot
from shared.store.read_model import ListingRow
from tests.query.conftest import World

NOTES = (
    "On 3 April 1899 the Bridge Company opened a bridge in Baku for 7 mayors.\n",
    "3 aprel 1899-cu ildə Bakıda körpü açıldı, 9 bələdiyyə başçısı gəldi.\n",
    "In 1903 a library was opened in Baku with 300 books; the opening was planned for 1902.\n",
)
ASKED: tuple[dict[str, object], ...] = (
    {},
    {"q": "bridge körpü"},
    {"q": '"was opened" baku'},
    {"from": "1899", "to": "1903", "limit": 2},
    {"sort": "sources", "limit": 1},
)


@pytest.fixture
def noted(world: World) -> World:
    for note in NOTES:
        world.running.capture(note)
    return world


@pytest.mark.parametrize("asked", ASKED)
def test_the_json_of_a_list_is_that_of_its_model(noted: World, asked: dict[str, object]) -> None:
    body = noted.client.get("/v1/chronologies/test/entries", params=asked).text
    read = EntryList.model_validate_json(body)
    assert read.entries
    assert read.model_dump_json() == body


def test_a_list_shows_what_the_entries_say(noted: World) -> None:
    for listed in EntryList.model_validate(noted.get("/entries")).entries:
        entry = EntryView.model_validate(noted.get(f"/entries/{listed.id}"))
        assert (listed.title, listed.date, listed.status) == (entry.title, entry.date.edtf, entry.status)
        assert (listed.disputed, listed.planned, listed.confidence) == (entry.disputed, entry.planned, entry.confidence)
        assert listed.dates == tuple(dict.fromkeys(alternative.edtf for alternative in entry.date.alternatives))
        assert [(value.attribute, value.status, value.values) for value in listed.values] == [
            (value.attribute, value.status, tuple(alternative.shown for alternative in value.alternatives)) for value in entry.values
        ]
        assert listed.claims == len(entry.claims) + len(set(entry.withdrawn) & set(entry.claims))
        assert listed.sources == len({document.source.id for document in entry.documents})


def test_what_is_kept_is_what_the_entry_gives(noted: World) -> None:
    with open_snapshot(noted.database, "test") as snapshot:
        rows = snapshot.session.exec(select(ListingRow).where(col(ListingRow.until).is_(None))).all()
        assert rows
        for row in rows:
            entry = find_entry(snapshot, row.id)
            assert entry is not None
            assert row.shown is not None
            kept, given = Head.read(row.id, snapshot.open(row.shown, "listing", row.id, row.since)), Head.of(entry)
            assert (kept.shown, kept.values, kept.claims) == (given.shown, given.values, given.claims)
            assert (kept.earliest, kept.latest, kept.dates) == (entry.earliest, entry.latest, given.dates)


def test_rows_of_a_release_that_did_not_keep_it_are_listed_alike(noted: World) -> None:
    before = [noted.get("/entries", **asked) for asked in ASKED]
    with noted.database.write() as session:
        session.execute(update(ListingRow).values(shown=None))
    assert [noted.get("/entries", **asked) for asked in ASKED] == before
