"""What a correction would change: what the projection found out of it, told beside what readers see."""

from services.query import reader
from services.query.citations import entry_url
from services.query.diff import kind_of
from services.query.diff_entries import compare, described
from services.query.entries import find_entries
from services.query.preview_schemas import CorrectionPreview, PreviewEntry
from services.query.snapshot import Snapshot, being_erased, resolve_at
from shared.domain.errors import NotFound
from shared.domain.previews import Preview
from shared.store.read_model import CorrectionRow, PreviewRow


def foresee(snapshot: Snapshot, correction_id: str) -> CorrectionPreview:
    """Tell what a correction would change at the current revision, or would have changed just before it was decided on.

    Raises `Busy` while what an erased document said is being removed.
    """
    if snapshot.erasing:
        raise being_erased()
    correction = snapshot.find(CorrectionRow, correction_id)
    if correction is None:
        raise NotFound(f"there is no correction {correction_id} in the chronology {snapshot.slug!r}")
    row = snapshot.find(PreviewRow, correction_id)
    if row is None:
        raise NotFound(f"what the correction {correction_id} would change is not known: an earlier release built what readers see")
    preview = Preview.model_validate_json(snapshot.open(row.body, "preview", correction_id))
    before = snapshot if correction.decided is None else snapshot.at(resolve_at(snapshot, correction.decided - 1))
    return CorrectionPreview.model_validate(
        {
            "revision": snapshot.revision,
            "correction_id": correction_id,
            "state": correction.state,
            "before": before.revision,
            "complete": preview.whole,
            "claims": preview.claims,
            "entries": _entries(before, preview),
            "more": preview.more,
        }
    )


def _entries(before: Snapshot, preview: Preview) -> list[PreviewEntry]:
    ids = [entry.id for entry in preview.entries]
    old = find_entries(before, ids)
    new = {entry.id: entry.after for entry in preview.entries if entry.after is not None}
    split_from = reader.holders(before, [entry_id for entry_id in ids if entry_id not in old])
    whats = described(before, [compare(old.get(entry_id), new.get(entry_id)) for entry_id in ids], preview.moved)
    return [
        PreviewEntry(
            id=entry_id,
            url=entry_url(before.slug, split_from.get(entry_id, entry_id)),
            change=kind_of(before=entry_id in old, after=entry_id in new, elsewhere=entry_id in preview.moved),
            title=(new.get(entry_id) or old[entry_id]).title,
            merged_into=None if entry_id in new else preview.moved.get(entry_id),
            split_from=split_from.get(entry_id),
            what=what,
        )
        for entry_id, what in zip(ids, whats, strict=True)
    ]
