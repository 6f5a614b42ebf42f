"""Loads the word tables of a language into a `Grammar`."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal

UNDETERMINED = "und"
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_LONGEST_VERB = 24
_LONGEST_PHRASE = 200

Presentation = Literal["denied", "planned", "hypothetical"]
# In this order: "if the rain had not stopped" denies nothing, "will not open" plans nothing.
_PRESENTATIONS: tuple[Presentation, ...] = ("hypothetical", "denied", "planned")


@dataclass(frozen=True, slots=True)
class Numbers:
    """How numbers are written: separators, words and what stands around them."""

    group: str
    decimal: str
    ordinal_endings: frozenset[str]
    range_words: frozenset[str]
    range_openers: Mapping[str, str]
    words: Mapping[str, int]
    scales: Mapping[str, int]
    fractions: Mapping[str, str]
    never_alone: frozenset[str]
    percent_before: frozenset[str]
    ratio_words: frozenset[str]
    articles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Words that make a number a bound, by where they stand; phrases are tuples of words."""

    before: Mapping[tuple[str, ...], str]
    after: Mapping[tuple[str, ...], str]
    after_case: Mapping[str, Mapping[tuple[str, ...], str]]
    case: Mapping[str, str]
    not_after: Mapping[tuple[str, ...], frozenset[str]]


@dataclass(frozen=True, slots=True)
class Phrases:
    """How a counted phrase is built."""

    head: str
    stops: frozenset[str]
    copulas: frozenset[str]
    undergone: frozenset[str]
    participles: tuple[str, ...]
    links: frozenset[str]
    classifiers: frozenset[str]
    determiners: frozenset[str]
    noun_number_words: frozenset[str]
    number_noun_words: frozenset[str]
    not_before: frozenset[str]
    quantity_nouns: frozenset[str]
    quantity_links: frozenset[str]
    verb_nouns: tuple[str, ...]
    partitives: frozenset[str]
    linking: frozenset[str]
    attributive: tuple[str, ...]
    adjectives: frozenset[str]
    closing_endings: tuple[str, ...]
    light_verbs: tuple[str, ...]
    supporting: tuple[str, ...]
    supported: frozenset[str]
    manner: frozenset[str]
    including: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Periods:
    """Words and endings at the two ends of a period."""

    from_before: re.Pattern[str] | None
    until_before: re.Pattern[str] | None
    after_before: re.Pattern[str] | None
    after_after: re.Pattern[str] | None
    until_after: re.Pattern[str] | None
    start_endings: tuple[str, ...]
    end_endings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Presented:
    """What shows that something is presented as planned, denied or hypothetical: words, and endings of the verb that closes the clause.

    `told` are words that do so in what somebody is said to tell ("it would open in May"), `apart` phrases that show nothing ("not only").
    """

    words: re.Pattern[str] | None
    endings: re.Pattern[str] | None
    told: re.Pattern[str] | None
    apart: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Attribution:
    """Words that tell who says so; `grammar/en.toml` explains each of them."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    saying: re.Pattern[str] | None
    closing: re.Pattern[str] | None
    reported: re.Pattern[str] | None
    afterwards: re.Pattern[str] | None
    not_sources: re.Pattern[str] | None
    pronouns: frozenset[str]
    articles: frozenset[str]
    auxiliaries: frozenset[str]
    passives: frozenset[str]
    openers: frozenset[str]
    quoting: frozenset[str]
    topics: frozenset[str]
    heads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What shows what became of people who are counted: words after them, and verbs before their number."""

    after: re.Pattern[str] | None
    before: frozenset[str]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What shows that a sentence talks on about a happening of one of these kinds: "were injured" of an earthquake or a fire.

    `named_later`: what was told without a noun may be called so later ("the tragedy").
    """

    kinds: frozenset[str]
    words: re.Pattern[str] | None
    named_later: bool


@dataclass(frozen=True, slots=True)
class Grammar:
    """What the claim extractor knows of one language.

    `verb_final`: the date and the doer stand before what is said of them.
    """

    language: str
    verb_final: bool
    lookalikes: Mapping[int, str]
    lookalike: re.Pattern[str] | None
    abbreviations: frozenset[str]
    numbering: frozenset[str]
    openers: re.Pattern[str] | None
    bylines: re.Pattern[str] | None
    ordinal_stops: bool
    numbers: Numbers
    bounds: Bounds
    phrases: Phrases
    joining: frozenset[str]
    papers: re.Pattern[str] | None
    owner_endings: tuple[str, ...]
    nominal_endings: tuple[str, ...]
    owners: frozenset[str]
    verb_links: frozenset[str]
    repeated: frozenset[str]
    adverb_endings: tuple[str, ...]
    oblique_endings: tuple[str, ...]
    whence_endings: tuple[str, ...]
    turns: re.Pattern[str] | None
    relatives: re.Pattern[str] | None
    subordinating: re.Pattern[str] | None
    purpose: re.Pattern[str] | None
    purpose_openers: re.Pattern[str] | None
    prepositions: frozenset[str]
    periods: Periods
    finite: re.Pattern[str] | None
    not_only: re.Pattern[str] | None
    result: re.Pattern[str] | None
    place_verbs: re.Pattern[str] | None
    place_prepositions: frozenset[str]
    dwelling: frozenset[str]
    settling: frozenset[str]
    dating: frozenset[str]
    hosting: re.Pattern[str] | None
    presented: Mapping[Presentation, Presented]
    denying: re.Pattern[str] | None
    cancelling: re.Pattern[str] | None
    cancelling_apart: re.Pattern[str] | None
    conditional: re.Pattern[str] | None
    unreal: re.Pattern[str] | None
    supposing: re.Pattern[str] | None
    undertaking: re.Pattern[str] | None
    possible: re.Pattern[str] | None
    negating: re.Pattern[str] | None
    deciding: re.Pattern[str] | None
    decided: re.Pattern[str] | None
    announcing: re.Pattern[str] | None
    setting: re.Pattern[str] | None
    setting_prepositions: re.Pattern[str] | None
    setting_endings: tuple[str, ...]
    setting_after: re.Pattern[str] | None
    auxiliaries: frozenset[str]
    subordinators: re.Pattern[str] | None
    lasting: re.Pattern[str] | None
    attribution: Attribution
    connectors: frozenset[str]
    particles: frozenset[str]
    organizations: frozenset[str]
    titles: frozenset[str]
    portfolios: frozenset[str]
    demonyms: frozenset[str]
    attributes: frozenset[str]
    not_names: frozenset[str]
    surnames: tuple[str, ...]
    nouns_capitalised: bool
    demonstratives: frozenset[str]
    locatives: frozenset[str]
    pronouns: frozenset[str]
    generic: frozenset[str]
    vague: frozenset[str]
    ordinals: Mapping[str, int]
    numbered_alone: tuple[str, ...]
    stand_ins: frozenset[str]
    years: frozenset[str]
    counted_after: Mapping[str, int]
    happenings: Mapping[str, str]
    consequences: tuple[Consequence, ...]
    undergoing: re.Pattern[str] | None
    outcomes: tuple[tuple[str, Outcome], ...]
    present: re.Pattern[str] | None
    past_endings: re.Pattern[str] | None
    durations: re.Pattern[str] | None
    reported_past: re.Pattern[str] | None
    elliptic: re.Pattern[str] | None
    timeless: re.Pattern[str] | None
    asides: re.Pattern[str] | None
    restrictive: re.Pattern[str] | None
    days_kept: re.Pattern[str] | None
    yearly: re.Pattern[str] | None
    lasting_from: re.Pattern[str] | None
    nowadays: re.Pattern[str] | None
    lasting_now: re.Pattern[str] | None
    done_to_days: re.Pattern[str] | None
    compared_before: re.Pattern[str] | None
    compared_with: re.Pattern[str] | None
    compared_after: re.Pattern[str] | None
    compared_by: re.Pattern[str] | None
    compared_since: re.Pattern[str] | None

    def has_verb(self, lower: str, start: int, end: int) -> bool:
        """Whether a stretch of a text in small letters has a finite verb; in a language without a table of them, never."""
        return self.finite is not None and self.finite.search(lower, start, end) is not None

    def opens(self, lower: str, start: int, end: int) -> bool:
        """Whether a finite verb opens a stretch."""
        word = _FIRST_WORD.match(lower, start, end)
        return word is not None and self.has_verb(lower, word.start(), word.end())

    def closes(self, lower: str, start: int, end: int) -> bool:
        """Whether a finite verb closes a stretch."""
        verbs = self.finite.finditer(lower, max(start, end - _LONGEST_VERB), end) if self.finite else ()
        if not any(verb.end() == end for verb in verbs):
            return False
        # "Təkcə ölkədə deyil, …": what is told goes on.
        negated = self.not_only.finditer(lower, max(start, end - _LONGEST_PHRASE), end) if self.not_only else ()
        return all(phrase.end() != end for phrase in negated)


@lru_cache
def load_grammar(language: str) -> Grammar:
    """Return the grammar of a language (ISO 639-1). What its table does not give is that of undetermined languages."""
    folder = resources.files(__package__)
    table = tomllib.loads(folder.joinpath(f"{UNDETERMINED}.toml").read_text(encoding="utf-8"))
    file = folder.joinpath(f"{language}.toml")
    if language.isalpha() and file.is_file():
        for section, given in tomllib.loads(file.read_text(encoding="utf-8")).items():
            table[section] = table.get(section, {}) | given if isinstance(given, dict) else given
    return _grammar(language, table)


_DURATION = {
    "first": r"(?:in|over|within|during)\s+(?:the\s+)?(?:[\w-]+\s+){1,2}(?:{})(?!\w)",
    "last": r"(?:[\w-]+\s+){1,2}(?:{})(?!\w)",
}
"""A span of time at the head of a sentence, where the word for what lies within it comes first, and where it comes last."""


def _grammar(language: str, table: dict[str, Any]) -> Grammar:
    verbs, modality, names, clauses = (table[name] for name in ("verbs", "modality", "names", "clauses"))
    verb_final = table["verbs"].get("final", False)
    open_ended = verb_final  # stems that take endings, so that only their beginning is given
    return Grammar(
        language=language,
        verb_final=verb_final,
        lookalikes=str.maketrans(table.get("letters", {}).get("lookalikes", {})),
        lookalike=_any(table.get("letters", {}).get("lookalikes", {}), "{}"),
        abbreviations=frozenset(table["sentences"]["abbreviations"]),
        numbering=frozenset(table["sentences"].get("numbering", [])),
        openers=_any(table["sentences"]["openers"], r"(?:{})(?!\w)"),
        bylines=_any(table["sentences"]["bylines"], r"(?:{})(?!\w)"),
        ordinal_stops=table["sentences"].get("ordinal_stops", False),
        numbers=_numbers(table["numbers"]),
        bounds=_bounds(table["bounds"]),
        phrases=_phrases(table["phrase"]),
        joining=frozenset(clauses["joining"]),
        papers=_papers(clauses.get("papers", []))
        if verb_final
        else _papers_before(clauses.get("papers", []), clauses.get("by_papers", [])),
        oblique_endings=tuple(clauses.get("oblique_endings", ("\0",))),
        whence_endings=tuple(clauses.get("whence_endings", ())),
        owner_endings=tuple(clauses.get("owner_endings", ())),
        nominal_endings=tuple(clauses.get("nominal_endings", ("\0",))),
        owners=frozenset(clauses.get("owners", ())),
        verb_links=frozenset(clauses.get("verb_links", ())),
        repeated=frozenset(clauses.get("repeated", ())),
        adverb_endings=tuple(clauses.get("adverb_endings", ("\0",))),
        turns=_any(clauses.get("turns", []), "{}"),
        relatives=_any(clauses.get("relatives", [])),
        subordinating=_any(clauses["subordinating"]),
        purpose=_any(clauses["purpose"]),
        purpose_openers=_any(clauses.get("purpose_openers", [])),
        prepositions=frozenset(clauses["prepositions"]),
        periods=_periods(table["periods"]),
        finite=_either(_any(verbs["finite"]), _any(verbs["finite_endings"], r"(?<=\w\w)(?:{})(?!\w)")),
        not_only=_not_only(verbs.get("only", []), verbs.get("not", [])),
        result=_any(verbs["result"]),
        place_verbs=_any(verbs["place"], r"(?<!\w)(?:{})" if open_ended else r"(?<!\w)(?:{})(?!\w)"),
        place_prepositions=frozenset(table["places"]["prepositions"]),
        dwelling=frozenset(table["places"]["dwelling"]),
        settling=frozenset(table["places"].get("settling", [])),
        dating=frozenset(table["places"].get("dating", [])),
        hosting=_any(table["places"]["hosting"]),
        presented={
            name: Presented(
                _any(modality[name], r"(?<!\w)(?:{})" if open_ended else r"(?<!\w)(?:{})(?!\w)"),
                _any(modality.get(f"{name}_endings", []), r"(?<=\w\w)(?:{})$"),
                _any(modality.get(f"{name}_told", [])),
                _any(modality.get(f"{name}_apart", [])),
            )
            for name in _PRESENTATIONS
        },
        denying=_any(modality.get("denying", [])),
        conditional=_any(modality.get("conditional_openers", [])),
        unreal=_any(modality.get("unreal", [])),
        supposing=_any(modality.get("supposing", [])),
        undertaking=_any(modality.get("undertaking", [])),
        possible=_any(modality.get("possible", [])),
        negating=_negating(modality.get("negating", []), modality.get("negating_apart", [])),
        decided=_any(modality.get("decided", []), r"(?:{})"),
        deciding=_deciding(modality.get("deciding", []), modality.get("holding", [])),
        cancelling=_any(modality.get("cancelling", []), r"(?<!\w)(?:{})"),
        cancelling_apart=_any(modality.get("cancelling_apart", []), r"(?<!\w)(?:{})"),
        announcing=_any(modality.get("announcing", []), r"(?<!\w)(?:{})\w*[^\w]*$"),
        setting=_any(modality["setting"], r"(?<!\w)(?:{})" if open_ended else r"(?<!\w)(?:{})(?!\w)"),
        setting_endings=tuple(modality.get("setting_endings", ())),
        setting_after=_any(modality.get("setting_after", []), r"\s+(?:{})(?!\w)"),
        setting_prepositions=_any(modality["setting_prepositions"], r"(?<!\w)(?:{})\s*$"),
        auxiliaries=frozenset(modality["auxiliaries"]),
        subordinators=_any(modality["subordinators"], r"(?:[,;:]\s+|\s)(?:{})(?=\s)|[,;:](?=\s)"),
        lasting=_any(modality["lasting"], r"(?<!\w)(?:{})\s+(?:\w+\s+){0,2}$"),
        attribution=_attribution(table["attribution"]),
        connectors=frozenset(names["connectors"]),
        particles=frozenset(names.get("particles", [])),
        organizations=frozenset(names["organizations"]),
        titles=frozenset(names["titles"]),
        portfolios=frozenset(names.get("portfolios", [])),
        demonyms=frozenset(names.get("demonyms", [])),
        attributes=frozenset(names.get("attributes", [])),
        not_names=frozenset(names["not_names"]),
        surnames=tuple(names["surnames"]),
        nouns_capitalised=names.get("nouns_capitalised", False),
        demonstratives=frozenset(table["definite"]["demonstratives"]),
        locatives=frozenset(table["definite"]["locatives"]),
        pronouns=frozenset(table["definite"]["pronouns"]),
        generic=frozenset(table["definite"]["generic"]),
        vague=frozenset(table["definite"]["vague"]),
        ordinals=table["definite"]["ordinals"],
        numbered_alone=tuple(table["definite"].get("numbered_alone", ())),
        stand_ins=frozenset(table["definite"].get("stand_ins", ())),
        years=frozenset(table["definite"].get("years", ())),
        counted_after=table["definite"].get("counted_after", {}),
        happenings={word: kind for kind, words in table["happenings"].items() for word in words},
        consequences=tuple(
            Consequence(
                frozenset(row["kinds"]),
                _any(row["words"], r"(?<!\w)(?:{})" if open_ended else r"(?<!\w)(?:{})(?!\w)"),
                row.get("named_later", False),
            )
            for row in table.get("consequences", [])
        ),
        undergoing=_any(
            (word for row in table.get("outcomes", {}).values() for word in row["after"]), r"(?:{})" if open_ended else r"(?:{})(?!\w)"
        ),
        outcomes=tuple(
            (
                name.replace("_", " "),
                Outcome(_any(row["after"], rf"(?:(?:{_passing(table)})\s+){{0,5}}(?:{{}})"), frozenset(row.get("before", ()))),
            )
            for name, row in table.get("outcomes", {}).items()
        ),
        present=_any(verbs.get("present", [])),
        past_endings=_any(verbs.get("past_endings", []), r"(?<=\w\w)(?:{})$|^(?:idi|imiş)$"),
        durations=_any(verbs.get("durations", []), _DURATION["last" if verb_final else "first"]),
        reported_past=_any(verbs.get("reported_past", []), r"(?<=\w\w)(?:{})$"),
        elliptic=_any(verbs.get("elliptic", []), r"(?:{})(?!\w)"),
        timeless=_any(verbs.get("timeless", [])),
        asides=_any(verbs.get("asides", []), r"(?:{})(?!\w)"),
        restrictive=_any(verbs.get("restrictive", []), r"(?<=\w)\s({})\s"),
        days_kept=_any(clauses.get("days_kept", [])),
        yearly=_any(clauses.get("yearly", [])),
        lasting_from=_any(clauses.get("lasting_from", []), r"\s+(?:[^\W\d_]+\s+){0,4}?(?:{})\s"),
        nowadays=_any(verbs.get("nowadays", [])),
        lasting_now=_any(verbs.get("lasting_now", [])),
        done_to_days=_any(clauses.get("done_to_days", []), r"(?<!\w)(?:{})\s+(?:the\s+)?$"),
        compared_before=_any(clauses.get("compared_before", []), r"(?<!\w)(?:{})\s+(?:[^\W\d]+\s+){0,2}$"),
        compared_with=_any(clauses.get("compared_with", []), r"(?<!\w)(?:{})\s+(?:[\w.,%$€£]+\s+){0,5}$"),
        compared_after=_any(clauses.get("compared_after", []), r"\s*(?:{})(?!\w)"),
        compared_since=_any(clauses.get("compared_superlatives", []), r"(?<!\w)(?:{})\s+(?:\w+\s+){0,3}since\s+(?:[\w']+\s+){0,8}$"),
        compared_by=_compared_by(clauses.get("compared_measures", []), clauses.get("compared_degrees", [])),
    )


def _negating(words: list[str], apart: list[str]) -> re.Pattern[str] | None:
    """A pattern for the determiners that deny the clause they begin, but for phrases that only begin alike: "no fewer than"."""
    but = _any(apart)
    return _any(words, rf"(?!{but.pattern})(?<!\w)(?:{{}})\s" if but else r"(?<!\w)(?:{})\s")


def _compared_by(measures: list[str], degrees: list[str]) -> re.Pattern[str] | None:
    """A pattern for how much something is more or less, after what it is compared with: "7,5 faiz az"."""
    by = _any(measures, r"\s*\d[\d.,]*\s*(?:{})\w*\s+")
    return _any(degrees, rf"{by.pattern}(?:{{}})") if by else None


def _not_only(openers: list[str], closers: list[str]) -> re.Pattern[str] | None:
    """A pattern for what is said to be not the only one: "təkcə ölkədə deyil"."""
    opened, closed = _any(openers, r"(?<!\w)(?:{})\s[^.;]*?"), _any(closers)
    return re.compile(opened.pattern + closed.pattern) if opened and closed else None


def _papers(words: list[str]) -> re.Pattern[str] | None:
    """A pattern for a dated paper, with its title and number, by which something was done: "tarixli 522 nömrəli qərarı ilə"."""
    title = r"(?:[“«\"][^“”«»\"]*[”»\"]\s+)?"
    return _any(words, rf"\s+(?:tarixli,?\s+)?{title}(?:[\w№-]+\s+){{0,3}}?{title}(?:{{}})(?!\w)")


def _papers_before(words: list[str], by: list[str]) -> re.Pattern[str] | None:
    """A pattern for a paper up to its date, and the word before it: "under the decree No. 7 of the mayor dated"."""
    opened = _any(by, r"(?<!\w)(?P<by>{})\s+(?:the\s+)?")
    named = _any(words, r"(?:[\w.'-]+\s+){0,3}?(?:{})(?!\w)(?:\s+[\w.'-]+){0,9}?\s+(?:of|dated|from|issued on)\s+$")
    return re.compile(opened.pattern + named.pattern) if opened and named else None


def _deciding(verbs: list[str], doings: list[str]) -> re.Pattern[str] | None:
    """A pattern for words that decide upon what is to be held: "resolved to hold", "calls on its members to hold"."""
    doing = _any(doings, r"\s+(?:[\w']+\s+){0,7}?(?:{})(?!\w)")
    return _any(verbs, rf"(?<!\w)(?:{{}}){doing.pattern}") if doing else None


def _passing(table: dict[str, Any]) -> str:
    """A pattern for the words that may stand between people and what became of them; any word, where the verb comes last."""
    words = table["phrase"].get("passing", [])
    return "|".join(map(re.escape, words)) or r"\w+"


def _attribution(table: dict[str, Any]) -> Attribution:
    def words(name: str) -> frozenset[str]:
        return frozenset(table.get(name, []))

    # "Told reporters that": some words may stand between a verb and what it introduces.
    introducing = [
        _any([*table.get("verbs", []), *table.get("verbs_that", [])], rf"(?<!\w)(?:{{}})\s+(?:\w+\s+){{0,4}}?(?:{that})(?!\w)")
        for that in table.get("that", [])
    ]
    return Attribution(
        before=_any(table.get("before", [])),
        after=_any(table.get("after", [])),
        saying=_either(*introducing, _any(table.get("verbs", []))),
        closing=_any(table.get("closing", [])),
        reported=_any(table.get("reported", []), r"(?:{})$"),
        afterwards=_any(table.get("afterwards", []), r"(?:{})(?!\w)"),
        not_sources=_any(table.get("not_sources", [])),
        pronouns=words("pronouns"),
        articles=words("articles"),
        auxiliaries=words("auxiliaries"),
        passives=words("passives"),
        openers=words("openers"),
        quoting=words("quoting"),
        topics=words("topics"),
        heads=words("heads"),
    )


def _numbers(table: dict[str, Any]) -> Numbers:
    return Numbers(
        group=table["group"],
        decimal=table["decimal"],
        ordinal_endings=frozenset(table["ordinal_endings"]),
        range_words=frozenset(table["range_words"]),
        range_openers=table["range_openers"],
        words=table["words"],
        scales=table["scales"],
        fractions=table["fractions"],
        never_alone=frozenset(table["never_alone"]["words"]),
        percent_before=frozenset(table.get("percent_before", ())),
        ratio_words=frozenset(table.get("ratio_words", ())),
        articles=frozenset(table.get("articles", ())),
    )


def _bounds(table: dict[str, Any]) -> Bounds:
    def phrases(words: dict[str, str]) -> dict[tuple[str, ...], str]:
        return {tuple(phrase.split()): bound for phrase, bound in words.items()}

    return Bounds(
        before=phrases(table["before"]),
        after=phrases(table["after"]),
        after_case={case: phrases(words) for case, words in table.get("after_case", {}).items()},
        case=table.get("case", {}),
        not_after={tuple(phrase.split()): frozenset(words) for phrase, words in table.get("not_after", {}).items()},
    )


def _phrases(table: dict[str, Any]) -> Phrases:
    return Phrases(
        head=table["head"],
        stops=frozenset(table["stops"]),
        copulas=frozenset(table["copulas"]),
        undergone=frozenset(table.get("undergone", ())),
        participles=tuple(table.get("participles", ())),
        links=frozenset(table["links"]),
        classifiers=frozenset(table["classifiers"]),
        determiners=frozenset(table["determiners"]),
        noun_number_words=frozenset(table["noun_number_words"]),
        number_noun_words=frozenset(table["number_noun_words"]),
        not_before=frozenset(table["not_before"]),
        quantity_nouns=frozenset(table.get("quantity_nouns", ())),
        quantity_links=frozenset(table.get("quantity_links", ())),
        verb_nouns=tuple(table.get("verb_nouns", ())),
        attributive=tuple(table.get("attributive", ())),
        adjectives=frozenset(table.get("adjectives", ())),
        linking=frozenset(table.get("linking", ())),
        partitives=frozenset(table.get("partitives", ())),
        closing_endings=tuple(table.get("closing_endings", ())),
        light_verbs=tuple(table.get("light_verbs", ())),
        supporting=tuple(table.get("supporting", ())),
        supported=frozenset(table.get("supported", ())),
        manner=frozenset(table.get("manner", ())),
        including=frozenset(tuple(phrase.split()) for phrase in table.get("including", ())),
    )


def _periods(table: dict[str, Any]) -> Periods:
    return Periods(
        from_before=_any(table["from_before"], r"(?<!\w)(?:{})\s+$"),
        until_before=_any(table["until_before"], r"(?<!\w)(?:{})\s+$"),
        after_before=_any(table["after_before"]),
        after_after=_any(table["after_after"]),
        until_after=_any(table["until_after"], r"\s*(?:{})(?!\w)"),
        start_endings=tuple(table["start_endings"]),
        end_endings=tuple(table["end_endings"]),
    )


def _any(words: Iterable[str], frame: str = r"(?<!\w)(?:{})(?!\w)") -> re.Pattern[str] | None:
    """Compile a pattern for any of the words, the longest first; None for no words."""
    listed = sorted(words, key=len, reverse=True)
    return re.compile(frame.replace("{}", "|".join(map(re.escape, listed)))) if listed else None


def _either(*patterns: re.Pattern[str] | None) -> re.Pattern[str] | None:
    present = [pattern.pattern for pattern in patterns if pattern is not None]
    return re.compile("|".join(present)) if present else None
