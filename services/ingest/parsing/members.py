"""A document that stands in another file."""

from dataclasses import dataclass, replace
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Member:
    """A document in an archive or an e-mail, or why it is none that is read.

    `name` begins with the name of what it stands in: `letters.zip/1998/fair.pdf`. `media_type` is what an e-mail calls it. `sidecar` are
    the bytes of the file beside it that says where it comes from. `outcome` is None for what is to be read; `refused` for what cannot
    be, `passed over` for what is no document (a logo), each with its `reason`, and without its bytes.
    """

    name: str
    data: bytes = b""
    media_type: str | None = None
    sidecar: bytes | None = None
    outcome: Literal["refused", "passed over"] | None = None
    reason: str | None = None

    def refuse(self, reason: str) -> Self:
        """Return the member as one that cannot be read."""
        return replace(self, data=b"", sidecar=None, outcome="refused", reason=reason)

    def pass_over(self, reason: str = "by its name, it is of no format that is read") -> Self:
        """Return the member as one that nobody expects to be read."""
        return replace(self, data=b"", sidecar=None, outcome="passed over", reason=reason)

    def renamed(self, name: str) -> Self:
        """Return the member under another name."""
        return replace(self, name=name)
