"""A client of server-sent events that can hang up in the middle of a word, and come back."""

import socket
from dataclasses import dataclass, field
from time import monotonic

from tests.query.serving import LIMIT


@dataclass(frozen=True)
class Event:
    """One event as it came. `data` are the bytes of its data line."""

    kind: str
    data: bytes
    id: int | None


@dataclass
class Listener:
    """One connection to a stream. It reads bytes itself, so that it can be cut anywhere."""

    port: int
    path: str
    last_id: int | str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    retry: int | None = None

    def __post_init__(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT)
        lines = [f"GET {self.path} HTTP/1.1", "Host: 127.0.0.1", "Accept: text/event-stream"]
        if self.last_id is not None:
            lines.append(f"Last-Event-ID: {self.last_id}")
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self._raw = b""
        self._body = b""
        self.ended = False
        while b"\r\n\r\n" not in self._raw:
            self._raw += self._receive()
        head, self._raw = self._raw.split(b"\r\n\r\n", 1)
        first, *rest = head.decode().split("\r\n")
        self.status = int(first.split(" ")[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
        self._chunks()

    def _receive(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            self.ended = True
        return data

    def _chunks(self) -> None:
        """Take whole chunks off the raw bytes."""
        while b"\r\n" in self._raw:
            size, rest = self._raw.split(b"\r\n", 1)
            length = int(size, 16)
            if len(rest) < length + 2:
                return
            self._body += rest[:length]
            self._raw = rest[length + 2 :]
            if length == 0:
                self.ended = True
                return

    def next(self, timeout: float = LIMIT) -> Event | None:
        """Return the next event; None when the stream has ended. Raises TimeoutError when nothing comes."""
        until = monotonic() + timeout
        while True:
            while b"\n\n" in self._body:
                block, self._body = self._body.split(b"\n\n", 1)
                if event := self._parse(block):
                    return event
            if self.ended:
                return None
            self._socket.settimeout(max(0.001, until - monotonic()))
            self._raw += self._receive()
            self._chunks()

    def _parse(self, block: bytes) -> Event | None:
        fields = dict(line.split(b": ", 1) for line in block.split(b"\n") if line)
        if b"retry" in fields:
            self.retry = int(fields[b"retry"])
        number = fields.get(b"id")
        if number is not None:
            self.last_id = int(number)  # as browsers do, whether the block is an event or not
        if b"data" not in fields:
            return None
        return Event(fields[b"event"].decode(), fields[b"data"], None if number is None else int(number))

    def take(self, count: int, kind: str = "change") -> list[Event]:
        """Return the next events of a kind, passing over others."""
        found: list[Event] = []
        while len(found) < count:
            event = self.next()
            if event is None:
                raise AssertionError(f"the stream ended after {len(found)} of {count} {kind} events")
            if event.kind == kind:
                found.append(event)
        return found

    def hang_up(self) -> None:
        """Leave without a word."""
        self._socket.close()
