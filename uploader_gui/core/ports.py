"""What the engine needs from outside, and what others may put in its place."""

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Time, and waiting for it."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; for waits and durations."""

    def utc(self) -> datetime:
        """The wall clock, in UTC; for what a person or a service reads."""

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait on a held condition until it is notified or `seconds` have passed (None: for ever)."""


class SystemClock:
    """This computer's own clock."""

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        return time.monotonic()

    def utc(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait on a held condition until it is notified or `seconds` have passed."""
        condition.wait(seconds)
