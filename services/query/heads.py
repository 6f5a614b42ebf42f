"""What a list shows of an entry, read from its JSON without the rest of it: of an entry, links and support are the larger part."""

from pydantic import BaseModel, ConfigDict

from shared.domain.chronology import Status
from shared.domain.claims import Confidence, ValueKind


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class HeadDateAlternative(_Part):
    """A date that claims give."""

    edtf: str


class HeadDate(_Part):
    """When it happened, as `EntryDate` has it."""

    edtf: str | None
    status: Status
    alternatives: tuple[HeadDateAlternative, ...]


class HeadAlternative(_Part):
    """A value that claims give, as it is shown."""

    shown: str
    kind: ValueKind


class HeadValue(_Part):
    """An attribute with its values."""

    attribute: str
    status: Status
    alternatives: tuple[HeadAlternative, ...]


class Head(_Part):
    """An entry as far as lists show it; the fields are those of `shared.domain.chronology.Entry`."""

    id: str
    title: str
    date: HeadDate
    earliest: int | None
    latest: int | None
    values: tuple[HeadValue, ...]
    claims: tuple[str, ...]
    sources: tuple[str, ...]
    status: Status
    planned: bool = False
    confidence: Confidence = "medium"

    @property
    def disputed(self) -> bool:
        """Whether the claims disagree."""
        return self.status == "disputed" or self.date.status == "disputed" or any(value.status == "disputed" for value in self.values)
