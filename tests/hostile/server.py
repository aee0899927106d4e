"""A service that means ill: it answers each call as a test says, and remembers everything it was sent."""

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

Respond = Callable[[socket.socket, "Seen"], None]


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    head: bytes
    body: bytes

    @property
    def signed_in(self) -> bool:
        """Whether it carries the account's key."""
        return b"authorization" in self.head.lower()


def answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Respond:
    """Answer with JSON."""
    body = json.dumps(content).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    head = f"HTTP/1.1 {status} X\r\n{lines}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()

    def respond(connection: socket.socket, _seen: Seen) -> None:
        connection.sendall(head + body)

    return respond


def endless(head: bytes, piece: bytes) -> Respond:
    """Answer with something that never ends."""

    def respond(connection: socket.socket, _seen: Seen) -> None:
        connection.sendall(head)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(piece)

    return respond


@dataclass(kw_only=True)
class Ill:
    """Two servers on this computer: the service, and somebody else.

    Attributes:
        base: The service's address.
        other: Somebody else's.
        calls: What the service answers, by method and the beginning of the path, the longest first.
        seen: What the service was sent.
        taken: What somebody else was sent.
    """

    base: str = ""
    other: str = ""
    calls: dict[tuple[str, str], Respond] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    taken: list[Seen] = field(default_factory=list)

    def respond(self, connection: socket.socket, seen: Seen) -> None:
        """Answer a call of the service."""
        self.seen.append(seen)
        for (method, path), respond in sorted(self.calls.items(), key=lambda item: -len(item[0][1])):
            if seen.method == method and seen.path.startswith(path):
                respond(connection, seen)
                return
        answer({"error": "not found"}, 404)(connection, seen)

    def take(self, connection: socket.socket, seen: Seen) -> None:
        """Somebody else takes whatever comes."""
        self.taken.append(seen)
        answer({}, 201)(connection, seen)


def _read(connection: socket.socket) -> Seen | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    while length and len(body) < int(length[1]):
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    method, path, _version = head.split(b"\r\n")[0].decode("latin-1").split(" ", 2)
    return Seen(method=method, path=path, head=head, body=body)


def _serve(respond: Respond, stack: contextlib.ExitStack) -> int:
    listener = socket.create_server(("127.0.0.1", 0))
    open_ones: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def one(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            seen = _read(connection)
            if seen is not None:
                respond(connection, seen)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = listener.accept()
                open_ones.append(connection)
                threads.append(threading.Thread(target=one, args=(connection,)))
                threads[-1].start()

    def end() -> None:
        for sock in (listener, *open_ones):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            sock.close()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()

    threads.append(threading.Thread(target=accept))
    threads[-1].start()
    stack.callback(end)
    port: int = listener.getsockname()[1]
    return port


@pytest.fixture
def ill() -> Iterator[Ill]:
    """A service like Close in which everything goes well until a test says otherwise."""
    servers = Ill()
    with contextlib.ExitStack() as stack:
        servers.base = f"http://127.0.0.1:{_serve(servers.respond, stack)}/api/v1"
        servers.other = f"http://127.0.0.1:{_serve(servers.take, stack)}"
        lead = {"id": "lead_1", "display_name": "Globex"}
        me = {"id": "user_1", "first_name": "Ann", "last_name": "Lee", "organizations": [{"name": "Acme"}]}
        sign = {
            "upload": {"url": f"{servers.other}/bucket", "fields": {"key": "k", "policy": "p"}},
            "download": {"url": "https://app.close.com/go/file/k/"},
        }
        servers.calls = {
            ("GET", "/api/v1/me/"): answer(me),
            ("GET", "/api/v1/lead/"): answer(lead),
            ("POST", "/api/v1/files/upload/"): answer(sign),
            ("GET", "/api/v1/activity/note/"): answer({"data": [], "has_more": False}),
            ("POST", "/api/v1/activity/note/"): answer({"id": "acti_1"}),
        }
        yield servers
