"""A report to print: one HTML file with all it needs in it, which asks no other host for anything and runs no scripts."""

import base64
import hashlib
from collections.abc import Iterator
from importlib import resources
from itertools import chain
from typing import Any

from markupsafe import Markup

from services.query.exports.html import ENVIRONMENT
from services.query.exports.telling import erased_lines, tell
from services.query.exports.walking import Batch, Export

STYLE = resources.files(__package__).joinpath("templates", "report.css").read_text("utf-8")

POLICY = (
    f"default-src 'none'; img-src data:; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""What the page may load: its own style, and nothing else. It says so itself, so that it holds for a file that was saved."""


def report(export: Export) -> Iterator[str]:
    """Iterate over the pieces of one HTML document."""
    return _Report(export).pieces()


class _Report:
    def __init__(self, export: Export) -> None:
        self._export = export
        self._notes = 0
        made = ENVIRONMENT.get_template("report.html").make_module(
            {"words": export.words, "revision": export.revision, "recorded": export.recorded}
        )
        self._part: Any = made

    def pieces(self) -> Iterator[str]:
        yield str(self._part.head(self._export.chronology, Markup(STYLE), POLICY)).lstrip()  # noqa: S704  # our own style sheet
        entries = self._export.stream(self._entries)
        first = next(entries, None)
        yield from [str(self._part.empty())] if first is None else chain([first], entries)
        yield from self._erased()
        yield str(self._part.foot())

    def _entries(self, batch: Batch) -> Iterator[str]:
        for view in batch.views():
            told = tell(self._export, view, self._notes + 1)
            self._notes += len(told.notes)
            yield str(self._part.entry(told))

    def _erased(self) -> Iterator[str]:
        lines = erased_lines(self._export)
        first = next(lines, None)
        if first is not None:
            yield str(self._part.erased_head())
            yield from (str(self._part.erased_line(line)) for line in chain([first], lines))
            yield str(self._part.erased_foot())
