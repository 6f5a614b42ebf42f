"""What can go wrong in ingest alone."""

from shared.domain.errors import SalnameError


class StreamBroken(SalnameError):
    """A stream ended before its sender had said that it would. What was recorded of it stays."""

    title = "The stream broke off"
