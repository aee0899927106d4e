"""What makes the window complete beside sending: its menu and the windows that opens, notifications, the title."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtWidgets import QWidget

from uploader_gui.gui import notices
from uploader_gui.gui.menu import MenuButton
from uploader_gui.gui.notifying import Notifying
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.sheet import Sheet
from uploader_gui.gui.taskbar import Taskbar
from uploader_gui.gui.tray import Tray
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.desktop import Desktop, Showing
from uploader_gui.workers.notes import Press, Pressed

if TYPE_CHECKING:  # each is read when it is first wanted: the window is to be seen first
    from uploader_gui.gui.about_dialog import AboutDialog
    from uploader_gui.gui.diagnostics_dialog import DiagnosticsDialog
    from uploader_gui.gui.keys_dialog import KeysDialog
    from uploader_gui.gui.services_dialog import ServicesDialog
    from uploader_gui.gui.settings_dialog import SettingsDialog

Kind = TypeVar("Kind", bound=Sheet)


class Comforts(QObject):
    """Makes them, and holds them together.

    Args:
        desk: What they speak to.
        model: The batches.
        window: The main window.
        menu: Its menu.
        opens: Opens an address or a folder.
        desktop: The desktop; the one this program runs on by default.

    Attributes:
        copied: A text is to go to the clipboard.
        batch_wished: This batch is to be shown, by its id; "" for those that need a person.
        record_wished: The record of this batch is to be opened.
        told: Something is to be said: a notice.
    """

    copied = Signal(str)
    batch_wished = Signal(str)
    record_wished = Signal(str)
    told = Signal(object)

    def __init__(
        self,
        desk: Desk,
        model: QueueModel,
        window: QWidget,
        menu: MenuButton,
        *,
        opens: Callable[[QUrl], object],
        desktop: Desktop | None = None,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self._opens = opens
        self._sheets: dict[type[Sheet], Sheet] = {}
        self.desktop = desktop or Desktop(parent=self)
        self.tray = Tray(window)
        self.notifying = Notifying(model, wanted=lambda: desk.settings.notifies, parent=self)
        self.taskbar = Taskbar(model, self.desktop, window)
        self.menu = menu
        self.menu.services_wished.connect(self.show_services)
        self.menu.settings_wished.connect(self.show_settings)
        self.menu.keys_wished.connect(self.show_keys)
        self.menu.diagnostics_wished.connect(self.show_diagnostics)
        self.menu.about_wished.connect(self.show_about)
        self.notifying.told.connect(self.desktop.notify)
        self.desktop.not_shown.connect(self.tray.show)
        self.tray.pressed.connect(self._pressed)
        self.desktop.pressed.connect(self._pressed)
        desk.closed.connect(self.end)

    def show_settings(self) -> "SettingsDialog":
        """Show the settings."""
        from uploader_gui.gui.settings_dialog import SettingsDialog  # noqa: PLC0415 - see above

        return self._shown(SettingsDialog, lambda: SettingsDialog(self._desk, self._window))

    def show_services(self) -> "ServicesDialog":
        """Show the service files."""
        from uploader_gui.gui.services_dialog import ServicesDialog  # noqa: PLC0415 - see above

        return self._shown(ServicesDialog, lambda: ServicesDialog(self._desk, self._window))

    def show_keys(self) -> "KeysDialog":
        """Show the list of keys."""
        from uploader_gui.gui.keys_dialog import KeysDialog  # noqa: PLC0415 - see above

        return self._shown(KeysDialog, lambda: KeysDialog(self._window))

    def show_diagnostics(self) -> "DiagnosticsDialog":
        """Show the diagnostics."""
        from uploader_gui.gui.diagnostics_dialog import DiagnosticsDialog  # noqa: PLC0415 - see above

        def made() -> "DiagnosticsDialog":
            sheet = DiagnosticsDialog(self._desk, self._window)
            sheet.copied.connect(self.copied)
            return sheet

        return self._shown(DiagnosticsDialog, made)

    def show_about(self) -> "AboutDialog":
        """Show what this program is."""
        from uploader_gui.gui.about_dialog import AboutDialog  # noqa: PLC0415 - see above

        return self._shown(AboutDialog, lambda: AboutDialog(self._desk, self._opens, self._window))

    def show_files(self, paths: Sequence[Path]) -> None:
        """Show files where they lie; where the desktop cannot, their folder is opened."""

        def shown(what: Showing) -> None:
            if not what.there:
                self.told.emit(notices.gone(paths))
            elif not what.shown:
                self._opens(QUrl.fromLocalFile(str(what.there[0].absolute().parent)))

        self.desktop.show_files(paths, shown)

    def end(self) -> None:
        """The window closes: so does all that is beside it."""
        for sheet in tuple(self._sheets.values()):
            sheet.close()
        self.desktop.close()

    def _shown(self, kind: type[Kind], make: Callable[[], Kind]) -> Kind:
        """The one window of a kind, in front."""
        there = self._sheets.get(kind)
        if not isinstance(there, kind):
            there = make()
            self._sheets[kind] = there
            there.finished.connect(lambda _result: self._sheets.pop(kind, None))
        there.show()
        there.raise_()
        there.activateWindow()
        return there

    def _pressed(self, pressed: Pressed) -> None:
        """Something on a notification was pressed."""
        if pressed.press is Press.OPEN_RECORD:
            self.record_wished.emit(pressed.about)  # the browser comes to the front, not the window
            return
        self._to_front(pressed.token)
        self.batch_wished.emit(pressed.about)

    def _to_front(self, token: str) -> None:
        window = self._window
        if token:
            # Wayland lets a window come to the front only for whoever was pressed; Qt takes the permission from here.
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
        window.show()
        window.raise_()
        window.activateWindow()
