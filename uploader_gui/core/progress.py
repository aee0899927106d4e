"""How far a transfer is. A lane writes, a view reads; nobody is called back.

Sixty thousand signals froze a window for seconds; reading a few meters ten times a second costs nothing.
"""

import collections

WINDOW_SECONDS = 5.0
ALL_SENT = 990
"""Per mille that are shown at most until a service has said that it has it: what was sent is not yet stored."""


class Meter:
    """Bytes sent of a whole. One thread writes, any may read: a single attribute is read and written whole."""

    __slots__ = ("sent", "total")

    def __init__(self, total: int) -> None:
        self.total = total
        self.sent = 0

    def add(self, count: int) -> None:
        """Note `count` more bytes as sent."""
        self.sent += count

    def restart(self) -> None:
        """The transfer starts over: the bytes sent so far do not count."""
        self.sent = 0

    @property
    def per_mille(self) -> int:
        """0 to ALL_SENT. Per mille, because a count of bytes does not fit a progress bar's 32 bits."""
        return ALL_SENT if self.total == 0 else min(ALL_SENT, self.sent * 1000 // self.total)


class Speed:
    """Bytes a second, smoothed over the last seconds, and what is left at that speed."""

    def __init__(self) -> None:
        self._seen: collections.deque[tuple[float, int]] = collections.deque()

    def note(self, at: float, sent: int) -> None:
        """Note that at `at` (monotonic seconds) `sent` bytes had gone out in all."""
        if self._seen and sent < self._seen[-1][1]:
            self._seen.clear()
        self._seen.append((at, sent))
        while len(self._seen) > 2 and at - self._seen[0][0] > WINDOW_SECONDS:
            self._seen.popleft()

    @property
    def bytes_per_second(self) -> float | None:
        """None while there is too little to tell."""
        if len(self._seen) < 2:
            return None
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return (last - first) / (end - start) if end > start else None

    def seconds_left(self, left: float) -> float | None:
        """Seconds until `left` more bytes have gone out; None while that cannot be told."""
        rate = self.bytes_per_second
        return left / rate if rate else None
