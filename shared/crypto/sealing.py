"""Sealing: text that may have to go is kept encrypted, so that destroying a small key erases it wherever a copy of it may be.

AES-256-GCM throughout (NIST SP 800-38D), with a random nonce of 12 bytes in front of the ciphertext. Each document has a content key;
what is sealed is sealed under keys derived from it by keyed BLAKE2b (RFC 7693), one for each event. A proof can so give away the key of one
claim and of nothing else. The hash of such a key stands beside the ciphertext: with GCM alone, whoever made a ciphertext could open it in
two ways.
"""

import hmac
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b, sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pybase64 import b64encode_as_string

from shared.crypto import entropy
from shared.domain.errors import WrongKey

KEY_BYTES = 32
NONCE_BYTES = 12
DAMAGED = "what is stored here does not open with its key: the record is damaged, or the key is another one"


def new_key() -> bytes:
    """Return a random key of 32 bytes."""
    return os.urandom(KEY_BYTES)


def derive(key: bytes, label: str) -> bytes:
    """Return the key that stands under a label below another key."""
    return blake2b(label.encode(), key=key, digest_size=KEY_BYTES).digest()


def keyhash(key: bytes) -> str:
    """Return the hash by which a ciphertext is bound to its key, in hexadecimal."""
    return sha256(key).hexdigest()


def nonces(count: int) -> Iterator[bytes]:
    """Yield so many random nonces, fetched from the system at once."""
    block = entropy.take(NONCE_BYTES * count)
    return (block[start : start + NONCE_BYTES] for start in range(0, len(block), NONCE_BYTES))


def seal(key: bytes, plaintext: bytes, context: bytes, nonce: bytes | None = None) -> bytes:
    """Encrypt; `context` is authenticated with the text: what is sealed in one place cannot be passed off in another."""
    nonce = nonce or entropy.take(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context)


def sealing_under(content_key: bytes, fresh: Iterator[bytes]) -> Callable[[bytes, bytes, bytes], tuple[str, str]]:
    """Return what seals events under one document's content key, with nonces from `fresh`, and others once that has come to its end.

    From a label, what is authenticated, and the plaintext, it makes the hash of the key that stands under the label, and what is sealed
    with that key, in Base64. As `derive`, `keyhash` and `seal` do it, in one step: every event of every append comes through here.
    """
    below = blake2b(key=content_key, digest_size=KEY_BYTES).copy

    def seal_under(label: bytes, context: bytes, plaintext: bytes) -> tuple[str, str]:
        derived = below()
        derived.update(label)
        key = derived.digest()
        nonce = next(fresh, None) or entropy.take(NONCE_BYTES)
        return sha256(key).hexdigest(), b64encode_as_string(nonce + AESGCM(key).encrypt(nonce, plaintext, context))

    return seal_under


def opening_under(content_key: bytes, owner: str) -> Callable[[bytes, bytes, str, bytes], bytes]:
    """Return what opens events that `sealing_under` sealed under one document's content key; `owner` names the document in errors.

    From a label, what is authenticated, the hash of the key, and what is sealed, it makes the plaintext; it raises `WrongKey` where any of
    them is another one. As `derive`, `keyhash` and `unseal` do it, in one step: every event that is read comes through here.
    """
    below = blake2b(key=content_key, digest_size=KEY_BYTES).copy

    def open_under(label: bytes, context: bytes, hashed: str, sealed: bytes) -> bytes:
        derived = below()
        derived.update(label)
        key = derived.digest()
        if sha256(key).hexdigest() != hashed:
            raise WrongKey(f"the key of document {owner} is not the one that {label.decode()} was sealed under")
        try:
            return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
        except (InvalidTag, ValueError) as error:
            raise WrongKey(DAMAGED) from error

    return open_under


def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Decrypt what `seal` made; raise `WrongKey` when the key, the context or any byte is another one."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context)
    except (InvalidTag, ValueError) as error:
        raise WrongKey(DAMAGED) from error


@dataclass(frozen=True, slots=True)
class KeyEncryptionKey:
    """The key that all stored keys are wrapped in. It stays outside the database."""

    key: bytes

    @property
    def id(self) -> str:
        """A name for the key that says nothing about it: the database remembers by it which key it was opened with."""
        return _kek_id(self.key)

    def wrap(self, key: bytes, owner: str) -> bytes:
        """Encrypt a key that belongs to `owner`."""
        return seal(self.key, key, owner.encode())

    def unwrap(self, wrapped: bytes, owner: str) -> bytes:
        """Decrypt a key of `owner`; raise `WrongKey` when it was wrapped in another key or for somebody else."""
        return unseal(self.key, wrapped, owner.encode())


@lru_cache(maxsize=8)
def _kek_id(key: bytes) -> str:
    return hmac.digest(key, b"salname key-encryption key", "sha256").hex()[:16]
