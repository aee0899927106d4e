"""Which batches are shown: all, active, those that need you, done, or the history; and the search."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import aloud, look
from uploader_gui.gui.look import GRID
from uploader_gui.gui.rows import Group
from uploader_gui.gui.shortcuts import Way, sequence, shown
from uploader_gui.gui.totals import Totals

SEARCH_AFTER = 150
SAID = 2500
ROOM = 72 * GRID
ROOM_FOR_WORDS = 100 * GRID
"""The width from which there is room for the words beside the icon."""
HISTORY = "history"
_GROUPS: tuple[Group | None, ...] = (None, Group.ACTIVE, Group.NEEDS_YOU, Group.DONE)


class FilterRow(QWidget):
    """The row above the queue.

    Args:
        parent: Its owner.

    Attributes:
        changed: Something else is to be shown: a group or None, a text, whether it is the history.
        clear_wished: What is done is to be cleared from the list.
        choose_wished: Files are to be chosen.
    """

    changed = Signal(object, str, bool)
    clear_wished = Signal()
    choose_wished = Signal()
    _glass: QAction | None = None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("What is shown"))
        self._done = False
        self._buttons = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(GRID // 2)
        called = [_("All"), _("Active"), _("Needs you"), _("Done"), _("History")]
        for number, name in enumerate(called):
            button = QToolButton(self)
            button.setText(name)
            button.setCheckable(True)
            button.setAutoRaise(True)
            self._buttons.addButton(button, number)
            row.addWidget(button)
        self._buttons.button(0).setChecked(True)
        self._buttons.idToggled.connect(self._toggled)
        self._said = look.label(parent=self)
        self._said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        row.addWidget(self._said, 1)
        self.files = self._files()
        row.addWidget(self.files)
        self.clear = QToolButton(self)
        self.clear.setText(_("Clear done"))
        self.clear.setToolTip(_("Take what is done off this list; the history keeps it"))
        self.clear.setAutoRaise(True)
        self.clear.clicked.connect(self.clear_wished)
        self.clear.hide()
        row.addWidget(self.clear)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(_("Search"))
        self.search.setAccessibleName(_("Search files and records"))
        self.search.setClearButtonEnabled(True)
        self.search.setAcceptDrops(False)
        self.search.setMinimumWidth(8 * GRID)
        self.search.setMaximumWidth(28 * GRID)
        leading = QLineEdit.ActionPosition.LeadingPosition
        self._glass = self.search.addAction(look.icon("search", self.palette()), leading)
        row.addWidget(self.search)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SEARCH_AFTER)
        self._soon.timeout.connect(self._tell)
        self.search.textChanged.connect(self._wait)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(SAID)
        self._quiet.timeout.connect(self._said.clear)

    def _files(self) -> look.Button:
        button = look.Button("add", _("Choose files…"), _("Choose files…"), self)
        keys = shown(sequence(Way.ADD_FILES))
        button.setToolTip(look.tip(f"{_('Choose files…')} ({keys})"))
        button.setAccessibleDescription(keys)
        button.clicked.connect(self.choose_wished)
        button.hide()
        return button

    @property
    def history(self) -> bool:
        """Whether the history is shown."""
        return self._buttons.checkedId() == len(_GROUPS)

    @property
    def group(self) -> Group | None:
        """The group that is shown; None for all."""
        number = self._buttons.checkedId()
        return _GROUPS[number] if number < len(_GROUPS) else None

    def choose(self, group: Group | None, *, history: bool = False) -> None:
        """Show this."""
        self._buttons.button(len(_GROUPS) if history else _GROUPS.index(group)).setChecked(True)

    def show_queue(self) -> None:
        """Something new came: it must be seen."""
        self.search.clear()
        if self.history or self.group in {Group.NEEDS_YOU, Group.DONE}:
            self.choose(None)

    def show_all(self) -> None:
        """Show the whole queue."""
        self.search.clear()
        self.choose(None)

    def show_totals(self, totals: Totals) -> None:
        """Say how many need a person, and whether something can be cleared away."""
        waits = _("Needs you ({n})").format(n=totals.needs_you) if totals.needs_you else _("Needs you")
        self._buttons.button(_GROUPS.index(Group.NEEDS_YOU)).setText(waits)
        self._done = bool(totals.done)
        self._show_clear()

    def offer_files(self, *, offered: bool) -> None:
        """Let files be chosen here, or not: an empty window has a button of its own for it."""
        self.files.setVisible(offered)

    def _show_clear(self) -> None:
        room = self.width() >= ROOM
        self.clear.setVisible(self._done and room and not self.history)
        style = Qt.ToolButtonStyle
        roomy = self.width() >= ROOM_FOR_WORDS
        self.files.setToolButtonStyle(style.ToolButtonTextBesideIcon if roomy else style.ToolButtonIconOnly)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Where there is little room, only what is needed is shown."""
        super().resizeEvent(event)
        self._show_clear()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.sharpen()

    def add_corner(self, widget: QWidget) -> None:
        """Put something at the end of the row."""
        layout = self.layout()
        if layout is not None:
            layout.addWidget(widget)

    def toggle_history(self) -> None:
        """Show the history, or the queue again."""
        self.choose(None, history=not self.history)

    def say(self, text: str) -> None:
        """Say something in passing."""
        self._said.setText(text)
        self._quiet.start()
        aloud.say(self._said, text)

    def sharpen(self) -> None:
        """Draw what is no button anew: in other colours, or as `look.sharpen` says."""
        if self._glass is not None:
            self._glass.setIcon(look.icon("search", self.palette()))

    def _wait(self) -> None:
        self._soon.start()

    def _toggled(self, _number: int, on: bool) -> None:
        if on:
            self._tell()

    def _tell(self) -> None:
        self._soon.stop()
        self._show_clear()
        self.changed.emit(self.group, self.search.text().strip(), self.history)
