"""Stopping work from another thread."""

import threading

import pytest

from uploader_gui.core.cancel import Cancelled, CancelToken


def test_cancelling_frees_what_is_blocked() -> None:
    """Whoever is blocked inside is freed by the registered call, from the cancelling thread."""
    token, blocked, freed = CancelToken(), threading.Event(), threading.Event()
    ended: list[bool] = []

    def work() -> None:
        with token.freeing(freed.set):
            blocked.set()
            ended.append(freed.wait(10))

    thread = threading.Thread(target=work)
    thread.start()
    assert blocked.wait(10)
    token.cancel()
    thread.join(10)
    assert ended == [True]


def test_a_late_comer_is_freed_at_once() -> None:
    """Cancelled before it began to block: it never does."""
    token, freed = CancelToken(), threading.Event()
    token.cancel()
    with pytest.raises(Cancelled), token.freeing(freed.set):
        pytest.fail("nobody may get here")
    assert freed.is_set()


def test_what_has_ended_is_not_freed() -> None:
    """A call registered for an ended piece of work is forgotten."""
    token, freed = CancelToken(), threading.Event()
    with token.freeing(freed.set):
        pass
    token.cancel()
    assert not freed.is_set()


def test_check_and_wait() -> None:
    """Both pass while nothing was cancelled, and raise afterwards; waiting ends at once."""
    token = CancelToken()
    token.check()
    token.wait(0)
    token.cancel()
    with pytest.raises(Cancelled):
        token.check()
    with pytest.raises(Cancelled):
        token.wait(60)
