"""What is about to go out, as a bar that counts down, and its Undo."""

from PySide6.QtCore import QObject, QTimer

from uploader_gui.core.batch import BatchState
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import wording
from uploader_gui.gui.bars import Bar
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.shortcuts import Way, sequence, shown
from uploader_gui.workers.desk import Desk

TICK = 250
"""Milliseconds from one look at the time to the next."""


class GoingOut(QObject):
    """Says it, as long as a batch waits to go out.

    Args:
        desk: Holds a batch back.
        model: Has the batches.
        bar: Says which goes out next, and when.
        parent: Its owner.
    """

    def __init__(self, desk: Desk, model: QueueModel, bar: Bar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = model
        self._bar = bar
        self._tick = QTimer(self)
        self._tick.setInterval(TICK)
        self._tick.timeout.connect(self._show)

    def follow(self, batch_id: str) -> None:
        """A batch has changed: it may be about to go out."""
        node = self._model.node(batch_id)
        if node is not None and node.batch.state is BatchState.HELD:
            self._tick.start()
            self._show()

    def undo(self) -> None:
        """What the bar offers, by key: whoever works by keyboard has no time to walk there."""
        if self._bar.isVisible():
            self._bar.buttons[0].click()

    def _show(self) -> None:
        held = [node for node in self._model.nodes if node.batch.state is BatchState.HELD]
        now = self._desk.clock.monotonic()
        if not held:
            self._tick.stop()
            self._bar.hide()
            return
        node = min(held, key=lambda one: one.batch.due or now)
        text = f"{wording.title(node.batch)}: {wording.batch_now(node, now)}"
        if len(held) > 1:
            text += " · " + _("{n} more").format(n=len(held) - 1)
        batch_id = node.batch.id
        soon = _("{place} goes out soon. {keys} undoes it.").format(
            place=wording.title(node.batch), keys=shown(sequence(Way.UNDO))
        )
        self._bar.say(text, [(_("Undo"), lambda: self._desk.batch_desk.hold_back(batch_id))], aloud=soon)
