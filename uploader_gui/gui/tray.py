"""Notifications where the desktop takes them from an icon in its tray: Windows and macOS."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.workers.notes import Note, Press, Pressed

SHOWN = 10_000


class Tray(QObject):
    """Shows notifications. The icon is there from the first of them on.

    Args:
        window: Whose colours the icon has.

    Attributes:
        pressed: A person pressed a notification, or the icon: a Pressed.
    """

    pressed = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None
        self._about = ""

    def show(self, note: Note) -> None:
        """Show a notification; where there is no tray, nothing."""
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(look.icon("drop", self._window.palette()), self)
            self._icon.setToolTip(_("Uploader"))
            self._icon.messageClicked.connect(lambda: self._press(self._about))
            self._icon.activated.connect(lambda _how: self._press(""))
            self._icon.show()
        # Qt tells that a notification was pressed, not which; it has no buttons. The last one is what is to be seen.
        self._about = note.about
        self._icon.showMessage(note.title, note.text, QSystemTrayIcon.MessageIcon.NoIcon, SHOWN)

    def _press(self, about: str) -> None:
        self.pressed.emit(Pressed(about=about, press=Press.SHOW))
