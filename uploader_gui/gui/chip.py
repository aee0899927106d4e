"""What was chosen, by its name, with a cross that takes it back."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.look import GRID


class Elided(QLabel):
    """One line of plain text that is shortened where there is no room for it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """A few letters are enough."""
        return QSize(6 * GRID, super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw as much as there is room for."""
        del event
        painter = QPainter(self)
        text = QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        side = self.style().visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), int(side | Qt.AlignmentFlag.AlignVCenter), text)


class Chip(QFrame):
    """One record that is chosen.

    Args:
        label: What was asked for: "Lead".
        parent: Its owner.

    Attributes:
        removed: The person takes it back.
    """

    removed = Signal()

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = label
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._name = Elided(self)
        self.cross = look.Button("close", "", parent=self)
        self.cross.clicked.connect(self.removed)
        self.cross.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(GRID, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(self._name, 1)
        row.addWidget(self.cross)

    @property
    def text(self) -> str:
        """What it says."""
        return self._name.text()

    def show_pick(self, value: str, name: str) -> None:
        """Say what is chosen.

        Args:
            value: Its id.
            name: What people call it; "" while that is not known.
        """
        said = words.plain(name or value)
        self._name.setText(said)
        self._name.setToolTip(look.tip(words.plain(value)) if name else _("Its name is being asked for."))
        self.setAccessibleName(f"{self._label}: {said}")
        self.cross.setToolTip(look.tip(_("Take {name} back").format(name=said)))
        # The cross is what the keyboard reaches: so it says what is chosen, and what it does.
        self.cross.setAccessibleName(_("{label}: {name}. Take it back").format(label=self._label, name=said))

    def eventFilter(self, watched: object, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Del and Backspace take it back as well."""
        del watched
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            keys = {Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter}
            if event.key() in keys:
                self.removed.emit()
                return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A quiet ground that is not the window's, with a line round it: not by colour alone."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        base, accent = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Highlight)
        painter.setBrush(look.mixed(base, accent, 0.14))
        painter.setPen(look.mixed(base, accent, 0.6))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), GRID // 2, GRID // 2)
