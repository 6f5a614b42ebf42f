"""What a list shows of an entry, out of the listing as it is stored.

No models are made of it: a page of fifty entries has some two hundred parts, and to validate what we wrote ourselves would take longer
than to find it.
"""

from typing import Any, NamedTuple

import orjson

from shared.domain.chronology import Entry, Status
from shared.domain.claims import ValueKind
from shared.domain.heads import head_of

Json = dict[str, Any]
"""A JSON object."""


class HeadAlternative(NamedTuple):
    """A value that claims give, as it is shown."""

    shown: str
    kind: ValueKind


class HeadValue(NamedTuple):
    """An attribute with its values."""

    attribute: str
    status: Status
    alternatives: tuple[HeadAlternative, ...]


class Head:
    """An entry as far as lists show it. `shown` is of its JSON object what lists have of it whatever was asked (`head_of`)."""

    __slots__ = ("_beside", "id", "shown")

    def __init__(self, entry_id: str, shown: Json, beside: Json) -> None:
        self.id = entry_id
        self.shown = shown
        self._beside = beside

    @classmethod
    def read(cls, entry_id: str, body: bytes) -> "Head":
        """Read it as it stands in the listing, opened."""
        return cls(entry_id, *orjson.loads(body))

    @classmethod
    def of(cls, entry: Entry) -> "Head":
        """Take it from an entry."""
        return cls(entry.id, *head_of(entry))

    @property
    def title(self) -> str:
        """Its title."""
        found: str = self.shown["title"]
        return found

    @property
    def dates(self) -> list[str]:
        """The date of the entry, or all of those in dispute."""
        date: str | None = self.shown["date"]
        dates: list[str] = self.shown["dates"]
        return dates if date is None else [date]

    @property
    def earliest(self) -> int | None:
        """The number of the first day on which it can have happened."""
        found: int | None = self._beside["earliest"]
        return found

    @property
    def latest(self) -> int | None:
        """The number of the last one."""
        found: int | None = self._beside["latest"]
        return found

    @property
    def claims(self) -> list[str]:
        """The ids of its first claims, of all the one whose words the title is."""
        found: list[str] = self._beside["claims"]
        return found

    @property
    def statement(self) -> str | None:
        """What the first of its claims states, where the title is of that and it is kept here."""
        found: str | None = self._beside.get("statement")
        return found

    @property
    def values(self) -> tuple[HeadValue, ...]:
        """Its values."""
        return tuple(
            HeadValue(value["attribute"], value["status"], tuple(map(HeadAlternative, value["values"], kinds)))
            for value, kinds in zip(self.shown["values"], self._beside["kinds"], strict=True)
        )
