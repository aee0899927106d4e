"""What a search has found, as a list below the field: part of the window, so the field keeps the keyboard."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListView,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.look import GRID

ROWS = 9
"""Rows that are shown at once; the rest is scrolled to."""
NARROWEST = 40 * GRID


@dataclass(frozen=True, kw_only=True)
class Pick:
    """A record that can be chosen, or is.

    Attributes:
        value: Its id.
        name: What people call it; "" while that is not known.
        sure: The service itself said that name in this run.
        typed: It is what the person typed, not something that was found.
    """

    value: str
    name: str = ""
    sure: bool = True
    typed: bool = False


class FoundModel(QAbstractListModel):
    """The rows of the list.

    Args:
        high: The height of a row, in pixels.
        parent: Its owner.
    """

    def __init__(self, high: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._high = high
        self._picks: tuple[Pick, ...] = ()
        self._twice: frozenset[str] = frozenset()

    def show(self, picks: Sequence[Pick]) -> None:
        """Show these in the place of those before."""
        self.beginResetModel()
        self._picks = tuple(picks)
        names = [one.name for one in picks if not one.typed]
        self._twice = frozenset(name for name in names if names.count(name) > 1)
        self.endResetModel()

    def pick(self, row: int) -> Pick | None:
        """What is in a row."""
        return self._picks[row] if 0 <= row < len(self._picks) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's own
        """How many there are."""
        return 0 if parent.isValid() else len(self._picks)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What a row says. Two records of one name are told apart by their ids."""
        pick = self.pick(index.row())
        if pick is None:
            return None
        name = words.plain(pick.name)
        if role == Qt.ItemDataRole.DisplayRole:
            if pick.typed:
                return _("Take “{text}” as it is").format(text=words.plain(pick.value))
            return f"{name} · {words.plain(pick.value)}" if pick.name in self._twice else name
        if role == Qt.ItemDataRole.ToolTipRole:
            return look.tip(words.plain(pick.value))
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, self._high)
        return None


class FoundList(QFrame):
    """The list, with a line that says how the search goes.

    Args:
        label: What is searched for.
        window: What it is shown on.

    Attributes:
        chosen: A row was chosen: its Pick.
        again: The person wants to search once more.
    """

    chosen = Signal(object)
    again = Signal()

    def __init__(self, label: str, window: QWidget) -> None:
        super().__init__(window)
        self.model = FoundModel(self.fontMetrics().height() + GRID, self)
        self.view = QListView(self)
        self.view.setModel(self.model)
        self.view.setFrameShape(QFrame.Shape.NoFrame)
        self.view.setUniformItemSizes(True)
        self.view.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setAccessibleName(_("Found for {label}").format(label=label))
        self.view.clicked.connect(lambda index: self._choose(index.row()))
        self._state = look.plain_label(parent=self)
        self._state.setMargin(GRID)
        self._state.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self._again = QPushButton(_("Try again"), self)
        self._again.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._again.clicked.connect(self.again)
        self._again.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(1, 1, 1, 1)
        rows.setSpacing(0)
        rows.addWidget(self._state)
        beside = QHBoxLayout()
        beside.setContentsMargins(GRID, 0, GRID, 0)
        beside.addWidget(self._again, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addLayout(beside)
        rows.addWidget(self.view, 1)
        self.hide()

    @property
    def state(self) -> str:
        """What it says about the search."""
        return self._state.text() if not self._state.isHidden() else ""

    @property
    def texts(self) -> list[str]:
        """Its rows."""
        return [str(self.model.index(row).data()) for row in range(self.model.rowCount())]

    @property
    def current(self) -> Pick | None:
        """The row that Return would choose."""
        return self.model.pick(self.view.currentIndex().row())

    def say(self, state: str, picks: Sequence[Pick] = (), *, again: bool = False) -> None:
        """Show rows, and say how the search goes.

        Args:
            state: A few words; "" for none.
            picks: The rows; the first one is the current one.
            again: Offer to search once more.
        """
        self.model.show(picks)
        self._state.setText(state)
        self._state.setVisible(bool(state))
        self._again.setVisible(again)
        self.view.setVisible(bool(picks))
        if picks:
            self.view.setCurrentIndex(self.model.index(0))

    def move_on(self, by: int) -> None:
        """Make another row the current one; after the last comes the first."""
        count = self.model.rowCount()
        if count:
            at = self.view.currentIndex().row()
            to = (at + by) % count if abs(by) == 1 else min(max(at + by, 0), count - 1)
            self.view.setCurrentIndex(self.model.index(to))

    def show_below(self, field: QWidget) -> None:
        """Show it below a field, or above where there is more room."""
        window = self.parentWidget()
        if window is None:
            return
        _bring_into_sight(field)
        self.setFixedWidth(min(max(field.width(), NARROWEST), window.width()))
        high = self._height()
        top_left = field.mapTo(window, QPoint(0, 0))
        below = window.height() - top_left.y() - field.height()
        above = top_left.y()
        upwards = below < high and above > below
        high = min(high, above if upwards else below)
        left = max(0, min(top_left.x(), window.width() - self.width()))
        top = top_left.y() - high if upwards else top_left.y() + field.height()
        self.setGeometry(QRect(left, top, self.width(), high))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """The ground of a list, with a line round it that is seen on any ground."""
        del event
        painter = QPainter(self)
        palette = self.palette()
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.setPen(look.muted(palette))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _height(self) -> int:
        rows = min(self.model.rowCount(), ROWS)
        high = rows * max(self.view.sizeHintForRow(0), 0) + 4
        if not self._state.isHidden():
            high += self._state.heightForWidth(self.width() - 2)
        if not self._again.isHidden():
            high += self._again.sizeHint().height() + GRID
        return high

    def _choose(self, row: int) -> None:
        pick = self.model.pick(row)
        if pick is not None:
            self.chosen.emit(pick)


def _bring_into_sight(field: QWidget) -> None:
    """Scroll to the field: what is found for it must not stand beside something else."""
    above = field.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(field)
        above = above.parentWidget()
