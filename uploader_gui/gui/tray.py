"""Notifications where the desktop takes them from an icon in its tray: Windows and macOS."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look

SHOWN = 10_000


class Tray(QObject):
    """Shows notifications. The icon is there from the first of them on.

    Args:
        window: Whose colours the icon has.

    Attributes:
        pressed: A person pressed a notification or the icon.
    """

    pressed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._icon: QSystemTrayIcon | None = None

    def show(self, title: str, text: str) -> None:
        """Show a notification; where there is no tray, nothing."""
        if not (QSystemTrayIcon.isSystemTrayAvailable() and QSystemTrayIcon.supportsMessages()):
            return
        if self._icon is None:
            self._icon = QSystemTrayIcon(look.icon("drop", self._window.palette()), self)
            self._icon.setToolTip(_("Uploader"))
            self._icon.messageClicked.connect(self.pressed)
            self._icon.activated.connect(lambda _how: self.pressed.emit())
            self._icon.show()
        self._icon.showMessage(title, text, QSystemTrayIcon.MessageIcon.NoIcon, SHOWN)
