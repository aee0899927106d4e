"""What the engine needs from outside, and what others may put in its place."""

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Protocol

from uploader_gui.core.batch import Batch, Upload

if TYPE_CHECKING:
    from concurrent.futures import Future


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


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The batch that keeps others from a record: it is being attached to it, or nobody knows whether it was.

    Attributes:
        batch_id: Its id.
        alive: Whether a process is at work on it; else it stays so until somebody takes it up.
    """

    batch_id: str
    alive: bool


class Ledger(Protocol):
    """The batches on disk. A change is kept before it is acted on; each call but `post` returns when it is."""

    def add(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a new batch with its uploads. Raises LedgerError."""

    def add_all(self, new: Sequence[tuple[Batch, Sequence[Upload]]], at: datetime) -> None:
        """Keep new batches, each with its uploads: all of them or, with LedgerError, none."""

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

    def post(self, upload: Upload, at: datetime, line: tuple[str, str | None, str]) -> "Future[None]":
        """Have an upload kept as it is now, with a line of the journal: after all that was asked for before.

        Returns:
            Done when it is kept; its result raises LedgerError if it cannot be.

        Raises:
            LedgerError: Nothing can be kept at all.
        """

    def begin_attach(self, batch: Batch, at: datetime, line: tuple[str, str | None, str]) -> Holder | None:
        """Keep a batch that begins to be attached, unless another one holds its record: then that is given.

        In one step for all processes: of two that begin at the same moment, one is told of the other.

        Raises:
            LedgerError: It cannot be kept.
        """

    def part(self, kept: Batch, parted: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a batch some of whose uploads become a batch of their own. Raises LedgerError."""

    def extend(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep new uploads of a batch that is there already. Raises LedgerError."""

    def claim(self, record: str, thing: str, batch_id: str) -> bool:
        """Claim what an attach made on a record for one batch; False if another one has it. Raises LedgerError."""

    def claimed(self, record: str) -> Mapping[str, str]:
        """What was claimed on a record: thing to batch. Raises LedgerError."""


class SecretsTrouble(StrEnum):
    """Why a secret cannot be put into the keychain, or had from it. `core.words` has a sentence for each."""

    NO_KEYCHAIN = auto()
    LOCKED = auto()
    NO_ANSWER = auto()
    STOPPED = auto()  # a person did not want to wait any longer
    FAILED = auto()
    GONE = auto()


class SecretsError(Exception):
    """The keychain did not do what it was asked. Holds no secret, and none of the keychain's own words.

    Attributes:
        trouble: Why.
        kind: The name of the keychain's own kind of error, for a report; "" if it had none.
    """

    def __init__(self, trouble: SecretsTrouble, kind: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.kind = kind


class Secrets(Protocol):
    """The secret fields of accounts: in the system's keychain, or in memory until the program ends.

    Each call that asks the keychain waits for it, up to a deadline, and raises SecretsError.
    """

    def put(self, account_id: str, field: str, value: str, *, only_now: bool = False) -> None:
        """Keep a secret, in the place of what was there before.

        Args:
            account_id: Whose.
            field: Which; an identifier.
            value: The secret; not empty.
            only_now: In memory only, until the program ends. What the keychain has stays there, and is not given
                while this is.

        Raises:
            SecretsError: It is not kept; what was there before is.
        """

    def put_all(self, account_id: str, values: Mapping[str, str], *, only_now: bool = False) -> None:
        """Keep several secrets of an account: all of them or, with SecretsError, none."""

    def get(self, account_id: str, field: str, *, only_now: bool = False) -> str:
        """Give a secret. Raises SecretsError (`GONE` if there is none).

        Args:
            account_id: Whose.
            field: Which.
            only_now: From memory only: the keychain is not asked.
        """

    def remove(self, account_id: str, field: str) -> None:
        """Remove a secret from the keychain and from memory; one that is not there is fine. Raises SecretsError."""

    def remove_all(self, account_id: str, fields: Iterable[str]) -> None:
        """Remove several secrets of an account: all of them or, with SecretsError, none."""

    def forget(self, account_id: str) -> None:
        """Remove an account's secrets from memory; the keychain is not asked."""


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
