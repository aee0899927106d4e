"""A lane of the engine as a thread of Qt's: long-lived, quiet, ended by the queue alone."""

import logging
import os
import sys
import threading
from typing import Protocol

from PySide6.QtCore import QObject, QThread

log = logging.getLogger(__name__)

# Above it is the window: with all lanes hashing at full speed it stays quick.
NICE = 10
LEAST = 19


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
        lower_priority()
        try:
            self._lane.run()
        except Exception as mistake:  # told where there is somebody to be told
            log.exception("unexpected %s has ended a lane", type(mistake).__name__)
            self.mistake = mistake


def lower_priority() -> None:
    """Let this thread come after the window's. Only Linux counts a single thread; elsewhere nothing is changed."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, min(LEAST, os.getpriority(os.PRIO_PROCESS, thread) + NICE))
