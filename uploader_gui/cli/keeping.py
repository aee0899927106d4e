"""The ledger, as the commands open it; and what a person reads when it cannot be used."""

import contextlib
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from uploader_gui.cli.exits import NEEDS_ATTENTION, FailedError
from uploader_gui.core import words
from uploader_gui.core.ports import LedgerError
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.database import StoreError, Trouble, set_aside
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.opening import open_ledger
from uploader_gui.store.paths import HOME

_SENTENCES = {
    Trouble.NEWER: N_(
        "the queue {path} was written by a newer version of this program. Use that version, {elsewhere}."
    ),
    Trouble.LOCKED: N_("the queue {path} is in use by another program. Close that program and try again, {elsewhere}."),
    Trouble.FULL: N_("there is no room for the queue {path}. Make room on that disk and try again, {elsewhere}."),
    Trouble.READ_ONLY: (
        N_("the queue {path} may not be written. Give yourself the permission to write it and its folder, {elsewhere}.")
    ),
    Trouble.UNREACHABLE: (
        N_(
            "the queue {path} cannot be opened. See that its folder is there and that its disk "
            "is connected, {elsewhere}."
        )
    ),
}


class BrokenOffError(Exception):
    """The ledger failed while batches were on their way; what became of them has been told.

    Attributes:
        error: What the ledger said.
        code: The exit code.
    """

    def __init__(self, error: LedgerError, code: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.code = code


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


@contextlib.contextmanager
def opened(*, writes: bool) -> Iterator[Ledger]:
    """Open the ledger for as long as a command needs it.

    Args:
        writes: Whether the command changes something; then links that are good no longer are forgotten first.

    Raises:
        FailedError: It cannot be used, from the start or inside. A damaged one has been set aside.
    """
    try:
        found = open_ledger(now())
    except StoreError as error:
        raise FailedError(_sentence(error)) from None
    if found.aside is not None:
        aside = words.plain(str(found.aside), 1000)
        print(
            _(
                "The queue was damaged. It was set aside as {aside}, and an empty one was begun. "
                "Look at your records before you send its files again."
            ).format(aside=aside),
            file=sys.stderr,
        )
    failed: tuple[LedgerError, int] | None = None
    try:
        with found.ledger as ledger:
            if writes:
                ledger.forget_results(now())
            yield ledger
    except BrokenOffError as stopped:
        failed = stopped.error, stopped.code
    except LedgerError as error:
        failed = error, NEEDS_ATTENTION
    if failed is not None:
        # Only now: the file is closed, and everything has stopped.
        raise FailedError(_sentence(failed[0]), failed[1])


def _sentence(error: LedgerError) -> str:
    """What happened to the ledger, and the way on. One that is damaged is moved out of the way."""
    if not isinstance(error, StoreError):
        return _("the queue cannot be kept. Try again; if it stays, please report it.")
    path = words.plain(str(error.path), 1000)
    if error.trouble is Trouble.DAMAGED:
        return _damaged(error.path, path)
    return _(_SENTENCES[error.trouble]).format(path=path, elsewhere=_elsewhere())


def _elsewhere() -> str:
    return _("or set {variable} to another folder").format(variable=HOME)


def _damaged(path: Path, shown: str) -> str:
    try:
        aside = set_aside(path, now())
    except OSError:
        return _(
            "the queue {path} is damaged and cannot be moved out of the way. Move it yourself, {elsewhere}."
        ).format(path=shown, elsewhere=_elsewhere())
    return _(
        "the queue is damaged. It was set aside as {aside}; the next command begins an empty "
        "one. Look at your records before you send its files again."
    ).format(aside=words.plain(str(aside), 1000))
