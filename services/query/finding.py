"""Finding entries by words and by names: from what a reader asks for to tokens, and from these to conditions on the listing.

What few entries have is looked up in the search index. What many have is found sooner along the order that is asked for, each entry on the
way being asked whether it has it; an index would give all of them only to be sorted.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, column, false, func, or_, select, table, text, true, type_coerce
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import col

from services.query.orders import Search
from services.query.snapshot import Snapshot
from shared.lexicon.searching import Wanted, actor_key, keys_asked, neighbours, place_key
from shared.store import search_column as written
from shared.store.read_keys import ReadKey
from shared.store.read_model import ListingRow
from shared.store.search_tokens import ACTOR, NAMED, PHRASE, PLACE, SOURCE, TITLE, YEAR, title_stem

Match = tuple[tuple[bytes, ...], ...]
"""Groups of tokens: an entry has one of each group."""

FEW = 4_000
"""So many versions of entries, or fewer, are found by the index and then sorted."""

_TOKENS = col(ListingRow.tokens)
_WORDS = table("listing_words", column("rowid", BigInteger()), column("listing_words", Text()))
"""SQLite's full-text index."""


def words_match(key: ReadKey, asked: Wanted) -> Match:
    """Return the tokens of words and phrases; a group without a token, which nothing has, where nothing can be searched for."""
    groups = [(key.beginning(word),) for word in asked.words]
    groups += [(key.token(PHRASE, pair),) for phrase in asked.phrases for pair in neighbours(phrase)]
    return tuple(groups) or ((),)


def any_phrase(key: ReadKey, phrases: Iterable[Sequence[str]]) -> Match:
    """Return what an entry has in which one of some phrases of folded words begins: a word alone, or the first two side by side."""
    begun = (key.beginning(one[0]) if len(one) == 1 else key.token(PHRASE, next(neighbours(one))) for one in phrases if one)
    return (tuple(dict.fromkeys(begun)),)


def title_match(key: ReadKey, asked: Wanted) -> Match:
    """Return the tokens that the title of an entry has which has all the words."""
    return tuple(
        (key.token(TITLE, title_stem(word)),) for word in dict.fromkeys((*asked.words, *(w for one in asked.phrases for w in one)))
    )


def source_match(key: ReadKey, source_id: str) -> Match:
    """Return the token of a source."""
    return ((key.token(SOURCE, source_id),),)


def year_match(key: ReadKey, year: int) -> Match:
    """Return the token of a year."""
    return ((key.token(YEAR, str(year)),),)


def place_match(key: ReadKey, name: str) -> Match:
    """Return the tokens of a place by any of its names, in whatever language the name is given."""
    return (tuple(key.token(PLACE, found) for found in keys_asked(name, place_key)),)


def actor_match(key: ReadKey, name: str) -> Match:
    """Return the tokens of an actor by the whole name, or by one word of it."""
    return (tuple(key.token(ACTOR if " " in found else NAMED, found) for found in keys_asked(name, actor_key)),)


def search_for(snapshot: Snapshot, match: Match, conditions: Sequence[ColumnElement[bool]]) -> Search:
    """Return what finds entries that have all of a match and meet the other conditions."""
    if not match:
        return Search(conditions)
    if not all(match):
        return Search([false(), *conditions])
    if is_few(snapshot, match):
        return Search([_looked_up(snapshot, match), *conditions], few=True)
    return Search([has(snapshot, match), *conditions])


def is_few(snapshot: Snapshot, match: Match) -> bool:
    """Whether the search index finds few versions of entries; on PostgreSQL, whether its statistics say so."""
    session = snapshot.session
    if snapshot.database.dialect == "postgresql":
        asked = [f"tokens && ARRAY{written.numbers(group)}::bigint[]" for group in match]
        explain = f"EXPLAIN (FORMAT JSON) SELECT 1 FROM listing WHERE {' AND '.join(asked)}"  # noqa: S608  # numbers, and nothing else
        plan = session.execute(text(explain)).scalar_one()
        return bool(plan[0]["Plan"]["Plan Rows"] <= FEW)
    some = text("SELECT count(*) FROM (SELECT 1 FROM listing_words WHERE listing_words MATCH :asked LIMIT :most)")
    return bool(session.execute(some, {"asked": expression(match), "most": FEW + 1}).scalar_one() <= FEW)


def expression(match: Match) -> str:
    """Return what FTS5 is asked for a match."""
    return " AND ".join("(" + " OR ".join(f'"{token.hex()}"' for token in group) + ")" for group in match)


def numbers_of(snapshot: Snapshot, match: Match, after: int = 0) -> Select[Any]:
    """Select the numbers of the versions of entries that the search index finds, whatever revision they are of, from a number on."""
    if snapshot.database.dialect == "postgresql":
        return select(col(ListingRow.number)).where(
            snapshot.rows.of(ListingRow), col(ListingRow.number) > after, *(_overlap(group) for group in match)
        )
    asked: ColumnElement[bool] = _WORDS.c.listing_words.op("MATCH", is_comparison=True)(expression(match))
    return select(_WORDS.c.rowid).where(asked, _WORDS.c.rowid > after)


def has(snapshot: Snapshot, match: Match) -> ColumnElement[bool]:
    """The condition that an entry has all of a match, for entries that are come by in another way."""
    if snapshot.database.dialect == "postgresql":
        # `IS TRUE` keeps the planner from the index.
        return and_(*(_overlap(group).is_(true()) for group in match))
    stored = type_coerce(_TOKENS, Text())
    return and_(*(or_(*(func.instr(stored, written.text([token])) > 0 for token in group)) for group in match))


def _looked_up(snapshot: Snapshot, match: Match) -> ColumnElement[bool]:
    found = numbers_of(snapshot, match)
    if snapshot.database.dialect == "postgresql":
        # As an array that is made first, it is what the planner begins with.
        return col(ListingRow.number) == func.any(func.array(found.scalar_subquery()))
    return col(ListingRow.number).in_(found)


def _overlap(group: tuple[bytes, ...]) -> ColumnElement[bool]:
    overlap: ColumnElement[bool] = type_coerce(_TOKENS, ARRAY(BigInteger())).overlap(written.numbers(group))
    return overlap
