"""The connections of one lane, and what shuts them: somebody who cancels, or a deadline."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from typing import Any

from uploader_gui.core.cancel import CancelToken


class Sockets:
    """The connections one lane has open, so that another thread can shut them when it is told to stop."""

    def __init__(self) -> None:
        self._open: set[socket.socket] = set()
        self._shaking: socket.socket | None = None

    def watch(self, cancel: CancelToken, deadline: "Deadline") -> Callable[[str, Mapping[str, Any]], None]:
        """Give a listener for httpx's trace events that remembers each new socket.

        Args:
            cancel: Looked at whenever something happens.
            deadline: For an answer: counts from when a request has gone out, until the next one begins.
        """

        def trace(event: str, info: Mapping[str, Any]) -> None:
            if event.endswith(".start_tls.started"):
                self._begin_handshake()
            elif event.endswith((".start_tls.complete", ".start_tls.failed")):
                self._end_handshake()
            if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
                stream = info["return_value"]
                self._open = {sock for sock in self._open if sock.fileno() != -1}
                self._open.add(stream.get_extra_info("socket"))
                if cancel.cancelled:
                    stream.close()
            if event.endswith(".send_request_headers.started"):
                # Through a proxy two requests go out: the first asks it for the way, the second may take hours.
                deadline.stop()
            elif event.endswith(".send_request_body.complete"):
                deadline.start()
            if not event.endswith((".failed", "_closed.started", "_closed.complete")):
                cancel.check()

        return trace

    def _begin_handshake(self) -> None:
        """Keep a second handle while TLS begins: its layer takes the first one away until it is through."""
        newest = [sock for sock in self._open if sock.fileno() != -1 and not isinstance(sock, ssl.SSLSocket)]
        if newest:
            self._shaking = newest[-1].dup()

    def _end_handshake(self) -> None:
        # Closed at once: while it is open, closing the connection would not reach the other side.
        shaking, self._shaking = self._shaking, None
        if shaking is not None:
            shaking.close()

    def shut(self) -> None:
        """Shut every connection, from any thread: whoever reads or writes on one is freed at once.

        `socket.socket.shutdown(sock)`, not `sock.shutdown()`: an SSLSocket's own would drop its TLS layer under the
        feet of the thread that uses it.
        """
        for sock in (*self._open, self._shaking):
            if sock is not None:
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)


class Deadline:
    """Ends an answer that takes too long, however it drips: headers, 1xx, chunks."""

    def __init__(self, seconds: float, shut: Callable[[], None]) -> None:
        self.passed = False
        self._seconds = seconds
        self._shut = shut
        self._timer: threading.Timer | None = None

    def _pass(self) -> None:
        self.passed = True
        self._shut()

    def start(self) -> None:
        """A request has gone out: from now on it counts."""
        self.stop()
        self._timer = threading.Timer(self._seconds, self._pass)
        self._timer.daemon = True
        self._timer.start()

    def stop(self) -> None:
        """The answer is there, or the next request begins."""
        if self._timer is not None:
            self._timer.cancel()
