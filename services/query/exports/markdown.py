"""Markdown (CommonMark with footnotes): a section an entry, every statement with a footnote that has the words, their source and a link."""

import re
from collections.abc import Iterator
from itertools import chain

from services.query.exports.telling import Fact, Note, Saying, Telling, erased_lines, one_line, tell
from services.query.exports.walking import Batch, Export

_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~&@^$]|:(?=\S)|(?<=www)\.|^(?:[-+=]|\d+(?=[.)]))", re.IGNORECASE)
"""What may mean something in some flavour of Markdown: marks of any kind; what begins a list or an underline; what makes a bare link."""


def markdown(export: Export) -> Iterator[str]:
    """Iterate over the pieces of one Markdown document."""
    return _Document(export).pieces()


def escaped(text: str) -> str:
    """Return a text in one line in which no character means anything but itself, whatever flavour of Markdown reads it."""
    return _SPECIAL.sub(_escape, one_line(text))


def _escape(match: re.Match[str]) -> str:
    # A number is no punctuation and cannot be escaped: the sign behind it, which would make it a list's, is.
    return f"{match[0]}\\" if match[0][0].isdigit() else f"\\{match[0]}"


def address(url: str) -> str:
    """Return an address as a link's target: nothing in it can end the link."""
    return "<" + re.sub(r"[<>\\\s\x00-\x1f]", lambda match: f"%{ord(match[0]):02X}", url) + ">"


class _Document:
    def __init__(self, export: Export) -> None:
        self._export = export
        self._notes = 0

    def pieces(self) -> Iterator[str]:
        export, words = self._export, self._export.words
        yield f"# {escaped(export.chronology.title)}\n\n"
        if export.chronology.description:
            yield f"{escaped(export.chronology.description)}\n\n"
        yield f"{words('at_revision', revision=export.revision, moment=words.moment(export.recorded))}\n"
        sections = export.stream(self._sections)
        first = next(sections, None)
        yield from [f"\n{words('no_entries')}\n"] if first is None else chain([first], sections)
        yield from self._erased()

    def _sections(self, batch: Batch) -> Iterator[str]:
        for view in batch.views():
            told = tell(self._export, view, self._notes + 1)
            self._notes += len(told.notes)
            yield "\n" + "\n".join(self._section(told)) + "\n"

    def _section(self, told: Telling) -> Iterator[str]:
        words = self._export.words
        yield f"## {escaped(told.when)} — {escaped(told.title)}\n"
        yield f"[{words('status')}: {escaped(told.status)}]({address(told.link)})\n"
        yield from (f"- {self._saying(said)}" for said in told.claims)
        facts = [*([Fact(words("date"), "", True, told.dates)] if told.dates else []), *told.facts]
        if facts:
            yield f"\n**{words('values')}**\n"
            yield from map(self._fact, facts)
        for heading, lines in (("alarms", told.alarms), ("corrections", told.corrections), ("erased", told.erased)):
            if lines:
                yield f"\n**{words(heading)}**\n"
                yield from (f"- {escaped(line)}" for line in lines)
        yield from (f"\n{self._note(note)}" for note in told.notes)

    def _saying(self, said: Saying) -> str:
        remarks = f" ({escaped('; '.join(said.remarks))})" if said.remarks else ""
        denied = f" ({self._export.words('denied_by')}{_marks(said.denials)})" if said.denials else ""
        return f"{escaped(said.text)}{remarks}{_marks(said.notes)}{denied}"

    def _fact(self, fact: Fact) -> str:
        said = f" {self._export.words('or')} ".join(map(self._saying, fact.sayings))
        return f"- {escaped(fact.attribute)}: {said}" + (f" — **{escaped(fact.status)}**" if fact.status else "")

    def _note(self, note: Note) -> str:
        words = self._export.words
        cited = [words("quoted", quote=escaped(note.quote)), escaped(note.source), *([escaped(note.page)] if note.page else [])]
        links = [f"[{words('read_there')}]({address(note.link)})", *([f"[{words('original')}]({address(note.url)})"] if note.url else [])]
        return f"[^{note.number}]: {', '.join([*cited, *links])}"

    def _erased(self) -> Iterator[str]:
        lines = erased_lines(self._export)
        first = next(lines, None)
        if first is not None:
            yield f"\n## {self._export.words('erased_documents')}\n\n"
            yield from (f"- {escaped(line)}\n" for line in chain([first], lines))


def _marks(numbers: tuple[int, ...]) -> str:
    return "".join(f"[^{number}]" for number in numbers)
