"""The signals that end a command are heard at once, whatever the main thread is at."""

import signal
import sys
import threading
import time

import pytest

from uploader_gui.cli import signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")


def test_a_main_thread_that_waits() -> None:
    """Whichever thread the system chose to get the signal: the main thread need not run a line for it to be heard."""
    freed, waits = threading.Event(), threading.Event()

    def other() -> None:
        waits.wait(10)
        time.sleep(0.05)
        # To this thread: the main thread is not woken, as when it comes just before that begins to wait.
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)

    thread = threading.Thread(target=other)
    thread.start()
    with signals.caught(freed.set):
        waits.set()
        assert freed.wait(10)
    thread.join()


def test_others_are_left_alone() -> None:
    """A signal that does not mean the end stops nothing; afterwards everything is as it was."""
    before = [signal.getsignal(number) for number in signals.stopping()]
    stopped: list[bool] = []
    seen: list[int] = []
    former = signal.signal(signal.SIGUSR1, lambda number, _frame: seen.append(number))
    try:
        with signals.caught(lambda: stopped.append(True)):
            signal.raise_signal(signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, former)
    assert (seen, stopped) == ([signal.SIGUSR1], [])
    assert [signal.getsignal(number) for number in signals.stopping()] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_each_is_heard() -> None:
    """Several in a row are several wishes, and none is lost with the end of the command."""
    heard: list[bool] = []
    with signals.caught(lambda: heard.append(True)):
        for number in signals.stopping():
            signal.raise_signal(number)
    assert len(heard) == len(signals.stopping())
