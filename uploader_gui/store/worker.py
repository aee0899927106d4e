"""One thread for calls that may never come back: each has a deadline, and one that is stuck blocks no other."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum, auto
from typing import Any, Generic, TypeVar, cast

Given = TypeVar("Given")
Job = Callable[[Callable[[], bool]], Given]

WAITING_SECONDS = 0.5
GRACE_SECONDS = 1.0
# Windows does not let Ctrl-C end a wait: so none is longer.
SLICE_SECONDS = 0.5


class NoAnswerError(Exception):
    """A call did not come back before its deadline."""


class GivenUpError(NoAnswerError):
    """Somebody did not want to wait for a call any longer, before its deadline."""


class _State(StrEnum):
    ASKED = auto()
    BEGUN = auto()
    ENDED = auto()
    GIVEN_UP = auto()


class _Call(Generic[Given]):
    """One call on its way."""

    def __init__(self, job: Job[Given], undo: Callable[[Given], object] | None) -> None:
        self.job = job
        self.undo = undo
        self.round = 0
        self.state = _State.ASKED
        self.given: Given | None = None
        self.error: BaseException | None = None

    def wanted(self) -> bool:
        return self.state is not _State.GIVEN_UP


class Worker:
    """Runs calls one after the other, in a daemon thread: it never keeps the process from ending.

    A call that outlives its deadline is given up: its thread is left to itself, and a fresh one takes the next call.

    Args:
        name: The thread's name.
        grace: Seconds that a call leaves to those given up before it: when what they hung on goes on, they end in their
            order, and what they undo is undone before it begins. Those that hang for good only cost this time.
    """

    def __init__(self, name: str, *, grace: float = GRACE_SECONDS) -> None:
        self._name = name
        self._grace = grace
        self._changed = threading.Condition()
        self._calls: deque[_Call[Any]] = deque()
        self._thread: threading.Thread | None = None
        self._stuck: list[threading.Thread] = []
        self._round = 0
        self._over = False

    def give_up(self, *, for_good: bool = False) -> None:
        """Let everybody who waits wait no longer; any thread may say so.

        Args:
            for_good: Nobody is to wait from now on either, and a thread that has nothing to do ends.
        """
        with self._changed:
            self._round += 1
            self._over = self._over or for_good
            self._changed.notify_all()

    def ask(
        self,
        job: Job[Given],
        *,
        seconds: float,
        waiting: Callable[[], object],
        undo: Callable[[Given], object] | None = None,
    ) -> Given:
        """Run a job in the thread and give what it gives.

        Args:
            job: It is handed a question: whether somebody still waits for it.
            seconds: The deadline from now, in seconds.
            waiting: Called once, in the asking thread, when it takes longer than half a second. What it raises ends
                the wait, as Ctrl-C does.
            undo: Takes back what the job has done when nobody waits for it any more; called in the job's thread.

        Raises:
            NoAnswerError: It did not end in time. If it had not begun, it never will.
            GivenUpError: It was given up, which means the same for it.
        """
        call = _Call(job, undo)
        until = time.monotonic() + seconds
        try:
            with self._changed:
                if self._over:
                    raise GivenUpError
                call.round = self._round
                self._calls.append(call)
                self._start()
                self._changed.notify_all()
            soon = min(until, time.monotonic() + WAITING_SECONDS)
            if not self._ended(call, soon) and not self._given_up(call):
                waiting()
                self._ended(call, until)
        finally:
            self._leave(call)
        if call.error is not None:
            raise call.error
        if call.state is not _State.ENDED:
            raise GivenUpError if self._given_up(call) else NoAnswerError
        return cast("Given", call.given)

    def _ended(self, call: _Call[Any], until: float) -> bool:
        with self._changed:
            while call.state is not _State.ENDED:
                left = until - time.monotonic()
                if left <= 0 or self._given_up(call):
                    return False
                self._changed.wait(min(left, SLICE_SECONDS))
            return True

    def _given_up(self, call: _Call[Any]) -> bool:
        return self._over or call.round != self._round

    def _leave(self, call: _Call[Any]) -> None:
        with self._changed:
            if call.state is _State.ASKED:
                call.state = _State.GIVEN_UP
                with contextlib.suppress(ValueError):
                    self._calls.remove(call)
            elif call.state is _State.BEGUN:
                call.state = _State.GIVEN_UP
                if self._thread is not None:  # it runs what was begun last
                    self._stuck.append(self._thread)
                self._thread = None
                if self._calls:
                    self._start()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while self._one():
            pass

    def _one(self) -> bool:
        """Run the next call; False if it was given up meanwhile, and this thread is replaced, or if all is over.

        A method of its own: nothing of a call, a secret least of all, is held while the thread waits for the next.
        """
        with self._changed:
            while not self._calls:
                if self._over:
                    self._thread = None
                    return False
                self._changed.wait()
        self._let_the_stuck_end()
        with self._changed:
            if not self._calls:
                return True  # it was withdrawn meanwhile
            call = self._calls.popleft()
            call.state = _State.BEGUN
        given, error = None, None
        try:
            given = call.job(call.wanted)
        except BaseException as raised:  # noqa: BLE001 - whoever asked is told, whatever it is
            error = raised
        with self._changed:
            if call.wanted():
                call.given, call.error, call.state = given, error, _State.ENDED
                self._changed.notify_all()
                return True
        if error is None and call.undo is not None:
            with contextlib.suppress(BaseException):  # nobody is left to be told
                call.undo(given)
        with self._changed:
            self._stuck.remove(threading.current_thread())
        return False

    def _let_the_stuck_end(self) -> None:
        until = time.monotonic() + self._grace
        with self._changed:
            stuck = tuple(self._stuck)
        for thread in stuck:
            thread.join(max(0.0, until - time.monotonic()))
