"""The signals that end a command in good order: Ctrl-C, SIGTERM, and closing the terminal."""

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType


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
    """While inside, call `stop` instead of ending at once. It runs between any two lines: it must not wait."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    kept = [(number, signal.signal(number, handle)) for number in stopping()]
    try:
        yield
    finally:
        for number, former in kept:
            signal.signal(number, former)
