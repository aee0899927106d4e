"""What is shown while something is dragged over the window: that it may be dropped, and where it will go."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QWidget

from uploader_gui.gui import look
from uploader_gui.gui.look import GRID


class DropOverlay(QWidget):
    """Covers the window during a drag; the drag itself passes through it.

    Args:
        parent: The window's content.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title = self._hint = ""
        self._around: QRect | None = None
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return f"{self._title} {self._hint}".strip()

    def show_over(self, title: str, hint: str, around: QRect | None = None) -> None:
        """Say where it will go.

        Args:
            title: In large letters.
            hint: Below it.
            around: The row it will be added to; None for the whole window.
        """
        self._title, self._hint, self._around = title, hint, around
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Dim what is below, and draw a frame where it will go."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        accent = palette.color(QPalette.ColorRole.Highlight)
        ground = QColor(palette.color(QPalette.ColorRole.Window))
        ground.setAlpha(244)
        painter.fillRect(self.rect(), ground)
        painter.setPen(QPen(accent, 2, Qt.PenStyle.DashLine))
        frame = self.rect().adjusted(2 * GRID, 2 * GRID, -2 * GRID, -2 * GRID)
        painter.drawRoundedRect(frame, GRID, GRID)
        if self._around is not None:
            painter.setPen(QPen(accent, 2))
            painter.drawRoundedRect(self._around.adjusted(1, 1, -1, -1), GRID // 2, GRID // 2)
        self._write(painter, palette)

    def _write(self, painter: QPainter, palette: QPalette) -> None:
        text = palette.color(QPalette.ColorRole.WindowText)
        middle = self.rect().center()
        icon = look.picture("drop", text, self.devicePixelRatioF(), 6 * GRID)
        painter.drawPixmap(middle.x() - 3 * GRID, middle.y() - 11 * GRID, icon)
        font = look.strong(self.font())
        font.setPointSizeF(self.font().pointSizeF() * 1.4)
        painter.setFont(font)
        painter.setPen(text)
        wide = self.width() - 8 * GRID
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        area = QRect(4 * GRID, middle.y() - 3 * GRID, wide, 9 * GRID)
        used = painter.boundingRect(area, int(flags), self._title)
        painter.drawText(area, int(flags), self._title)
        painter.setFont(self.font())
        painter.setPen(look.muted(palette))
        painter.drawText(QRect(4 * GRID, used.bottom() + GRID, wide, 6 * GRID), int(flags), self._hint)
