"""Opaque cursors: where a page of entries ended, and the revision that its reader is walking through."""

import base64
import binascii
import json
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from shared.domain.errors import InvalidInput
from shared.domain.model import Frozen
from shared.store.read_model import NO_END, NO_START

Direction = Literal["after", "before"]


class Cursor(Frozen):
    """The sort key of the entry that a page goes on from, in which direction, at which revision.

    The revision pins the walk: whatever is added meanwhile, no entry is shown twice or left out.
    """

    revision: int
    direction: Direction
    sort_from: int
    sort_to: int
    entry_id: str

    def encode(self) -> str:
        """Return the cursor as its holder sees it."""
        fields = [self.revision, self.direction, self.sort_from, self.sort_to, self.entry_id]
        return base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode().rstrip("=")


# Day bounds lie within ±2**40 (`NO_START`, `NO_END`); what no cursor of ours can hold may be more than a database can compare.
_Revision = Annotated[int, Field(ge=0, le=2**53)]
_Bound = Annotated[int, Field(ge=NO_START, le=NO_END)]
_EntryId = Annotated[str, Field(max_length=36, pattern=r"^[\x21-\x7e]*$")]

_fields = TypeAdapter(tuple[_Revision, Direction, _Bound, _Bound, _EntryId])


def decode_cursor(text: str) -> Cursor:
    """Return the cursor that was handed out as `text`."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        revision, direction, sort_from, sort_to, entry_id = _fields.validate_json(raw)
    except (binascii.Error, ValueError, ValidationError) as error:
        raise InvalidInput("this cursor was not handed out here; start again without one") from error
    return Cursor(revision=revision, direction=direction, sort_from=sort_from, sort_to=sort_to, entry_id=entry_id)
