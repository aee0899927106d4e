"""The engine room: the ledger and the queue, and who does what there. Everything is called in errands' threads."""

import dataclasses
import logging
from collections.abc import Collection, Iterable
from pathlib import Path

from uploader_gui import __version__
from uploader_gui.core.ports import Clock, SystemClock
from uploader_gui.core.settings import Settings
from uploader_gui.core.traces import Trace
from uploader_gui.engine.http import Client, Timing
from uploader_gui.engine.lane import Lane
from uploader_gui.engine.queue import Queue
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Account
from uploader_gui.store import pasted
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.logs import log_to_file
from uploader_gui.store.traces import Traces
from uploader_gui.workers.accounts import Source
from uploader_gui.workers.beginning import Beginning
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.known import Known
from uploader_gui.workers.memory import Memory
from uploader_gui.workers.past import Past
from uploader_gui.workers.questions import Questions
from uploader_gui.workers.queued import Queued
from uploader_gui.workers.saved import SavedAccounts
from uploader_gui.workers.solving import Solving

log = logging.getLogger(__name__)


class Works:
    """What the window's wishes come down to.

    Args:
        ledger: Keeps what happens.
        bridge: Told what happens, for the window.
        source: Which accounts there are.
        saved: Those that are saved, for whoever wants to change them.
        clock: Time.
        policy: When what failed is tried again.
        timing: How long answers are waited for.
        settings: As the person has them.

    Attributes:
        known: The services and accounts there are.
        questions: What services are asked.
        queued: What is in the queue.
        memory: The targets that are remembered.
        beginning: Begins batches.
        solving: Goes on with what needed a person.
        past: What has ended.
    """

    def __init__(
        self,
        ledger: Ledger,
        bridge: Bridge,
        source: Source,
        *,
        saved: SavedAccounts | None = None,
        clock: Clock | None = None,
        policy: Policy | None = None,
        timing: Timing | None = None,
        settings: Settings | None = None,
    ) -> None:
        self.ledger = ledger
        self.settings = settings or Settings()
        self.clock = clock or SystemClock()
        self.saved = saved
        self._timing = timing
        self.queue = Queue(
            clock=self.clock,
            listener=bridge.heard,
            policy=policy,
            idle_digests=frozenset({"sha256", "crc32c"}),
            ledger=ledger,
            looks=True,
            waits_for_network=True,
            changed=bridge.changed,
        )
        bridge.read_meters(self.queue.meter)
        self._log = log_to_file()
        log.info("the window has opened its queue, version %s", __version__)
        self.traces = Traces()
        self.known = Known(source, bridge, self.clock, self.hide)
        self.questions = Questions(self.known, self.clock, self.client)
        self.queued = Queued(self.queue, ledger, bridge)
        self.memory = Memory(ledger, self.known, self.clock)
        self.beginning = Beginning(
            ledger,
            self.queue,
            self.queued,
            self.known,
            self.memory,
            self.clock,
            partly=lambda: self.settings.partly,
        )
        self.solving = Solving(self.queue, self.queued, self.known, self.questions)
        self.past = Past(ledger, self.queue, self.traces, bridge, self.clock, keep_days=lambda: self.settings.keep_days)

    def lane(self) -> Lane:
        """A new lane of the queue."""
        return Lane(
            self.queue, self.clock, timing=self._timing, traced=self.traces.note, route=lambda: self.settings.proxy
        )

    def close(self) -> None:
        """Close the ledger and what questions were asked through. The lanes have ended."""
        self.questions.close()
        self.traces.close()
        self.ledger.close()

    def hide(self, account: Account) -> None:
        """Let the log never show an account's secrets, wherever they come from."""
        self._log.hide(*account.secrets)

    def client(self, account: Account) -> Client:
        """What talks to an account's own hosts, and to no others."""
        return Client(
            account.origins.__contains__,
            timing=self._timing,
            trust=account.own_trust(),
            proxy_trust=account.trust(),
            traced=self._note,
            route=lambda: self.settings.proxy,
        )

    def _note(self, trace: Trace) -> None:
        """Keep the trace of a question, which belongs to no batch."""
        self.traces.note(dataclasses.replace(trace, client="account"))

    def tidy_pictures(self, waiting: Collection[Path] = ()) -> frozenset[Path]:
        """Delete pasted pictures whose batches have ended; gives those that are left. Raises StoreError.

        Args:
            waiting: Those that the window still has to be sent.
        """
        return pasted.tidy(self.ledger, self.clock.utc(), but=waiting)

    def discard_pictures(self, paths: Iterable[Path]) -> None:
        """Delete pasted pictures that are not sent after all. Raises StoreError."""
        pasted.discard(self.ledger, paths)
