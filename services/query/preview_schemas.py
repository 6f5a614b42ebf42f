"""What the API answers about what a correction would change."""

from typing import Literal

from pydantic import ConfigDict, Field

from services.query import time_examples
from services.query.time_schemas import EntryChange
from shared.domain.corrections import CorrectionState
from shared.domain.model import Frozen


class PreviewEntry(Frozen):
    """An entry that would be new, different or gone. In `what`, `before` is as it is, and `after` as it would be."""

    id: str
    url: str
    change: Literal["created", "changed", "removed", "merged"]
    title: str = Field(description="as it would be called, or is called if it would be gone")
    merged_into: str | None = Field(default=None, description="the entry that would hold its first claim")
    split_from: str | None = Field(default=None, description="the entry that holds its first claim")
    what: EntryChange = Field(description="what would be otherwise; the `entry_id` of a claim is the entry that would hold it")


class CorrectionPreview(Frozen):
    """What would change if a correction were accepted now; of one that was decided on, what it would have changed just before.

    `entries` come in chronological order, those that would be gone last; `more` counts those that are not listed. `complete` is false where
    so many claims would have to be put together again that it was not tried; then only `claims`, their number, is known.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [time_examples.PREVIEW]})

    revision: int
    correction_id: str
    state: CorrectionState
    before: int = Field(description="the revision that it is compared with: the newest one, or the last before the decision")
    complete: bool
    claims: int = Field(description="how many claims would be put together again, whether entries change by it or not")
    entries: tuple[PreviewEntry, ...]
    more: int
