"""The private key that checkpoints are signed with: where it is kept, how it is made, and how it is replaced."""

import base64
import binascii
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.crypto.keyfile import create_private, read_private
from shared.crypto.sealing import new_key
from shared.domain.errors import InvalidInput

KEY_FILE = "checkpoint-key"
SEED_BYTES = 32


def parse_signing_key(text: str, what: str) -> Ed25519PrivateKey:
    """Read an Ed25519 key: its seed of 32 bytes in base64 (RFC 8032, 5.1.5). `what` names where it came from."""
    try:
        seed = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"{what} is not base64; make a key with: openssl rand -base64 32") from error
    if len(seed) != SEED_BYTES:
        raise InvalidInput(f"{what} has {len(seed)} bytes, not {SEED_BYTES}; make a key with: openssl rand -base64 32")
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Return the public half of a key."""
    return key.public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class SigningKeySource:
    """Where this process has its signing key from: the one it was `given`, else the file in the folder of keys."""

    folder: Path
    given: Ed25519PrivateKey | None = None

    @property
    def path(self) -> Path:
        """The key's file."""
        return self.folder / KEY_FILE

    def load(self) -> Ed25519PrivateKey | None:
        """Return the key, None where there is none yet; refuse a file that others may read."""
        if self.given is not None:
            return self.given
        text = read_private(self.path)
        return None if text is None else parse_signing_key(text.decode(), str(self.path))

    def create(self) -> Ed25519PrivateKey:
        """Return the key, made where there is none: of two processes that make one in the same folder at once, both get the same."""
        return self.load() or parse_signing_key(create_private(self.path, _fresh()).decode(), str(self.path))

    def replace(self) -> tuple[Ed25519PrivateKey, Path | None]:
        """Put a new key in the place of the old one; return it, and the file that the old one is kept in from now on.

        At no moment is there no key, and nothing is overwritten.
        """
        if self.given is not None:
            raise InvalidInput("the key comes from SALNAME_SIGNING_KEY: set another one there; the process that starts with it records it")
        old, kept = self.load(), None
        if old is not None:
            kept = self.path.with_name(f"{KEY_FILE}.{sha256(public_bytes(old)).hexdigest()[:16]}")
            if not kept.exists():
                os.link(self.path, kept)
        waiting = self.path.with_name(f"{KEY_FILE}.next")
        text = create_private(waiting, _fresh())
        os.replace(waiting, self.path)
        return parse_signing_key(text.decode(), str(self.path)), kept


def _fresh() -> bytes:
    return base64.b64encode(new_key()) + b"\n"
