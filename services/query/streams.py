"""Server-sent events: every change of a chronology, once and in order, to any number of listeners.

What is sent is encoded once and shared: each chronology that somebody listens to has one `Channel`, which looks for news (woken by
`Wakeup`, and by itself every so often) and keeps the newest frames; each stream only remembers how far it has got. A stream that is behind
the kept frames reads from the database until it has caught up. Everything here runs on one event loop, database reads excepted.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

import anyio.to_thread
import structlog
from anyio import CapacityLimiter
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from services.query.errors import CursorLost, TooManyStreams
from services.query.feed import News, check_cursor, cursor_bounds, news
from shared.domain.errors import Busy, SalnameError
from shared.store.driver import DriverError
from shared.store.engine import Database
from shared.store.wakeup import Wakeup

KEPT_CHANGES = 1000
KEPT_BYTES = 8_000_000
PAGE = 200
SEND_BYTES = 262_144
SEND_SECONDS = 20.0
STREAM_SECONDS = 3600.0
MAX_STREAMS = 10_000
RETRY_MS = 2000
READERS = 4
"""Threads in which all streams of a process read."""

ResultT = TypeVar("ResultT")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a stream may take.

    `send` seconds for the client to take what was sent, `life` seconds in all: access is checked anew when it comes back.
    """

    send: float = SEND_SECONDS
    life: float = STREAM_SECONDS
    streams: int = MAX_STREAMS


@dataclass(frozen=True, slots=True)
class Start:
    """Where a stream starts: after `cursor`, or now; `reset` says that the cursor which was asked for cannot be served.

    Nor can any before `lost`, even if the channel has not heard of that yet.
    """

    cursor: int | None = None
    reset: bool = False
    lost: int = 0


def change_frame(revision: int, body: bytes) -> bytes:
    """Encode a change: its stored bytes hold no line feed, so they stand in one data line as they are."""
    return b"id: %d\nevent: change\ndata: %b\n\n" % (revision, body)


def heartbeat_frame(head: int) -> bytes:
    """Encode a heartbeat. It has no id: it moves nobody's cursor."""
    return b'event: heartbeat\ndata: {"revision":%d}\n\n' % head


def reset_frame(head: int) -> bytes:
    """Encode a reset: the cursor cannot be served; load the state and go on from `revision`, which becomes the cursor."""
    return b'id: %d\nevent: reset\ndata: {"revision":%d}\n\n' % (head, head)


class Channel:
    """The news of one chronology: the newest frames, shared by all its streams."""

    def __init__(
        self, database: Database, chronology_id: str, poll_seconds: float, heartbeat_seconds: float, reading: CapacityLimiter
    ) -> None:
        self.chronology_id = chronology_id
        self.listeners = 0
        self.head = 0
        self.base = 0
        self.generation = 0
        self.lost = 0
        self.beat = 0
        self.frames: deque[tuple[int, bytes]] = deque()
        self.ready = False
        self._kept = 0
        self._reading = reading
        self._database = database
        self._poll_seconds = poll_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._news = asyncio.Event()
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for news."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"channel-{self.chronology_id}")

    async def stop(self) -> None:
        """Stop looking; nobody listens any more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Look for news now."""
        self._woken.set()

    def announce(self) -> None:
        """Let every waiting stream look."""
        self._news.set()
        self._news = asyncio.Event()

    async def changed(self) -> None:
        """Wait until there is something to send."""
        await self._news.wait()

    def after(self, cursor: int) -> list[tuple[int, bytes]]:
        """Return the kept frames after a cursor that is not before `base`."""
        if not self.frames or self.frames[-1][0] <= cursor:
            return []
        if self.frames[0][0] > cursor:
            return list(self.frames)
        return [frame for frame in self.frames if frame[0] > cursor]

    async def read(self, after: int) -> News:
        """Read changes from the database, in a thread."""
        return await in_thread(lambda: self._read(after), self._reading)

    def _read(self, after: int) -> News:
        with self._database.read() as session:
            return news(self._database, session, self.chronology_id, after, PAGE)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        next_beat = loop.time() + self._heartbeat_seconds
        healthy = True
        while True:
            self._woken.clear()
            more = False
            try:
                more = await self._poll()
                healthy = True
            except (SQLAlchemyError, *DriverError, SalnameError) as error:
                self._forget()
                if healthy:
                    log.warning("stream.poll_failed", chronology=self.chronology_id, error=str(error))
                healthy = False
            # Without a look at the database there is no heartbeat: its silence tells listeners that something is wrong.
            if healthy and loop.time() >= next_beat:
                self.beat += 1
                next_beat = loop.time() + self._heartbeat_seconds
                self.announce()
            if not more:
                wait = min(self._poll_seconds, max(0.0, next_beat - loop.time())) if healthy else self._poll_seconds
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), wait)

    async def _poll(self) -> bool:
        """Look once; return whether there is more to fetch at once."""
        if not self.ready:
            latest = await self.read(2**62)
            self.head = self.base = latest.head
            self.generation, self.lost = latest.generation, latest.lost
            self.ready = True
            self.announce()
            return False
        found = await self.read(self.head)
        if found.generation != self.generation:
            # The read model was built anew: what is kept may hold words that were erased.
            self.generation, self.lost = found.generation, found.lost
            self._forget()
            self.announce()
        for revision, body in found.changes:
            self._keep(revision, change_frame(revision, body))
        if found.upto > self.head:
            self.head = found.upto
            if found.changes:
                self.announce()
        return found.upto < found.head

    def _forget(self) -> None:
        self.frames.clear()
        self.base, self._kept = self.head, 0

    def _keep(self, revision: int, frame: bytes) -> None:
        self.frames.append((revision, frame))
        self._kept += len(frame)
        while len(self.frames) > KEPT_CHANGES or (self._kept > KEPT_BYTES and len(self.frames) > 1):
            dropped, gone = self.frames.popleft()
            self.base = dropped
            self._kept -= len(gone)


class Streams:
    """All open streams of a process."""

    def __init__(
        self, database: Database, wakeup: Wakeup, poll_seconds: float, heartbeat_seconds: float, limits: Limits | None = None
    ) -> None:
        self.limits = limits or Limits()
        self.open = 0
        self.closing = False
        self._database = database
        self._wakeup = wakeup
        self._poll_seconds = poll_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._channels: dict[str, Channel] = {}
        self._reading = CapacityLimiter(READERS)
        self._unsubscribe: Callable[[], None] | None = None

    @property
    def channels(self) -> int:
        """How many chronologies are listened to."""
        return len(self._channels)

    async def start(self, chronology_id: str, asked: str | None) -> Start:
        """Decide where a listener starts who asked for a cursor, or for none: "from now"."""
        if asked is None:
            return Start()
        if not (asked.isascii() and asked.isdigit()) or len(asked) > 18:
            return Start(reset=True)

        def bounds() -> tuple[int, int]:
            with self._database.read() as session:
                return cursor_bounds(session, chronology_id)

        head, lost = await self.in_thread(bounds)
        try:
            check_cursor(int(asked), head, 0, lost)
        except CursorLost:
            return Start(reset=True, lost=lost)
        return Start(cursor=int(asked))

    async def in_thread(self, work: Callable[[], ResultT]) -> ResultT:
        """Run blocking work in one of the streams' threads."""
        return await in_thread(work, self._reading)

    def join(self, chronology_id: str) -> Channel:
        """Begin to listen to a chronology."""
        if self.closing or self.open >= self.limits.streams:
            raise TooManyStreams(f"{self.open} streams are open here; try again in a moment")
        if self._unsubscribe is None:
            self._unsubscribe = self._wakeup.subscribe(self._waker(asyncio.get_running_loop()))
        channel = self._channels.get(chronology_id)
        if channel is None:
            channel = self._channels[chronology_id] = Channel(
                self._database, chronology_id, self._poll_seconds, self._heartbeat_seconds, self._reading
            )
            channel.start()
        channel.listeners += 1
        self.open += 1
        return channel

    async def leave(self, channel: Channel) -> None:
        """End listening; the last to leave a chronology ends the looking for its news."""
        self.open -= 1
        channel.listeners -= 1
        if channel.listeners == 0:
            del self._channels[channel.chronology_id]
            if not self._channels and self._unsubscribe is not None:
                self._unsubscribe()
                self._unsubscribe = None
            await channel.stop()

    def close(self) -> None:
        """End all streams; they finish in order, and no new ones begin. Call it on the event loop when the server begins to stop."""
        self.closing = True
        for channel in self._channels.values():
            channel.announce()

    def _waker(self, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        def wake_all() -> None:
            for channel in self._channels.values():
                channel.wake()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop may end at any moment, and then nobody waits for news
                loop.call_soon_threadsafe(wake_all)

        return wake


class EventStream(Response):
    """The response that carries a stream."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, chronology_id: str, start: Start) -> None:
        self._streams = streams
        self._chronology_id = chronology_id
        self._start = start
        # X-Accel-Buffering: nginx would hold the events back.
        super().__init__(None, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        channel = self._streams.join(self._chronology_id)
        try:
            await self._until_gone(channel, receive, send)
        finally:
            # Shielded: a server that cancels the request must not leave the channel behind.
            await asyncio.shield(self._streams.leave(channel))

    async def _until_gone(self, channel: Channel, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_disconnected(receive))
        sending = asyncio.create_task(self._send_all(channel, send))
        try:
            await asyncio.wait({gone, sending}, timeout=self._streams.limits.life, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
            elif not gone.done():
                await _stop(sending)
                await _send(send, {"type": "http.response.body", "body": b"", "more_body": False}, self._streams.limits.send)
        except TimeoutError:
            log.info("stream.slow", chronology=self._chronology_id)
        finally:
            await _stop(sending)
            await _stop(gone)

    async def _send_all(self, channel: Channel, send: Send) -> None:
        limit = self._streams.limits.send
        await _send(send, {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}, limit)
        cursor, first = await self._begin(channel)
        beat = channel.beat - 1
        await _send(send, {"type": "http.response.body", "body": first, "more_body": True}, limit)
        while not self._streams.closing:
            if cursor < channel.base or 0 < cursor < channel.lost:
                try:
                    cursor, body = await _catch_up(channel, cursor)
                except Busy:
                    await channel.changed()
                    continue
            else:
                cursor, body = _take(channel.after(cursor), cursor)
            if not body and cursor >= channel.base and beat != channel.beat:
                # Only one who has got all changes up to the head is told of the head.
                beat, body = channel.beat, heartbeat_frame(channel.head)
            if body:
                await _send(send, {"type": "http.response.body", "body": body, "more_body": True}, limit)
            elif not channel.after(cursor):
                await channel.changed()
        await _send(send, {"type": "http.response.body", "body": b"", "more_body": False}, limit)

    async def _begin(self, channel: Channel) -> tuple[int, bytes]:
        """Return where the stream starts and the bytes that it starts with.

        These tell the cursor in a block of its own: who is cut off before the first change comes back with it, not with none. A block
        without data is no event, but it sets the last event id all the same (HTML, 9.2.6).
        """
        while not channel.ready and not self._streams.closing:
            await channel.changed()
        retry = b"retry: %d\n\n" % RETRY_MS
        if self._start.reset:
            head = max(channel.head, self._start.lost)
            return head, retry + reset_frame(head)
        cursor = channel.head if self._start.cursor is None else self._start.cursor
        return cursor, retry + b"id: %d\n\n" % cursor


async def _catch_up(channel: Channel, cursor: int) -> tuple[int, bytes]:
    """Read what is no longer kept; return the cursor after it, and its bytes."""
    found = await channel.read(cursor)
    if 0 < cursor < found.lost:
        return max(found.head, found.lost), reset_frame(max(found.head, found.lost))
    reached, body = _take([(revision, change_frame(revision, body)) for revision, body in found.changes], cursor)
    return (reached, body) if body else (max(cursor, found.upto), b"")


def _take(frames: list[tuple[int, bytes]], cursor: int) -> tuple[int, bytes]:
    """Take about `SEND_BYTES` of frames; return the cursor after them, and their bytes."""
    size = 0
    for count, (revision, frame) in enumerate(frames, start=1):
        size += len(frame)
        if size >= SEND_BYTES or count == len(frames):
            return revision, b"".join(frame for _, frame in frames[:count])
    return cursor, b""


async def in_thread(work: Callable[[], ResultT], limiter: CapacityLimiter) -> ResultT:
    """Run blocking work in a thread of our own few: requests and streams do not wait for each other's."""
    return await anyio.to_thread.run_sync(work, limiter=limiter)


async def _send(send: Send, message: Message, seconds: float) -> None:
    """Send, and give up on a client that does not take it: it comes back and goes on from its last event."""
    async with asyncio.timeout(seconds):
        await send(message)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _stop(task: asyncio.Task[None]) -> None:
    if not task.done():
        task.cancel()
    with suppress(asyncio.CancelledError, TimeoutError, OSError):
        await task
