"""The menu of the window: everything that is not needed every day."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QPaintEvent
from PySide6.QtWidgets import QMenu, QStyle, QStyleOptionToolButton, QStylePainter, QToolButton, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.shortcuts import Way, sequences
from uploader_gui.gui.totals import Totals


class MenuButton(look.Button):
    """The button with the menu.

    Args:
        parent: Its owner.

    Attributes:
        files_wished: Files are to be chosen.
        folder_wished: A folder is.
        accounts_wished: The accounts are to be shown.
        services_wished: The service files are.
        again_wished: Everything that needs a person and can be tried again is to be.
        end_wished: Everything is to be given up.
        history_wished: The history is.
        settings_wished: The settings are.
        keys_wished: The list of keys is.
        diagnostics_wished: The diagnostics are.
        about_wished: What this program is, is.
        quit_wished: The window is to close.
    """

    files_wished = Signal()
    folder_wished = Signal()
    accounts_wished = Signal()
    services_wished = Signal()
    again_wished = Signal()
    end_wished = Signal()
    history_wished = Signal()
    settings_wished = Signal()
    keys_wished = Signal()
    diagnostics_wished = Signal()
    about_wished = Signal()
    quit_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("menu", _("Menu"), parent=parent)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setAccessibleName(_("Menu"))
        entries: list[tuple[str, Way | None, Callable[[], object]] | None] = [
            (_("Choose files…"), Way.ADD_FILES, self.files_wished.emit),
            (_("Choose a folder…"), Way.ADD_FOLDER, self.folder_wished.emit),
            (_("Accounts…"), Way.ACCOUNTS, self.accounts_wished.emit),
            (_("Service files…"), None, self.services_wished.emit),
            None,
            (_("Try again all that needs you"), None, self.again_wished.emit),
            (_("Give everything up…"), None, self.end_wished.emit),
            None,
            (_("History"), Way.HISTORY, self.history_wished.emit),
            (_("Settings…"), Way.SETTINGS, self.settings_wished.emit),
            None,
            (_("Keyboard shortcuts"), Way.KEYS, self.keys_wished.emit),
            (_("Diagnostics…"), None, self.diagnostics_wished.emit),
            (_("About Uploader"), None, self.about_wished.emit),
            None,
            (_("Quit"), Way.QUIT, self.quit_wished.emit),
        ]
        for entry in entries:
            if entry is None:
                menu.addSeparator()
                continue
            text, way, does = entry
            action = QAction(text, menu)
            if way is not None:
                action.setShortcuts(sequences(way))
            action.triggered.connect(lambda _checked=False, does=does: does())
            menu.addAction(action)
        self.setMenu(menu)
        # By what they are, not by what they are called: that changes with the language.
        self._again = self.actions_[_("Try again all that needs you")]
        self._end = self.actions_[_("Give everything up…")]
        self.show_totals(Totals())

    def show_totals(self, totals: Totals) -> None:
        """Say what there is to be tried again, or given up."""
        self._again.setEnabled(bool(totals.again))
        self._end.setEnabled(bool(totals.losable))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw it without an arrow: the icon says that there is a menu.

        A style sheet would do that as well, but what has one does not follow every change of the palette.
        """
        del event
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.features &= ~QStyleOptionToolButton.ToolButtonFeature.HasMenu
        QStylePainter(self).drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)

    @property
    def actions_(self) -> dict[str, QAction]:
        """What is in the menu, by its text."""
        return {action.text(): action for action in self.menu().actions() if action.text()}
