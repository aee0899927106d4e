"""The connections of one lane, and what shuts them: somebody who cancels, or a deadline."""

import contextlib
import heapq
import itertools
import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.later import later

if TYPE_CHECKING:
    import ssl
else:
    ssl = later("ssl")

log = logging.getLogger(__name__)


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
        self._alarm: _Alarm | None = None

    def _pass(self) -> None:
        self.passed = True
        self._shut()

    def start(self) -> None:
        """A request has gone out: from now on it counts."""
        self.stop()
        self._alarm = _WATCH.set(self._pass, self._seconds)

    def stop(self) -> None:
        """The answer is there, or the next request begins."""
        if self._alarm is not None:
            _WATCH.clear(self._alarm)
            self._alarm = None


@dataclass(order=True)
class _Alarm:
    """Something to do at a time, by the monotonic clock; None when nobody wants it any more."""

    at: float
    number: int
    do: Callable[[], None] | None = field(compare=False)


class _Watch:
    """One thread for the alarms of all lanes: a thread for each request, as `threading.Timer` has, costs too much."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._alarms: list[_Alarm] = []
        self._cleared = 0
        self._numbers = itertools.count()

    def set(self, do: Callable[[], None], seconds: float) -> _Alarm:
        """Do something in so many seconds, in the watch's thread: it must not take long."""
        with self._changed:
            alarm = _Alarm(time.monotonic() + seconds, next(self._numbers), do)
            heapq.heappush(self._alarms, alarm)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="deadlines", daemon=True)
                self._thread.start()
            elif self._alarms[0] is alarm:
                self._changed.notify()
            return alarm

    def clear(self, alarm: _Alarm) -> None:
        """Do it not: once this returns, it is done or never will be."""
        with self._changed:
            alarm.do = None
            self._cleared += 1
            # It stays where it is until there are many such: most are cleared long before their time.
            if self._cleared > max(100, len(self._alarms) // 2):
                self._alarms = [one for one in self._alarms if one.do is not None]
                heapq.heapify(self._alarms)
                self._cleared = 0

    def _work(self) -> None:
        with self._changed:
            while True:
                left = self._alarms[0].at - time.monotonic() if self._alarms else None
                if left is None or left > 0:
                    self._changed.wait(left)
                    continue
                due = heapq.heappop(self._alarms)
                if due.do is not None:
                    try:
                        due.do()
                    except Exception as error:  # noqa: BLE001 - the others' time must not be forgotten with it
                        log.error("unexpected %s at a deadline", type(error).__name__)  # noqa: TRY400 - no texts


_WATCH = _Watch()
