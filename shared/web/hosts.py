"""Which names a server on the loopback answers to.

A page of another site can have its own name resolved to 127.0.0.1 (DNS rebinding) and would then talk to this server as if it were its
own, with the reader's session; only the `Host` header tells.
"""

from collections.abc import Collection
from ipaddress import ip_address

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.details import problem

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


class KnownHosts:
    """Answers 400 to requests for any other host than `hosts` (names or addresses without a port, IPv6 in brackets)."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self.app = app
        self.hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _without_port(Headers(scope=scope).get("host", "")) in self.hosts:
            await self.app(scope, receive, send)
            return
        detail = f"this server answers to {', '.join(sorted(self.hosts))} only; SALNAME_HOST makes it listen elsewhere"
        await problem(400, "This server does not go by that name", detail, scope["path"])(scope, receive, send)


def install_known_hosts(app: FastAPI, host: str) -> None:
    """Guard an app that listens on `host`: on the loopback it answers to the loopback's names and `host` itself, any port.

    Elsewhere nothing is added: such a server is meant to be reached by names that it does not know.
    """
    if is_loopback(host):
        app.add_middleware(KnownHosts, hosts=(*LOOPBACK, f"[{host}]" if ":" in host else host))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on `host`, an address or a name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()
