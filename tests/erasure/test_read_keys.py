"""The keys of read models: what they open, where, and for how long."""

import pytest
from sqlalchemy import text
from sqlmodel import select

from services.projection.runner import Projector
from shared.crypto.sealing import KeyEncryptionKey
from shared.domain.errors import WrongKey
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from shared.store.read_keys import ReadKey
from shared.store.read_model import ClaimRow, ProgressRow
from tests.support.keys import KEK
from tests.support.read_model import keys_of, read_model
from tests.support.running import ADMIN, Running, run
from tests.support.texts import FAIR_EN, FAIR_EN_OTHER

KEY = ReadKey("c", 1, b"k" * 32)


@pytest.fixture
def running(database: Database) -> Running:
    running = run(database)
    for fair in (FAIR_EN, FAIR_EN_OTHER):
        running.capture(fair)
    return running


def test_a_body_opens_in_its_place_only() -> None:
    sealed = KEY.seal(b"words", "entry", "e", 7)
    assert KEY.open(sealed, "entry", "e", 7) == b"words"
    for place in (("entry", "e", 8), ("entry", "f", 7), ("claim", "e", 7), ("entry", "e")):
        with pytest.raises(WrongKey, match="does not open"):
            KEY.open(sealed, *place)
    for other in (ReadKey("d", 1, b"k" * 32), ReadKey("c", 1, b"j" * 32)):
        with pytest.raises(WrongKey):
            other.open(sealed, "entry", "e", 7)
    with pytest.raises(WrongKey):
        KEY.open(sealed[:-1], "entry", "e", 7)


def test_equal_words_have_equal_tokens_and_unequal_keys_unequal_ones() -> None:
    assert KEY.beginnings("fair") == ReadKey("c", 1, b"k" * 32).beginnings("fair")
    assert KEY.beginning("fair") in KEY.beginnings("fairs")
    assert KEY.beginning("fairs") not in KEY.beginnings("fair")
    assert KEY.beginnings("at") == (KEY.beginning("at"),)
    other = ReadKey("c", 1, b"j" * 32)
    assert set(other.beginnings("fairs")).isdisjoint(KEY.beginnings("fairs"))


def test_a_rebuild_destroys_the_key_before(running: Running) -> None:
    here = running.info.id
    assert keys_of(running.database) == [(here, 1)]
    with running.database.read() as session:
        old = running.database.read_keys.find(session, here, 1)
        bodies = {row.id: row.body for row in session.exec(select(ClaimRow))}
    assert old is not None
    before = read_model(running.database)
    running.projector.rebuild(running.info)
    assert keys_of(running.database) == [(here, 2)]
    with running.database.read() as session:
        assert running.database.read_keys.find(session, here, 1) is None
        for row in session.exec(select(ClaimRow)):
            assert row.body != bodies[row.id]
            with pytest.raises(WrongKey):
                old.open(row.body, "claim", row.id)
    assert read_model(running.database) == before


def test_another_key_encryption_key_is_refused_by_name(running: Running) -> None:
    other = Database(running.database.url, kek=KeyEncryptionKey(b"o" * 32))
    try:
        with other.read() as session, pytest.raises(WrongKey, match=rf"{KEK.id}.*{other.kek.id}"):
            other.read_keys.find(session, running.info.id, 1)
    finally:
        other.close()


def test_rows_that_were_removed_are_written_again_under_a_new_key(running: Running) -> None:
    before = read_model(running.database)
    with running.database.write() as session:
        for table in ("progress", "read_key", "source", "captured", "claim", "placement", "erased_claim", "entry", "correction", "change"):
            session.execute(text(f"DELETE FROM {table}"))
    fresh = Projector(running.database, DatabaseReader(running.database))
    fresh.project(running.info)
    assert read_model(running.database) == before
    running.service.capture(running.info.id, b"On 3 April 1899 the bridge of Oakford was opened.", ADMIN)
    fresh.project(running.info)
    with running.database.read() as session:
        assert session.exec(select(ProgressRow.position)).one() == running.info.head
