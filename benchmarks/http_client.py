"""A client that costs little: raw asyncio connections that send prepared requests and look at the status line of the answers.

It is run as a process of its own (`python -m benchmarks.http_client`), takes one JSON object of `Order` on standard input and prints one of
what happened. `serve` answers every request at once and does nothing: what the client reaches there is its own limit.
"""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path

ANSWER = b"HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}"
BLOCK = 65_536
PATIENCE = 600


@dataclass(frozen=True)
class Order:
    """What to do: `post` so many lines of a file, a request each, over so many connections; or send them in one stream (`stream`)."""

    kind: str
    port: int
    path: str
    headers: dict[str, str]
    lines: str
    count: int
    connections: int = 1


@dataclass(frozen=True)
class Done:
    """What happened. `claims_a_second` counts what was sent; `answer` is the end of the answer to a stream."""

    seconds: float
    statuses: dict[str, int]
    answer: str = ""


def main() -> None:
    """Serve, or carry out the order on standard input."""
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2])))
        return
    order = Order(**json.load(sys.stdin))
    done = asyncio.run(asyncio.wait_for(post(order) if order.kind == "post" else stream(order), PATIENCE))
    print(json.dumps(asdict(done)))


def head(order: Order, more: str) -> bytes:
    """The head of a request."""
    headers = {"host": f"127.0.0.1:{order.port}", **order.headers}
    return "\r\n".join([f"POST {order.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), more, "", ""]).encode()


async def post(order: Order) -> Done:
    """A request for each line; every connection sends its next one when it has the answer to the last."""
    lines = Path(order.lines).read_bytes().splitlines()
    requests = [head(order, f"content-length: {len(line)}") + line for line in lines]
    todo = islice(cycle(requests), order.count)
    statuses: Counter[str] = Counter()
    connections = [await asyncio.open_connection("127.0.0.1", order.port) for _ in range(order.connections)]
    began = time.perf_counter()
    await asyncio.gather(*(_drive(reader, writer, todo, statuses) for reader, writer in connections))
    seconds = time.perf_counter() - began
    for _, writer in connections:
        writer.close()
    return Done(seconds, dict(statuses))


async def _drive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, todo: Iterator[bytes], statuses: Counter[str]) -> None:
    for request in todo:
        writer.write(request)
        top = await reader.readuntil(b"\r\n\r\n")
        statuses[top[9:12].decode()] += 1
        await reader.readexactly(_length(top))


def _length(top: bytes) -> int:
    lower = top.lower()
    at = lower.index(b"content-length:") + len(b"content-length:")
    return int(lower[at : lower.index(b"\r\n", at)])


async def stream(order: Order) -> Done:
    """All lines in one request whose length is not announced, as a program that makes claims would send them."""
    block = Path(order.lines).read_bytes()
    reader, writer = await asyncio.open_connection("127.0.0.1", order.port)
    answer = asyncio.create_task(_read_to_the_end(reader))
    began = time.perf_counter()
    writer.write(head(order, "transfer-encoding: chunked\r\nconnection: close"))
    for part in _parts(block, order.count):
        writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    status, end = await answer
    seconds = time.perf_counter() - began
    writer.close()
    return Done(seconds, {status: 1}, end)


def _parts(block: bytes, count: int) -> Iterator[bytes]:
    """The lines of a file, over and over, so many of them."""
    lines = block.splitlines(keepends=True)
    for _ in range(count // len(lines)):
        yield block
    if rest := lines[: count % len(lines)]:
        yield b"".join(rest)


async def _read_to_the_end(reader: asyncio.StreamReader) -> tuple[str, str]:
    status = (await reader.readuntil(b"\r\n"))[9:12].decode()
    end = b""
    while part := await reader.read(BLOCK):
        end = (end + part)[-400:]
    return status, end.decode(errors="replace")


class Nothing(asyncio.Protocol):
    """Answers every request that came whole, in any number of pieces."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._held = b""

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (at := self._held.find(b"\r\n\r\n")) >= 0 and len(self._held) >= (end := at + 4 + _length(self._held[: at + 4])):
            self._held = self._held[end:]
            assert isinstance(self._transport, asyncio.WriteTransport)
            self._transport.write(ANSWER)


async def serve(port: int) -> None:
    """Answer at once, for ever."""
    server = await asyncio.get_running_loop().create_server(Nothing, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    main()
