"""A language model that says what a test wants: an HTTP server on a free port that speaks the protocol of chat completions."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from services.ingest.llm.config import LlmConfig

MODEL = "reader-7"


@dataclass(frozen=True)
class Asked:
    """A request that the server got."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def part(self) -> str:
        """The part of the document that it shows, between its marks."""
        message: str = self.body["messages"][1]["content"]
        mark = message.rsplit("\n", 1)[-1].split(" ", 1)[0]
        return message.split(mark, 1)[1].rsplit(mark, 1)[0].strip("\n")


@dataclass(frozen=True)
class Said:
    """An HTTP answer. `chunks` are sent one by one; `waits` holds the server back before the first, `stalls` after the last.

    Both last until the test is over; an `endless` answer goes on until then.
    """

    status: int = 200
    chunks: Sequence[bytes] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    waits: bool = False
    stalls: bool = False
    endless: bool = False


Behaviour = Callable[[Asked], Said]


def completion(content: object, finish: str = "stop", model: str = MODEL, usage: tuple[int, int] | None = (900, 100)) -> Said:
    """A chat completion with a text, or with a list of claims as JSON."""
    text = content if isinstance(content, str) else json.dumps({"claims": content}, ensure_ascii=False)
    body: dict[str, Any] = {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": model,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}],
    }
    if usage:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return Said(chunks=(json.dumps(body, ensure_ascii=False).encode(),))


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None) -> Said:
    """An error as servers answer it."""
    return Said(status, (json.dumps({"error": {"message": message, "type": "error", "code": status}}).encode(),), headers or {})


class ModelServer:
    """Answers each request with the next behaviour; the last one stays."""

    def __init__(self, behaviours: Sequence[Behaviour | Said]) -> None:
        self.asked: list[Asked] = []
        self.over = threading.Event()
        self._behaviours = list(behaviours)
        self._lock = threading.Lock()
        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.httpd.daemon_threads = True

    @property
    def base_url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.httpd.server_address[1]}/v1"

    def next(self, asked: Asked) -> Said:
        """Note a request and decide on its answer."""
        with self._lock:
            self.asked.append(asked)
            behaviour = self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]
        return behaviour if isinstance(behaviour, Said) else behaviour(asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                said = server.next(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
                try:
                    self._say(said)
                except OSError:
                    self.close_connection = True  # the client has gone, which is what some tests are about

            def _say(self, said: Said) -> None:
                if said.waits:
                    server.over.wait(30)
                self.send_response(said.status)
                for name, value in said.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for chunk in said.chunks:
                    self._send(chunk)
                if said.stalls:
                    server.over.wait(30)
                while said.endless and not server.over.is_set():
                    self._send(b" " * 65_536)
                self.wfile.write(b"0\r\n\r\n")

            def _send(self, chunk: bytes) -> None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
                pass

        return Handler


@contextmanager
def model(*behaviours: Behaviour | Said) -> Iterator[ModelServer]:
    """Run a model that behaves so, request by request."""
    server = ModelServer(behaviours)
    thread = threading.Thread(target=server.httpd.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.httpd.shutdown()
        thread.join()
        server.httpd.server_close()


def config_for(server: ModelServer, **changes: Any) -> LlmConfig:
    """Settings for a test's model: short limits, and pauses of which nothing is noticed."""
    given: dict[str, Any] = {"seconds": 20.0, "request_seconds": 5.0, "backoff": 0.001, "window": 4_000}
    return LlmConfig(base_url=server.base_url, model=MODEL, **{**given, **changes})
