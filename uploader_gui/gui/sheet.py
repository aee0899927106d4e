"""A window beside the main one. None is modal: what is being sent can always be looked at."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import aloud, bars, look, tab_order
from uploader_gui.gui.look import GRID


class Sheet(QDialog):
    """A window with a title, something in it, a line that asks or tells, and buttons below.

    It is deleted when it is closed.

    Args:
        title: What it is.
        parent: Its owner.

    Attributes:
        rows: What is in it.
        asks: Asks or tells something, while there is something.
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setModal(False)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, on=False)
        self.rows = QVBoxLayout()
        self.rows.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        self.rows.setSpacing(GRID)
        self.asks = bars.Bar("info", _("Notice"), self)
        self.asks.spoke.connect(
            lambda text: aloud.say(self.asks, text, urgent=True)
        )  # the answer to what was just done
        self._buttons = QHBoxLayout()
        self._buttons.setContentsMargins(2 * GRID, 0, 2 * GRID, 2 * GRID)
        self._buttons.setSpacing(GRID)
        self._buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(self.rows, 1)
        whole.addWidget(self.asks)
        whole.addSpacing(GRID)
        whole.addLayout(self._buttons)

    def add_button(self, called: str, *, left: bool = False) -> QPushButton:
        """Add a button at the bottom: at the right, after those that are there, or at the left."""
        button = QPushButton(called, self)
        button.setAutoDefault(False)
        if left:
            self._buttons.insertWidget(0, button)
        else:
            self._buttons.addWidget(button)
        return button

    def add_close(self) -> QPushButton:
        """Add the button that closes it."""
        button = self.add_button(_("Close"))
        button.clicked.connect(self.close)
        return button

    def say(self, text: str, choices: Sequence[bars.Choice] = (), *, urgent: bool = False) -> None:
        """Ask or tell something; "" says nothing any more."""
        if text:
            self.asks.say(text, choices, picture="attention" if urgent else "info")
        else:
            self.asks.hide()
        self.fit()

    def fit(self) -> None:
        """Be high enough for what is in it: lines that are broken need more than a layout asks for by itself."""
        layout = self.layout()
        if layout is not None:
            layout.invalidate()
            layout.activate()
            # As wide as well: where a window sets a width of its own, Qt leaves it at that, however long its words are.
            wide = max(self.width(), layout.minimumSize().width())
            high = layout.totalHeightForWidth(wide)
            if wide > self.width() or high > self.height():
                self.resize(wide, max(high, self.height()))

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Go on with the keyboard, as the eye does."""
        return tab_order.go_on(self, forward=forward) or super().focusNextPrevChild(forward)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Be high enough from the start."""
        super().showEvent(event)
        self.fit()

    def heading(self, text: str) -> None:
        """Add a line that names what stands below it."""
        if self.rows.count():
            self.rows.addSpacing(GRID)
        self.rows.addWidget(look.heading(text, self))
