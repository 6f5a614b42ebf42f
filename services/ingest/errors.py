"""What can go wrong in ingest alone."""

from shared.domain.errors import Busy, SalnameError


class StreamBroken(SalnameError):
    """A stream ended before its sender had said that it would. What was recorded of it stays."""

    title = "The stream broke off"


class ServerStopping(Busy):
    """The server is about to stop, and takes no more of a stream. What was recorded of it stays."""

    title = "The server is stopping"
