"""Opaque cursors: where a page of entries ended, in which order, and the revision that its reader is walking through."""

import base64
import binascii
import json
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from services.query.nearest import Key
from services.query.orders import Sort
from shared.domain.errors import InvalidInput
from shared.domain.model import Frozen
from shared.store.read_model import NO_END, NO_START

Direction = Literal["after", "before"]


class Cursor(Frozen):
    """The key of the entry that a page goes on from, in which order and direction, at which revision.

    The revision pins the walk: whatever is added meanwhile, no entry is shown twice or left out.
    """

    revision: int
    direction: Direction
    sort: Sort
    key: Key

    def encode(self) -> str:
        """Return the cursor as its holder sees it."""
        fields = [self.revision, self.direction, self.sort, *self.key]
        return base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode().rstrip("=")


# Day bounds lie within ±2**40 (`NO_START`, `NO_END`); what no cursor of ours can hold may be more than a database can compare.
_Revision = Annotated[int, Field(ge=0, le=2**53)]
_Bound = Annotated[int, Field(ge=NO_START, le=NO_END)]
_EntryId = Annotated[str, Field(max_length=36, pattern=r"^[\x21-\x7e]*$")]
_Class = Annotated[int, Field(ge=0, le=3)]
_Half = Annotated[int, Field(ge=0, le=1)]

_KEYS: dict[Sort, TypeAdapter[Key]] = {
    "date": TypeAdapter(tuple[_Half, _Bound, _Bound, _EntryId]),
    "-date": TypeAdapter(tuple[_Half, _Bound, _Bound, _EntryId]),
    "changed": TypeAdapter(tuple[_Revision, _EntryId]),
    "sources": TypeAdapter(tuple[_Revision, _Revision, _EntryId]),
    "relevance": TypeAdapter(tuple[_Class, _Bound, _Bound, _EntryId]),
}
_head = TypeAdapter(tuple[_Revision, Direction, Sort])


def decode_cursor(text: str) -> Cursor:
    """Return the cursor that was handed out as `text`."""
    try:
        fields = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        revision, direction, sort = _head.validate_python(fields[:3], strict=False)
        key = _KEYS[sort].validate_python(fields[3:])
    except (binascii.Error, ValueError, TypeError, KeyError, ValidationError, RecursionError) as error:
        raise InvalidInput("this cursor was not handed out here; start again without one") from error
    return Cursor(revision=revision, direction=direction, sort=sort, key=key)
