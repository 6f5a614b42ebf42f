"""What can go wrong with a language model."""

from shared.domain.errors import Busy


class ModelFailed(Busy):
    """The model could not be asked, or did not answer within its limits. Nothing of the document was recorded."""

    title = "The language model could not be used"


class Unreadable(Exception):
    """An answer that is none: asked again, it may become one."""


class TooLong(Exception):
    """The part or its answer is longer than the model can hold: shorter parts will do."""


class Refused(Exception):
    """The server answered with an error. `after` is for how many seconds it asks to be left alone, where it says so."""

    def __init__(self, status: int, message: str, after: float | None = None) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message
        self.after = after

    @property
    def passing(self) -> bool:
        """Whether it may be otherwise in a moment."""
        return self.status in (408, 409, 425, 429) or self.status >= 500
