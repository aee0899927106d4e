"""Says what changes in the window to whoever listens: batches, bars and notices, through one voice."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from uploader_gui.gui import aloud
from uploader_gui.gui.bars import Bar
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.spoken import Spoken

LOOK = 1000
"""Milliseconds between two looks at how far everything is."""


class Announcing(QObject):
    """Follows the batches and the bars.

    Args:
        model: Has the batches.
        window: Whose words they are.
        heard: Whether anybody listens.
    """

    def __init__(self, model: QueueModel, window: QWidget, *, heard: Callable[[], bool] = aloud.heard) -> None:
        super().__init__(window)
        self._model = model
        self._window = window
        self._heard = heard
        self._spoken = Spoken(model.now)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._say)
        self._looked = QTimer(self)
        self._looked.setSingleShot(True)
        self._looked.setInterval(LOOK)
        model.changed.connect(self._changed)
        model.totals_changed.connect(self._tick)

    def follow(self, bar: Bar, *, urgent: bool = False) -> None:
        """Say what a bar says, each time it says something else."""
        key = str(id(bar))
        bar.spoke.connect(lambda text: self.tell(key, text, urgent=urgent))
        bar.silenced.connect(lambda: self._spoken.forget(key))

    def tell(self, key: str, text: str, *, urgent: bool = False) -> None:
        """Say this, in its turn."""
        if self._heard():
            self._spoken.tell(key, text, urgent=urgent)
            self._wait()

    def forget(self, key: str) -> None:
        """It is put away."""
        self._spoken.forget(key)

    def _changed(self, batch_id: str) -> None:
        if not self._heard():
            return
        node = self._model.node(batch_id)
        if node is None:
            self._spoken.gone(batch_id)
        else:
            self._spoken.look(node)
        self._wait()

    def _tick(self) -> None:
        if self._model.totals.sending and self._heard() and not self._looked.isActive():
            self._looked.start()
            self._spoken.tick(self._model.nodes)
            self._wait()

    def _wait(self) -> None:
        due = self._spoken.due
        if due is not None and not self._soon.isActive():
            self._soon.start(round(due * 1000) + 1)

    def _say(self) -> None:
        due = self._spoken.due
        if due:
            self._wait()
            return
        said = self._spoken.take()
        if said is not None:
            aloud.say(self._window, said.text, urgent=said.urgent)
