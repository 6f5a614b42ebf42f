"""Forms: the notation in which a language table writes down what a date expression looks like.

A form is a sequence of elements over the words, numbers and signs of a text:

    MONTH            a word of the class MONTH (classes are written in capitals)
    month:MONTH      the same, and remember it as the field `month`
    of               the word "of"
    ','              the sign ","
    ( a | b )        either
    x?               x or nothing
    x*               x up to forty times (a bound keeps the work linear in long lists)
    (?= a )          if a follows, without taking it
    (?! a )          if a does not follow
    [ a ] - [ b ]    the two ends of a range or list; each end is a date of its own
    fair of [ a ]    with one pair of brackets: the date is what stands in them, the rest only shows that it is one
    ORDYEAR          a macro of the table, where it has one of that name

Every distinct set of classes is one character of a code string (see `lexicon`), so a form compiles to an ordinary regular
expression over that string, and matching one costs what matching a short regular expression costs.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

_ELEMENT = re.compile(r"\s*(?:(?P<field>[a-z]+\d?):)?(?P<atom>[A-Z][A-Z0-9_]*|'[^']+'|[^\W\d_]+|\(\?[=!]|[()\[\]|?*])")
_MANY = 40
_REPEATS = {"?": ("?", 1), "*": (f"{{0,{_MANY}}}", _MANY)}
_ENDS = ("first", "second")


class FormError(ValueError):
    """A form in a language table cannot be read."""


@dataclass(frozen=True)
class Form:
    """A form that has been read; its expression is compiled when it is first needed, for most texts need few of a table's.

    Attributes:
        regex: Its regular expression over codes.
        starts: The codes it can start with.
        fields: The class of every field.
        width: How many codes it looks at, at most.
    """

    regex: str
    starts: frozenset[str]
    fields: Mapping[str, str]
    width: int

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The regular expression, compiled."""
        return re.compile(self.regex)


@dataclass(slots=True)
class _Part:
    regex: str
    first: set[str]
    nullable: bool
    width: int


def elements(form: str) -> Iterator[tuple[str, str]]:
    """Yield the field (or "") and the atom of every element of a form; raise `FormError` at what is none."""
    position, form = 0, form.rstrip()
    while position < len(form):
        match = _ELEMENT.match(form, position)
        if not match:
            raise FormError(f"cannot read the form {form!r} from {form[position:]!r}")
        yield match["field"] or "", match["atom"]
        position = match.end()


class _Parser:
    def __init__(self, form: str, codes_of: Callable[[str], str], macros: Mapping[str, str]) -> None:
        self.form, self.codes_of, self.macros = form, codes_of, macros
        self.items = self._split(form)
        self.at = 0
        self.fields: dict[str, str] = {}
        self.ends = 0

    def _split(self, form: str) -> list[tuple[str, str]]:
        items: list[tuple[str, str]] = []
        for field, atom in elements(form):
            if atom in self.macros:
                items += [("", "("), *self._split(self.macros[atom]), ("", ")")]
            else:
                items.append((field, atom))
        return items

    def peek(self) -> str:
        return self.items[self.at][1] if self.at < len(self.items) else ""

    def alternatives(self, closing: str) -> _Part:
        parts = [self.sequence(closing)]
        while self.peek() == "|":
            self.at += 1
            parts.append(self.sequence(closing))
        regex = "|".join(part.regex for part in parts)
        return _Part(regex, set().union(*(p.first for p in parts)), any(p.nullable for p in parts), max(p.width for p in parts))

    def sequence(self, closing: str) -> _Part:
        regex, first, nullable, width = "", set[str](), True, 0
        while self.peek() and self.peek() != "|" and self.peek() != closing:
            part = self.element()
            regex += part.regex
            width += part.width
            if nullable:
                first |= part.first
            nullable = nullable and part.nullable
        return _Part(regex, first, nullable, width)

    def element(self) -> _Part:
        field, atom = self.items[self.at]
        self.at += 1
        if atom in ("(?=", "(?!"):
            inner = self.alternatives(")")
            self._close(")")
            return _Part(f"{atom}{inner.regex})", set(), True, inner.width)
        if atom == "(":
            inner = self.alternatives(")")
            self._close(")")
            part = _Part(f"(?:{inner.regex})", inner.first, inner.nullable, inner.width)
        elif atom == "[":
            name = _ENDS[self.ends]
            self.ends += 1
            inner = self.alternatives("]")
            self._close("]")
            part = _Part(f"(?P<{name}>{inner.regex})", inner.first, inner.nullable, inner.width)
        elif atom in (")", "]", "|", "?", "*"):
            raise FormError(f"{atom!r} stands in the wrong place in the form {self.form!r}")
        else:
            part = self._word(field, atom)
        while self.peek() in _REPEATS:
            sign, times = _REPEATS[self.peek()]
            part = _Part(f"(?:{part.regex}){sign}", part.first, True, part.width * times)
            self.at += 1
        return part

    def _word(self, field: str, atom: str) -> _Part:
        codes = self.codes_of(atom)
        regex = one_of(codes)
        if field:
            if field in self.fields:
                raise FormError(f"the field {field!r} stands twice in the form {self.form!r}")
            self.fields[field] = atom
            regex = f"(?P<{field}>{regex})"
        return _Part(regex, set(codes), False, 1)

    def _close(self, sign: str) -> None:
        if self.peek() != sign:
            raise FormError(f"the form {self.form!r} lacks a {sign!r}")
        self.at += 1


@lru_cache(maxsize=4096)
def one_of(codes: str) -> str:
    """Return the regular expression of any of some codes, neighbours as a range: the shorter it is, the sooner it is compiled."""
    ranges: list[list[str]] = []
    for code in sorted(codes):
        if ranges and ord(code) == ord(ranges[-1][1]) + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "[" + "".join(first if first == last else f"{first}-{last}" for first, last in ranges) + "]"


def compile_form(
    form: str, codes_of: Callable[[str], str], macros: Mapping[str, str], after: str = "", not_after: str = "", start: bool = False
) -> Form:
    """Read a form.

    Args:
        form: The form in the notation above.
        codes_of: Gives the codes of all words of a class, of a quoted sign or of a word.
        macros: Forms that may be used by name.
        after: Codes one of which must stand before the form, or nothing.
        not_after: Codes none of which may stand before the form.
        start: Whether the start of the text will do for `after`.

    Raises:
        FormError: The form cannot be read or could match nothing at all.
    """
    parser = _Parser(form, codes_of, macros)
    whole = parser.alternatives("")
    if whole.nullable:
        raise FormError(f"the form {form!r} could match nothing at all")
    regex = f"(?:{whole.regex})"
    if after:
        before = f"(?<={one_of(after)})"
        regex = (rf"(?:\A|{before})" if start else before) + regex
    if not_after:
        regex = f"(?<!{one_of(not_after)})" + regex
    return Form(regex, frozenset(whole.first), parser.fields, whole.width)
