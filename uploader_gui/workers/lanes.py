"""The lanes' threads: how many there are, and others in the place of those that a mistake of this program has ended."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from uploader_gui.workers.lane import LaneThread, Runs

MOST_FALLEN = 8
"""After so many lanes that mistakes of this program have ended, no more take their places."""


class Lanes(QObject):
    """Runs lanes.

    Args:
        make: Makes what a lane does.
        ended: A slot, called when a thread has ended.
        failed: Told of a mistake that has ended one.
        parent: Its owner.
    """

    def __init__(
        self,
        make: Callable[[], Runs],
        ended: Callable[[], None],
        failed: Callable[[Exception], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._make = make
        self._ended = ended
        self._failed = failed
        self._lanes: list[LaneThread] = []
        self._fallen = 0

    def grow(self, count: int) -> None:
        """Let so many run; fewer than there are hold from the next start on."""
        for number in range(self.count + 1, count + 1):
            self._begin_lane(number)

    def let_go(self) -> bool:
        """Forget those that have ended; gives whether there were any."""
        there, self._lanes = bool(self._lanes), []
        return there

    @property
    def running(self) -> bool:
        """Whether any of them runs."""
        return any(lane.isRunning() for lane in self._lanes)

    @property
    def count(self) -> int:
        """How many uploads run at once."""
        return len(self._lanes) - min(self._fallen, MOST_FALLEN)

    def replace_fallen(self) -> None:
        """A mistake of ours has ended a lane: it is told, another one goes on. What it was at needs a person."""
        fallen = [lane for lane in self._lanes if lane.mistake is not None and lane.isFinished()]
        for lane in fallen:
            mistake, lane.mistake = lane.mistake, None
            self._fallen += 1
            if mistake is not None:
                self._failed(mistake)
            if self._fallen <= MOST_FALLEN:
                self._begin_lane(len(self._lanes) + 1)

    def _begin_lane(self, number: int) -> None:
        lane = LaneThread(self._make(), number, self)
        lane.finished.connect(self._ended)
        self._lanes.append(lane)
        lane.start()
