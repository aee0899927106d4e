"""The files of a batch, what becomes of them on disk while they are sent, and which versions of them were whole."""

import hashlib
import os
import random
import threading
from pathlib import Path

from tests.cli.harness import Print

SMALL = 3_000
APART = 6_000  # bytes between two files' sizes: so a request's length says whose bytes it carries
LARGE = 8 * 2**20  # more than the buffers on the way hold: the other end of such a body is still here
PIECES = 700_000  # three pieces of the engine's


class Paper:
    """One file.

    Args:
        path: Where it lies.
        size: Bytes.
        seed: What its bytes come from.

    Attributes:
        size: Bytes it had when it was given.
        versions: What it was whenever it was whole.
    """

    def __init__(self, path: Path, size: int, seed: str) -> None:
        self.path = path
        self.size = size
        self._luck = random.Random(f"{seed} {path.name}")
        self._content = b"%PDF-1.7\r\n\0" + self._luck.randbytes(size - 11)
        path.write_bytes(self._content)
        self._modified = path.stat().st_mtime_ns
        self._changes = 0
        self._lock = threading.Lock()  # several lanes may come upon it at once
        self.versions = [self._print(self._content)]

    @property
    def touched(self) -> bool:
        """Whether it was ever something else than it was when it was given."""
        return self._changes > 0

    def change(self) -> None:
        """Somebody writes other bytes of the same number into it."""
        self._write(self._luck.randbytes(self.size))

    def shorten(self) -> None:
        """Somebody cuts its second half off."""
        self._write(self._content[: self.size // 2])

    def delete(self) -> None:
        """Somebody moves it away."""
        self.path.unlink(missing_ok=True)

    def block(self) -> None:
        """Nobody can read it: its name leads back to itself, which stops the superuser too, as permissions do not."""
        with self._lock:
            self.path.unlink(missing_ok=True)
            self.path.symlink_to(self.path.name)

    def restore(self) -> None:
        """Put it back as it was given: same bytes, same time; at once, as the program may be looking."""
        with self._lock:
            beside = self.path.with_name(f"{self.path.name}.restored")
            beside.write_bytes(self._content)
            os.utime(beside, ns=(self._modified, self._modified))
            beside.replace(self.path)

    def _write(self, content: bytes) -> None:
        with self._lock:
            self._changes += 1
            with self.path.open("r+b") as file:
                file.write(content)
                file.truncate(len(content))
            later = self._modified + self._changes * 2_000_000_000
            os.utime(self.path, ns=(later, later))
            self.versions.append(self._print(content))

    def _print(self, content: bytes) -> Print:
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return self.path.name, len(content), md5, hashlib.sha256(content).hexdigest()
