"""Change in words: what caused a revision, and what it made of an entry, in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from services.query.diff_entries import DATE
from services.query.pages.wording import Wording
from services.query.time_schemas import CauseView, ClaimsChange, DateSide, EntryChange, RevisionView, ValueChange, ValueSide

Change = Literal["created", "changed", "removed", "merged"]

_KINDS: Mapping[str, str] = {
    "amend-date": "kind_date",
    "amend-value": "kind_value",
    "withdraw-claim": "kind_withdraw",
    "merge-entries": "kind_merge",
    "split-entry": "kind_split",
    "retitle-entry": "kind_retitle",
    "join-origins": "kind_origins",
    "split-origins": "kind_origins",
}


def tell(revision: RevisionView, change: Change, what: EntryChange, t: Wording, *, split: bool = False) -> str:
    """Tell one step of an entry's story: when we recorded it, what caused it, and what changed."""
    when = t.moment(revision.recorded) if revision.recorded else t("story_revision", n=revision.revision)
    opening = t("story_at", when=when, causes=t("story_and").join(causes(revision, t)))
    return " ".join((opening, *changes(change, what, t, split=split)))


def causes(revision: RevisionView, t: Wording) -> list[str]:
    """Name the events that caused a revision; claims that were read out of a document are part of its capture."""
    captured = {cause.id for cause in revision.causes if cause.type == "document.captured"}
    told = [_cause(cause, revision.actor, t) for cause in revision.causes if not (cause.type == "claim.recorded" and cause.id in captured)]
    return [said for said in told if said] or [t("story_revision", n=revision.revision)]


def _cause(cause: CauseView, actor: str, t: Wording) -> str | None:
    name = cause.name or cause.id
    match cause.type:
        case "document.captured":
            return t("story_captured", name=name)
        case "claim.recorded":
            return t("story_claimed", name=name, claims=t.count("claims", cause.claims or 0))
        case "source.recaptured":
            return t("story_compared", name=name)
        case "document.erased":
            return t("story_erased_by", actor=actor, name=name, reason=cause.reason or "")
        case "correction.accepted":
            return t("story_accepted", actor=actor, kind=t(_KINDS[cause.kind or ""]), reason=cause.reason or "")
        case "correction.reverted":
            return t("story_reverted", actor=actor, kind=t(_KINDS[cause.kind or ""]), reason=cause.reason or "")
    return None


def changes(change: Change, what: EntryChange, t: Wording, *, split: bool = False) -> list[str]:
    """Say what is otherwise, a sentence for each thing that changed."""
    if change == "merged":
        return [t("story_merged")]
    if change == "removed":
        return [t("story_removed")]
    said = [*_opening(change, what, t, split), *_dates(what, t), *(_value(one, t) for one in what.values), *_standing(change, what, t)]
    return said or [t("story_other")]


def _opening(change: Change, what: EntryChange, t: Wording, split: bool) -> Iterator[str]:
    if change == "created":
        yield t.count("story_split" if split else "story_created", len(what.claims.added))
        return
    yield from _claims(what.claims, t)
    if what.title and what.title.before and what.title.after:
        yield t("story_title", before=what.title.before, after=what.title.after)


def _claims(claims: ClaimsChange, t: Wording) -> Iterator[str]:
    for key, listed in (
        ("story_came", claims.added),
        ("story_went", claims.removed),
        ("story_withdrawn", claims.withdrawn),
        ("story_restored", claims.restored),
    ):
        if listed:
            yield t.count(key, len(listed))


def _dates(what: EntryChange, t: Wording) -> Iterator[str]:
    if what.date is None or what.date.after is None:
        return
    before, after = what.date.before and date_words(what.date.before, t), date_words(what.date.after, t)
    if before is None:
        yield t("story_date_new", after=after)
    elif before != after:
        yield t("story_date", before=before, after=after)


def date_words(side: DateSide, t: Wording) -> str:
    """Say when, or all the dates in dispute."""
    if side.edtf:
        return t.date(side.edtf)
    return " ≠ ".join(t.date(date) for date in side.alternatives) or t("no_date")


def _value(value: ValueChange, t: Wording) -> str:
    if value.after is None:
        return t("story_value_gone", attribute=t.attribute(value.attribute), before=values_words(value.before))
    if value.before is None:
        return t("story_value_new", attribute=t.attribute(value.attribute), after=values_words(value.after))
    if value.before.values == value.after.values:
        return t(
            "story_value_same",
            attribute=t.attribute(value.attribute),
            after=values_words(value.after),
            status=t(f"status_{value.after.status}"),
        )
    return t("story_value", attribute=t.attribute(value.attribute), before=values_words(value.before), after=values_words(value.after))


def values_words(side: ValueSide | None) -> str:
    """Say the values of an attribute, nothing where it has none."""
    return "" if side is None else (" ≠ " if side.status == "disputed" else ", ").join(side.values)


def _standing(change: Change, what: EntryChange, t: Wording) -> Iterator[str]:
    """Disputes, status, and what later captures and erasures did."""
    for key, names in (("story_arose", what.arose), ("story_settled", what.settled)):
        if names:
            yield t(key, names=dispute_words(names, t))
    if change == "changed" and what.status and what.status.before and what.status.after:
        yield t("story_status", before=t(f"status_{what.status.before}"), after=t(f"status_{what.status.after}"))
    if what.planned:
        yield t("story_planned" if what.planned.after == "true" else "story_happened")
    if what.superseded:
        yield t.count("story_superseded", len(what.superseded))
    if what.erased:
        yield t.count("story_lost", len(what.erased))


def dispute_words(names: Sequence[str], t: Wording) -> str:
    """Name what claims disagree on."""
    return ", ".join(t("story_the_date") if name == DATE else t.attribute(name) for name in names)
