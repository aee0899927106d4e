"""Errands: short calls that the window must not make itself, one after the other in a thread of their own.

What an errand gives is delivered in the window's thread. Nobody there writes a line about threads.
"""

import contextlib
import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from uploader_gui.core.accounts import AccountsError
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.ports import LedgerError, SecretsError
from uploader_gui.core.problems import UploadError
from uploader_gui.workers.drafts import UnusableError
from uploader_gui.workers.facts import NotYetError

log = logging.getLogger(__name__)

Given = TypeVar("Given")
EXPECTED = (UploadError, LedgerError, NotYetError, SecretsError, AccountsError, UnusableError, OSError)
"""What may go wrong in an errand without being a mistake of this program."""
TAKING_LEAVE = 1000
"""Milliseconds at most until a thread is gone that has made its last call: mostly it is at once."""
_left: "list[_Thread]" = []


@dataclass(frozen=True, eq=False, kw_only=True)
class Errand:
    """One call on its way.

    Attributes:
        do: The call, in the errands' thread. It may be told to stop.
        then: Told what it gave, in the window's thread.
        failed: Told what it raised, in the window's thread.
        place: An errand takes the place of an older one with the same.
        cancel: Stops it.
    """

    do: Callable[[CancelToken], Any]
    then: Callable[[Any], object]
    failed: Callable[[Exception], object]
    place: str = ""
    cancel: CancelToken = field(default_factory=CancelToken)


class Errands(QObject):
    """A thread for short calls.

    Args:
        name: The thread's, for logs.
        failed: Told of errors that an errand has nobody of its own to tell; in the window's thread.
        parent: Its owner.
    """

    _ended = Signal(object)

    def __init__(self, name: str, failed: Callable[[Exception], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._failed = failed
        self._places: dict[str, Errand] = {}
        self._open: set[Errand] = set()
        self._closed = False
        self._told: Callable[[], object] | None = None
        self._thread = _Thread(name, self._ended.emit)
        self._ended.connect(self._deliver)
        self._thread.start()

    def ask(
        self,
        do: Callable[[CancelToken], Given],
        then: Callable[[Given], object] = lambda _given: None,
        failed: Callable[[Exception], object] | None = None,
        *,
        place: str = "",
    ) -> Errand:
        """Have a call made. Once cancelled or closed nobody is told anything.

        Args:
            do: The call; it gets the token that stops it.
            then: Told what it gave.
            failed: Told what it raised; by default whoever was named when the thread was made.
            place: The call takes the place of an older one with the same, which is stopped.
        """
        errand = Errand(do=do, then=then, failed=failed or self._failed, place=place)
        if self._closed:
            return errand
        if place:
            older = self._places.get(place)
            if older is not None:
                self.give_up(older)
            self._places[place] = errand
        self._open.add(errand)
        self._thread.put(errand)
        return errand

    def give_up(self, errand: Errand) -> None:
        """Stop an errand; nobody is told of it any more."""
        self._open.discard(errand)
        errand.cancel.cancel()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way."""
        return not self._open

    def close(self, last: Callable[[], object] | None = None) -> None:
        """Stop all errands and let the thread end.

        Args:
            last: Still done before it does; nobody is told what it gives.
        """
        self._closed = True
        for errand in tuple(self._open):
            self.give_up(errand)
        if last is not None:
            self._thread.put(Errand(do=lambda _cancel: last(), then=lambda _: None, failed=lambda _: None))
        self._thread.put(None)

    def wait(self, milliseconds: int) -> bool:
        """Wait for the thread; False if it has not ended by then. It is left to itself then, as nothing can end it."""
        ended = self._thread.wait(milliseconds)
        if not ended:
            _left.append(self._thread)
        return ended

    def await_end(self, milliseconds: int, then: Callable[[], object]) -> None:
        """Be told once the thread has ended, or has not by then and is left to itself. Nobody waits meanwhile.

        Args:
            milliseconds: How long that may take.
            then: Told, once, in the window's thread.
        """
        self._told = then
        self._thread.finished.connect(self._thread_ended)
        QTimer.singleShot(0 if self._thread.isFinished() else milliseconds, self, self._thread_ended)

    @Slot()
    def _thread_ended(self) -> None:
        told, self._told = self._told, None
        if told is not None:
            self.wait(TAKING_LEAVE if self._thread.over else 0)
            told()

    @Slot(object)
    def _deliver(self, ended: tuple[Errand, Any, Exception | None]) -> None:
        errand, given, error = ended
        if errand not in self._open:
            return
        self._open.discard(errand)
        if self._places.get(errand.place) is errand:
            del self._places[errand.place]
        if error is None:
            errand.then(given)
        else:
            errand.failed(error)


def some_are_left() -> bool:
    """Whether a thread that was waited for in vain is still in a call: a folder or a name server that does not answer.

    Qt ends a program by abort() that ends otherwise than by `os._exit` meanwhile.
    """
    return any(thread.isRunning() for thread in _left)


class _Thread(QThread):
    """Makes calls, one after the other, until it is given None."""

    def __init__(self, name: str, ended: Callable[[object], object]) -> None:
        super().__init__()
        self.setObjectName(name)
        self.over = False
        self._ended = ended
        self._waiting: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()

    def put(self, errand: Errand | None) -> None:
        """Give it something to do."""
        self._waiting.put(errand)

    def run(self) -> None:
        """Make calls; in the new thread."""
        while (errand := self._waiting.get()) is not None:
            if errand.cancel.cancelled:
                continue
            given: Any = None
            error: Exception | None = None
            try:
                given = errand.do(errand.cancel)
            except Cancelled:
                continue
            except EXPECTED as expected:
                error = expected
            except Exception as mistake:  # a mistake of ours must not end the thread
                log.exception("unexpected %s in an errand", type(mistake).__name__)
                error = mistake
            with contextlib.suppress(RuntimeError):  # whoever would be told is gone: see `some_are_left`
                self._ended((errand, given, error))
            del errand, given, error
        self.over = True
