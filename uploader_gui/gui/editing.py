"""A batch is changed in the details: held back meanwhile, and sent on after."""

from typing import Any

from PySide6.QtCore import QObject

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import notices
from uploader_gui.gui.bars import NoticeBars
from uploader_gui.gui.details_panel import DetailsPanel
from uploader_gui.gui.queue_model import QueueModel, Row
from uploader_gui.workers.desk import Desk


class Editing(QObject):
    """Sees to it.

    Args:
        desk: Holds back, changes, and goes on.
        model: Has the batches.
        details: Where it is changed.
        told: Says why it cannot be.
        parent: Its owner.
    """

    def __init__(
        self, desk: Desk, model: QueueModel, details: DetailsPanel, told: NoticeBars, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._desk = desk
        self._model = model
        self._details = details
        self._told = told

    def edit(self, row: Row) -> None:
        """Let the person change it, if it is not too late."""
        flow = self._desk.flow(row.node.batch)
        if flow is None:
            return

        def held(done: bool) -> None:
            if done:
                self._details.show()
                self._details.edit(row)
            else:
                self._told.tell(notices.Notice(text=_("It is too late to change it."), urgent=False))

        self._desk.batch_desk.hold_back(row.node.batch.id, held)

    def keep(self, batch_id: str, values: Any, names: Any) -> None:
        """Keep what the person changed, and go on."""

        def told(done: bool) -> None:
            if not done:
                text = _("This cannot be changed now: something was already sent with it.")
                self._told.tell(notices.Notice(text=text))
            self.end(batch_id)

        self._desk.batch_desk.edit(batch_id, values, names, told)

    def end(self, batch_id: str) -> None:
        """It is as it should be: go on, unless the person sends it by hand."""
        node = self._model.node(batch_id)
        if node is not None and not node.sends:
            self._desk.batch_desk.go_on(batch_id)
