"""The engine with its lanes, as the command line runs it."""

import contextlib
import logging
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from uploader_gui import __version__
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.ports import Clock, Ledger, SystemClock
from uploader_gui.core.problems import PASSING, Kind, Problem, UploadError
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.events import Listener
from uploader_gui.engine.http import Timing, system_trust
from uploader_gui.engine.lane import Lane, run_lanes
from uploader_gui.engine.lookup import Found, Lookups, Whose, name_inputs, whose
from uploader_gui.engine.patience import RATE_LIMIT_TRIES
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Account, Session
from uploader_gui.engine.way import Way, look
from uploader_gui.services.flow import Flow
from uploader_gui.store import settings
from uploader_gui.store.logs import log_to_file
from uploader_gui.store.traces import Traces

log = logging.getLogger(__name__)

Given = TypeVar("Given")


class StoppedError(Exception):
    """It was interrupted before anything was sent."""


def nobody(*_anything: object) -> None:
    """Listen to nothing."""


def key_of(account: Account) -> object:
    """What tells accounts apart: an account cannot be a key itself, as its values may change."""
    return (
        account.service.id,
        account.base,
        frozenset(account.values.items()),
        account.ca_file,
        account.certificate,
        account.agreed,
    )


class Engine:
    """Lanes that work a queue off; short questions are asked in the thread that has them.

    Args:
        listener: Told what happens to the queue.
        waits: Told why a question is asked again, and in how many seconds.
        ledger: Keeps what happens to the queue; None: nothing outlives it.
        lanes: How many uploads run at once.
        digests: Digests taken while sending, beside MD5.
        clock: Time.
        policy: When what failed is tried again.
        timing: How long answers are waited for.
        trust: Which certificates are trusted.
    """

    def __init__(  # noqa: PLR0913 - all but one have their defaults
        self,
        listener: Listener = nobody,
        waits: Callable[[Problem, float], None] = nobody,
        *,
        ledger: Ledger | None = None,
        lanes: int = 1,
        digests: Iterable[str] = (),
        clock: Clock | None = None,
        policy: Policy | None = None,
        timing: Timing | None = None,
        trust: Callable[[], ssl.SSLContext] = system_trust,
    ) -> None:
        self._clock = clock or SystemClock()
        self._policy = policy or Policy()
        self._waits = waits
        self._sessions: dict[object, Session] = {}
        self.queue = Queue(clock=self._clock, listener=listener, policy=self._policy, ledger=ledger, looks=True)
        wanted = frozenset(digests)
        self._log = log_to_file()
        log.info("begun with %d lanes, version %s", lanes, __version__)
        self._traces = Traces()
        # As it was chosen in the window: whoever sits behind a proxy sits behind it here as well.
        self._route = proxy = settings.read().settings.proxy
        self._lanes = [
            Lane(
                self.queue,
                self._clock,
                digests=wanted,
                timing=timing,
                trust=trust,
                traced=self._traces.note,
                route=lambda: proxy,
            )
            for _ in range(lanes)
        ]
        self._threads: list[threading.Thread] = []
        self._cancel = CancelToken()
        self._stopped = threading.Condition()

    def session(self, account: Account) -> Session:
        """The session of an account: one for all its batches, so that a token is fetched once for all of them."""
        key = key_of(account)
        if key not in self._sessions:
            self._log.hide(*account.secrets)
            self._sessions[key] = Session(account, self._clock)
        return self._sessions[key]

    def whose(self, account: Account) -> Whose:
        """Ask whose account it is.

        Raises:
            UploadError: The key does not work, or the service does not answer as it should.
            StoppedError: It was interrupted.
        """
        return self._asked(account, lambda talk: whose(talk, self._clock.utc()))

    def way(self, account: Account) -> Way:
        """Look at the way to an account's service, without its key."""
        lane = self._lanes[0]
        with contextlib.closing(self._traces), contextlib.closing(lane.account_client(account)) as client:
            return look(account, client, self._clock.utc, lane.trust(account), self._route)

    def name_inputs(self, account: Account, flow: Flow, inputs: Mapping[str, Any]) -> dict[str, str]:
        """Name the chosen records, and find out whether they are there.

        Raises:
            UploadError: One is not, or the service does not answer.
            StoppedError: It was interrupted.
        """
        return self._asked(account, lambda talk: name_inputs(Lookups(flow, talk, self._clock.utc()), flow, inputs))

    def search(
        self, account: Account, flow: Flow, lookup: str, text: str, inputs: Mapping[str, Any]
    ) -> Iterator[Found]:
        """Find records.

        Raises:
            UploadError: The service does not answer.
            StoppedError: It was interrupted.
        """

        def question(talk: Conversation) -> list[Found]:
            return list(Lookups(flow, talk, self._clock.utc()).search(lookup, text, inputs))

        yield from self._asked(account, question)

    def _asked(self, account: Account, question: Callable[[Conversation], Given]) -> Given:
        tried = 0
        # What was asked is kept before the command goes on: it may be killed at any time.
        with contextlib.closing(self._traces), contextlib.closing(self._lanes[0].account_client(account)) as client:
            while True:
                try:
                    return question(Conversation(self.session(account), client, self._cancel))
                except Cancelled:
                    raise StoppedError from None
                except UploadError as error:
                    tried += 1
                    self._pause(error, tried)

    def _pause(self, error: UploadError, tried: int) -> None:
        """Wait as long as the queue would; raise what cannot be waited out."""
        problem = error.problem
        most = RATE_LIMIT_TRIES if problem.kind is Kind.RATE_LIMITED else self._policy.tries
        if problem.kind not in PASSING or tried >= most:
            raise error
        seconds = self._policy.wait(tried) if problem.wait is None else problem.wait
        self._waits(problem, seconds)
        until = self._clock.monotonic() + seconds
        with self._stopped:
            while not self._cancel.cancelled and (left := until - self._clock.monotonic()) > 0:
                self._clock.wait(self._stopped, left)
        if self._cancel.cancelled:
            raise StoppedError

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

    def close(self) -> None:
        """Finish writing the traces; for when the lanes have ended."""
        self._traces.close()

    def stop(self) -> None:
        """End in good order: what is being sent is broken off, an attach under way is finished first."""
        self._cancel.cancel()
        with self._stopped:
            self._stopped.notify_all()
        self.queue.stop()
