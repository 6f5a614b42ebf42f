"""How the tokens of a version of an entry are stored: one after the other, in their own order.

That says nothing of the order of the words that they were made of.
"""

from collections.abc import Collection

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from shared.store.search_tokens import TOKEN_BYTES


class Tokens(TypeDecorator[frozenset[bytes]]):
    """A set of tokens, each of `TOKEN_BYTES` bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Collection[bytes] | None, dialect: Dialect) -> bytes | None:
        return None if value is None else b"".join(sorted(value))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> frozenset[bytes] | None:
        if value is None:
            return None
        return frozenset(value[at : at + TOKEN_BYTES] for at in range(0, len(value), TOKEN_BYTES))
