"""Errands: made in a thread of their own, delivered in the window's, stopped when something newer comes."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication

from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.workers.errands import Errands

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]


@pytest.fixture
def failed() -> list[Exception]:
    """What nobody else was told."""
    return []


@pytest.fixture
def errands(failed: list[Exception]) -> Iterator[Errands]:
    """A thread for errands."""
    made = Errands("errands", failed.append)
    yield made
    made.close()
    assert made.wait(1000)
    made.deleteLater()


def until(condition: Callable[[], object]) -> None:
    """Let the window's loop run until something is so."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        QApplication.processEvents()
        time.sleep(0.001)


def test_threads(errands: Errands) -> None:
    """The call is made elsewhere, in order; what comes of it is told in the window's thread, even to a lambda."""
    here, told = QThread.currentThread(), list[tuple[int, bool, bool]]()

    def do(number: int) -> Callable[[CancelToken], tuple[int, bool]]:
        return lambda _cancel: (number, QThread.currentThread() is here)

    for number in range(20):
        errands.ask(do(number), lambda given: told.append((*given, QThread.currentThread() is here)))
    until(lambda: len(told) == 20)
    assert told == [(number, False, True) for number in range(20)]
    assert errands.idle


def test_errors(errands: Errands, failed: list[Exception]) -> None:
    """An error is told to whoever asked, else to whoever is there for all of them; the thread lives on."""
    mine: list[Exception] = []

    def fail(_cancel: CancelToken) -> None:
        raise UploadError(Problem(kind=Kind.STALLED))

    errands.ask(fail, failed=mine.append)
    errands.ask(fail)
    until(lambda: mine and failed)
    given: list[int] = []
    errands.ask(lambda _: 7, given.append)
    until(lambda: given == [7])


@pytest.mark.logs_errors
def test_mistakes_of_ours(errands: Errands, failed: list[Exception]) -> None:
    """A mistake of the program's is logged and told, and does not end the thread."""

    def fail(_cancel: CancelToken) -> None:
        raise ZeroDivisionError

    errands.ask(fail)
    until(lambda: failed)
    assert isinstance(failed[0], ZeroDivisionError)


def test_newer_takes_the_place(errands: Errands) -> None:
    """A newer search stops the older one, which is told to nobody; one that had not begun is not even made."""
    begun, told = threading.Event(), list[str]()
    made: list[str] = []

    def slow(cancel: CancelToken) -> str:
        begun.set()
        cancel.wait(10)
        return "slow"

    def never(_cancel: CancelToken) -> str:
        made.append("never")
        return "never"

    errands.ask(slow, told.append, place="search")
    assert begun.wait(5)
    errands.ask(never, told.append, place="search")
    errands.ask(lambda _: "newest", told.append, place="search")
    until(lambda: told)
    assert told == ["newest"]
    assert not made


def test_close(errands: Errands) -> None:
    """Closing stops what runs, and nobody is told of it afterwards."""
    begun, told = threading.Event(), list[object]()

    def slow(cancel: CancelToken) -> None:
        begun.set()
        cancel.wait(10)

    errands.ask(slow, told.append)
    assert begun.wait(5)
    began = time.monotonic()
    errands.close()
    assert errands.wait(1000)
    assert time.monotonic() - began < 1
    errands.ask(lambda _: 1, told.append)
    QApplication.processEvents()
    assert not told
