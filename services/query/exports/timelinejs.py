"""TimelineJS 3 JSON: a slide an entry, with what each source says and where.

The format is described at https://timeline.knightlab.com/docs/json-format.html.

A date that is less than certain is drawn as the range of days that it can mean. TimelineJS counts years before the common era without a
year 0, so that -44 is 44 BCE there.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson
from markupsafe import escape

from services.query.exports.html import ENVIRONMENT
from services.query.exports.telling import tell
from services.query.exports.walking import Batch, Export
from services.query.schemas import EntryView
from shared.domain.chronology import Entry
from shared.domain.dates import civil


def timelinejs(export: Export) -> Iterator[str]:
    """Iterate over the pieces of one JSON document. Its title slide comes last and says how many entries could not be drawn."""
    slides = _Slides(export)
    yield '{"events":[\n'
    between = ""
    for slide in export.stream(slides.of):
        yield between + slide
        between = ",\n"
    yield f'\n],"title":{_json(slides.title())}}}\n'


def _json(slide: dict[str, Any]) -> str:
    # What is put into a page between script tags must not be able to end them.
    return orjson.dumps(slide).decode().replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class _Slides:
    def __init__(self, export: Export) -> None:
        self._export = export
        self._left_out: Counter[str] = Counter()
        self._telling: Any = ENVIRONMENT.get_template("telling.html").make_module({"words": export.words})

    def of(self, batch: Batch) -> Iterator[str]:
        for entry, view in zip(batch.entries, batch.views(), strict=True):
            dates = _dates(entry)
            if dates is None:
                self._left_out["left_out_undated"] += 1
            else:
                yield _json({**dates, **self._slide(view)})

    def _slide(self, view: EntryView) -> dict[str, Any]:
        told = tell(self._export, view)
        status = f"<p>{escape(told.status)} — <a href='{escape(told.link)}'>{escape(self._export.words('read_there'))}</a></p>"
        return {
            "unique_id": f"e-{told.id}",
            "display_date": told.when,
            "text": {"headline": str(escape(told.title)), "text": status + str(self._telling.body(told, False)).strip()},
            "autolink": False,
        }

    def title(self) -> dict[str, Any]:
        export, words = self._export, self._export.words
        self._left_out["left_out_erased"] = sum(1 for _ in export.erased_documents())
        said = [export.chronology.description, words("at_revision", revision=export.revision, moment=words.moment(export.recorded))]
        said += [words(key, count=count) for key, count in self._left_out.items() if count]
        text = "".join(f"<p>{escape(line)}</p>" for line in said if line)
        return {"unique_id": "title", "text": {"headline": str(escape(export.chronology.title)), "text": text}, "autolink": False}


def _dates(entry: Entry) -> dict[str, Any] | None:
    """The days that a slide spans; None for an entry of which no day is known at all."""
    known = [day for day in (entry.earliest, entry.latest) if day is not None]
    if not known:
        return None
    dates = {"start_date": _date(known[0])}
    return {**dates, "end_date": _date(known[-1])} if known[0] != known[-1] else dates


def _date(day: int) -> dict[str, int]:
    year, month, day_of_month = civil(day)
    return {"year": year if year > 0 else year - 1, "month": month, "day": day_of_month}
