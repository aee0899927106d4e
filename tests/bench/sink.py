"""A sink for benchmarks, in a process of its own: takes any body as fast as the kernel drops it.

    .venv/bin/python tests/bench/sink.py      # prints its port

It drops what comes without copying it (MSG_TRUNC, Linux), so that it costs next to nothing beside the sender. `/sign`
says where to send a file, so that the whole program can be run against it.
"""

import json
import socket
import sys
import threading

PIECE = 4 * 2**20


def main() -> None:
    """Serve until the process is ended."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listening.getsockname()[1]
    print(port, flush=True)
    while True:
        connection, _address = listening.accept()
        threading.Thread(target=serve, args=(connection, port), daemon=True).start()


def serve(connection: socket.socket, port: int) -> None:
    """Answer one connection's requests, one after the other."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with connection:
        rest = b""
        while True:
            while b"\r\n\r\n" not in rest:
                more = connection.recv(2**16)
                if not more:
                    return
                rest += more
            head, _, rest = rest.partition(b"\r\n\r\n")
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            left = int(headers.get("content-length", 0)) - len(rest)
            drop(connection, left)
            rest = b""
            content = b"{}"
            if "/sign" in first:
                content = json.dumps({"url": f"http://127.0.0.1:{port}/store", "fields": {"key": "k" * 200}}).encode()
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
                + content
            )


def drop(connection: socket.socket, left: int) -> None:
    """Drop so many bytes."""
    room = bytearray(1 if sys.platform == "linux" else PIECE)
    truncating = getattr(socket, "MSG_TRUNC", 0) if sys.platform == "linux" else 0
    if truncating:
        room = bytearray(PIECE)
    view = memoryview(room)
    while left > 0:
        got = connection.recv_into(view[: min(PIECE, left)], 0, truncating)
        if not got:
            return
        left -= got


if __name__ == "__main__":
    main()
