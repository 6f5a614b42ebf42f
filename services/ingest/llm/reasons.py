"""Why something that a model said is not accepted."""

from typing import Literal

Reason = Literal["malformed", "quote", "ambiguous", "date", "number", "empty", "question"]
"""`malformed`: not of the shape asked for. `quote`: it does not stand in the text letter for letter. `ambiguous`: it stands there more than
once. `date`, `number`: it does not follow from the words given for it. `empty`: it says neither when nor how many. `question`: it stands in
a question, which asserts nothing."""


class Ungrounded(Exception):
    """A part of a claim that the document does not bear out, and why not."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail
