"""What each version of an entry is found, filtered and counted by: tokens and codes, made with the key of their generation.

Pure but for what the key remembers of claims that were read a moment ago: an entry is indexed anew with each claim that joins it.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import orjson

from shared.domain.chronology import Entry
from shared.domain.claims import Claim
from shared.domain.heads import head_of
from shared.domain.listing import facet_code, years
from shared.lexicon.folding import as_typed, words
from shared.lexicon.searching import actor_key, neighbours, pieces, place_key
from shared.store.read_keys import Indexed, ReadKey
from shared.store.read_model import LISTED, day_bounds
from shared.store.search_tokens import ACTOR, DISPUTED, NAMED, PHRASE, PLACE, SOURCE, STATUS, TITLE, YEAR, title_stem

ClaimOf = Callable[[str], Claim]


def listing_row(here: Mapping[str, Any], since: int, entry: Entry, claim_of: ClaimOf, key: ReadKey) -> dict[str, Any]:
    """Make the row that one version of an entry is found by. `claim_of` gives those that stand in it."""
    tokens, codes = _indexed(entry, claim_of, key)
    first, last = day_bounds(entry.earliest, entry.latest)
    statement = claim_of(entry.title_claim).statement if entry.title_claim else None
    return {
        **here,
        "generation": key.generation,
        "id": entry.id,
        "since": since,
        "until": None,
        "sort_from": first,
        "sort_to": last,
        "sources": len(entry.sources),
        "disputed": entry.disputed,
        "status": entry.status,
        "facets": struct.pack(f"<{len(codes)}q", *codes),
        "shown": key.seal(orjson.dumps(head_of(entry, statement)), LISTED, entry.id, since),
        "tokens": tokens,
    }


def _indexed(entry: Entry, claim_of: ClaimOf, key: ReadKey) -> tuple[set[bytes], dict[int, None]]:
    tokens: set[bytes] = set()
    codes: dict[int, None] = {}  # in an order that is the same in every generation
    for claim_id in entry.claims:
        found = key.remember(claim_id, partial(_of_claim, claim_id, claim_of, key))
        tokens |= found[0]
        codes |= dict.fromkeys(found[1])
    tokens |= key.remember(entry.title, partial(_of_title, entry.title, key))[0]
    tokens.add(key.token(STATUS, entry.status))
    if entry.disputed:
        tokens.add(key.token(DISPUTED))
    for source_id in entry.sources:
        token = key.token(SOURCE, source_id)
        tokens.add(token)
        codes[facet_code("source", token)] = None
    for year in sorted(years(entry)):
        tokens.add(key.token(YEAR, str(year)))
        codes[facet_code("year", year)] = None
    return tokens, codes


def _of_title(title: str, key: ReadKey) -> Indexed:
    found = [word for spelled in _spellings(title) for word in spelled]
    return frozenset((*_searched(title, key), *(key.token(TITLE, title_stem(word)) for word in found))), ()


def _of_claim(claim_id: str, claim_of: ClaimOf, key: ReadKey) -> Indexed:
    claim = claim_of(claim_id)
    tokens: set[bytes] = set()
    codes: dict[int, None] = {}
    for piece in pieces(claim):
        tokens.update(_searched(piece.text, key))
    for actor in claim.actors:
        name = actor_key(actor.name, claim.language)
        tokens.update(key.token(NAMED, part) for part in name.split())
        tokens.add(key.token(ACTOR, name))
        codes[facet_code("actor", key.token(ACTOR, name))] = None
    for place in claim.places:
        token = key.token(PLACE, place_key(place.name, claim.language))
        tokens.add(token)
        codes[facet_code("place", token)] = None
    return frozenset(tokens), tuple(codes)


def _searched(text: str, key: ReadKey) -> Iterator[bytes]:
    for found in _spellings(text):
        for word in found:
            yield from key.beginnings(word)
        for pair in neighbours(found):
            yield key.token(PHRASE, pair)


def _spellings(text: str) -> Iterator[list[str]]:
    """Yield the folded words of a text, and again as they are typed where a keyboard lacks letters."""
    yield words(text)
    if (typed := as_typed(text)) != text:
        yield words(typed)
