"""Actors: people and organisations named in a clause, by their base forms."""

import re
from dataclasses import dataclass

from services.ingest.extraction.grammar.tables import Grammar
from shared.lexicon.inflection import Inflection
from shared.lexicon.places import Gazetteer

_NAME_WORD = re.compile(r"[^\W\d_]+(?:[.'’-][^\W\d_]+)*\.?")
_QUOTED = re.compile(r"([“«\"][^\W\d_][^“”«»\"]*[”»\"]\s)$")
_TITLE = 44
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")
_ROMAN = re.compile(r"[ivxı]{1,5}")
_MOST = 8
_SOURCE_CASES = ("genitive", "locative", "ablative")
_WHERE = ("locative", "ablative")
_PLACE_CASES = ("locative", "ablative", "dative", "accusative", "instrumental", "terminal", "relative")
_AMPERSAND = " & "
_FEWEST_STEM = 4
_SOFT = "ğy"
_FEWEST_LETTERS = 2
_OWN_WORDS = 3
"""Words of the name of an organisation that an "and" does not join to the one before."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A name with its span in the view; `organization`: it holds a word for one."""

    start: int
    end: int
    name: str
    organization: bool = False


def find_actors(
    text: str, lower: str, start: int, end: int, dates: bytearray, grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> list[Actor]:
    """Return the names in a stretch of the view, each once, in text order."""
    if grammar.nouns_capitalised:
        # Capitals tell no names from nouns.
        return []
    found: list[Actor] = []
    seen: set[str] = set()
    runs = _runs(text, lower, start, end, dates, grammar, inflection, gazetteer)
    for run in (part for whole in runs for part in _split(text, lower, whole, grammar, inflection, gazetteer)):
        actor = _actor(text, lower, run, grammar, inflection, gazetteer)
        if actor is not None and actor.name.casefold() not in seen:
            seen.add(actor.name.casefold())
            found.append(actor)
    return found


def plain_name(text: str, lower: str, start: int, end: int, inflection: Inflection) -> str:
    """Return a name that is no actor's by the tables, without the case that its last word stands in: "Prokurorluğun", "Qərarda"."""
    first = max(text.rfind(" ", start, end) + 1, start)
    if (plain := _unjoined(lower[first:end], "-", inflection)) is not None:
        return text[start : first + len(plain)]
    found = [
        stem
        for stem, ending in inflection.stems(lower[first:end])
        if ending.case in _SOURCE_CASES and not (ending.possessive or ending.plural) and len(stem) >= _FEWEST_STEM
    ]
    # A head noun keeps the ending that joins it to the name ("idarəsi-nin"); a name has none ("Bernt-in").
    stem = (found[0] if text[first].isupper() else found[-1]) if found else lower[first:end]
    softened = inflection.softened.get(stem[-1]) if found and stem[-1] in _SOFT else None
    return text[start : first + len(stem) - (1 if softened else 0)] + (softened or "")


def _runs(
    text: str, lower: str, start: int, end: int, dates: bytearray, grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> list[list[tuple[int, int]]]:
    """Group capitalised words that stand side by side, with the small words that join the words of a name."""
    runs: list[list[tuple[int, int]]] = []
    run: list[tuple[int, int]] = []
    pending: list[tuple[int, int]] = []
    last = start
    for match in _NAME_WORD.finditer(text, start, end):
        word = lower[match.start() : match.end()].rstrip(".")
        apart = run and match.start() - last > 1 and text[last : match.start()] != _AMPERSAND
        number = word in grammar.numbers.words or word in grammar.numbers.scales
        capital = text[match.start()].isupper() and not dates[match.start()] and word not in grammar.not_names and not number
        if apart:
            runs, run, pending = [*runs, run], [], []
        called = capital and bool(run) and lower[slice(*run[-1])] in grammar.particles
        if capital and grammar.verb_final and _stands_in_a_case(word, grammar, inflection, gazetteer, opens=not run, called=called):
            runs, run, pending = [*runs, run], [], []
        elif capital:
            run = [*run, *pending, match.span()]
            pending = []
            if grammar.verb_final and (_unjoined(word, "'", inflection) is not None or _says_where(word, inflection)):
                runs, run = [*runs, run], []
        elif run and not pending and word in grammar.particles:
            run = [*run, match.span()]
        elif run and not pending and grammar.particles and _particle(word, grammar, inflection) is not None:
            runs, run = [*runs, [*run, match.span()]], []
        elif run and word in grammar.connectors and len(pending) < 2:
            pending.append(match.span())
        elif run:
            runs, run, pending = [*runs, run], [], []
        last = match.end()
    return [whole for whole in (*runs, run) if whole]


def _stands_in_a_case(word: str, grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer, *, opens: bool, called: bool) -> bool:
    """Whether a word is a place or a happening that only says where, and no part of a name: "Tiflisdən Bakıya", "İclasda Anna Berg".

    `opens`: no name goes before it; `called`: a small word of a name does, so that "Zərdabi" may be a family name.
    """
    place = gazetteer.find(word)
    if place is not None:
        return place[1].case in _PLACE_CASES and not (called and len(place[1].text) == 1)
    return opens and any(ending.case in _PLACE_CASES and stem in grammar.happenings for stem, ending in inflection.stems(word))


def _says_where(word: str, inflection: Inflection) -> bool:
    """Whether a word closes a phrase that says where or whence, and so a name: "Xəzər Oyunlarında Anna Berg"."""
    return any(ending.case in _WHERE and (ending.possessive or ending.plural) for _, ending in inflection.stems(word))


def _particle(word: str, grammar: Grammar, inflection: Inflection) -> str | None:
    """Return the small word of a name that a word is a form of: "Kərim xana"."""
    found = (stem for stem, ending in inflection.stems(word) if stem in grammar.particles and not (ending.possessive or ending.plural))
    return next(found, None)


def _split(
    text: str, lower: str, run: list[tuple[int, int]], grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> list[list[tuple[int, int]]]:
    """Part names that a small word joins, unless it joins the words of one organisation; leave out titles before a name."""
    parts: list[list[tuple[int, int]]] = []
    for named in _apart(lower, run, grammar, inflection, gazetteer):
        if _organization(lower, named, grammar, inflection) is not None:
            parts.append(named)
            continue
        parts.append([])
        for span in _without_portfolio(lower, named, grammar):
            if lower[slice(*span)] in grammar.connectors:
                parts.append([])
            else:
                parts[-1].append(span)
    return [named for part in parts if part and (named := _untitled(text, lower, part, grammar, inflection, gazetteer))]


def _apart(
    lower: str, run: list[tuple[int, int]], grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> list[list[tuple[int, int]]]:
    """Part names that stand side by side, or that an "and" joins behind a name that is whole: "Bal İttifaqı və Tarn Şurası"."""
    if len(run) <= _OWN_WORDS - 1:
        return [run]
    if grammar.verb_final and len(run) > 2 and _person_before_organization(lower, run, grammar, inflection):
        return [run[:-1], run[-1:]]
    parts: list[list[tuple[int, int]]] = [[]]
    for index, span in enumerate(run):
        word = lower[slice(*span)]
        joins = word in grammar.joining and word in grammar.connectors
        owned = len(run) > _MOST and len(parts[-1]) > 1 and _owns(lower[slice(*parts[-1][-1])], grammar, inflection)
        located = word in grammar.place_prepositions and _organization(lower, parts[-1], grammar, inflection) is None
        if joins and parts[-1] and _is_whole(lower, parts[-1], run[index + 1 :], grammar, inflection):
            parts.append([])
        elif located:
            parts.append([])  # "Adam Orlin in the Tarn Council"
        elif owned or (
            grammar.verb_final and len(parts[-1]) > 1 and _begins_anew(lower, parts[-1], run[index:], grammar, inflection, gazetteer)
        ):
            parts.append([span])
        else:
            parts[-1].append(span)
    return parts


def _is_whole(lower: str, before: list[tuple[int, int]], after: list[tuple[int, int]], grammar: Grammar, inflection: Inflection) -> bool:
    """Whether what stands before an "and" is a name of its own: "the Liberal Party and the Greens", but not "Bank and Trust Company"."""
    ends = _organization(lower, before[-1:], grammar, inflection) is not None
    if grammar.verb_final:
        possessive = any(
            stem in grammar.organizations and ending.possessive for stem, ending in inflection.stems(lower[slice(*before[-1])])
        )
        return len(before) > 1 and ends and possessive
    if after and (lower[slice(*after[0])] == "the" or lower[slice(*after[0])] in grammar.titles):
        return True
    words = [span for span in after if lower[slice(*span)] not in grammar.connectors]
    other = _organization(lower, after, grammar, inflection) is not None
    return ends and len(before) > 1 and (len(words) >= _OWN_WORDS or not other)


def _is_family(word: str, grammar: Grammar) -> bool:
    """Whether a word ends as family names do; "milli" is none."""
    return word.endswith(grammar.surnames) and word not in grammar.phrases.adjectives


def _begins_anew(
    lower: str, before: list[tuple[int, int]], after: list[tuple[int, int]], grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> bool:
    """Whether an organisation named after a place follows a family name: "Anna Bergova Bakı Dövlət Universitetini bitirib"."""
    place = gazetteer.find(lower[slice(*after[0])])
    if not _is_family(lower[slice(*before[-1])], grammar) or place is None or place[1].case is not None or len(after) <= 1:
        return False
    return _organization(lower, after, grammar, inflection) is not None


def _person_before_organization(lower: str, run: list[tuple[int, int]], grammar: Grammar, inflection: Inflection) -> bool:
    """Whether a family name and an organisation that does not belong to it stand side by side: "Anna Bergov Şuranın sədri seçildi"."""
    if not _is_family(lower[slice(*run[-2])], grammar):
        return False
    return any(stem in grammar.organizations and not ending.possessive for stem, ending in inflection.stems(lower[slice(*run[-1])]))


def _untitled(
    text: str, lower: str, run: list[tuple[int, int]], grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> list[tuple[int, int]]:
    titles = [
        index
        for index, span in enumerate(run[:-1])
        if text[span[0]].isupper()
        and lower[slice(*span)].rstrip(".") in grammar.titles
        # "The National Academy".
        and (grammar.verb_final or lower[slice(*run[index + 1])] not in grammar.organizations)
    ]
    run = run[titles[-1] + 1 :] if titles else run
    run = _without_edges(lower, run, grammar, inflection, gazetteer)
    if grammar.verb_final and len(run) > 1 and (place := gazetteer.find(lower[slice(*run[0])])) and place[1].case == "genitive":
        # "İndoneziyanın Palembanq şəhəri" is no name, "Azərbaycanın Milli Məclisi" is one.
        run = run if _organization(lower, run, grammar, inflection) is not None else run[1:]
    while run and lower[slice(*run[0])] in grammar.connectors:
        run = run[1:]
    while len(run) > 1 and _ROMAN.fullmatch(lower[slice(*run[-1])]):
        run = run[:-1]
    while len(run) > 2 and (place := gazetteer.find(lower[slice(*run[-1])])) and place[1].case is not None:
        if lower[slice(*run[-2])] in grammar.particles:
            break
        run = run[:-1]
    return run


def _without_portfolio(lower: str, run: list[tuple[int, int]], grammar: Grammar) -> list[tuple[int, int]]:
    """Leave out what an office is that of, behind its title: "Secretary of State William Orlin"."""
    words = [lower[slice(*span)].rstrip(".") for span in run]
    for index in range(len(words) - 2):
        if words[index] in grammar.titles and words[index + 1] in grammar.connectors:
            held = [at for at in range(index + 2, len(words)) if words[at] in grammar.portfolios]
            return run[held[-1] + 1 :] if held else run
    return run


def _without_edges(
    lower: str, run: list[tuple[int, int]], grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> list[tuple[int, int]]:
    """Leave out words at the edges of a run that are no part of its name: where it was, of which people somebody was, what somebody is."""
    words = [lower[slice(*span)] for span in run]
    if grammar.verb_final:
        # "Bal Komitəsinin Prezidentidir".
        if len(run) > 1 and _stems_in(words[-1], grammar.titles, inflection) and _owns(words[-2], grammar, inflection):
            return run[:-1]
        return run
    if len(run) > 2 and words[1] == "the" and gazetteer.find(words[0]) is not None:
        run = run[2:]  # "In Spain the Royal Academy"
    if len(run) > 2 and lower[slice(*run[-2])] in grammar.place_prepositions:
        place = gazetteer.find(lower[slice(*run[-1])])
        run = run[:-2] if place is not None and place[0].kind == "city" else run
    apposed = run and not grammar.demonyms.isdisjoint((lower[slice(*run[0])], lower[slice(*run[-1])]))
    if apposed and _organization(lower, run, grammar, inflection) is None:
        # "The American John Reed", but "the American Academy".
        while run and lower[slice(*run[0])] in grammar.demonyms:
            run = run[1:]
        while run and lower[slice(*run[-1])] in grammar.demonyms:
            run = run[:-1]
    return run


def _says_of_what(last: str, grammar: Grammar, inflection: Inflection) -> bool:
    """Whether a name is that of a thing by the case that its last word stands in: "Dünya İrsi Siyahısına", "Elmi Konfransda"."""
    if last.endswith(grammar.surnames):
        return False
    for stem, ending in inflection.stems(last):
        if ending.case in _WHERE and (ending.possessive or stem in grammar.happenings):
            return True
        if ending.case == "dative" and ending.possessive and ending.text.startswith("s"):
            return True
    return False


def _stems_in(word: str, words: frozenset[str], inflection: Inflection) -> bool:
    return any(stem in words and (ending.possessive or ending.case == "copula") for stem, ending in inflection.stems(word))


def _owns(word: str, grammar: Grammar, inflection: Inflection) -> bool:
    """Whether a word is an organisation in the genitive."""
    return any(stem in grammar.organizations and ending.case == "genitive" for stem, ending in inflection.stems(word))


def _actor(
    text: str, lower: str, run: list[tuple[int, int]], grammar: Grammar, inflection: Inflection, gazetteer: Gazetteer
) -> Actor | None:
    if len(run) > _MOST:
        return None
    start, end = run[0][0], run[-1][1]
    if text[end - 1] == "." and not _INITIALS.fullmatch(text[run[-1][0] : end]):
        end -= 1
    last = lower[run[-1][0] : end]
    organization = _organization(lower, run, grammar, inflection)
    base, name_end = _base(last, end, grammar, inflection, organization=organization is not None)
    if gazetteer.find(lower[start:end]) is not None:
        return None
    if organization is None and grammar.verb_final and any(ending.plural for _, ending in inflection.stems(last)):
        # A people or a group, not a name: "Dünya Azərbaycanlılarının".
        return None
    if organization is None and grammar.verb_final and _says_of_what(last, grammar, inflection):
        return None
    if len(run) == 1 and organization in grammar.attributes:
        return None
    if len(run) == 1 and organization is None and not (text[start:end].isupper() and end - start > _FEWEST_LETTERS):
        return None
    # The last letter of a base form may be another than the text's: "Prokurorluğun".
    name = text[start : run[-1][0] + len(base) - 1] + (base[-1] if base[-1] != last[len(base) - 1] else text[run[-1][0] + len(base) - 1])
    if organization is not None and (quoted := _QUOTED.search(text, max(0, start - _TITLE), start)):
        # "«Vətən» Cəmiyyəti" is called by what stands in the quotation marks.
        name, start = text[quoted.start(1) : start] + name, quoted.start(1)
    return Actor(start, max(name_end, start + 1), " ".join(name.split()), organization is not None)


def _organization(lower: str, run: list[tuple[int, int]], grammar: Grammar, inflection: Inflection) -> str | None:
    spans = run[-1:] if grammar.verb_final else run
    for span in spans:
        for stem, _ in inflection.stems(lower[slice(*span)].rstrip(".")):
            if stem in grammar.organizations:
                return stem
    return None


def _unjoined(word: str, mark: str, inflection: Inflection) -> str | None:
    """Return a word without the ending that a mark joins to it: "BBC-nin", "Baysan'a"."""
    stem, found, ending = word.rpartition(mark)
    return stem if found and stem and inflection.ending(ending) is not None else None


def _base(word: str, end: int, grammar: Grammar, inflection: Inflection, *, organization: bool) -> tuple[str, int]:
    """Take off the case ending of the last word of a name, where that is safe."""
    if (plain := _unjoined(word, "-", inflection)) is not None:
        return plain, end
    if not grammar.verb_final:
        return (word[:-2], end - 2) if word.endswith("'s") and len(word) > 3 else (word, end)
    if (plain := _unjoined(word, "'", inflection)) is not None:
        return plain, end
    if not organization and (particle := _particle(word, grammar, inflection)) is not None:
        return particle, end
    if not organization and grammar.surnames and word.endswith(grammar.surnames):
        return word, end
    for stem, ending in inflection.stems(word):
        family = ending.case == "copula" and _is_family(stem, grammar)
        if ending.case in (None, "copula") and not family and not (organization and stem in grammar.organizations):
            continue
        if ending.plural:
            continue
        if organization and stem in grammar.organizations and not ending.possessive:
            return stem, end
        if stem.endswith(grammar.surnames) and len(stem) > 3 and not ending.possessive:
            return stem, end
    if grammar.verb_final:
        for stem, ending in inflection.stems(word):
            # "Azərbaycan Prezidentinin" as well as "Bal Şurasının".
            if ending.possessive and (stem in grammar.organizations if organization else stem in grammar.titles and ending.case):
                kept = next((mark for mark in ("sı", "si", "su", "sü", "ı", "i", "u", "ü") if ending.text.startswith(mark)), "")
                return word[: len(word) - len(ending.text) + len(kept)], end
    return word, end
