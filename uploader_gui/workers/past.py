"""What has ended: its history and journal, and forgetting it after a while."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from uploader_gui.core.batch import Batch, GoneError, Upload
from uploader_gui.core.ports import Clock
from uploader_gui.engine.queue import Queue
from uploader_gui.store.clearing import forget, forgettable
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.traces import Traces
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.facts import Gone


class Past:
    """What has ended.

    Args:
        ledger: Has it.
        queue: May show it still.
        traces: Its requests.
        bridge: Tells the window.
        clock: Time.
        keep_days: For how many days the settings want it kept now; None: for ever.
    """

    def __init__(
        self,
        ledger: Ledger,
        queue: Queue,
        traces: Traces,
        bridge: Bridge,
        clock: Clock,
        *,
        keep_days: Callable[[], int | None],
    ) -> None:
        self._ledger = ledger
        self._queue = queue
        self._traces = traces
        self._bridge = bridge
        self._clock = clock
        self._keep_days = keep_days

    def journal(self, batch_id: str, upload_id: str | None) -> list[tuple[Any, str]]:
        """When what happened to an upload, or to a batch itself. Raises StoreError."""
        return [(at, event) for at, about, event in self._ledger.journal(batch_id) if about == upload_id]

    def history(self, search: str, newest: int) -> list[tuple[Batch, tuple[Upload, ...]]]:
        """The batches that have ended, newest first, with their files. Raises StoreError."""
        found = self._ledger.batches(ended=True, search=search, newest=newest)
        return [(batch, self._ledger.uploads(batch.id)) for batch in found]

    def forget_ended(self, older: timedelta) -> int:
        """Delete what ended longer ago than this, with its traces; gives the number of batches.

        What is shown in the queue goes from there as well.

        Raises:
            StoreError: It cannot be deleted.
            OSError: A trace cannot.
        """
        gone = [one for one in forgettable(self._ledger, self._clock.utc() - older) if self._forget(one)]
        forget(self._ledger, gone)
        for batch_id in gone:
            self._bridge.tell(Gone(batch_id=batch_id))
        self._traces.forget(gone)
        return len(gone)

    def forget_old(self) -> int:
        """Delete what is older than the settings want it kept. Raises StoreError and OSError."""
        days = self._keep_days()
        return 0 if days is None else self.forget_ended(timedelta(days=days))

    def _forget(self, batch_id: str) -> bool:
        try:
            return self._queue.forget(batch_id)
        except GoneError:
            return True
