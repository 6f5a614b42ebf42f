"""Keys in files that only their owner may read, made when they are first needed."""

import base64
import binascii
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from shared.crypto.sealing import KEY_BYTES, KeyEncryptionKey, new_key
from shared.domain.errors import InvalidInput

KEK_FILE = "kek"
PRIVATE = 0o600


def parse_kek(text: str, what: str) -> KeyEncryptionKey:
    """Read a key-encryption key: 32 bytes in base64. `what` names where it came from."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"{what} is not base64; make a key with: openssl rand -base64 32") from error
    if len(key) != KEY_BYTES:
        raise InvalidInput(f"{what} has {len(key)} bytes, not {KEY_BYTES}; make a key with: openssl rand -base64 32")
    return KeyEncryptionKey(key)


def load_kek(folder: Path) -> KeyEncryptionKey:
    """Return the key-encryption key kept in a folder, made there if there is none."""
    path = folder / KEK_FILE
    text = read_private(path)
    if text is None:
        text = create_private(path, base64.b64encode(new_key()) + b"\n")
    return parse_kek(text.decode(), str(path))


@dataclass(frozen=True, slots=True)
class KekFiles:
    """The key-encryption keys in a folder: the one in use, those that it replaced, and one that is about to replace it."""

    folder: Path

    @property
    def _next(self) -> Path:
        return self.folder / f"{KEK_FILE}.next"

    def all(self) -> list[KeyEncryptionKey]:
        """Return every key of the folder, the one in use first; empty where none was made yet."""
        paths = [self.folder / KEK_FILE, *sorted(self.folder.glob(f"{KEK_FILE}.*"))]
        return [parse_kek(text.decode(), str(path)) for path in paths if (text := read_private(path)) is not None]

    def make_next(self) -> KeyEncryptionKey:
        """Return the key that is about to be used: the one that was made before and is not in use yet, or a new one."""
        return parse_kek(create_private(self._next, base64.b64encode(new_key()) + b"\n").decode(), str(self._next))

    def use_next(self) -> Path | None:
        """Put the next key in the place of the one in use; return the file that keeps the old one from now on, if there was one.

        At no moment is there no key, and nothing is overwritten. Broken off anywhere, it can be done again.
        """
        path, kept = self.folder / KEK_FILE, None
        text = read_private(path)
        if text is not None:
            kept = self.folder / f"{KEK_FILE}.{parse_kek(text.decode(), str(path)).id}"
            if not kept.exists():
                os.link(path, kept)
        os.replace(self._next, path)
        return kept


def read_private(path: Path) -> bytes | None:
    """Return what a key file holds, None where there is no such file; refuse one that others may read."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise InvalidInput(f"others may read the key {path}: run chmod 600 {path}, and think about replacing the key")
    return path.read_bytes()


def create_private(path: Path, content: bytes) -> bytes:
    """Write a key file whole or not at all, and return what the file holds: of two that try at once, the first one wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, path)
        except FileExistsError:
            return path.read_bytes()
    finally:
        os.unlink(name)
    return content
