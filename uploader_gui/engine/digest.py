"""Digests of files. MD5 here proves nothing against an attacker; it is what storage compares with."""

import base64
import hashlib
import queue
import threading
from collections.abc import Iterable
from typing import Protocol

PIECE = 256 * 1024
TOGETHER = 4
"""Pieces that are handed over to the thread beside at once: each time costs both threads a moment."""
ALONE = 16 * PIECE
"""Bytes that are taken in by whoever brings them; what comes after is taken in beside, while the next is sent."""
WAITING = 4
"""How often may be handed over before whoever brings more must wait: what waits is in memory."""


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
        self._waiting: queue.Queue[list[bytes] | None] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None

    def update(self, piece: bytes) -> None:
        """Take the next bytes in."""
        if self._alone > 0 or not self._running:
            self._alone -= len(piece)
            self._take([piece])
            return
        self._gathered.append(piece)
        if len(self._gathered) == TOGETHER:
            if self._thread is None:
                # MD5 is slower than most disks and many networks: taken in turn with sending it would slow it down.
                self._thread = threading.Thread(target=self._work, name="digests", daemon=True)
                self._thread.start()
            self._waiting.put(self._gathered)
            self._gathered = []

    def finish(self) -> None:
        """Let nothing run on beside; may be called again."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None
        self._take(self._gathered)
        self._gathered = []

    def hex(self) -> dict[str, str]:
        """The digests of all bytes so far, in hexadecimal, by name."""
        self.finish()
        return {name: running.hexdigest() for name, running in self._running.items()}

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
