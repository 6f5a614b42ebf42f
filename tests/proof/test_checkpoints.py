"""Checkpoints are signed when the log has grown, and never over a log that does not continue what was signed."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

import pytest
from sqlalchemy import text

from services.ingest.checkpoints import Checkpointer, CheckpointThread
from services.query.proofs import consistency
from services.query.snapshot import open_snapshot
from shared.crypto.notes import Checkpoint, Vkey, origin
from shared.domain.errors import Damaged, SalnameError
from shared.domain.merkle import TILE_WIDTH, verify_consistency
from shared.store.checkpoints import StoredCheckpoint, checkpoints_before, signing_keys
from shared.store.engine import Database
from shared.store.read import DatabaseReader
from shared.store.verify import verify_log
from shared.store.wakeup import Wakeup
from tests.proof.conftest import Signed, Tamper
from tests.support.keys import KEK
from tests.support.running import ADMIN
from tests.support.trees import naive_root

LIMIT = 30.0


def stored(signed: Signed) -> list[StoredCheckpoint]:
    """All checkpoints, the oldest first."""
    with signed.database.read() as session:
        return checkpoints_before(signed.database.driver(session), signed.id, 2**53, 1000)[::-1]


def vkey(signed: Signed) -> Vkey:
    return signed.checkpointer.public_keys()[0].vkey(signed.id)


def test_a_checkpoint_is_the_signed_root_over_the_stored_events(signed: Signed) -> None:
    checkpoint = signed.checkpointer.sign(signed.id)
    events = DatabaseReader(signed.database).read_raw(signed.id)
    assert checkpoint.size == len(events) == signed.running.info.head
    checkpoint.note.verify(vkey(signed))
    assert Checkpoint.parse(checkpoint.note.text) == Checkpoint(origin(signed.id), len(events), naive_root(events))
    assert [(each.size, each.root, str(each.note)) for each in stored(signed)] == [(checkpoint.size, checkpoint.root, str(checkpoint.note))]


def test_nothing_is_signed_twice_and_what_has_grown_is_signed_again(signed: Signed) -> None:
    assert signed.checkpointer.sign_all() == 1
    assert signed.checkpointer.sign_all() == 0
    first = signed.checkpointer.sign(signed.id)
    signed.fill(1)
    assert signed.checkpointer.sign_all() == 1
    assert [each.size for each in stored(signed)] == [first.size, first.size + 1]


@pytest.mark.parametrize("steps", [(1, 1, 1), (TILE_WIDTH - 8, 1, TILE_WIDTH, 7), (3 * TILE_WIDTH, 5)])
def test_every_checkpoint_continues_the_one_before(signed: Signed, steps: tuple[int, ...]) -> None:
    for step in steps:
        signed.checkpointer.sign(signed.id)
        signed.fill(step)
    signed.checkpointer.sign(signed.id)
    events = DatabaseReader(signed.database).read_raw(signed.id, limit=10_000)
    found = stored(signed)
    assert len(found) == len(steps) + 1
    assert [each.root for each in found] == [naive_root(events[: each.size]) for each in found]
    assert verify_log(signed.database, signed.id).checkpoints == len(found)


@dataclass(frozen=True)
class Rewriting:
    """What is changed behind the log's back: after so many events more before the checkpoint, and so many after it."""

    table: str
    statement: str
    hashes: int = 1
    before: int = 0
    after: int = 2
    late: int = 0
    """Events appended after the change, where an append reads what was changed."""


REWRITINGS = {
    "the hashes of a tile": Rewriting("tile", "UPDATE tile SET hashes = :junk", hashes=TILE_WIDTH, after=TILE_WIDTH),
    "the root of a tile": Rewriting("tile", "UPDATE tile SET root = :junk", before=TILE_WIDTH),
    "a tile that is gone": Rewriting("tile", "DELETE FROM tile", before=TILE_WIDTH),
    "an event": Rewriting("event", "UPDATE event SET body = replace(body, 'Test', 'Tost') WHERE position = 1", after=0, late=2),
    "an event that is gone": Rewriting("event", "DELETE FROM event WHERE position = 2", after=0, late=2),
    "the state of the tree": Rewriting("chronology", "UPDATE chronology SET head = 4096, peaks = :junk"),
    "the root beside the checkpoint": Rewriting("log_checkpoint", "UPDATE log_checkpoint SET root = :junk"),
    "the note of the checkpoint": Rewriting("log_checkpoint", "UPDATE log_checkpoint SET note = replace(note, '=', 'A')"),
    "the size of the checkpoint": Rewriting("log_checkpoint", "UPDATE log_checkpoint SET size = size - 1"),
}


@pytest.mark.parametrize("what", REWRITINGS)
def test_a_log_that_does_not_continue_its_past_is_not_signed(signed: Signed, tamper: Tamper, what: str) -> None:
    change = REWRITINGS[what]
    signed.fill(change.before)
    signed.checkpointer.sign(signed.id)
    signed.fill(change.after)
    tamper(change.table, change.statement, change.hashes)
    another = Signed(signed.running, signed.checkpointer, signed.source, signed.new_id, fillers=100)
    another.fill(change.late)
    assert signed.checkpointer.sign_all() == 0
    assert "run `salname verify --log test`" in signed.checkpointer.refused[signed.id]
    with pytest.raises(SalnameError):
        signed.checkpointer.sign(signed.id)
    with signed.database.read() as session:
        assert len(session.connection().exec_driver_sql("SELECT size FROM log_checkpoint").all()) == 1
    with pytest.raises(Damaged):
        verify_log(signed.database, signed.id)


def test_a_log_that_is_shorter_than_what_was_signed_is_not_signed(signed: Signed, tamper: Tamper) -> None:
    signed.checkpointer.sign(signed.id)
    tamper(
        "chronology", f"UPDATE chronology SET head = head - 1, peaks = substr(peaks, 1, {32 * (signed.running.info.head - 1).bit_count()})"
    )
    with pytest.raises(Damaged, match="events, and a checkpoint over"):
        signed.checkpointer.sign(signed.id)


def test_a_checkpoint_by_a_key_that_nobody_recorded_is_not_continued(signed: Signed, tamper: Tamper) -> None:
    signed.checkpointer.sign(signed.id)
    signed.fill(1)
    tamper("signing_key", "DELETE FROM signing_key")
    signed.source.path.unlink()
    with pytest.raises(Damaged, match="not signed by any key"):
        signed.checkpointer.sign(signed.id)


def test_one_log_that_is_refused_does_not_keep_others_from_being_signed(signed: Signed, tamper: Tamper) -> None:
    other = signed.running.service.ensure_chronology("another", ADMIN)
    signed.checkpointer.sign_all()
    tamper("log_checkpoint", f"UPDATE log_checkpoint SET root = :junk WHERE chronology_id = '{signed.id}'")
    signed.fill(1)
    third = signed.running.service.ensure_chronology("third", ADMIN)
    assert signed.checkpointer.sign_all() == 1
    assert set(signed.checkpointer.refused) == {signed.id}
    with signed.database.read() as session:
        signed_ids = {row[0] for row in session.connection().exec_driver_sql("SELECT chronology_id FROM log_checkpoint")}
    assert signed_ids == {signed.id, other.id, third.id}


def test_what_was_refused_is_signed_once_it_is_put_right(signed: Signed, tamper: Tamper) -> None:
    good = signed.checkpointer.sign(signed.id)
    signed.fill(1)
    tamper("log_checkpoint", "UPDATE log_checkpoint SET root = :junk")
    signed.checkpointer.sign_all()
    assert signed.checkpointer.refused
    with signed.database.write() as session:
        session.execute(text("UPDATE log_checkpoint SET root = :root"), {"root": good.root})
    assert signed.checkpointer.sign_all() == 1
    assert signed.checkpointer.refused == {}


def test_two_that_sign_the_same_log_at_once_do_not_disturb_each_other(signed: Signed) -> None:
    with closing(Database(signed.database.url, kek=KEK)) as another:
        sign_side_by_side(signed, Checkpointer(another, signed.source, signed.new_id.now))


def sign_side_by_side(signed: Signed, other: Checkpointer) -> None:
    sizes: list[int] = []
    errors: list[Exception] = []
    start, turn = threading.Barrier(2), threading.Lock()

    def work(checkpointer: Checkpointer) -> None:
        try:
            start.wait(LIMIT)
            for _ in range(20):
                sizes.append(checkpointer.sign(signed.id).size)
                with turn:
                    signed.fill(1)
        except Exception as error:  # noqa: BLE001 - the test itself looks at it
            errors.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in (signed.checkpointer, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT)
    assert errors == []
    assert len(sizes) == 40
    found = [each.size for each in stored(signed)]
    assert found == sorted(set(found))
    assert set(sizes) == set(found)
    assert verify_log(signed.database, signed.id).checkpoints == len(found)


def test_one_that_always_comes_second_takes_what_the_other_signed(signed: Signed) -> None:
    def overtaken() -> datetime:
        signed.fill(1)
        signed.checkpointer.sign(signed.id)
        return signed.new_id.now()

    signed.fill(3)
    size = signed.checkpointer.sign(signed.id).size + 2
    signed.fill(2)
    found = Checkpointer(signed.database, signed.source, overtaken).sign(signed.id)
    assert found.size == size + 1
    assert found in stored(signed)
    assert verify_log(signed.database, signed.id).checkpoints == 2


@contextmanager
def signing(signed: Signed, wakeup: Wakeup, interval: float = 0.01) -> Iterator[CheckpointThread]:
    thread = CheckpointThread(signed.checkpointer, wakeup, poll=0.05, interval=interval)
    thread.start()
    try:
        yield thread
    finally:
        thread.stop()
        assert not thread.is_alive()


def wait_for(signed: Signed, size: int) -> None:
    deadline = monotonic() + LIMIT
    pause = threading.Event()
    while not any(each.size == size for each in stored(signed)):
        assert monotonic() < deadline, f"no checkpoint over {size} events was signed"
        pause.wait(0.01)


def test_a_service_signs_by_itself_and_is_well(signed: Signed) -> None:
    wakeup = Wakeup()
    with signing(signed, wakeup) as thread:
        wait_for(signed, signed.running.info.head)
        signed.fill(3)
        wakeup.notify()
        wait_for(signed, signed.running.info.head)
        signed.fill(1)  # by another process, which wakes nobody here
        wait_for(signed, signed.running.info.head)
        assert thread.failure() is None


def test_many_appends_are_signed_together(signed: Signed) -> None:
    wakeup = Wakeup()
    with signing(signed, wakeup, interval=0.3):
        began = monotonic()
        for _ in range(60):
            signed.fill(1)
            wakeup.notify()
        took = monotonic() - began
        wait_for(signed, signed.running.info.head)
    assert len(stored(signed)) <= took / 0.3 + 3


def test_health_says_what_is_not_signed(signed: Signed, tamper: Tamper) -> None:
    signed.checkpointer.sign(signed.id)
    tamper("log_checkpoint", "UPDATE log_checkpoint SET root = :junk")
    signed.fill(1)
    wakeup = Wakeup()
    with signing(signed, wakeup) as thread:
        wait_until_ill(thread)
        assert "no checkpoint of test is signed" in str(thread.failure())


def test_health_says_that_the_key_cannot_be_used(signed: Signed) -> None:
    signed.source.create()
    signed.source.path.chmod(0o640)
    with signing(signed, Wakeup()) as thread:
        wait_until_ill(thread)
        assert "chmod 600" in str(thread.failure())
        signed.source.path.chmod(0o600)
        wait_for(signed, signed.running.info.head)
        with signed.database.read() as session:
            assert len(signing_keys(signed.database.driver(session))) == 1


def wait_until_ill(thread: CheckpointThread) -> None:
    deadline = monotonic() + LIMIT
    pause = threading.Event()
    while thread.failure() is None:
        assert monotonic() < deadline
        pause.wait(0.01)


def test_consistency_between_any_two_checkpoints(signed: Signed) -> None:
    for step in (1, 250, 300, 3):
        signed.checkpointer.sign(signed.id)
        signed.fill(step)
    signed.checkpointer.sign(signed.id)
    found = stored(signed)
    with open_snapshot(signed.database, "test") as snapshot:
        for old in found:
            for new in (each for each in found if each.size >= old.size):
                _, hashes = consistency(snapshot, old.size, new.size)
                verify_consistency(old.size, new.size, old.root, new.root, hashes)
