"""Why claims stand together or apart, in words: each kind of reason has its sentence in the table of strings."""

from collections.abc import Iterable

from services.query.pages.wording import Wording
from shared.domain.chronology import Reason
from shared.domain.dates import Edtf
from shared.lexicon.happenings import concept_name, ordinal_word

_VOWELS = "aeio"


def reason_words(reason: Reason, t: Wording) -> str:
    """Say a reason in the language of a wording."""
    about, dates = reason.about, tuple(map(t.date, reason.dates))
    match reason.kind:
        case "same-days":
            return t("reason_same_day" if Edtf.parse(reason.dates[0]).days == 1 else "reason_same_days", date=dates[0])
        case "same-span":
            return t("reason_same_span", date=dates[0])
        case "within":
            return t("reason_within", date=dates[0], other=dates[1])
        case "overlap":
            return t("reason_overlap", date=dates[0], other=dates[1])
        case "dates-near":
            return t("reason_dates_near", date=dates[0], other=dates[1])
        case "plan-moved":
            return t("reason_plan_moved", date=dates[0], other=dates[1])
        case "dates-apart":
            return t("reason_dates_apart", date=dates[0], other=dates[1])
        case "same-ordinal":
            return t("reason_same_ordinal", name=concept_name(about[0], t.language), ordinal=_ordinals(about[1:], t))
        case "other-ordinal":
            here, there = (_ordinals(one.split(", "), t) for one in about[1:])
            return t("reason_other_ordinal", name=concept_name(about[0], t.language), ordinal=here, other=there)
        case "same-count":
            return t("reason_same_count", number=about[0], name=t.attribute(about[1]))
        case "near-count":
            return t("reason_near_count", name=t.attribute(about[0]))
        case "same-words":
            return t("reason_same_words", names=", ".join(f"“{word}”" for word in about))
        case "both-about":
            return t("reason_both_about", names=", ".join(concept_name(name, t.language) for name in about))
    return _of_kind(reason, t)


_OF_CONCEPTS = {
    "same-kind": "reason_same_kind",
    "same-work": "reason_same_work",
    "both-mention": "reason_both_mention",
    "once": "reason_once",
    "kind-of": "reason_kind_of",
    "other-kind": "reason_other_kind",
}
_OF_NAMES = {
    "same-title": "reason_same_title",
    "same-name": "reason_same_name",
    "other-place": "reason_other_place",
    "other-person": "reason_other_person",
    "other-title": "reason_other_title",
}
_PLAIN = {
    "editor": "reason_editor",
    "continues": "reason_continues",
    "nothing-shared": "reason_nothing_shared",
    "told-twice": "reason_told_twice",
    "split": "reason_split",
    "too-little": "reason_too_little",
    "not-compared": "reason_not_compared",
}


def _of_kind(reason: Reason, t: Wording) -> str:
    """Say a reason whose sentence takes one or two names, or none."""
    if reason.kind in _PLAIN:
        return t(_PLAIN[reason.kind])
    if reason.kind in _OF_NAMES:
        return t(_OF_NAMES[reason.kind], **dict(zip(("name", "other"), reason.about, strict=False)))
    named = (_some(name, t) for name in reason.about)
    return t(_OF_CONCEPTS[reason.kind], **dict(zip(("name", "other"), named, strict=False)))


def _some(concept: str, t: Wording) -> str:
    name = concept_name(concept, t.language)
    return t("some_vowel" if name[0] in _VOWELS else "some", name=name)


def _ordinals(numbers: Iterable[str], t: Wording) -> str:
    words = [ordinal_word(int(number), t.language) for number in numbers]
    return f" {t('and')} ".join(words)
