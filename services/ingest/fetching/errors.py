"""What can go wrong while a page is fetched, and what to do about it."""

from shared.domain.errors import InvalidInput, UnreadableDocument


class AddressRefused(InvalidInput):
    """The address is none that is fetched: its scheme, its port, or where its name leads to."""

    title = "This address is not fetched"


class FetchFailed(UnreadableDocument):
    """The address is one that is fetched, and no document came from it."""

    title = "The page could not be fetched"
