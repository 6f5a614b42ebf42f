"""Claims as editors' decisions let them be read: amended dates and values, withdrawn or not."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from shared.domain import readings
from shared.domain.chronology import Decision, SupersededClaim, Testimony
from shared.domain.claims import Modality, Value
from shared.domain.dates import Edtf
from shared.domain.ids import sha256
from shared.domain.readings import ReadValue
from shared.lexicon.folding import name_key
from shared.lexicon.places import known_place

ContentKey = tuple[str, int, int, str, str]
"""An order of claims that knows nothing of their arrival: the testimony's own, then a hash of all that the claim says."""


Form = tuple[str, str, str | None, str | None, str]
"""What makes two values one alternative: kind, bound, upper end, unit, and the number, the folded name, or a listed place's English one."""


@dataclass(frozen=True)
class Reading:
    """A claim as it stands after the decisions on it, and after its source was captured again.

    `withdrawn`: it supports nothing, because editors took it back, or because its source no longer makes it (`superseded`).
    """

    testimony: Testimony
    date: Edtf | None
    values: tuple[ReadValue, ...]
    date_corrected_by: str | None = None
    withdrawn: bool = False
    superseded: SupersededClaim | None = None
    decisions: tuple[str, ...] = field(default=())

    @cached_property
    def id(self) -> str:
        """The id of the claim."""
        return self.testimony.claim.id

    @cached_property
    def modality(self) -> Modality:
        """Whether the claim says that it happened, was planned, is denied or is hypothetical."""
        return self.testimony.claim.modality

    @cached_property
    def forms(self) -> tuple[Form, ...]:
        """What makes each of the values the same alternative as another claim's."""
        return tuple(form_of(known.value, self.testimony.claim.language) for known in self.values)

    @cached_property
    def key(self) -> ContentKey:
        """The place of the claim in content order."""
        said = self.testimony.claim.model_dump_json(exclude={"id", "document_id", "continues"})
        return (*self.testimony.content_key, sha256(said.encode()))


def form_of(value: Value, language: str) -> Form:
    """Return what makes a value, given in a language, the same alternative as another one."""
    if value.numeric:
        upper = str(Decimal(value.upper).normalize()) if value.upper else None
        return value.kind, value.bound, upper, value.unit, str(Decimal(value.value).normalize())
    # A place that the list knows has one English name; every other name is folded as its language spells it.
    known = known_place(value.value, language) if value.kind == "place" else None
    return value.kind, value.bound, value.upper, value.unit, known or " ".join(name_key(value.value, language)) or value.value.casefold()


def place_key(folded: str) -> tuple[str, ...]:
    """Return the folded words of a place as a form gives it: of one that the list knows, those of its English name."""
    return name_key(folded, "en") if folded[:1].isupper() else tuple(folded.split())


def read(testimony: Testimony, decisions: Sequence[Decision] = (), superseded: SupersededClaim | None = None) -> Reading:
    """Apply the decisions that name a claim, in order, to what it says."""
    known = readings.read(testimony.claim, ((decision.correction_id, decision.change) for decision in decisions))
    return reading_of(testimony, known, superseded)


def reading_of(testimony: Testimony, known: readings.Reading, superseded: SupersededClaim | None = None) -> Reading:
    """Return a claim as the corrections that were applied to it let it be read."""
    return Reading(
        testimony=testimony,
        date=Edtf.parse(known.edtf) if known.edtf else None,
        values=known.values,
        date_corrected_by=known.date_corrected_by,
        withdrawn=known.withdrawn_by is not None or superseded is not None,
        superseded=superseded,
        decisions=known.corrections,
    )
