"""The queue with its details: beside it, or below it where there is little room."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

from uploader_gui.gui.look import GRID

ROOM = 90 * GRID
"""The width from which they stand beside each other, if neither needs more."""


class Beside(QSplitter):
    """Puts them there.

    Args:
        parent: Its owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """No wider than the wider one: else a window could not be made narrow enough for them to move."""
        return QSize(max(self._needs(), default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put them where there is room."""
        self._arrange()
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        """The details are shown, or need more than before."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        way = Qt.Orientation.Horizontal if self.width() >= max(ROOM, sum(self._needs())) else Qt.Orientation.Vertical
        if way != self.orientation():
            self.setOrientation(way)

    def _needs(self) -> list[int]:
        inside = [one for one in map(self.widget, range(self.count())) if one is not None and not one.isHidden()]
        return [max(one.minimumWidth(), one.minimumSizeHint().width()) for one in inside]
