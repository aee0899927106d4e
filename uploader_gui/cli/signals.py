"""The signals that end a command in good order: Ctrl-C, SIGTERM, and closing the terminal."""

import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_END = b"\0"  # no signal has this number


def stopping() -> list[signal.Signals]:
    """The signals of this system that mean that it is to end.

    Closing the terminal is SIGHUP, on Windows SIGBREAK. A command that was started with `nohup` keeps its wish.
    """
    found = [signal.SIGINT, signal.SIGTERM]
    for name in ("SIGHUP", "SIGBREAK"):
        number: signal.Signals | None = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            found.append(number)
    return found


@contextlib.contextmanager
def caught(stop: Callable[[], None]) -> Iterator[None]:
    """While inside, call `stop` instead of ending at once, in a thread of its own: it may wait for locks.

    A handler in Python would not do: Python runs it in the main thread before its next line, and one that comes just
    before that thread begins to wait (for ten minutes, or for an answer) is run when the waiting is over. The bytes of
    `signal.set_wakeup_fd` are written at the moment of the signal, whatever the main thread does.
    """

    def listen() -> None:
        while (heard := ear.recv(1)) not in {b"", _END}:
            if heard[0] in numbers:
                stop()

    kept = [(number, signal.signal(number, _nothing)) for number in stopping()]
    numbers = {int(number) for number, _ in kept}
    ear, mouth = socket.socketpair()
    with ear, mouth:
        mouth.setblocking(False)
        former = signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
        listener = threading.Thread(target=listen, name="signals", daemon=True)
        listener.start()
        try:
            yield
        finally:
            for number, handler in kept:
                signal.signal(number, handler)
            signal.set_wakeup_fd(former)
            mouth.setblocking(True)
            mouth.send(_END)
            listener.join()


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Keep the system from ending the program."""
