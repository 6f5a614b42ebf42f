"""How the tokens of a search index are stored: words of a text for SQLite's FTS5, numbers of an array for PostgreSQL's GIN.

Either is in the tokens' own order, which says nothing of the order of the words that they were made of.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeDecorator, TypeEngine

from shared.store.search_tokens import TOKEN_BYTES


class Tokens(TypeDecorator[frozenset[bytes]]):
    """A set of tokens, each of `TOKEN_BYTES` bytes."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(BigInteger()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[bytes] | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return numbers(value) if dialect.name == "postgresql" else text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> frozenset[bytes] | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return frozenset(number.to_bytes(TOKEN_BYTES, "big") for number in value)
        return frozenset(bytes.fromhex(token) for token in value.split())


def text(tokens: Collection[bytes]) -> str:
    """Return tokens as words, each between spaces."""
    return f" {b''.join(sorted(tokens)).hex(' ', TOKEN_BYTES)} " if tokens else ""


def numbers(tokens: Collection[bytes]) -> list[int]:
    """Return tokens as numbers."""
    return [int.from_bytes(token, "big") for token in sorted(tokens)]
