"""The engine with its lanes, as the command line runs it."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, UploadError
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.events import Listener
from uploader_gui.engine.lane import Lane, run_lanes
from uploader_gui.engine.lookup import Found, Lookups, name_inputs
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Account, Session
from uploader_gui.services.flow import Flow

Given = TypeVar("Given")


class StoppedError(Exception):
    """It was interrupted before anything was sent."""


def nobody(_event: object) -> None:
    """Listen to nothing."""


class Engine:
    """Lanes that work a queue off, and a lane of its own for short questions.

    Args:
        account: In whose name.
        clock: Time.
        listener: Told what happens.
        lanes: How many uploads run at once.
        digests: Digests taken while sending, beside MD5.
    """

    def __init__(
        self,
        account: Account,
        clock: Clock,
        listener: Listener = nobody,
        *,
        lanes: int = 1,
        digests: Iterable[str] = (),
    ) -> None:
        self._clock = clock
        self._policy = Policy()
        self.session = Session(account, clock)
        self.queue = Queue(clock=clock, listener=listener, policy=self._policy)
        wanted = frozenset(digests)
        self._lanes = [Lane(self.queue, clock, digests=wanted) for _ in range(lanes)]
        self._threads: list[threading.Thread] = []
        self._cancel = CancelToken()

    def name_inputs(self, flow: Flow, inputs: Mapping[str, Any]) -> dict[str, str]:
        """Name the chosen records, and find out whether they are there.

        Raises:
            UploadError: One is not, or the service does not answer.
            StoppedError: It was interrupted.
        """
        return self._asked(lambda lookups: name_inputs(lookups, flow, inputs), flow)

    def search(self, flow: Flow, lookup: str, text: str, inputs: Mapping[str, Any]) -> Iterator[Found]:
        """Find records.

        Raises:
            UploadError: The service does not answer.
            StoppedError: It was interrupted.
        """
        yield from self._asked(lambda lookups: list(lookups.search(lookup, text, inputs)), flow)

    def _asked(self, question: Callable[[Lookups], Given], flow: Flow) -> Given:
        lane = self._lanes[0]
        client = lane.account_client(self.session.account)
        try:
            for tried in range(1, self._policy.tries + 1):
                lookups = Lookups(flow, Conversation(self.session, client, self._cancel), self._clock.utc())
                try:
                    return question(lookups)
                except UploadError as error:
                    problem = error.problem
                    if problem.kind not in PASSING or tried == self._policy.tries:
                        raise
                    self._cancel.wait(self._policy.wait(tried) if problem.wait is None else problem.wait)
        except Cancelled:
            raise StoppedError from None
        raise AssertionError

    def start(self) -> None:
        """Let the lanes work until nothing can go on without a person."""
        self.queue.drain()
        self._threads = run_lanes(self._lanes)

    def wait(self, seconds: float) -> bool:
        """Wait for the lanes; True if some still work after this time."""
        for thread in self._threads:
            thread.join(seconds)
            if thread.is_alive():
                return True
        return False

    def stop(self) -> None:
        """End in good order: what is being sent is broken off, an attach under way is finished first."""
        self._cancel.cancel()
        self.queue.stop()
