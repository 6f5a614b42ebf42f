"""Loading of the language tables: one TOML file a language, compiled once a process."""

import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from services.ingest.extraction.dates.forms import Form, FormError, compile_form, elements, one_of
from services.ingest.extraction.dates.lexicon import Lexicon, inflected, literal

_GROUP = re.compile(r"\(\?P<\w+>")

OFTEN = 300
"""Looks at a code after which its filter is compiled."""

FOLDER = Path(__file__).resolve().parent.parent / "languages"

Constant = int | str | bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """One kind of date expression of a language.

    Attributes:
        name: What the table calls it.
        kind: What the resolver is to do with it; see `resolve.KINDS`.
        form: The compiled form.
        given: Fields that every expression of this kind has, whatever its words: `{"era": "bce"}`.
    """

    name: str
    kind: str
    form: Form
    given: Mapping[str, Constant]


@dataclass(frozen=True, slots=True)
class Language:
    """A language's table, compiled.

    Attributes:
        code: ISO 639-1.
        lexicon: Its words.
        patterns: For every code, the patterns that can begin with it, in the order of the table.
        filters: Tells where none of the patterns of a code can match.
        widths: For every code, how many codes its patterns look at, at most.
        starts: Finds the codes that a pattern can begin with.
        known: What was found at codes met before.
    """

    code: str
    lexicon: Lexicon
    patterns: Mapping[str, tuple[Pattern, ...]]
    filters: "Filters"
    widths: Mapping[str, int]
    starts: re.Pattern[str]
    known: dict[str, "tuple[Pattern, re.Match[str]] | None"] = field(default_factory=dict)

    def forget(self) -> None:
        """Forget what was met in other texts: it makes reading faster and changes nothing else."""
        self.known.clear()
        self.lexicon.forget()


def available() -> tuple[str, ...]:
    """Return the codes of the languages that have a table."""
    return _codes(FOLDER)


@lru_cache(maxsize=4)
def _codes(folder: Path) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in folder.glob("*.toml")))


@lru_cache(maxsize=64)
def language(code: str) -> Language:
    """Return the compiled table of a language; raise `FormError` where its forms are wrong, `FileNotFoundError` without one."""
    return compile_table(tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")))


def compile_table(table: Mapping[str, Any]) -> Language:
    """Compile one table, as read from TOML."""
    macros: Mapping[str, str] = table.get("macros", {})
    lexicon = _lexicon(table)
    forms = [form for entry in table["pattern"] for form in entry["forms"]]
    for form in [*forms, *macros.values()]:
        for _, atom in elements(form):
            if atom[0] == "'" or (atom[0].isalpha() and not atom[0].isupper()):
                lexicon.add(literal(atom), atom.strip("'"))
    for entry in table["pattern"]:
        for key in ("after", "not_after"):
            for atom in entry.get(key, ()):
                if not atom[0].isupper():
                    lexicon.add(literal(atom), atom.strip("'"))
    lexicon.seal()
    by_code: dict[str, list[Pattern]] = {}
    for entry in table["pattern"]:
        for form in entry["forms"]:
            pattern = _pattern(entry, form, lexicon, macros)
            for code in pattern.form.starts:
                by_code.setdefault(code, []).append(pattern)
    patterns = {code: tuple(found) for code, found in by_code.items()}
    widths = {code: max(pattern.form.width for pattern in found) for code, found in patterns.items()}
    return Language(table["code"], lexicon, patterns, Filters(patterns), widths, re.compile(one_of("".join(patterns))))


class Filters:
    """For every code, an expression that matches where any of its patterns does; most places match none, and one look settles that.

    Compiling it takes longer than reading a page, so that is done only for a code that has come up often.
    """

    def __init__(self, patterns: Mapping[str, tuple[Pattern, ...]]) -> None:
        self._patterns = patterns
        self._looks = Counter[str]()
        self._of_code: dict[str, re.Pattern[str]] = {}
        self._compiled: dict[tuple[int, ...], re.Pattern[str]] = {}

    def rule_out(self, codes: str, at: int) -> bool:
        """Whether it is known without trying them that no pattern matches at a place."""
        code = codes[at]
        found = self._of_code.get(code)
        if found is None:
            self._looks[code] += 1
            if self._looks[code] < OFTEN:
                return False
            found = self._of_code[code] = self._compile(self._patterns[code])
        return found.match(codes, at) is None

    def _compile(self, patterns: tuple[Pattern, ...]) -> re.Pattern[str]:
        key = tuple(map(id, patterns))
        if key not in self._compiled:  # many codes begin the same patterns
            self._compiled[key] = re.compile("|".join(_GROUP.sub("(?:", pattern.form.regex) for pattern in patterns))
        return self._compiled[key]


def _pattern(entry: Mapping[str, Any], form: str, lexicon: Lexicon, macros: Mapping[str, str]) -> Pattern:
    def codes(atom: str) -> str:
        found = lexicon.codes_of(atom)
        if not found:
            raise FormError(f"{entry['name']}: nothing belongs to the class {atom} in the form {form!r}")
        return found

    after, not_after = ("".join(map(codes, entry.get(key, ()))) for key in ("after", "not_after"))
    return Pattern(
        entry["name"],
        entry["kind"],
        compile_form(form, codes, macros, after, not_after, "START" in entry.get("after", ())),
        entry.get("set", {}),
    )


def _lexicon(table: Mapping[str, Any]) -> Lexicon:
    inflection = table.get("inflection", {})
    endings = inflection.get("endings", {})
    harmony = inflection.get("harmony", {})
    lexicon = Lexicon(
        turkic=table.get("casing") == "turkic",
        capitalised=frozenset(table.get("capitalised", ())),
        roman_endings=tuple(table.get("roman_endings", ())),
        verb_last=table.get("verb") == "last",
        shapes={name: re.compile(shape) for name, shape in table.get("shapes", {}).items()},
    )

    def add(name: str, entry: str, value: Constant | None = None) -> None:
        stem, mark, paradigm = entry.partition("~")
        for word in inflected(stem, endings[paradigm or "noun"], harmony) if mark else [entry]:
            lexicon.add(name, word, value)

    for name, words in table.get("classes", {}).items():
        for word in words:
            add(name, word)
    for name, values in table.get("values", {}).items():
        for value, words in values.items():
            for word in words:
                add(name, word, int(value) if value.lstrip("-").isdigit() else value)
    return lexicon
