"""The line in which a record is searched for: it hands on the keys that are about the list below it."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from uploader_gui.gui import look


class SearchEdit(QLineEdit):
    """The line that is typed in. What its keys mean is decided by the picker.

    Attributes:
        key: A key that may be about the list: its event, accepted if it was.
        entered: It was clicked, or has the keyboard.
        left: The keyboard is elsewhere.
    """

    key = Signal(object)
    entered = Signal()
    left = Signal()
    _glass: QAction | None = None

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.listens = False
        self.setAcceptDrops(False)  # files dropped here are meant for the window

    def show_glass(self) -> None:
        """Show that it searches."""
        self._glass = self.addAction(look.icon("search", self.palette()), QLineEdit.ActionPosition.LeadingPosition)

    def event(self, event: QEvent) -> bool:
        """While the list is shown, Escape is about the list and not about the window."""
        override = event.type() == QEvent.Type.ShortcutOverride and self.listens
        if override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Let the picker have the keys that are about the list."""
        event.setAccepted(False)
        self.key.emit(event)
        if not event.isAccepted():
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A click asks what there is."""
        super().mousePressEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """The person goes elsewhere."""
        super().focusOutEvent(event)
        if event.reason() not in {Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason}:
            self.left.emit()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._glass is not None:
            self._glass.setIcon(look.icon("search", self.palette()))
