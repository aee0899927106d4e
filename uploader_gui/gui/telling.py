"""Sorts what arrives from the engine: changes for the model, and what the model is to note beside them."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal, Slot

from uploader_gui.core.problems import Problem
from uploader_gui.gui import notices
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.rows import Node
from uploader_gui.workers.bridge import Change
from uploader_gui.workers.facts import Asks, BadServiceFile, Busy, Gone, Left, SetAside, SettingsLost


class Telling(QObject):
    """Tells the model, in order.

    Args:
        model: What is told.
        parent: Its owner.

    Attributes:
        told: Something is to be told: a notice.
    """

    told = Signal(object)

    def __init__(self, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    @Slot(object)
    def take(self, arrived: Sequence[object]) -> None:
        """Take what arrived."""
        changes: list[Change] = []
        for one in arrived:
            if isinstance(one, Change):
                changes.append(one)
                continue
            if changes:
                self._model.take(changes)
                changes = []
            self._other(one)
        if changes:
            self._model.take(changes)

    def _other(self, one: object) -> None:
        if isinstance(one, Left):
            self._model.take([Change(one.batch), *(Change(one.batch, upload) for upload in one.uploads)])
            self._model.mark(one.batch.id, _left(one))
        elif isinstance(one, Gone):
            self._model.remove([one.batch_id])
        elif isinstance(one, Asks):
            self._model.mark(one.batch_id, _asks)
        elif isinstance(one, Busy):
            self._model.mark(one.batch_id, _busy(one.problem))
        elif isinstance(one, SetAside):
            self.told.emit(notices.set_aside(one.path))
        elif isinstance(one, BadServiceFile):
            self.told.emit(notices.bad_service_file(one.name, one.mistakes))
        elif isinstance(one, SettingsLost):
            self.told.emit(notices.settings_lost(one.path, one.names))


def _asks(node: Node) -> None:
    node.asks = True


def _left(left: Left) -> Callable[[Node], None]:
    def mark(node: Node) -> None:
        node.left, node.problem = left.why, left.problem

    return mark


def _busy(problem: Problem) -> Callable[[Node], None]:
    def mark(node: Node) -> None:
        node.busy = problem

    return mark
