"""The signals that end the window in good order: Ctrl-C, SIGTERM, and closing the terminal it was started from."""

import contextlib
import signal
import socket
from types import FrameType
from typing import Self

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


class Signals(QObject):
    """Hears them while inside.

    A handler in Python would be run only when Qt next calls Python, which may be never; the bytes of
    `signal.set_wakeup_fd` are written at the moment of the signal, and wake Qt's loop.

    Attributes:
        came: One came; in the window's thread.
    """

    came = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._open = contextlib.ExitStack()
        self._numbers: set[int] = set()
        self._ear: socket.socket

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._ear, mouth = socket.socketpair()
        self._open.callback(self._ear.close)
        self._open.callback(mouth.close)
        for end in (self._ear, mouth):
            end.setblocking(False)
        notifier = QSocketNotifier(self._ear.fileno(), QSocketNotifier.Type.Read, self)
        notifier.activated.connect(self._heard)
        self._open.callback(notifier.deleteLater)
        self._open.callback(notifier.setEnabled, False)
        former = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        self._open.callback(signal.set_wakeup_fd, former)
        for number in _ending():
            # None stands for a handler that is not Python's.
            former_one = signal.signal(number, _nothing) or signal.SIG_DFL
            self._open.callback(signal.signal, number, former_one)
            self._numbers.add(int(number))
        return self

    def __exit__(self, *_: object) -> None:
        """Let the system have its way with signals again."""
        self._open.close()

    @Slot()
    def _heard(self) -> None:
        heard = b""
        with contextlib.suppress(BlockingIOError):
            heard = self._ear.recv(4096)
        if self._numbers.intersection(heard):
            self.came.emit()


def _ending() -> list[signal.Signals]:
    """The signals of this system that mean that it is to end; one that is ignored (`nohup`) stays so."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    found: list[signal.Signals | None] = [getattr(signal, name, None) for name in names]
    return [one for one in found if one is not None and signal.getsignal(one) is not signal.SIG_IGN]


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Keep the system from ending the program."""
