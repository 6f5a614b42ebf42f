"""What can go wrong while answering, beyond what the whole domain knows."""

from shared.domain.errors import SalnameError


class BrokenCitation(SalnameError):
    """A stored quote does not stand in its document where it says it stands. It is never served as if it did."""

    title = "A citation does not stand where it says it stands"


class CursorLost(SalnameError):
    """A feed cursor lies beyond the log: it belongs to another chronology, or to a log that was restored from an older copy."""

    title = "This cursor cannot be served"


class TooManyStreams(SalnameError):
    """This process holds as many streams as it may."""

    title = "Too many streams are open here"


class NotSignedYet(SalnameError):
    """What is asked about was recorded a moment ago: no checkpoint covers it yet."""

    title = "This is not signed yet"
