"""Signed notes, checkpoints and cosignatures in the forms of C2SP: signed-note, tlog-checkpoint and tlog-cosignature.

A note is a text with signature lines below it. A checkpoint is a note whose text says which root a log has at which size. The log signs the
text as it stands (type 0x01); a witness signs it together with the time (type 0x04, `cosignature/v1`). Both with Ed25519.

Reading is strict: each note, key and checkpoint has one spelling, and everything else is refused with `InvalidProof`.
"""

import base64
import binascii
import re
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.domain.errors import InvalidProof
from shared.domain.merkle import EMPTY_ROOT, HASH_SIZE

ED25519 = 0x01
"""Signature type: Ed25519 over the text of the note."""

COSIGNATURE = 0x04
"""Signature type: Ed25519 over the text and the time, by a witness."""

MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100
"""The limits of golang.org/x/mod/sumdb/note; the specification asks for room for 16 signatures at least."""

MAX_NUMBER = 2**63 - 1
"""The largest time that tlog-cosignature allows, in seconds; the largest size that we read."""

ORIGIN_PREFIX = "salname.org/log/"

_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_ID_BYTES = 4
_TIME_BYTES = 8
_DASH = "— "
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")  # half characters too: UTF-8 cannot write them


def origin(chronology_id: str) -> str:
    """Return the name under which a chronology's log signs: the first line of its checkpoints, and the name of its keys."""
    return f"{ORIGIN_PREFIX}{chronology_id}"


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648, 4)."""
    return base64.b64encode(data).decode()


def decode_base64(text: str, what: str) -> bytes:
    """Read standard base64 in its one canonical spelling; raise `InvalidProof`, naming `what` it should have been, for any other."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidProof(f"{what} is not base64") from error
    if encode_base64(data) != text:
        raise InvalidProof(f"{what} is base64 with stray bits at its end")
    return data


def _check_name(name: str) -> None:
    if not name or "+" in name or _CONTROL.search(name) or any(map(str.isspace, name)):
        raise InvalidProof(f"{name[:80]!r} cannot name a key: a name is not empty and has no spaces and no plus sign")


def _key_id(name: str, algorithm: int, public_key: bytes) -> bytes:
    return sha256(f"{name}\n".encode() + bytes([algorithm]) + public_key).digest()[:_ID_BYTES]


def _cosigned_message(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line of a note. `data` is what follows the key's id: the signature, for a cosignature behind its time."""

    name: str
    key_id: bytes
    data: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.key_id) != _ID_BYTES or not self.data:
            raise InvalidProof(f"the signature of {self.name} is too short")

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {encode_base64(self.key_id + self.data)}"

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a signature line, without the line break at its end."""
        name, space, encoded = line.removeprefix(_DASH).partition(" ")
        if not line.startswith(_DASH) or not space:
            raise InvalidProof(f"{line[:80]!r} is not a signature line: — NAME BASE64")
        data = decode_base64(encoded, f"the signature of {name[:80]}")
        return cls(name, data[:_ID_BYTES], data[_ID_BYTES:])


@dataclass(frozen=True, slots=True)
class Verified:
    """A signature that holds: whose, and for a cosignature the time that it states, in seconds since 1970."""

    vkey: "Vkey"
    timestamp: int | None = None


@dataclass(frozen=True, slots=True)
class Vkey:
    """A public key with the name that it signs under. Its text form is `name+hash+base64`."""

    name: str
    algorithm: int
    public_key: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if self.algorithm not in (ED25519, COSIGNATURE):
            raise InvalidProof(f"the key of {self.name} is of the type {self.algorithm:#04x}; only 0x01 and 0x04 (Ed25519) are known here")
        if len(self.public_key) != _KEY_BYTES:
            raise InvalidProof(f"the key of {self.name} has {len(self.public_key)} bytes, not {_KEY_BYTES}")

    @property
    def key_id(self) -> bytes:
        """The four bytes by which signature lines name the key."""
        return _key_id(self.name, self.algorithm, self.public_key)

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.algorithm]) + self.public_key)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form; the hash must be the key's."""
        name, plus, rest = text.partition("+")
        key_hash, second_plus, encoded = rest.partition("+")
        if not plus or not second_plus:
            raise InvalidProof(f"{text[:80]!r} is not a key: NAME+HASH+BASE64")
        data = decode_base64(encoded, f"the key of {name[:80]}")
        vkey = cls(name, data[0] if data else 0, data[1:])
        if key_hash != vkey.key_id.hex():
            raise InvalidProof(
                f"the key of {name[:80]} has the hash {vkey.key_id.hex()}, not {key_hash[:80]!r}: it was copied incompletely or altered"
            )
        return vkey

    def signed(self, signature: Signature) -> bool:
        """Say whether a signature line names this key. That alone proves nothing."""
        return (signature.name, signature.key_id) == (self.name, self.key_id)

    def check(self, signature: Signature, text: str) -> Verified:
        """Raise `InvalidProof` unless this key made this signature over this text."""
        timestamp, message, data = None, text.encode(), signature.data
        if self.algorithm == COSIGNATURE:
            timestamp, data = int.from_bytes(data[:_TIME_BYTES], "big"), data[_TIME_BYTES:]
            if timestamp > MAX_NUMBER:
                raise InvalidProof(f"the cosignature of {self.name} states a time that is out of range")
            Checkpoint.parse(text)  # a witness speaks of a checkpoint, never of another text
            message = _cosigned_message(text, timestamp)
        try:
            if len(data) != _SIGNATURE_BYTES:
                raise InvalidSignature
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(data, message)
        except (InvalidSignature, ValueError) as error:
            raise InvalidProof(f"the signature of {self.name} does not hold: the text was altered, or another key made it") from error
        return Verified(self, timestamp)


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures below it. The text ends with a line break; it may contain empty lines."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or _CONTROL.search(self.text):
            raise InvalidProof("the text of a note ends with a line break and has no control characters")
        if len(self.signatures) > MAX_SIGNATURES:
            raise InvalidProof(f"a note has at most {MAX_SIGNATURES} signatures")

    def __str__(self) -> str:
        return "\n".join((self.text, *map(str, self.signatures), ""))

    def encode(self) -> bytes:
        """Return the note as it is passed on: the text, an empty line, the signature lines; in UTF-8."""
        if not self.signatures:
            raise InvalidProof("a note without a signature is only a text")
        return str(self).encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read a note; nothing in it is to be believed before `verify`."""
        if len(data) > MAX_NOTE_BYTES:
            raise InvalidProof(f"the note is larger than {MAX_NOTE_BYTES} bytes")
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise InvalidProof("the note is not UTF-8") from error
        text, blank, below = whole.rpartition("\n\n")
        if not blank or not below.endswith("\n"):
            raise InvalidProof("this is not a signed note: a text, an empty line, and signature lines that each end with a line break")
        lines = below[:-1].split("\n")
        if len(lines) > MAX_SIGNATURES:
            raise InvalidProof(f"a note has at most {MAX_SIGNATURES} signatures")
        return cls(f"{text}\n", tuple(Signature.parse(line) for line in lines))

    def verify(self, vkey: Vkey) -> Verified:
        """Raise `InvalidProof` unless the key signed this note; of several cosignatures of one witness, the latest is returned.

        Lines of other keys are passed over, as the specification wants. A line that names the key and does not hold spoils the note.
        """
        verified = [vkey.check(signature, self.text) for signature in self.signatures if vkey.signed(signature)]
        if not verified:
            raise InvalidProof(f"no signature is by the key {vkey.name}+{vkey.key_id.hex()}")
        return max(verified, key=lambda each: each.timestamp or 0)

    def add(self, signature: Signature) -> Self:
        """Return the note with a signature more, in the place of an earlier one by the same key."""
        others = (each for each in self.signatures if (each.name, each.key_id) != (signature.name, signature.key_id))
        return replace(self, signatures=(*others, signature))


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: at this size, the tree has this root. `extensions` are further lines, which nobody vouches for."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for line in (self.origin, *self.extensions):
            if not line or "\n" in line or _CONTROL.search(line):
                raise InvalidProof("a line of a checkpoint is empty or has control characters in it")
        if not 0 <= self.size <= MAX_NUMBER:
            raise InvalidProof("the size in the checkpoint is out of range")
        if len(self.root) != HASH_SIZE:
            raise InvalidProof(f"the root in the checkpoint has {len(self.root)} bytes, not {HASH_SIZE}")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise InvalidProof("the checkpoint gives the empty tree a root that is not its own")

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, self.size, encode_base64(self.root), *self.extensions))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text of a note as a checkpoint."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():
            raise InvalidProof("a checkpoint has three lines or more: origin, size and root")
        name, size, root, *extensions = lines
        if not _NUMBER.fullmatch(size):
            raise InvalidProof(f"the size in the checkpoint is not a number: {size[:80]!r}")
        return cls(name, int(size), decode_base64(root, "the root in the checkpoint"), tuple(extensions))


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with the name that it signs under: of a log, or of a witness."""

    name: str
    key: Ed25519PrivateKey

    @property
    def vkey(self) -> Vkey:
        """The key that verifies what `sign` makes."""
        return Vkey(self.name, ED25519, self.key.public_key().public_bytes_raw())

    @property
    def cosigner_vkey(self) -> Vkey:
        """The key that verifies what `cosign` makes."""
        return Vkey(self.name, COSIGNATURE, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Note:
        """Return the text as a note with one signature."""
        return Note(text, (Signature(self.name, self.vkey.key_id, self.key.sign(text.encode())),))

    def cosign(self, note: Note, timestamp: int) -> Note:
        """Return a checkpoint's note with a cosignature more. Only a witness that has seen it to be consistent may say so.

        Args:
            note: the checkpoint as the log signed it; verify it first.
            timestamp: now, in seconds since 1970.
        """
        if not 0 <= timestamp <= MAX_NUMBER:
            raise InvalidProof("the time of the cosignature is out of range")
        Checkpoint.parse(note.text)
        made = self.key.sign(_cosigned_message(note.text, timestamp))
        return note.add(Signature(self.name, self.cosigner_vkey.key_id, timestamp.to_bytes(_TIME_BYTES, "big") + made))
