"""TLS before the practice service, by a certificate of an authority that a test made."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import trustme

from uploader_gui.practice import PracticeService


class Tunnel:
    """A port of this computer that speaks TLS and passes on to the practice service.

    Args:
        authority: Who vouches for it.
        practice: Where it leads.
        name: Who it is, and is vouched to be. One of eight signs takes over the practice service's storage as well:
            the address is as long as the real one then, so that it can be put in its place in answers.
        asks: Let nobody in who does not show a certificate of the authority's.
    """

    def __init__(
        self, authority: trustme.CA, practice: PracticeService, name: str = "127.0.0.1", *, asks: bool = False
    ) -> None:
        self._context: ssl.SSLContext | None = None
        self._asks = asks
        self._name = name
        self._practice = practice
        self.vouch(authority)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._threads: list[threading.Thread] = []

    def vouch(self, authority: trustme.CA, *, name: str = "", ends: datetime | None = None, asks: bool = False) -> None:
        """Let new connections find a certificate of this authority, for its own name or another, good until then.

        Args:
            authority: Who vouches for it.
            name: Who it is vouched to be, where that is not who it is.
            ends: Until when.
            asks: As of the tunnel; what that asks for from the start it always asks for.
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        starts = None if ends is None else ends - timedelta(days=1)
        authority.issue_cert(name or self._name, not_before=starts, not_after=ends).configure_cert(context)
        if asks or self._asks:
            context.verify_mode = ssl.CERT_REQUIRED
            authority.configure_trust(context)
        self._context = context

    def unlock(self) -> None:
        """Let new connections find no TLS any more."""
        self._context = None

    def shut(self) -> None:
        """Let nobody listen any more."""
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def listen(self) -> None:
        """Listen again, where it did."""
        self._server = socket.create_server(("127.0.0.1", self.port))
        self._begin()

    def _begin(self) -> None:
        self._threads.append(threading.Thread(target=self._serve, args=(self._server,), daemon=True))
        self._threads[-1].start()

    def _serve(self, server: socket.socket) -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._carry, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _carry(self, connection: socket.socket) -> None:
        context = self._context
        try:
            secure = connection if context is None else _secured(connection, context)
        except OSError:
            connection.close()
            return
        # The practice service answers to its own name only.
        near, far = f"127.0.0.1:{self._practice.port}".encode(), f"{self._name}:{self.port}".encode()
        both = b"http://" + near, b"https://" + far
        same = len(both[0]) == len(both[1])
        with secure, socket.create_connection(("127.0.0.1", self._practice.port)) as inner:
            back = threading.Thread(target=_pump, args=(inner, secure, [both] if same else []), daemon=True)
            back.start()
            _pump(secure, inner, [(both[1], both[0]), (far, near)] if same else [(far, near)])
            back.join()

    def __enter__(self) -> Self:
        self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shut()
        for thread in self._threads:
            thread.join(5)


def _secured(connection: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Speak TLS on a connection. Raises OSError where nothing comes of it."""
    secure = context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
    try:
        secure.do_handshake()
    except OSError:
        # As servers do: what comes is read, so that the alert is not lost with a connection that is reset.
        with secure, contextlib.suppress(OSError):
            socket.socket.shutdown(secure, socket.SHUT_WR)
            while socket.socket.recv(secure, 4096):
                pass
        raise
    return secure


def _pump(source: socket.socket, sink: socket.socket, changes: Sequence[tuple[bytes, bytes]]) -> None:
    """Carry bytes from one socket to another, with some texts in place of others."""
    with contextlib.suppress(OSError):
        while block := source.recv(65536):
            for old, new in changes:
                block = block.replace(old, new)
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)
