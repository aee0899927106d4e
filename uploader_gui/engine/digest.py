"""Digests of files. MD5 here proves nothing against an attacker; it is what storage compares with."""

import base64
import hashlib
import os
import queue
import threading
from collections.abc import Iterable
from typing import Protocol

PIECE = 256 * 1024
"""Bytes that are read and sent at once, at first."""
TOGETHER = 4 * PIECE
"""Bytes that are handed over to the thread beside at once: each time costs both threads a moment."""
ALONE = 16 * PIECE
"""Bytes that are taken in by whoever brings them; what comes after is taken in beside, while the next is sent."""
WAITING = 4
"""How often may be handed over before whoever brings more must wait: what waits is in memory."""
BESIDE = max(1, (os.cpu_count() or 1) // 2)
"""How many files at once have a thread beside. With more lanes than that the processor has no core left for another
thread: it would be no faster, and each of them would stand in the window's way to Python's lock."""
_FREE = threading.BoundedSemaphore(BESIDE)


class _Running(Protocol):
    def update(self, piece: bytes, /) -> object: ...
    def hexdigest(self) -> str: ...


class _Crc32c:
    """As S3 and Google's storage take it: Castagnoli's polynomial (RFC 3720), four bytes, the highest first."""

    def __init__(self) -> None:
        from google_crc32c import extend  # noqa: PLC0415 - only where it is wanted: a window starts without it

        self._extend = extend
        self._sum = 0

    def update(self, piece: bytes, /) -> None:
        # The library takes nothing but bytes, of which this is no copy.
        self._sum = self._extend(self._sum, bytes(piece))

    def hexdigest(self) -> str:
        return f"{self._sum:08x}"


def _begin(name: str) -> _Running:
    return _Crc32c() if name == "crc32c" else hashlib.new(name, usedforsecurity=False)


class Digests:
    """Takes several digests in one pass.

    Args:
        names: Of "md5", "sha256" and "crc32c", those that are wanted.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._running = {name: _begin(name) for name in sorted(set(names))}
        self._alone = ALONE
        self._gathered: list[bytes] = []
        self._size = 0
        self._waiting: queue.Queue[list[bytes] | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None

    def update(self, piece: bytes) -> None:
        """Take the next bytes in."""
        if not self._running:
            return
        if self._alone > 0 or not self._begin():
            self._alone -= len(piece)
            self._take([piece])
            return
        self._gathered.append(piece)
        self._size += len(piece)
        if self._size >= TOGETHER:
            self._hand_over()

    def finish(self) -> None:
        """Let nothing run on beside; may be called again."""
        if self._thread is not None:
            self._hand_over()
            self._waiting.put(None)
            self._thread.join()
            self._thread = None
            _FREE.release()

    def hex(self) -> dict[str, str]:
        """The digests of all bytes so far, in hexadecimal, by name."""
        self.finish()
        return {name: running.hexdigest() for name, running in self._running.items()}

    def _begin(self) -> bool:
        """Whether there is a thread beside; if there is none and none may be, it is asked for again later."""
        if self._thread is None:
            if not _FREE.acquire(blocking=False):
                self._alone = ALONE
                return False
            # MD5 is slower than most disks and many networks: taken in turn with sending it would slow it down.
            self._thread = threading.Thread(target=self._work, name="digests", daemon=True)
            self._thread.start()
        return True

    def _hand_over(self) -> None:
        self._waiting.put(self._gathered)
        self._gathered, self._size = [], 0

    def _take(self, pieces: list[bytes]) -> None:
        for running in self._running.values():
            for piece in pieces:
                running.update(piece)

    def _work(self) -> None:
        while (pieces := self._waiting.get()) is not None:
            self._take(pieces)


def base64_of(hexadecimal: str) -> str:
    """A digest as HTTP headers want it (RFC 1864): Base64 of its bytes."""
    return base64.b64encode(bytes.fromhex(hexadecimal)).decode("ascii")
