"""Why something that a model said is not accepted."""

REASONS = {
    "malformed": "the claim was not of the shape asked for",
    "quote": "the quote does not stand in the text letter for letter",
    "ambiguous": "the quote stands in the text more than once, and nothing tells which is meant",
    "date": "the date does not follow from the words that the text gives for it",
    "number": "the number does not follow from the words that the text gives for it",
    "empty": "the claim says neither when nor how many",
    "question": "a question asserts nothing",
}


class Ungrounded(Exception):
    """A part of a claim that the document does not bear out: `reason` is one of `REASONS`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
