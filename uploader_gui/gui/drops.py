"""A drag over the window: which batch is beneath it, and what is said about where it will go."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragMoveEvent
from PySide6.QtWidgets import QWidget

from uploader_gui.core import words
from uploader_gui.core.batch import BatchState
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import seen, ways_in, wording
from uploader_gui.gui.drop_overlay import DropOverlay
from uploader_gui.gui.queue_view import QueueView
from uploader_gui.gui.rows import Node
from uploader_gui.gui.target_bar import TargetBar

EXTENDED = frozenset({BatchState.OPEN, BatchState.PAUSED})


class Drops:
    """Says where a drop would go.

    Args:
        window: What is dragged over.
        inside: Its content, which the overlay covers.
        queue: The rows that a drop may be added to.
        target: Where it goes else.
        overlay: Shows it.
    """

    def __init__(
        self, window: QWidget, inside: QWidget, queue: QueueView, target: TargetBar, overlay: DropOverlay
    ) -> None:
        self._window = window
        self._inside = inside
        self._queue = queue
        self._target = target
        self._overlay = overlay

    def beneath(self, at: QPoint) -> Node | None:
        """The batch that would take files dropped here; None for a new one."""
        if not self._queue.isVisible():
            return None
        viewport = self._queue.viewport()
        inside = viewport.mapFrom(self._window, at)
        row = self._queue.row_at(inside) if viewport.rect().contains(inside) else None
        if row is None or row.node.batch.state not in EXTENDED or row.node.left is not None:
            return None
        return row.node

    def hover(self, event: QDragMoveEvent) -> None:
        """Take a drag, and say where it would go."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        data, node = event.mimeData(), self.beneath(event.position().toPoint())
        if not ways_in.takes(data):
            self._overlay.show_over(_("This cannot be attached"), ways_in.foreign(data))
        elif not ways_in.paths_of(data) and not ways_in.has_picture(data):
            self._overlay.show_over(_("Take over this address"), _("It says which record the next files belong to."))
        elif node is None:
            self._overlay.show_over(*self._where())
        else:
            area = self._queue.area_of(node.batch.id)
            area.moveTopLeft(self._queue.viewport().mapTo(self._inside, area.topLeft()))
            title = _("Add to {place}").format(place=wording.title(node.batch))
            self._overlay.show_over(title, _("Files and all files in folders."), area)

    def _where(self) -> tuple[str, str]:
        flow, place = self._target.flow, self._target.place
        if flow is None:
            return _("Drop files here"), _("You choose then where they go.")
        if self._target.lacks:
            names = _(" and ").join(words.quoted(one) for one in self._target.lacks)
            return _("Drop files here"), _("Then fill in {names}.").format(names=names)
        if seen.outside(flow):
            title = _("Upload to {place}") if flow.target.call is None else _("Attach to {place}")
            return title.format(place=place), seen.there(flow.target.seen_by)
        if flow.target.call is None:
            return _("Upload to {place}").format(place=place), flow.service.name
        if flow.target.sends:
            return _("Get ready: {place}").format(place=place), _("Nothing goes out before you press Send.")
        return _("Attach to {place}").format(place=place), flow.service.name
