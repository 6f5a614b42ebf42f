"""Events as bytes: canonical, sealed where they quote a document, and readable for ever."""

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any, ClassVar

import pytest
import rfc8785
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from shared.crypto.sealing import opening_under
from shared.domain import upcast
from shared.domain.claims import Claim
from shared.domain.codec import OpenUnder, SealUnder, decode, encode
from shared.domain.errors import UnknownEvent, WrongKey
from shared.domain.events import EVENT_TYPES, AnyEvent, ClaimRecorded, CorrectionRejected, Erased, EventData, Recorded
from shared.domain.ids import IdSource, canonical_json
from shared.store.keys import sealer
from tests.properties.events import BY_TYPE, ids, texts

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
OPEN = sorted((GOLDEN / "events").glob("*.json"))
SEALED = sorted((GOLDEN / "sealed").glob("*.json"))
CONTENT_KEY = sha256(b"the content key of a golden document").digest()
DOCUMENT = "0190a000-0000-7000-8000-000000000003"

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=20)
times = st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.sampled_from([UTC]))  # noqa: DTZ001 - zones are added


def never(_: str) -> OpenUnder | None:
    raise AssertionError("what is stored in the open needs no key")


def with_key(document_id: str) -> OpenUnder:
    return opening_under(CONTENT_KEY, document_id)


def seal_again(_: str) -> SealUnder:
    """Sealing as it is described, by hand and with the nonce of the golden files."""

    def seal_under(subject: bytes, context: bytes, plaintext: bytes) -> tuple[str, str]:
        key, nonce = blake2b(subject, key=CONTENT_KEY, digest_size=32).digest(), bytes(range(12))
        return sha256(key).hexdigest(), b64encode(nonce + AESGCM(key).encrypt(nonce, plaintext, context)).decode()

    return seal_under


def type_and_version(path: Path) -> tuple[str, int]:
    name, _, version = path.stem.rpartition(".v")
    return name, int(version)


@given(documents)
def test_our_canonical_json_is_rfc_8785(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="no floats"):
        canonical_json({"a": [1, {"b": 0.5}]})


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=lambda kind: kind.type)
@given(data=st.data())
def test_an_event_is_stored_in_canonical_form_and_comes_back(kind: type[AnyEvent], data: st.DataObject) -> None:
    event = Recorded(
        id="0190a000-0000-7000-8000-000000000108",
        chronology=data.draw(ids),
        position=data.draw(st.integers(1, 2**53 - 1)),
        commit=data.draw(st.integers(1, 2**53 - 1)),
        time=data.draw(times),
        actor=data.draw(texts),
        correlationid=data.draw(texts),
        causationid=data.draw(st.none() | texts),
        data=data.draw(BY_TYPE[kind]),
    )
    assert not isinstance(event.data, Erased)
    keyring: dict[str, bytes | None] = {} if event.data.sealed_under is None else {event.data.sealed_under: CONTENT_KEY}
    stored = encode(event, sealer(keyring))
    assert stored == rfc8785.dumps(json.loads(stored))
    assert decode(stored, with_key) == event
    assert b"\n" not in stored, "one event a line"
    assert b"\t" not in stored


@pytest.mark.parametrize("path", OPEN, ids=lambda path: path.stem)
def test_every_version_ever_written_is_still_read(path: Path) -> None:
    stored = path.read_bytes().strip()
    event = decode(stored, never)
    assert not isinstance(event.data, Erased)
    assert event.data.type == type_and_version(path)[0]
    if type_and_version(path)[1] == event.data.version and event.data.sealed_under is None:
        assert encode(event, sealer({})) == stored, "the bytes of the current version are a promise: raise the version to change them"


@pytest.mark.parametrize("path", SEALED, ids=lambda path: path.stem)
class TestSealedForm:
    def test_it_is_read_with_its_key(self, path: Path) -> None:
        stored = path.read_bytes().strip()
        event = decode(stored, with_key)
        assert isinstance(event.data, ClaimRecorded)
        assert event.data.claim.document_id == DOCUMENT
        if type_and_version(path)[1] == event.data.version:
            assert encode(event, seal_again) == stored, "the bytes of the current version are a promise: raise the version to change them"

    def test_it_is_what_was_once_written_in_the_open(self, path: Path) -> None:
        if not (GOLDEN / "events" / path.name).exists():
            assert type_and_version(path)[1] > 1, "only the first version was ever written in the open"
            return
        before = decode((GOLDEN / "events" / path.name).read_bytes(), never)
        assert decode(path.read_bytes(), with_key) == before

    def test_no_word_of_it_can_be_seen(self, path: Path) -> None:
        assert not {word for word in ("fair", "Ganja", "guests", "1998", "rules") if word.encode() in path.read_bytes()}

    def test_another_key_is_refused(self, path: Path) -> None:
        with pytest.raises(WrongKey, match=DOCUMENT):
            decode(path.read_bytes(), lambda document_id: opening_under(CONTENT_KEY[::-1], document_id))

    @pytest.mark.parametrize("member", ["chronology", "subject", "data_base64", "keyhash"])
    def test_an_altered_event_is_refused(self, path: Path, member: str) -> None:
        raw = json.loads(path.read_bytes())
        raw[member] = raw[member][:-4] + ("AAAA" if raw[member][-4:] != "AAAA" else "BBBB")
        with pytest.raises(WrongKey):
            decode(json.dumps(raw), with_key)

    def test_without_its_key_it_is_erased(self, path: Path) -> None:
        event = decode(path.read_bytes(), lambda _: None)
        kind, version = type_and_version(path)
        assert event.data == Erased(type=kind, version=version, subject="0190a000-0000-7000-8000-000000000004", document_id=DOCUMENT)
        with pytest.raises(TypeError, match="erased"):
            encode(event, seal_again)


def test_every_event_type_has_a_golden_file_for_every_version() -> None:
    versions = {kind.type: range(1, kind.version + 1) for kind in EVENT_TYPES}
    sealed = {kind.type for kind in EVENT_TYPES if kind.sealed_under is not EventData.sealed_under}
    assert {type_and_version(path) for path in OPEN} >= {(kind, n) for kind in versions.keys() - sealed for n in versions[kind]}
    assert {type_and_version(path) for path in SEALED} == {(kind, n) for kind in sealed for n in versions[kind]}
    assert {type_and_version(path) for path in OPEN} <= {(kind, n) for kind in versions for n in versions[kind]}
    assert ("claim.recorded", 1) in {type_and_version(path) for path in OPEN}, "claims were once written in the open: read them for ever"


class Annotated(CorrectionRejected):
    """How a rejection may look two versions from now."""

    version: ClassVar[int] = 3
    explanation: str
    weight: int


class Ranked(ClaimRecorded):
    """How a recorded claim may look two versions from now."""

    version: ClassVar[int] = 5
    rank: int
    noted: str

    def brief(self) -> bytes:
        return self.model_dump_json(exclude={"claim": {"id", "document_id"}}).encode()


@pytest.fixture
def upgraded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A later release: two types have had two new versions."""
    later = {Annotated.type: Annotated, Ranked.type: Ranked}
    chain = {
        (Annotated.type, 1): lambda data: data | {"why": data["reason"], "weight": 1},
        (Annotated.type, 2): lambda data: (
            {key: value for key, value in data.items() if key != "why"} | {"explanation": data["why"].upper(), "weight": data["weight"] + 1}
        ),
        (Ranked.type, 1): lambda data: data,
        (Ranked.type, 2): lambda data: data,
        (Ranked.type, 3): lambda data: data | {"rank": len(data["claim"]["values"])},
        (Ranked.type, 4): lambda data: data | {"noted": f"rank {data['rank']}"},
    }
    monkeypatch.setattr(upcast, "LATEST", {**upcast.LATEST, **later})
    monkeypatch.setattr(upcast, "UPCASTERS", chain)


@pytest.mark.usefixtures("upgraded")
class TestUpcasting:
    def test_an_old_event_goes_through_the_whole_chain(self) -> None:
        data = decode((GOLDEN / "events/correction.rejected.v1.json").read_bytes(), never).data
        assert isinstance(data, Annotated)
        assert (data.reason, data.explanation, data.weight) == ("No evidence.", "NO EVIDENCE.", 2)

    @pytest.mark.parametrize("path", ["events/claim.recorded.v1.json", "sealed/claim.recorded.v1.json", "sealed/claim.recorded.v3.json"])
    def test_so_does_a_claim_in_the_open_and_a_sealed_one(self, path: str) -> None:
        data = decode((GOLDEN / path).read_bytes(), with_key).data
        assert isinstance(data, Ranked)
        assert isinstance(data.claim, Claim)
        assert (data.rank, data.noted) == (2, "rank 2")

    def test_one_in_the_middle_goes_through_the_rest(self) -> None:
        raw = json.loads((GOLDEN / "events/correction.rejected.v1.json").read_bytes())
        raw["typeversion"] = 2
        raw["data"] |= {"why": "seen", "weight": 5}
        data = decode(json.dumps(raw), never).data
        assert isinstance(data, Annotated)
        assert (data.explanation, data.weight) == ("SEEN", 6)

    def test_the_newest_sealed_form_is_read_without_a_detour(self) -> None:
        before = decode((GOLDEN / "sealed/claim.recorded.v1.json").read_bytes(), with_key)
        assert decode(encode(before, seal_again), with_key) == before

    def test_what_is_erased_stays_erased(self) -> None:
        data = decode((GOLDEN / "sealed/claim.recorded.v1.json").read_bytes(), lambda _: None).data
        assert isinstance(data, Erased)
        assert data.version == 1


@pytest.mark.parametrize("path", [*OPEN, *SEALED], ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_newer_version_is_refused_with_what_to_do(path: Path) -> None:
    raw = json.loads(path.read_bytes())
    for change in ({"typeversion": 1_000}, {"type": "claim.invented"}):
        with pytest.raises(UnknownEvent, match="upgrade"):
            decode(json.dumps(raw | change), with_key)


def test_ids_sort_in_the_order_of_their_making() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    ticks = iter([start] * 300 + [start + timedelta(microseconds=n) for n in range(0, 3000, 7)] + [datetime(2025, 1, 1, tzinfo=UTC)] * 500)
    new_id = IdSource(lambda: next(ticks), lambda n: b"\xff" * n)
    made = [each for n in range(300) for each in new_id.several(1 + n % 4)] + [new_id() for _ in range(800)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one[14] for one in made} == {"7"}
    assert {one[19] for one in made} <= set("89ab")


def test_ids_that_are_made_together_sort_and_leave_room_for_the_next() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    new_id = IdSource(lambda: now, lambda n: bytes(n))
    made = [*new_id.several(40_000), new_id(), *new_id.several(0), *new_id.several(3)]
    assert made == sorted(made)
    assert len(set(made)) == 40_004
    assert {(one[14], len(one)) for one in made} == {("7", 36)}
    assert {one[19] for one in made} == set("89ab")
    assert int(made[0].replace("-", "")[:12], 16) == int(now.timestamp() * 1000)
