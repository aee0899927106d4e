"""Stopping work that runs in another thread.

A flag alone cannot stop a request that is blocked in the operating system: whoever blocks registers what frees it.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator


class Cancelled(Exception):  # noqa: N818 - it is not an error: it unwinds, and nothing is shown
    """The work was told to stop."""


class CancelToken:
    """Tells one piece of work to stop. Any thread may cancel; the working thread checks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._event = threading.Event()
        self._frees: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether the work was told to stop."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Tell the work to stop and free whatever it is blocked in. Harmless when called again.

        Not for a signal handler written in Python: it may interrupt a thread that holds the lock.
        """
        with self._lock:
            self._event.set()
            # Under the lock: afterwards the lane may be at its next work, and would be freed from that.
            for free in self._frees:
                free()

    def check(self) -> None:
        """Raise `Cancelled` if the work was told to stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Sleep for `seconds`; raise `Cancelled` at once when told to stop."""
        if self._event.wait(seconds):
            raise Cancelled

    @contextlib.contextmanager
    def freeing(self, free: Callable[[], None]) -> Iterator[None]:
        """While inside, `cancel` also calls `free`, from the cancelling thread; at once if that has happened."""
        with self._lock:
            self._frees.append(free)
            late = self._event.is_set()
        try:
            if late:
                free()
                raise Cancelled
            yield
        finally:
            with self._lock:
                self._frees.remove(free)
