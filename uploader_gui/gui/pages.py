"""What fills the middle: the queue, the history, or a word about why there is nothing to see."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QPushButton, QStackedWidget, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.figure import Figure
from uploader_gui.gui.look import GRID


class EmptyPage(QWidget):
    """Says what to do when nothing is there.

    Args:
        parent: Its owner.

    Attributes:
        choose_wished: The person wants to choose files.
        first: It says that there is no account.
        practises: It says that everything is only being tried out.
    """

    choose_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._icon = Figure("drop", pixels=5 * GRID, quiet=True, parent=self)
        self._title = look.heading(parent=self)
        self._hint = look.plain_label(parent=self)
        for label in (self._title, self._hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        self._title.setFont(font)
        self.choose = QPushButton(_("Choose files…"), self)
        self.choose.setAutoDefault(False)
        self.choose.clicked.connect(self.choose_wished)
        self.first = False
        self.practises = False
        #: Where the first start puts its own buttons: add an account, try it out.
        self.below = QVBoxLayout()
        self.below.setSpacing(GRID)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        rows.setSpacing(GRID)
        rows.addStretch(2)
        rows.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addSpacing(GRID)
        rows.addWidget(self._title)
        rows.addWidget(self._hint)
        rows.addSpacing(GRID)
        rows.addWidget(self.choose, 0, Qt.AlignmentFlag.AlignHCenter)
        rows.addLayout(self.below)
        rows.addStretch(3)

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self._title.text()} {self._hint.text()}".strip()

    def show_state(self, *, opening: bool, accounts: bool, filtered: bool, practises: bool = False) -> None:
        """Say why there is nothing.

        Args:
            opening: The program is still reading what there is.
            accounts: There is an account.
            filtered: There is something, but not what is searched for.
            practises: Everything is only being tried out.
        """
        self.first = not (filtered or opening or accounts)
        self.practises = practises and not (filtered or opening)
        if filtered:
            title, hint = _("Nothing here"), _("Other batches are there: see All, or search for something else.")
        elif opening:
            title, hint = _("One moment…"), ""
        elif practises:
            title = _("Drop files here")
            hint = _("Or attach sample files. They go to the record that is filled in above.")
        elif accounts:
            title = _("Drop files here")
            hint = _("Say above where they belong, then drop files or folders anywhere on this window.")
        else:
            title, hint = _("No account yet"), _("An account is your sign-in at a service that takes files.")
        self._title.setText(title)
        self._hint.setText(hint)
        self.choose.setVisible(accounts and not filtered and not opening and not practises)


class Pages(QStackedWidget):
    """One of the three.

    Args:
        empty: A word about why there is nothing.
        parent: Its owner.
    """

    def __init__(self, empty: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty = self._queue = self._history = empty
        self.addWidget(empty)

    def add(self, queue: QWidget, history: QWidget) -> None:
        """Add the batches on their way, and what has ended."""
        self._queue, self._history = queue, history
        self.insertWidget(0, queue)
        self.addWidget(history)
        self.setCurrentWidget(self._empty)

    def show_queue(self) -> None:
        """Show the queue."""
        self.setCurrentWidget(self._queue)

    def show_empty(self) -> None:
        """Show why there is nothing."""
        self.setCurrentWidget(self._empty)

    def show_history(self) -> None:
        """Show the history."""
        self.setCurrentWidget(self._history)

    @property
    def history_shown(self) -> bool:
        """Whether the history is shown."""
        return self.currentWidget() is self._history is not self._empty
