"""How far everything is, where it is seen without the window: in its title, on its icon; and no sleep meanwhile."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from uploader_gui.core.batch import BatchState
from uploader_gui.core.progress import ALL_SENT
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import wording
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.rows import Group, Node
from uploader_gui.workers.desktop import Desktop

EVERY = 1000
REST = 10_000
"""Milliseconds without anything being sent after which the computer may sleep: between two files it is not worth it."""


class Taskbar(QObject):
    """Follows the totals.

    Args:
        model: Has them.
        desktop: Is told.
        window: Whose title it is.
    """

    def __init__(self, model: QueueModel, desktop: Desktop, window: QWidget) -> None:
        super().__init__(window)
        self._model = model
        self._desktop = desktop
        self._window = window
        self._name = _("Uploader")
        self._mine: set[str] = set()
        self._shown: tuple[int | None, int] = (None, 0)
        self._every = QTimer(self)
        self._every.setInterval(EVERY)
        self._every.timeout.connect(self.show)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(lambda: desktop.keep_awake(False))
        model.totals_changed.connect(self._changed)

    def call(self, name: str) -> None:
        """Call the window so, also while something is under way."""
        self._name = name
        self._window.setWindowTitle(name)

    def _changed(self) -> None:
        totals = self._model.totals
        if totals.sending or totals.attaching or totals.held:
            self._rest.stop()
            self._desktop.keep_awake(True, _("Files are being sent"))
            if not self._every.isActive():
                self._every.start()
                self.show()
        else:
            if not self._rest.isActive():
                self._rest.start()
            self._every.stop()
            self.show()

    def show(self) -> None:
        """Show how far it is now."""
        totals = self._model.totals
        going = bool(totals.sending or totals.attaching or totals.held)
        per_mille = self._per_mille() if going else None
        if not totals.busy:
            self._mine.clear()
        percent = None if per_mille is None else per_mille // 10
        shown = (percent, totals.needs_you)
        if shown == self._shown:
            return
        self._shown = shown
        title = self._name
        if per_mille is not None:
            title = f"{wording.percent(per_mille)} – {title}"  # noqa: RUF001 - a title's dash
        self._window.setWindowTitle(title)
        self._desktop.show_progress(None if percent is None else percent / 100, totals.needs_you)

    def _per_mille(self) -> int | None:
        """How far everything is that was under way since nothing was. What is done still counts: it never goes back."""
        nodes = list(self._model.nodes)
        self._mine |= {node.batch.id for node in nodes if _going(node)}
        mine = [node for node in nodes if node.batch.id in self._mine and node.batch.state is not BatchState.CANCELLED]
        whole = sum(node.size for node in mine)
        return min(ALL_SENT, 1000 * sum(node.sent for node in mine) // whole) if whole else None


def _going(node: Node) -> bool:
    return node.group is Group.ACTIVE and node.left is None and node.batch.state is not BatchState.PAUSED
