"""A lock between runs: many may use .venv at a time, one may make it anew, and then nobody uses it.

The operating system lets go of the lock when its holder ends, however it ends.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    # Windows' C library knows no shared locks, but locks single bytes: a user holds one of these, the maker all.
    _SEATS = 64

    def _lock(descriptor: int, count: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, count)
        except OSError:
            return False
        return True

    class _Held:
        """What this run holds: where it begins and how many bytes."""

        def __init__(self) -> None:
            self.at: tuple[int, int] | None = None

        def release(self, descriptor: int) -> None:
            if self.at is not None:
                os.lseek(descriptor, self.at[0], os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_UNLCK, self.at[1])
                self.at = None

        def take(self, descriptor: int, *, alone: bool) -> bool:
            self.release(descriptor)
            for seat in range(1 if alone else _SEATS):
                os.lseek(descriptor, seat, os.SEEK_SET)
                count = _SEATS if alone else 1
                if _lock(descriptor, count):
                    self.at = (seat, count)
                    return True
            return False

else:
    import fcntl

    class _Held:
        """What this run holds: the system remembers it with the open file."""

        def release(self, descriptor: int) -> None:
            fcntl.flock(descriptor, fcntl.LOCK_UN)

        def take(self, descriptor: int, *, alone: bool) -> bool:
            try:
                fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True


class RunLock:
    """Held from `with` to its end; `share` and `alone` change how, and wait until that is possible."""

    def __init__(self, path: Path, waiting: Callable[[], None]) -> None:
        """Open the lock's file; `waiting` is called once when somebody else has to end first."""
        self._waiting = waiting
        self._held = _Held()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # Closing the file lets go of what is held.
        os.close(self._descriptor)

    def share(self) -> None:
        """Use what is locked, together with others who only use it."""
        self._wait_for(alone=False)

    def alone(self) -> None:
        """Have what is locked for this run alone. Between `share` and this, another run may have had it: look again."""
        self._wait_for(alone=True)

    def _wait_for(self, *, alone: bool) -> None:
        told = False
        while not self._held.take(self._descriptor, alone=alone):
            if not told:
                self._waiting()
                told = True
            # Two who share and both want it alone must let go, else they wait for each other.
            self._held.release(self._descriptor)
            time.sleep(0.1)
