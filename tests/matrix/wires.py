"""What lies between the program and the world, where a fault can get at it: the requests of its HTTP clients.

A request says which step it is; its address alone does not always. Everything else stays real: sockets, TLS, files.
"""

import os
import select
import signal
import socket
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Self

import pytest
import trustme

from uploader_gui.core.progress import Meter
from uploader_gui.engine.http import Answer, Client, Request
from uploader_gui.engine.queue import Queue

Around = Callable[[Request], AbstractContextManager[None]]


class Wires:
    """The network of this process.

    Args:
        environment: Puts everything back afterwards.

    Attributes:
        around: What happens around each request.
        sent: How many requests of each step there were.
        offline: No name can be resolved, and no connection is kept.
        untrusted: No certificate is trusted, and no connection is kept.
    """

    def __init__(self, environment: pytest.MonkeyPatch) -> None:
        self.around: Around = lambda _request: nullcontext()
        self.sent: Counter[str] = Counter()
        self.offline = False
        self.untrusted = False
        self.authority: trustme.CA | None = None
        self._lock = threading.Lock()
        self._here = threading.local()
        self._stopped = threading.Event()
        self._contexts: dict[bool, ssl.SSLContext] = {}
        self._patch(environment)

    # ------------------------------------------------------------------------------------------ for faults
    @contextmanager
    def cut(self, what: str) -> Iterator[None]:
        """Be "offline" or "untrusted" in this thread for a while."""
        setattr(self._here, what, True)
        try:
            yield
        finally:
            setattr(self._here, what, False)

    @contextmanager
    def at_first_piece(self, do: Callable[[], None]) -> Iterator[None]:
        """Do something when the first piece of a file has gone out in this thread."""
        self._here.piece = do
        try:
            yield
        finally:
            self._here.piece = None

    def interrupt(self) -> None:
        """Let this process be told to end, as Ctrl-C does, and wait until it has understood."""
        self._stopped.clear()
        os.kill(os.getpid(), signal.SIGTERM)
        assert self._stopped.wait(10), "nobody stopped"

    def trust(self) -> ssl.SSLContext:
        """Which certificates are trusted now."""
        untrusted = self._is("untrusted")
        if untrusted not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            if not untrusted and self.authority is not None:
                self.authority.configure_trust(context)
            self._contexts[untrusted] = context
        return self._contexts[untrusted]

    # ------------------------------------------------------------------------------------------ the wires
    def _is(self, what: str) -> bool:
        return bool(getattr(self, what) or getattr(self._here, what, False))

    @property
    def _broken(self) -> bool:
        return self._is("offline") or self._is("untrusted")

    def _patch(self, environment: pytest.MonkeyPatch) -> None:
        send, resolve, add, stop = Client.send, socket.getaddrinfo, Meter.add, Queue.stop

        def sending(client: Client, request: Request, *rest: Any, **named: Any) -> Answer:
            with self._lock:
                self.sent[request.step] += 1
            with self.around(request):
                broken = self._broken
                if broken:
                    client.close()
                try:
                    return send(client, request, *rest, **named)
                finally:
                    if broken:
                        client.close()

        def resolving(*arguments: Any, **named: Any) -> Any:
            if self._is("offline"):
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return resolve(*arguments, **named)

        def adding(meter: Meter, count: int) -> None:
            add(meter, count)
            do, self._here.piece = getattr(self._here, "piece", None), None
            if do is not None:
                do()

        def stopping(queue: Queue) -> None:
            stop(queue)
            self._stopped.set()

        environment.setattr(Client, "send", sending)
        environment.setattr(socket, "getaddrinfo", resolving)
        environment.setattr(Meter, "add", adding)
        environment.setattr(Queue, "stop", stopping)


class Front:
    """TLS before the practice service: its own certificate, everything else handed through.

    Args:
        authority: Vouches for it.

    Attributes:
        port: Where it listens.
        behind: The practice service's port; set before the first connection.
    """

    def __init__(self, authority: trustme.CA) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(self._context)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.behind = 0
        self._threads = [threading.Thread(target=self._loop, daemon=True)]

    def __enter__(self) -> Self:
        """Listen."""
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, with all connections: both ends of them are gone by then."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(10)

    def _loop(self) -> None:
        while True:
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            self._threads.append(threading.Thread(target=self._deal, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _deal(self, connection: socket.socket) -> None:
        try:
            secure = self._context.wrap_socket(connection, server_side=True)
        except OSError:
            connection.close()
            return
        with secure, socket.create_connection(("127.0.0.1", self.behind)) as inner:
            _relay(secure, inner)


def _relay(secure: ssl.SSLSocket, inner: socket.socket) -> None:
    """Carry bytes both ways, in one thread: what belongs to one TLS connection is not for two."""
    try:
        while True:
            ready, _, _ = select.select([secure, inner], [], [])
            for source, sink in ((secure, inner), (inner, secure)):
                while source in ready:
                    block = source.recv(65536)
                    if not block:
                        return
                    sink.sendall(block)
                    if source is inner or not secure.pending():
                        break
    except OSError:
        return
