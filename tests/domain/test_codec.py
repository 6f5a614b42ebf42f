"""Events as bytes: canonical, and readable for ever."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.codec import decode, encode
from shared.domain.errors import UnknownEvent
from shared.domain.events import EVENT_TYPES, CorrectionRejected, Recorded
from shared.domain.ids import IdSource, canonical_json, uuid7

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "events"

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=("Cs",)))
keys = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=8)
documents = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=20)


@given(documents)
def test_our_canonical_json_is_rfc_8785(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


def test_floats_are_refused() -> None:
    with pytest.raises(TypeError, match="no floats"):
        canonical_json({"a": [1, {"b": 0.5}]})


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_version_ever_written_is_still_read(path: Path) -> None:
    stored = path.read_bytes().strip()
    event = decode(stored)
    assert event.data.type == path.stem.rpartition(".v")[0]
    if int(path.stem.rpartition(".v")[2]) == event.data.version:
        assert encode(event) == stored, "the bytes of the current version are a promise: raise the version to change them"


def test_every_event_type_has_a_golden_file() -> None:
    assert {f"{kind.type}.v{version}" for kind in EVENT_TYPES for version in range(1, kind.version + 1)} == {
        p.stem for p in GOLDEN.glob("*.json")
    }


def test_a_newer_version_is_refused_with_what_to_do() -> None:
    event = Recorded(
        id="i", chronology="c", position=1, commit=1, time=datetime.now(UTC), actor="a", correlationid="k",
        data=CorrectionRejected(correction_id="x"),
    )  # fmt: skip
    raw = json.loads(encode(event))
    for change in ({"typeversion": 2}, {"type": "claim.invented"}):
        with pytest.raises(UnknownEvent, match="upgrade"):
            decode(json.dumps(raw | change))


def test_ids_sort_in_the_order_of_their_making() -> None:
    times = iter([datetime(2026, 1, 1, tzinfo=UTC)] * 500 + [datetime(2025, 1, 1, tzinfo=UTC)] * 500)
    new_id = IdSource(lambda: next(times), lambda n: b"\xff" * n)
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert len(set(made)) == 1000
    assert {made[0][14], uuid7(datetime(2026, 1, 1, tzinfo=UTC), b"\0" * 10)[14]} == {"7"}
