"""A lane of the engine as a thread of Qt's: long-lived, quiet, ended by the queue alone.

It is as important as the window's own thread. With a lower priority it came to a halt while it held Python's lock,
whenever the processor had other work, and the window waited for both.
"""

import logging
from typing import Protocol

from PySide6.QtCore import QObject, QThread

log = logging.getLogger(__name__)


class Runs(Protocol):
    """What a lane does: `engine.lane.Lane`."""

    def run(self) -> None:
        """Work until the queue says that it is over."""


class LaneThread(QThread):
    """Runs one lane.

    It is never told to stop by a slot, which a busy thread would not read, nor by `terminate`: the queue's `stop`
    frees whatever it is blocked in.

    Args:
        lane: What it runs.
        number: From 1; for its name.
        parent: Its owner.

    Attributes:
        mistake: The error of this program's that has ended it.
    """

    def __init__(self, lane: Runs, number: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"lane {number}")
        self.mistake: Exception | None = None
        self._lane = lane

    def run(self) -> None:
        """Work until the queue says that it is over; in the new thread."""
        try:
            self._lane.run()
        except Exception as mistake:  # told where there is somebody to be told
            log.exception("unexpected %s has ended a lane", type(mistake).__name__)
            self.mistake = mistake
