"""What the API answers about keys, checkpoints and proofs. Hashes and roots are base64, as in the notes of transparency logs."""

from pydantic import AwareDatetime, Field

from shared.domain.model import Frozen


class LogKey(Frozen):
    """A public key of a log, in the form that verifiers take, and since when it signs."""

    vkey: str = Field(description="NAME+HASH+BASE64 (C2SP signed-note)")
    since: AwareDatetime


class LogKeys(Frozen):
    """All keys that a log ever signed with, the current one first."""

    origin: str = Field(description="the name that the log signs under")
    keys: tuple[LogKey, ...]


class WitnessView(Frozen):
    """A witness that cosigned: `stated` is when it says that it saw the checkpoint, `received` when it handed the signature in."""

    name: str
    vkey: str
    stated: AwareDatetime | None = Field(description="null where the witness states a time that no calendar has")
    received: AwareDatetime


class CheckpointView(Frozen):
    """A signed checkpoint: at this size, the log had this root."""

    size: int
    root: str
    time: AwareDatetime = Field(description="when it was signed")
    signer: str | None = Field(description="the key that signed it, as `keys` lists it")
    witnesses: tuple[WitnessView, ...]


class Checkpoints(Frozen):
    """Checkpoints, the newest first."""

    origin: str
    checkpoints: tuple[CheckpointView, ...]
    next: int | None = Field(description="ask again with `before` set to it for older ones; null when there are none")


class InclusionProof(Frozen):
    """The hashes that lead from an event to the root of the tree over `size` events, the lowest first (RFC 9162, 2.1.3)."""

    position: int
    size: int
    leaf: str = Field(description="SHA-256 of a zero byte and the event's stored bytes")
    root: str
    hashes: tuple[str, ...]


class ConsistencyProof(Frozen):
    """The hashes that show that the tree over `to` events begins with that over `from` events (RFC 9162, 2.1.4)."""

    old: int = Field(serialization_alias="from")
    new: int = Field(serialization_alias="to")
    hashes: tuple[str, ...]
