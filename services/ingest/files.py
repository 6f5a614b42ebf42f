"""Files of this machine that somebody named: read as far as a limit, and never waited for."""

import os
import stat
from pathlib import Path

from shared.domain.errors import InvalidInput, TooLarge

_OPEN_ALREADY = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Where the pipes are that the shell has opened: there is somebody at their other end."""


def check_waits_for_nobody(path: Path) -> None:
    """Raise `InvalidInput` for a pipe with a name: reading it waits until somebody writes, which may be never. `OSError` for no file."""
    if stat.S_ISFIFO(path.stat().st_mode) and not os.fspath(path).startswith(_OPEN_ALREADY):
        raise InvalidInput("this is a pipe and no file: write what comes out of it to a file first")


def read_file(path: Path, limit: int) -> bytes:
    """Return the bytes of a file that may be larger than all memory, or no file at all but a device.

    Raises `TooLarge` for more than `limit`, `InvalidInput` for a pipe with a name, `OSError` for what cannot be read.
    """
    check_waits_for_nobody(path)
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        size = max(path.stat().st_size, len(data))
        raise TooLarge(f"the file has {size:,} bytes, more than the {limit:,} allowed (SALNAME_MAX_DOCUMENT_BYTES)")
    return data
