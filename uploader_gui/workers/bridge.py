"""From the engine's threads to the window's: what changed is collected, and one signal wakes the window for all of it.

Ten thousand changes in a moment are one event in the window's loop, and then as many slices as it takes, between which
the window can do something else.
"""

import collections
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from uploader_gui.core.batch import Batch, Upload, UploadState
from uploader_gui.core.problems import Kind
from uploader_gui.core.progress import Meter
from uploader_gui.workers.facts import Asks, Busy

if TYPE_CHECKING:
    from uploader_gui.engine.events import Event

SLICE_SECONDS = 0.008
PORTION = 500


@dataclass(frozen=True, slots=True)
class Change:
    """A batch as it is now, or one of its uploads.

    Attributes:
        batch: The batch.
        upload: The upload; None if it is about the batch itself.
        meter: How far its transfer is, while it runs.
    """

    batch: Batch
    upload: Upload | None = None
    meter: Meter | None = None


class Bridge(QObject):
    """Collects what the engine tells, in whatever thread, and gives it to the window in order.

    Attributes:
        arrived: A list of changes and events, in the window's thread.
    """

    arrived = Signal(object)
    _woken = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: collections.deque[object] = collections.deque()
        self._called = False
        self._much = False  # more came than was given in one slice
        self._meter: Callable[[str, str], Meter | None] = lambda _batch, _upload: None
        self._woken.connect(self._drain, Qt.ConnectionType.QueuedConnection)
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._drain)

    def read_meters(self, meter: Callable[[str, str], Meter | None]) -> None:
        """Say where the meters are: `Queue.meter`."""
        self._meter = meter

    def changed(self, batch: Batch, upload: Upload | None) -> None:
        """Take a change; in any thread, under the queue's lock."""
        running = upload is not None and upload.state is UploadState.RUNNING
        meter = self._meter(batch.id, upload.id) if upload is not None and running else None
        self.tell(Change(batch, upload, meter))

    def heard(self, event: "Event") -> None:
        """Take an event of the engine; in any thread. Only what the states do not say is passed on."""
        from uploader_gui.engine.events import Troubled  # noqa: PLC0415 - the window is to be seen first

        if isinstance(event, Troubled) and event.upload is None:
            batch_id = event.batch.id
            busy = event.problem.kind is Kind.RECORD_BUSY
            self.tell(Busy(batch_id=batch_id, problem=event.problem) if busy else Asks(batch_id=batch_id))

    def tell(self, what: object) -> None:
        """Take anything; in any thread."""
        self._waiting.append(what)
        # Two threads may both see it unset: then the window is woken twice, and finds nothing the second time.
        if not self._called:
            self._called = True
            self._woken.emit()

    @Slot()
    def _drain(self) -> None:
        self._called = False
        until = time.monotonic() + SLICE_SECONDS
        while self._waiting:
            taken: list[object] = []
            while self._waiting and len(taken) < PORTION:
                taken.append(self._waiting.popleft())
            self.arrived.emit(taken)
            if time.monotonic() >= until:
                break
        if self._waiting:
            self._called = self._much = True
            self._again.start(0)
        elif self._much:
            from uploader_gui.workers.giving_back import give_back  # noqa: PLC0415 - brings ctypes, seldom needed

            self._much = False
            give_back()
