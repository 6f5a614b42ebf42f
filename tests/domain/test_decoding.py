"""Reading stored events takes short cuts. What comes out is what the long way gives, for any event."""

import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

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
    assert found.data.model_fields_set == long_way.model_fields_set


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


@pytest.mark.parametrize(
    "wrong", [b'{"claim":{}}', b'{"claim":{"start":"x"}}', b"{}", b"[]", b"", b'{"claim":1,"more":2}', b'{ "claim":{}}']
)
def test_what_is_sealed_is_validated_all_the_same(wrong: bytes) -> None:
    """A seal shows who wrote something, not that it is a claim."""
    with pytest.raises(ValueError, match=r"validation error|not the JSON of a claim"):
        decode(SEALED[-1].read_bytes(), lambda _: lambda *_: wrong)


@pytest.mark.parametrize("member", ["id", "position", "commit", "time", "actor", "type", "typeversion", "subject"])
def test_an_envelope_without_one_of_its_members_is_refused(member: str) -> None:
    raw = json.loads(SEALED[0].read_bytes())
    del raw[member]
    with pytest.raises(ValidationError, match=member):
        decode(json.dumps(raw), with_key)
