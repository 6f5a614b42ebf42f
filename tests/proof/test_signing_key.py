"""The key that signs: made once, kept private, replaced with history, and never made up where it should have been found."""

import base64
import stat
import threading
from pathlib import Path

import pytest

from services.embedded import create_app
from services.ingest.checkpoints import Checkpointer
from shared.crypto.notes import Vkey
from shared.crypto.signing_key import SigningKeySource, parse_signing_key, public_bytes
from shared.domain.errors import InvalidInput, InvalidProof
from shared.settings import Settings
from shared.store.checkpoints import checkpoints_before
from shared.store.verify import verify_log
from tests.proof.conftest import Signed

SEED = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(1, 33))).decode()


def given(signed: Signed, seed: str) -> Checkpointer:
    """A process that has its key from its environment."""
    source = Settings(signing_key=seed, keys=signed.source.folder).signing_key_source()
    return Checkpointer(signed.database, source, signed.new_id.now)


def vkeys(signed: Signed) -> list[Vkey]:
    return [key.vkey(signed.id) for key in signed.checkpointer.public_keys()]


def test_the_key_is_made_once_and_for_its_owner_alone(signed: Signed) -> None:
    signed.checkpointer.sign(signed.id)
    made = signed.source.path.read_bytes()
    assert stat.S_IMODE(signed.source.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(signed.source.folder.stat().st_mode) == 0o700
    Checkpointer(signed.database, SigningKeySource(signed.source.folder), signed.new_id.now).sign(signed.id)
    assert signed.source.path.read_bytes() == made
    assert [path.name for path in signed.source.folder.iterdir()] == ["checkpoint-key"]


def test_two_that_make_the_first_key_at_once_have_the_same(keys: Path) -> None:
    start, made = threading.Barrier(8), []

    def make() -> None:
        start.wait(10)
        made.append(public_bytes(SigningKeySource(keys).create()))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(made) == 8
    assert len(set(made)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_key_that_others_may_read_is_refused(keys: Path, mode: int) -> None:
    source = SigningKeySource(keys)
    source.create()
    source.path.chmod(mode)
    with pytest.raises(InvalidInput, match="chmod 600"):
        source.load()


@pytest.mark.parametrize(("text", "said"), [("no base64!", "not base64"), ("c2hvcnQ=", "5 bytes, not 32")])
def test_a_key_that_is_none_is_refused_with_the_way_to_make_one(text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=f"{said}.*openssl"):
        parse_signing_key(text, "SALNAME_SIGNING_KEY")


def test_a_service_with_a_key_that_cannot_be_used_does_not_start(tmp_path: Path) -> None:
    source = SigningKeySource(tmp_path / "keys")
    source.create()
    source.path.chmod(0o644)
    with pytest.raises(InvalidInput, match="others may read"):
        create_app(Settings(data=tmp_path, database_url=None))


def test_a_key_from_the_environment_is_used_and_recorded(signed: Signed) -> None:
    process = given(signed, SEED)
    note = process.sign(signed.id).note
    (key,) = process.public_keys()
    assert key.public == public_bytes(parse_signing_key(SEED, ""))
    note.verify(key.vkey(signed.id))
    assert not signed.source.path.exists()
    with pytest.raises(InvalidInput, match="SALNAME_SIGNING_KEY"):
        process.rotate()


def test_a_key_is_replaced_and_what_it_signed_stays_valid(signed: Signed) -> None:
    old = signed.checkpointer.sign(signed.id)
    (before,) = vkeys(signed)
    kept = signed.checkpointer.rotate()
    assert kept is not None
    assert stat.S_IMODE(kept.stat().st_mode) == stat.S_IMODE(signed.source.path.stat().st_mode) == 0o600
    assert public_bytes(parse_signing_key(kept.read_text(), "")) == before.public_key
    signed.fill(1)
    new = signed.checkpointer.sign(signed.id)
    after, still = vkeys(signed)
    assert still == before
    assert after != before
    new.note.verify(after)
    old.note.verify(before)
    with pytest.raises(InvalidProof):
        new.note.verify(before)
    with signed.database.read() as session:
        found = checkpoints_before(signed.database.driver(session), signed.id, 2**53, 10)
    assert [each.signer([after, before]) for each in found] == [after, before]
    assert verify_log(signed.database, signed.id).checkpoints == 2
    since = [key.since for key in signed.checkpointer.public_keys()]
    assert since == sorted(since, reverse=True)


def test_a_key_is_replaced_again_and_again(signed: Signed) -> None:
    for _ in range(3):
        signed.checkpointer.sign(signed.id)
        signed.checkpointer.rotate()
        signed.fill(1)
    assert len(set(vkeys(signed))) == 4
    assert len(list(signed.source.folder.iterdir())) == 4


def test_a_running_process_takes_the_new_key_up(signed: Signed) -> None:
    signed.checkpointer.sign(signed.id)
    operator = Checkpointer(signed.database, SigningKeySource(signed.source.folder), signed.new_id.now)
    operator.rotate()
    signed.fill(1)
    signed.checkpointer.sign(signed.id).note.verify(vkeys(signed)[0])


def test_a_process_that_has_a_key_that_was_replaced_does_not_sign(signed: Signed) -> None:
    left_behind = given(signed, SEED)
    left_behind.sign(signed.id)
    given(signed, OTHER).sign_all()
    signed.fill(1)
    with pytest.raises(InvalidInput, match="was replaced"):
        left_behind.sign(signed.id)
    assert given(signed, OTHER).sign_all() == 1


def test_a_process_that_does_not_find_the_key_does_not_make_one_up(signed: Signed, tmp_path: Path) -> None:
    signed.checkpointer.sign(signed.id)
    elsewhere = Checkpointer(signed.database, SigningKeySource(tmp_path / "elsewhere"), signed.new_id.now)
    signed.fill(1)
    with pytest.raises(InvalidInput, match="put it back"):
        elsewhere.sign(signed.id)
    assert not (tmp_path / "elsewhere").exists()
    assert len(vkeys(signed)) == 1


def test_a_lost_key_can_be_replaced(signed: Signed) -> None:
    signed.checkpointer.sign(signed.id)
    signed.source.path.unlink()
    assert signed.checkpointer.rotate() is None
    signed.fill(1)
    signed.checkpointer.sign(signed.id).note.verify(vkeys(signed)[0])
    assert len(vkeys(signed)) == 2
