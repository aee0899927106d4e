"""The queue's batches: found, told to the window as they are, parted, all wished something of."""

import contextlib
import uuid
from collections.abc import Callable

from uploader_gui.core.batch import Batch, BatchState, GoneError
from uploader_gui.engine.queue import Queue
from uploader_gui.store.ledger import Ledger
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.facts import Asks, NotYetError, Why


class Queued:
    """What is in the queue.

    Args:
        queue: The queue.
        ledger: Says to other processes whose the batches are.
        bridge: Tells the window.
    """

    def __init__(self, queue: Queue, ledger: Ledger, bridge: Bridge) -> None:
        self._queue = queue
        self._ledger = ledger
        self._bridge = bridge

    def batch(self, batch_id: str) -> Batch:
        """A batch by its id. Raises NotYetError if it is there no longer."""
        found = next((one for one in self._queue.batches() if one.id == batch_id), None)
        if found is None:
            raise NotYetError(Why.TOO_LATE)
        return found

    def part(self, batch_id: str) -> str | None:
        """Attach the files that worked; the others become a batch of their own. Gives its id."""
        new = str(uuid.uuid4())
        # Held before it is there to be seen: nobody else takes it up.
        self._ledger.hold(new)
        if self._queue.part(batch_id, new) is None:
            self._ledger.release(new)
            return None
        self.show(new)
        return new

    def show(self, batch_id: str) -> None:
        """Tell the window a batch as it is now, with all its files."""
        batch = self.batch(batch_id)
        self._bridge.changed(batch, None)
        for upload in self._queue.uploads(batch_id):
            self._bridge.changed(batch, upload)
        if batch.state is BatchState.ATTACH_UNKNOWN and not self._queue.looks_for(batch_id):
            self._bridge.tell(Asks(batch_id=batch_id))

    def every(self, wish: Callable[[str], bool]) -> None:
        """Wish something of every batch; one that is let go of meanwhile keeps it from none of the others."""
        for batch in self._queue.batches():
            with contextlib.suppress(GoneError):
                wish(batch.id)
