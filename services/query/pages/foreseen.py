"""What a correction would change, as a page shows it: what is beside what would be, in the reader's language."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.query.pages.telling import date_words, dispute_words, values_words
from services.query.pages.wording import Wording
from services.query.preview_schemas import CorrectionPreview, PreviewEntry
from services.query.time_schemas import ClaimRef, EntryChange


@dataclass(frozen=True, slots=True)
class Sides:
    """Something of an entry as it is and as it would be; empty where there is none."""

    label: str
    now: str
    then: str


@dataclass(frozen=True, slots=True)
class ClaimLines:
    """Claims to which the same would happen."""

    label: str
    claims: tuple[ClaimRef, ...]


@dataclass(frozen=True, slots=True)
class ForeseenLine:
    """An entry that would be otherwise: `said` names the kind of change, `into` is the address of the entry that would hold it."""

    url: str
    title: str
    change: str
    said: str
    into: str | None
    sides: tuple[Sides, ...]
    claims: tuple[ClaimLines, ...]
    said_besides: tuple[str, ...]


def lines(preview: CorrectionPreview, base: str, t: Wording) -> list[ForeseenLine]:
    """Return a line for each entry of a preview."""
    return [_line(entry, base, t) for entry in preview.entries]


def _line(entry: PreviewEntry, base: str, t: Wording) -> ForeseenLine:
    gone = entry.change in ("merged", "removed")
    sides = () if gone else tuple(_sides(entry.what, t))
    claims = () if gone else tuple(line for line in _claims(entry.what, t) if line.claims)
    besides = () if gone else tuple(_besides(entry.what, t))
    return ForeseenLine(
        url=entry.url,
        title=entry.title,
        change="removed" if gone else entry.change,
        said="change_split" if entry.split_from else f"change_{entry.change}",
        into=f"{base}/entries/{entry.merged_into}" if entry.merged_into else None,
        sides=sides,
        claims=claims,
        said_besides=besides if gone or sides or claims or besides else (t("story_other"),),
    )


def _sides(what: EntryChange, t: Wording) -> Iterator[Sides]:
    if what.title and what.title.before and what.title.after:
        yield Sides(t("form_title"), what.title.before, what.title.after)
    if what.date:
        now, then = (date_words(side, t) if side else "" for side in (what.date.before, what.date.after))
        if now != then:
            yield Sides(t("when"), now, then)
    for value in what.values:
        now, then = values_words(value.before), values_words(value.after)
        if now == then and value.before and value.after:
            now, then = (f"{said} ({t(f'status_{side.status}')})" for said, side in ((now, value.before), (then, value.after)))
        yield Sides(t.attribute(value.attribute), now, then)
    if what.status:
        yield Sides(t("preview_status"), *(t(f"status_{status}") if status else "" for status in (what.status.before, what.status.after)))


def _claims(what: EntryChange, t: Wording) -> Iterator[ClaimLines]:
    yield ClaimLines(t("preview_joining"), what.claims.added)
    yield ClaimLines(t("preview_leaving"), what.claims.removed)
    yield ClaimLines(t("preview_withdrawn"), what.claims.withdrawn)
    yield ClaimLines(t("preview_restored"), what.claims.restored)


def _besides(what: EntryChange, t: Wording) -> Iterator[str]:
    for key, names in (("preview_arose", what.arose), ("preview_settled", what.settled)):
        if names:
            yield t(key, names=dispute_words(names, t))
    if what.planned:
        yield t("story_planned" if what.planned.after == "true" else "story_happened")
