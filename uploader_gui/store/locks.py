"""Which batches a process is at work on. The system lets go of a lock when its process ends, however it ends."""

import contextlib
import hashlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import filelock

SECONDS = 0.5
"""A moment's wait: another process may only be looking whether somebody is at work."""


class Locks:
    """One lock a batch, held by the process that works on it.

    Args:
        folder: Where the lock files lie; made when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine: dict[str, filelock.BaseFileLock] = {}
        self._guard = threading.Lock()

    def hold(self, batch_id: str) -> bool:
        """Begin to work on a batch; False if another process does.

        Raises:
            OSError: The lock file cannot be made.
        """
        with self._guard:
            if batch_id in self._mine:
                return True
            lock = self._lock(batch_id)
            try:
                lock.acquire(timeout=SECONDS, poll_interval=0.05)
            except TimeoutError:
                return False
            self._mine[batch_id] = lock
            return True

    def held(self, batch_id: str) -> bool:
        """Whether a process works on a batch, this one included. Raises OSError."""
        with self._guard:
            return batch_id in self._mine or self._held_elsewhere(batch_id)

    def held_elsewhere(self, batch_id: str) -> bool:
        """Whether another process works on a batch. Raises OSError."""
        with self._guard:
            return batch_id not in self._mine and self._held_elsewhere(batch_id)

    def _held_elsewhere(self, batch_id: str) -> bool:
        if not self._path(batch_id).exists():
            return False
        lock = self._lock(batch_id)
        try:
            lock.acquire(blocking=False)
        except TimeoutError:
            return True
        _let_go(lock)
        return False

    def release(self, *batch_ids: str) -> None:
        """Let batches go; those that were not held are passed over."""
        with self._guard:
            for batch_id in batch_ids:
                lock = self._mine.pop(batch_id, None)
                if lock is not None:
                    _let_go(lock)

    def release_all(self) -> None:
        """Let all go."""
        self.release(*self._mine)

    def _lock(self, batch_id: str) -> "filelock.BaseFileLock":
        import filelock  # noqa: PLC0415 - takes a tenth of a second, and most commands lock nothing

        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return filelock.FileLock(self._path(batch_id), thread_local=False, mode=0o600)

    def _path(self, batch_id: str) -> Path:
        # An id comes from the database: whatever it holds, it must not become a path of its own.
        return self._folder / f"{hashlib.sha256(batch_id.encode()).hexdigest()[:32]}.lock"


def _let_go(lock: "filelock.BaseFileLock") -> None:
    """The file goes while it is still held: whoever opened it meanwhile sees that it is gone, and makes a new one."""
    with contextlib.suppress(OSError):  # Windows deletes no open file; there it stays
        Path(lock.lock_file).unlink()
    lock.release()
