"""The story of one entry: every revision that changed it, what changed, and what caused it."""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import col, select

from services.query.diff_entries import compare, described
from services.query.entries import entry_of_claim, opened
from services.query.revisions import revisions
from services.query.snapshot import Snapshot, being_erased, resolve_at
from services.query.time_schemas import EntryChange, RevisionView
from shared.domain.chronology import Entry
from shared.store.read_model import EntryRow

PAGE = 50
MAX_PAGE = 200

Kind = Literal["created", "changed", "removed", "merged"]


@dataclass(frozen=True, slots=True)
class Episode:
    """One revision in the story of an entry. `title` is what it was called from then on, or at last."""

    revision: RevisionView
    kind: Kind
    title: str
    what: EntryChange
    merged_into: str | None = None
    split_from: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A stretch of an entry's story. `next` is the revision after which the rest begins."""

    title: str
    episodes: tuple[Episode, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class _Turn:
    """An entry before and after a revision; None where it was not there."""

    number: int
    before: Entry | None
    after: Entry | None


def story(snapshot: Snapshot, entry_id: str, after: int = 0, limit: int = PAGE) -> Story | None:
    """Return up to `limit` steps of an entry's story after a revision, up to the snapshot's; None when there never was such an entry.

    Raises `Busy` while what an erased document said is being removed.
    """
    if snapshot.erasing:
        raise being_erased()
    here = (snapshot.rows.of(EntryRow), EntryRow.id == entry_id, col(EntryRow.since) <= snapshot.revision)
    newest = snapshot.session.exec(select(EntryRow).where(*here).order_by(col(EntryRow.since).desc()).limit(1)).first()
    if newest is None:
        return None
    turns = _turns(snapshot, entry_id, after, limit + 1)
    shown = turns[:limit]
    told = revisions(snapshot, [turn.number for turn in shown])
    whats = described(snapshot, [compare(turn.before, turn.after) for turn in shown])
    episodes = (_episode(snapshot, entry_id, turn, what, told[turn.number]) for turn, what in zip(shown, whats, strict=True))
    return Story(
        title=opened(snapshot, newest).title,
        episodes=tuple(episodes),
        next=shown[-1].number if len(turns) > limit else None,
    )


def _turns(snapshot: Snapshot, entry_id: str, after: int, limit: int) -> list[_Turn]:
    """The revisions after `after` at which a version of the entry began or ended, in order."""
    since = col(EntryRow.since)
    here = select(EntryRow).where(snapshot.rows.of(EntryRow), EntryRow.id == entry_id)
    before = snapshot.session.exec(here.where(since <= min(after, snapshot.revision)).order_by(since.desc()).limit(1)).first()
    began = snapshot.session.exec(here.where(since > after, since <= snapshot.revision).order_by(since).limit(limit)).all()
    rows = [*([before] if before else []), *began]
    versions = {row.since: opened(snapshot, row) for row in rows}
    ended = {row.until: versions[row.since] for row in rows if row.until is not None}
    numbers = sorted({number for number in (*versions, *ended) if after < number <= snapshot.revision})
    return [_Turn(number, ended.get(number), versions.get(number)) for number in numbers[:limit]]


def _episode(snapshot: Snapshot, entry_id: str, turn: _Turn, what: EntryChange, revision: RevisionView) -> Episode:
    then = snapshot.at(turn.number)
    named = turn.after or turn.before
    assert named is not None, "a revision that neither began nor ended a version is no turn"
    if turn.after is None:
        into = entry_of_claim(then, entry_id)
        return Episode(revision, "merged" if into else "removed", named.title, what, merged_into=into)
    if turn.before is None:
        held_by = entry_of_claim(snapshot.at(resolve_at(snapshot, turn.number - 1)), entry_id)
        return Episode(revision, "created", named.title, what, split_from=held_by)
    return Episode(revision, "changed", named.title, what)
