"""Reading stored events takes short cuts. What comes out is what the long way gives, for any event."""

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.codec import OpenUnder, Sealed, decode, encode, sealed_part
from shared.domain.events import EVENT_TYPES, Recorded
from shared.store.keys import open_sealed, sealer
from tests.domain.test_codec import CONTENT_KEY, SEALED, times, with_key
from tests.properties.events import BY_TYPE, ids, texts

recorded = st.builds(
    Recorded,
    id=st.uuids().map(str),
    chronology=ids,
    position=st.integers(1, 2**53),
    commit=st.integers(1, 2**53),
    time=times,
    actor=texts,
    correlationid=ids,
    data=st.sampled_from(EVENT_TYPES).flatmap(lambda kind: BY_TYPE[kind]),
    causationid=st.none() | ids,
)


@given(recorded)
def test_an_event_is_the_same_by_the_long_way(event: Recorded) -> None:
    sealed_under = getattr(event.data, "sealed_under", None)
    stored = encode(event, sealer({} if sealed_under is None else {sealed_under: CONTENT_KEY}))
    raw: dict[str, Any] = json.loads(stored)
    opened: list[Sealed] = []

    def unseal(document_id: str) -> OpenUnder:
        def open_under(label: bytes, context: bytes, keyhash: str, ciphertext: bytes) -> bytes:
            opened.append(Sealed(document_id, label.decode(), context, keyhash, ciphertext))
            return with_key(document_id)(label, context, keyhash, ciphertext)

        return open_under

    found = decode(stored, unseal)
    assert found == decode(stored.decode(), with_key) == event
    assert opened == ([] if sealed_under is None else [sealed_part(raw)])
    plain = raw["data"] if sealed_under is None else json.loads(open_sealed(CONTENT_KEY, sealed_part(raw)))
    if sealed_under is not None:
        assert not {"id", "document_id"} & plain["claim"].keys()
        plain["claim"] |= {"id": raw["subject"], "document_id": raw["document"]}
    long_way = type(event.data).model_validate_json(json.dumps(plain))
    assert found.data == long_way
    assert found.data.model_dump() == long_way.model_dump()
    assert found.data.model_dump_json() == long_way.model_dump_json(), "members stand in one order, whichever were written down"
    assert found.data.model_copy() == long_way
    assert hash(found.data) == hash(long_way)


@given(st.binary(max_size=300))
def test_ciphertexts_come_out_of_base64_as_they_went_in(ciphertext: bytes) -> None:
    stored = {**json.loads(SEALED[0].read_bytes()), "data_base64": b64encode(ciphertext).decode()}
    opened: list[bytes] = []

    def open_under(_label: bytes, _context: bytes, _keyhash: str, found: bytes) -> bytes:
        opened.append(found)
        return b""

    with pytest.raises(ValueError, match="EOF"):
        decode(json.dumps(stored), lambda _: open_under)
    assert opened == [ciphertext]


def sealed_claim() -> dict[str, Any]:
    """What was sealed of the newest golden claim."""
    stored = SEALED[-1].read_bytes()
    said: dict[str, Any] = json.loads(open_sealed(CONTENT_KEY, sealed_part(json.loads(stored))))
    return said


def reading(sealed: object) -> Recorded:
    plaintext = sealed if isinstance(sealed, bytes) else json.dumps(sealed).encode()
    return decode(SEALED[-1].read_bytes(), lambda _: lambda *_: plaintext)


@pytest.mark.parametrize("wrong", [{"claim": {}}, {"claim": {"start": "x"}}, {}, [], b"", {"claim": 1, "more": 2}, b'{"claim":{}', None])
def test_what_is_sealed_has_to_be_of_its_form(wrong: object) -> None:
    """A seal shows who wrote something, not that it is a claim."""
    with pytest.raises(ValueError, match="no stored event"):
        reading(wrong)


@pytest.mark.parametrize(
    ("member", "wrong"),
    [
        *[("start", "1"), ("quote", None), ("modality", "perhaps"), ("page", "2"), ("statement", 7), ("continues", 1)],
        *[("date", {}), ("date", "1998"), ("values", {}), ("values", [{"start": 1}]), ("places", ["Ganja"]), ("actors", [{"name": "A"}])],
        *[("attribution", {"start": 1, "end": 2, "quote": 3, "name": "A"}), ("extractor", {"name": "rules"}), ("extractor", None)],
    ],
)
def test_so_has_every_part_of_it(member: str, wrong: object) -> None:
    said = sealed_claim()
    said["claim"][member] = wrong
    with pytest.raises(ValueError, match="no stored event"):
        reading(said)


@pytest.mark.parametrize("member", ["start", "end", "quote", "statement", "language", "extractor"])
def test_so_has_what_may_not_be_missing(member: str) -> None:
    said = sealed_claim()
    del said["claim"][member]
    with pytest.raises(ValueError, match=f"no stored event.*{member}"):
        reading(said)


@pytest.mark.parametrize("member", ["id", "document_id"])
def test_a_claim_that_names_itself_inside_its_seal_is_refused(member: str) -> None:
    said = sealed_claim()
    assert reading(said).data.subject
    said["claim"][member] = "0190a000-0000-7000-8000-000000000099"
    with pytest.raises(ValueError, match="without its id and its document"):
        reading(said)


@pytest.mark.parametrize("member", ["id", "position", "commit", "time", "actor", "type", "typeversion", "subject"])
def test_an_envelope_without_one_of_its_members_is_refused(member: str) -> None:
    raw = json.loads(SEALED[0].read_bytes())
    del raw[member]
    with pytest.raises(ValueError, match=f"no stored event.*{member}"):
        decode(json.dumps(raw), with_key)
