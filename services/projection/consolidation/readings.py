"""Claims as editors' decisions let them be read: amended dates and values, withdrawn or not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from shared.domain import readings
from shared.domain.chronology import Decision, SupersededClaim, Testimony
from shared.domain.claims import Modality
from shared.domain.dates import Edtf
from shared.domain.ids import sha256
from shared.domain.readings import ReadValue

ContentKey = tuple[str, int, int, str, str]
"""An order of claims that knows nothing of their arrival: the testimony's own, then a hash of all that the claim says."""


@dataclass(frozen=True)
class Reading:
    """A claim as it stands after the decisions on it, and after its source was captured again."""

    testimony: Testimony
    date: Edtf | None
    values: tuple[ReadValue, ...]
    date_corrected_by: str | None = None
    withdrawn: bool = False
    superseded: SupersededClaim | None = None
    decisions: tuple[str, ...] = field(default=())

    @property
    def id(self) -> str:
        """The id of the claim."""
        return self.testimony.claim.id

    @property
    def modality(self) -> Modality:
        """Whether the claim says that it happened, was planned, is denied or is hypothetical."""
        return self.testimony.claim.modality

    @property
    def live(self) -> bool:
        """Whether the claim supports what it says: nobody withdrew it, and its source makes it still."""
        return not self.withdrawn and self.superseded is None

    @cached_property
    def key(self) -> ContentKey:
        """The place of the claim in content order."""
        said = self.testimony.claim.model_dump_json(exclude={"id", "document_id", "continues"})
        return (*self.testimony.content_key, sha256(said.encode()))


def read(testimony: Testimony, decisions: Sequence[Decision] = (), superseded: SupersededClaim | None = None) -> Reading:
    """Apply the decisions that name a claim, in order, to what it says."""
    known = readings.read(testimony.claim, ((decision.correction_id, decision.change) for decision in decisions))
    return Reading(
        testimony=testimony,
        date=Edtf.parse(known.edtf) if known.edtf else None,
        values=known.values,
        date_corrected_by=known.date_corrected_by,
        withdrawn=known.withdrawn_by is not None,
        superseded=superseded,
        decisions=known.corrections,
    )
