"""Secrets in the system's keychain, by keyring; or in memory, until the program ends. Never in a file.

keyring has no deadline anywhere, and a keychain may ask the person for its password or hang: so it is called in one
thread of its own, and whoever asks waits for an answer no longer than agreed.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from uploader_gui.core.ports import SecretsError, SecretsTrouble
from uploader_gui.store import entries
from uploader_gui.store.entries import Entries, Exchanged
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.store.worker import GivenUpError, NoAnswerError, Worker

Given = TypeVar("Given")

# A keychain that is well answers in 20 ms. One that is just being started, on a slow disk, takes some seconds.
ANSWER_SECONDS = 30.0
# Where somebody sits at the screen the keychain may be asking for its password, and that cannot be told from one that
# hangs (it is one call of keyring's either way). To give up on a person who looks for a password is worse than to let
# one wait who is told what for and can stop it: hence minutes. Not for ever, as a window may be lost behind others.
PROMPT_SECONDS = 300.0

# Errors that keyring lets through or wraps without saying what they mean. By name: these libraries are there on one
# system each, and are keyring's own affair.
_MEANING = {
    "KeyringLocked": SecretsTrouble.LOCKED,
    "LockedException": SecretsTrouble.LOCKED,
    "PromptDismissedException": SecretsTrouble.LOCKED,
    "KeychainDenied": SecretsTrouble.LOCKED,
    "NoKeyringError": SecretsTrouble.NO_KEYCHAIN,
    "SecretServiceNotAvailableException": SecretsTrouble.NO_KEYCHAIN,
    "EntryGoneError": SecretsTrouble.GONE,
}


class Backend(entries.Backend, Protocol):
    """A keychain as keyring has it."""

    @property
    def priority(self) -> float:
        """How much keyring recommends it: from 1 on it does."""


class _NoKeychainError(Exception):
    """There is no keychain to be used."""


@dataclass(frozen=True)
class _Failed:
    """What went wrong in the keychain's thread, without the error itself: that may hold anything."""

    trouble: SecretsTrouble
    kind: str = ""


def system_keychain() -> Backend:
    """Choose the system's keychain, by keyring. It is looked for anew each time: one may have been started."""
    import keyring.backend  # noqa: PLC0415 - takes a quarter of a second
    import keyring.core  # noqa: PLC0415 - same

    # It reports each backend that cannot be loaded, with a traceback: what it finds in the end is all that counts.
    logging.getLogger("keyring").setLevel(logging.CRITICAL + 1)
    # What keyring found at first it would give again and again. (KeyError: it has found nothing yet.)
    with contextlib.suppress(AttributeError, KeyError):
        keyring.backend.get_all_keyring.reset()
    # Only what keyring recommends: among the others are plain files.
    keyring.core.init_backend(limit=keyring.core.recommended)
    return keyring.core.get_keyring()


class Secrets:
    """The secret fields of accounts, as `core.ports.Secrets` says. One for the program; any thread may ask.

    Args:
        deadline: Seconds after which a call is given up; `PROMPT_SECONDS` where somebody is there to answer a prompt.
        waiting: Called, in the asking thread, when a call takes longer than half a second.
        choose: Chooses the keychain; called in the keychain's thread, when it is first needed.
        only_now: What the keychain does not have.
    """

    def __init__(
        self,
        *,
        deadline: float = ANSWER_SECONDS,
        waiting: Callable[[], object] = lambda: None,
        choose: Callable[[], Backend] = system_keychain,
        only_now: OnlyNow | None = None,
    ) -> None:
        self._deadline = deadline
        self._waiting = waiting
        self._choose = choose
        self._worker = Worker("keychain")
        self._backend: Backend | None = None
        self._now = (only_now or OnlyNow()).secrets

    def give_up(self, *, for_good: bool = False) -> None:
        """Wait for the keychain no longer: a person says so, or the program ends (`for_good`). Any thread may."""
        self._worker.give_up(for_good=for_good)

    def put(self, account_id: str, field: str, value: str, *, only_now: bool = False) -> None:
        """Keep a secret. Raises SecretsError."""
        self.put_all(account_id, {field: value}, only_now=only_now)

    def put_all(self, account_id: str, values: Mapping[str, str], *, only_now: bool = False) -> None:
        """Keep several secrets: all of them or, with SecretsError, none."""
        if not all(values.values()):
            raise ValueError("an empty secret is none")
        if only_now:
            self._now.update({(account_id, field): value for field, value in values.items()})
        else:
            self._exchange(account_id, values)

    def get(self, account_id: str, field: str, *, only_now: bool = False) -> str:
        """Give a secret. Raises SecretsError."""
        value = self._now.get((account_id, field))
        if value is not None:
            return value
        if only_now:
            raise SecretsError(SecretsTrouble.GONE)
        return self._asked(lambda backend, _wanted: Entries(backend, account_id).get(field))

    def remove(self, account_id: str, field: str) -> None:
        """Remove a secret; one that is not there is fine. Raises SecretsError."""
        self.remove_all(account_id, [field])

    def remove_all(self, account_id: str, fields: Iterable[str]) -> None:
        """Remove several secrets: all of them or, with SecretsError, none."""
        self._exchange(account_id, dict.fromkeys(fields))

    def forget(self, account_id: str) -> None:
        """Remove an account's secrets from memory."""
        for key in [key for key in tuple(self._now) if key[0] == account_id]:
            self._now.pop(key, None)

    def _exchange(self, account_id: str, values: Mapping[str, str | None]) -> None:
        if values:
            exchanged = self._asked(
                lambda backend, wanted: Entries(backend, account_id).exchange(values, wanted),
                undo=lambda backend, exchanged: Entries(backend, account_id).undo(exchanged),
            )
            self._tidy(account_id, exchanged)
        for one in values:
            self._now.pop((account_id, one), None)

    def _tidy(self, account_id: str, exchanged: Exchanged) -> None:
        """Delete what the change left over; if that cannot be, it is in nobody's way."""
        if exchanged.left:
            with contextlib.suppress(SecretsError):
                self._asked(lambda backend, _wanted: Entries(backend, account_id).forget(exchanged.left))

    def _asked(
        self,
        question: Callable[[Backend, Callable[[], bool]], Given],
        undo: Callable[[Backend, Given], object] | None = None,
    ) -> Given:
        """Ask in the keychain's thread. Raises SecretsError."""

        def job(wanted: Callable[[], bool]) -> Given | _Failed:
            try:
                return question(self._chosen(), wanted)
            except BaseException as error:  # noqa: BLE001 - backends raise what they like, and some no Exception
                return _meaning(error)

        def late(given: Given | _Failed) -> None:
            if undo is not None and self._backend is not None and not isinstance(given, _Failed):
                undo(self._backend, given)

        try:
            given = self._worker.ask(job, seconds=self._deadline, waiting=self._waiting, undo=late)
        except GivenUpError:
            given = _Failed(SecretsTrouble.STOPPED)
        except NoAnswerError:
            given = _Failed(SecretsTrouble.NO_ANSWER)
        if isinstance(given, _Failed):
            # Outside the except: no error of the keychain's hangs on this one.
            raise SecretsError(given.trouble, given.kind)
        return given

    def _chosen(self) -> Backend:
        if self._backend is None:
            backend = self._choose()
            # Under 1 are those that say no to everything, those that forget everything, and plain files, which a
            # person's settings may name.
            if backend.priority < 1:
                raise _NoKeychainError
            for one in (backend, *getattr(backend, "backends", ())):
                if hasattr(one, "persist"):
                    one.persist = "local machine"  # Windows' would go to each computer its person signs in to
            self._backend = backend
        return self._backend


def _meaning(error: BaseException) -> _Failed:
    """What an error means, by the names of its kinds and of the error behind it."""
    if isinstance(error, _NoKeychainError):
        return _Failed(SecretsTrouble.NO_KEYCHAIN)
    for one in (error, error.__cause__):
        for kind in type(one).__mro__:
            if kind.__name__ in _MEANING:
                return _Failed(_MEANING[kind.__name__], type(error).__name__)
    return _Failed(SecretsTrouble.FAILED, type(error).__name__)
