"""Postings come back as they were written, whether few have a token, many, or all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.store import segments
from shared.store.segments import decode_postings, encode_postings, find_posting, ordinals_of, token_numbers

SIZE = 200


@given(
    st.dictionaries(st.integers(0, 2**40 - 1), st.sets(st.integers(0, SIZE - 1), min_size=1), max_size=12),
    st.sampled_from([1, 5, 3000]),
    st.sampled_from([0, 20, 4096]),
)
def test_postings_come_back(had: dict[int, set[int]], per_block: int, many: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "PER_BLOCK", per_block)
        patch.setattr(segments, "MANY", many)
        pairs = [(token, ordinal) for token, ordinals in had.items() for ordinal in ordinals]
        tokens, ordinals = (np.array([pair[at] for pair in pairs], np.int64) for at in (0, 1))
        blocks = list(encode_postings(tokens, ordinals, SIZE))
    assert [token for token, _ in blocks] == sorted({token for token, _ in blocks})
    decoded = [decode_postings(block, SIZE) for _, block in blocks]
    assert sorted(pairs) == [pair for part in decoded for pair in zip(part[0].tolist(), part[1].tolist(), strict=True)]
    for token in (*had, 7, 2**40 - 1):
        begun = [block for first, block in blocks if first <= token]
        found = ordinals_of(find_posting(begun[-1], token), SIZE).tolist() if begun else []
        assert found == sorted(had.get(token, ()))


def test_tokens_are_numbers_in_their_own_order() -> None:
    tokens = [b"\x00\x00\x00\x00\x01", b"\x00\x00\x00\x01\x00", b"\xff\xff\xff\xff\xff"]
    assert token_numbers(b"".join(tokens)).tolist() == [1, 256, 2**40 - 1]
    assert token_numbers(b"").tolist() == []
