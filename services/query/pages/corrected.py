"""What a correction did to an entry, in words: each kind of change has its sentence in the table of strings."""

from services.query.pages.wording import Wording
from services.query.schemas import AppliedCorrectionView
from shared.domain.corrections import (
    AmendDate,
    AmendValue,
    Change,
    JoinOrigins,
    MergeEntries,
    RetitleEntry,
    SplitEntry,
    SplitOrigins,
    WithdrawClaim,
)


def correction_words(correction: AppliedCorrectionView, t: Wording) -> str:
    """Say what a correction did, in the language of a wording."""
    return correction.summary if correction.change is None else _change_words(correction.change, t)


def _change_words(change: Change, t: Wording) -> str:
    match change:
        case AmendDate(edtf=None):
            return t("done_no_date")
        case AmendDate(edtf=edtf):
            return t("done_date", date=t.date(str(edtf)))
        case AmendValue(attribute=attribute, value=None):
            return t("done_value_gone", attribute=t.attribute(attribute))
        case AmendValue(attribute=attribute, value=value):
            return t("done_value", attribute=t.attribute(attribute), value=value)
        case WithdrawClaim():
            return t("done_withdraw")
        case MergeEntries(claim_ids=claim_ids):
            return t("done_merge", claims=t.count("claims", len(claim_ids)))
        case SplitEntry(out=out, kept=kept):
            return t("done_split", out=t.count("claims", len(out)), kept=t.count("claims", len(kept)))
        case RetitleEntry(title=title):
            return t("done_retitle", title=title)
        case JoinOrigins(document_ids=document_ids):
            return t("done_join_origins", documents=t.count("documents", len(document_ids)))
        case SplitOrigins(document_ids=document_ids):
            return t("done_split_origins", documents=t.count("documents", len(document_ids)))
