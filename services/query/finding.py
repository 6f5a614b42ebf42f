"""Finding entries by words and by names: from what a reader asks for to the tokens that are looked up in the search index."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.query.segments import Match
from shared.domain.chronology import Status
from shared.lexicon.searching import Wanted, actor_key, keys_asked, neighbours, place_key
from shared.store.read_keys import ReadKey
from shared.store.search_tokens import ACTOR, DISPUTED, NAMED, PHRASE, PLACE, SOURCE, STATUS, TITLE, YEAR, title_stem


def words_match(key: ReadKey, asked: Wanted) -> Match:
    """Return the tokens of words and phrases; a group without a token, which nothing has, where nothing can be searched for.

    For a word, a name that sounds like it will do.
    """
    sounding = defaultdict[int, dict[bytes, None]](dict)
    for kind, known_as in ((NAMED, actor_key), (PLACE, place_key)):
        for number, name in asked.named(known_as):
            sounding[number][key.token(kind, name)] = None
    groups = [(key.beginning(word), *sounding[number]) for number, word in enumerate(asked.words)]
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


def status_match(key: ReadKey, status: Status) -> Match:
    """Return the token of a status."""
    return ((key.token(STATUS, status),),)


def disputed_match(key: ReadKey) -> Match:
    """Return the token of what claims disagree on."""
    return ((key.token(DISPUTED),),)
