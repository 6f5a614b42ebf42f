"""What can go wrong, in the domain's words. Each error says what to do about it; HTTP maps the classes to statuses."""


class SalnameError(Exception):
    """Base of every expected failure: safe to show to whoever caused it."""

    title = "The request could not be carried out"

    def __init__(self, detail: str, **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class InvalidInput(SalnameError):
    """The input breaks a rule that the caller can read and mend."""

    title = "The input is not valid"


class WrongMediaType(InvalidInput):
    """The input comes in a form that is not read here."""

    title = "This content type is not read here"


class UnreadableDocument(InvalidInput):
    """The bytes are empty, binary, undecodable or too large, so no text can be cited from them."""

    title = "The document cannot be read"


class TooLarge(UnreadableDocument):
    """The document has more bytes than the settings allow."""

    title = "The document is too large"


class NotFound(SalnameError):
    """Nothing stands under this name or id."""

    title = "Not found"


class AlreadyExists(SalnameError):
    """A name that may be taken once is taken."""

    title = "This exists already"


class IdempotencyConflict(SalnameError):
    """The same idempotency key came earlier with another body."""

    title = "This idempotency key was used for another request"

    def __init__(self) -> None:
        super().__init__("this idempotency key came earlier with another body; send a new request under a new key")


class RevisionConflict(SalnameError):
    """The chronology has moved on from the revision that the command was decided on."""

    title = "The chronology has changed since you looked"


class NotAllowed(SalnameError):
    """The caller is known, but its role may not do this."""

    title = "Your role does not allow this"


class NotAuthenticated(SalnameError):
    """The caller did not say who it is, or said it wrongly."""

    title = "Sign in first"


class Busy(SalnameError):
    """A time limit ran out while waiting for the database; nothing was changed, and trying again is safe."""

    title = "The database is busy"


class Unreachable(Busy):
    """There is no connection to the database, or there is none any more."""

    title = "The database cannot be reached"


class NewerDatabase(SalnameError):
    """The database has a schema that this release does not know."""

    title = "The database is of a newer release"


class UnknownEvent(SalnameError):
    """A stored event has a type or version that this release does not know."""

    title = "The log holds an event of a newer release"


class Gone(SalnameError):
    """The document was erased on purpose; nothing brings its words back."""

    title = "This was erased"


class WrongKey(SalnameError):
    """Something sealed does not open with the key at hand."""

    title = "The key does not fit"


class InvalidProof(SalnameError):
    """A proof, a signature or what they are about was altered, is incomplete, or belongs to something else."""

    title = "The proof does not hold"


class Damaged(SalnameError):
    """What is stored about a log does not follow from its events."""

    title = "The record is damaged"
