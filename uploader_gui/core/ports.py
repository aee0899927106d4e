"""What the engine needs from outside, and what others may put in its place."""

import threading
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Protocol

from uploader_gui.core.batch import Batch, Upload


class Clock(Protocol):
    """Time, and waiting for it."""

    def monotonic(self) -> float:
        """Seconds that only ever grow; for waits and durations."""

    def utc(self) -> datetime:
        """The wall clock, in UTC; for what a person or a service reads."""

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Wait on a held condition until it is notified or `seconds` have passed (None: for ever)."""


class LedgerError(Exception):
    """The ledger cannot keep a change: the change must not be acted on."""


class Ledger(Protocol):
    """The batches on disk. A change is kept before it is acted on; each call returns when it is."""

    def add(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a new batch with its uploads. Raises LedgerError."""

    def save(
        self,
        batch: Batch | None,
        uploads: Iterable[Upload],
        at: datetime,
        line: tuple[str, str | None, str],
        *,
        durable: bool = False,
    ) -> None:
        """Keep a batch and uploads as they are now, with a line of the journal.

        Args:
            batch: None if only uploads changed.
            uploads: Those that changed.
            at: When.
            line: The batch's id, the upload's id if it is about one, and what happened.
            durable: On the disk itself before this returns, not only in the system's cache.

        Raises:
            LedgerError: It cannot be kept.
        """


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
