"""What a message quotes of earlier ones: lines that begin with `>`, and all that follows a line such as `-----Original Message-----`."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources

_LINE = re.compile(r"[^\n]*(?:\n|\Z)")
_QUOTED = re.compile(r"\s{0,3}>")
_INTRODUCES = re.compile(r"(?=.*[\d@]).{1,300}:")
_ENDS = ".!?:;"
_RULED = re.compile(r"\s*[-_]{3,}\s*(\S.{0,60}?)\s*[-_]{3,}\s*")


def quoted_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of what is quoted, with the line that says who is quoted; in order and apart.

    The last line break of each is left: what stands around a quotation does not run on over it.
    """
    lines = [match.span() for match in _LINE.finditer(text) if match.end() > match.start()]
    at = 0
    while at < len(lines):
        line = text[slice(*lines[at])]
        if _rules_off(line):
            yield lines[at][0], len(text)
            return
        if not _QUOTED.match(line):
            at += 1
            continue
        first = _introduction(text, lines, at)
        while at < len(lines) and _goes_on(text, lines, at):
            at += 1
        yield lines[first][0], lines[at - 1][1] - text.endswith("\n", 0, lines[at - 1][1])


def _goes_on(text: str, lines: list[tuple[int, int]], at: int) -> bool:
    """Whether a line is quoted, or a blank one between two that are."""
    if _QUOTED.match(text, lines[at][0]):
        return True
    blank = not text[slice(*lines[at])].strip()
    return blank and at + 1 < len(lines) and bool(_QUOTED.match(text, lines[at + 1][0]))


def _introduction(text: str, lines: list[tuple[int, int]], at: int) -> int:
    """Return the line in which `On 4 May 1998, Leyla wrote:` begins, which may be broken into two; `at` where there is none."""

    def own(number: int) -> str:
        line = text[slice(*lines[number])] if number >= 0 else ""
        return "" if _QUOTED.match(line) else line.strip()

    above = at - 1 if own(at - 1) else at - 2
    before, last = own(above - 1), own(above)
    if before and before[-1] not in _ENDS and _INTRODUCES.fullmatch(f"{before} {last}"):
        return above - 1
    return above if _INTRODUCES.fullmatch(last) else at


def _rules_off(line: str) -> bool:
    """Whether the message that is answered begins beneath a line."""
    found = _RULED.fullmatch(line.rstrip("\n"))
    return found is not None and " ".join(found.group(1).casefold().split()) in _words()


@cache
def _words() -> frozenset[str]:
    table = tomllib.loads(resources.files(__package__).joinpath("quoting.toml").read_text(encoding="utf-8"))
    return frozenset(word.casefold() for words in table["original_message"].values() for word in words)
