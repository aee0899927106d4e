"""A server that does exactly what a test says, byte by byte, and uploads of real files."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from uploader_gui.core.batch import Upload
from uploader_gui.engine.source import look

Handler = Callable[[socket.socket], None]


def read_head(connection: socket.socket) -> bytes:
    """Read a request up to the empty line; what came behind it is in the bytes as well."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            break
        head += piece
    return head


def read_all(connection: socket.socket) -> bytes:
    """Read a request whole, by its Content-Length."""
    request = read_head(connection)
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0
    )
    while len(body) < length:
        piece = connection.recv(1 << 20)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


@pytest.fixture
def raw_server() -> Iterator[Callable[[Handler], str]]:
    """Start a server: `raw_server(handler)` gives its address; each connection gets a thread of its own."""
    listeners: list[socket.socket] = []
    connections: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def start(handler: Handler) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                handler(connection)

        def accept() -> None:
            while True:
                try:
                    connection, _address = listener.accept()
                except OSError:
                    return
                connections.append(connection)
                thread = threading.Thread(target=serve, args=(connection,))
                threads.append(thread)
                thread.start()

        thread = threading.Thread(target=accept)
        threads.append(thread)
        thread.start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    for sock in (*listeners, *connections):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)
        sock.close()
    for thread in threads:
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture
def upload_of(tmp_path: Path) -> Callable[..., Upload]:
    """Make an upload of a real file: `upload_of(b"content", name="a.txt")`."""

    def make(content: bytes, *, name: str = "a.txt", media_type: str = "text/plain") -> Upload:
        path = tmp_path / name
        path.write_bytes(content)
        source = look(str(path), path)
        return Upload(
            id="upload",
            batch_id="batch",
            given=source.given,
            file=str(path),
            name=source.name,
            size=source.size,
            modified=source.modified,
            media_type=media_type,
        )

    return make
