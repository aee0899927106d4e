"""What is shown while something is dragged over the window: that it may be dropped, and where it will go."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QRegion
from PySide6.QtWidgets import QWidget

from uploader_gui.gui import look
from uploader_gui.gui.look import GRID

VEIL = 244
"""How much of the window is hidden behind it, of 255."""
THIN_VEIL = 150
"""The same where a row is what matters: the other rows are still to be told."""


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

    @property
    def around(self) -> QRect | None:
        """The row that it frames, and leaves to be seen."""
        return self._around

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
        """Veil what is below, and draw a frame where it will go."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        accent = look.accent(palette)
        ground = QColor(palette.color(QPalette.ColorRole.Window))
        if self._around is None:
            ground.setAlpha(VEIL)
            painter.fillRect(self.rect(), ground)
            painter.setPen(QPen(accent, 2, Qt.PenStyle.DashLine))
            frame = self.rect().adjusted(2 * GRID, 2 * GRID, -2 * GRID, -2 * GRID)
            painter.drawRoundedRect(frame, GRID, GRID)
            self._write(painter, palette, self.rect().center().y() - 3 * GRID)
            return
        # The row itself stays to be seen: it says what the files will be added to.
        ground.setAlpha(THIN_VEIL)
        painter.save()
        painter.setClipRegion(QRegion(self.rect()).subtracted(QRegion(self._around)))
        painter.fillRect(self.rect(), ground)
        painter.restore()
        painter.setPen(QPen(accent, 2))
        painter.drawRoundedRect(self._around.adjusted(1, 1, -1, -1), GRID // 2, GRID // 2)
        self._label(painter, palette, self._around)

    def _label(self, painter: QPainter, palette: QPalette, row: QRect) -> None:
        """Write below the row, or above it where there is no room, on a ground of its own."""
        high = 11 * GRID
        below = row.bottom() + 2 * GRID
        top = below if below + high < self.height() else row.top() - 2 * GRID - high
        wide = min(self.width() - 4 * GRID, 64 * GRID)
        box = QRect((self.width() - wide) // 2, top, wide, high)
        painter.setPen(QPen(look.accent(palette), 1))
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(box, GRID, GRID)
        self._lines(painter, palette, box.adjusted(2 * GRID, 2 * GRID, -2 * GRID, -GRID))

    def _write(self, painter: QPainter, palette: QPalette, top: int) -> None:
        text = palette.color(QPalette.ColorRole.WindowText)
        icon = look.picture("drop", text, self.devicePixelRatioF(), 6 * GRID)
        painter.drawPixmap(self.rect().center().x() - 3 * GRID, top - 8 * GRID, icon)
        self._lines(painter, palette, QRect(4 * GRID, top, self.width() - 8 * GRID, 15 * GRID))

    def _lines(self, painter: QPainter, palette: QPalette, area: QRect) -> None:
        font = look.strong(self.font())
        font.setPointSizeF(self.font().pointSizeF() * 1.4)
        painter.setFont(font)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        flags = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        used = painter.boundingRect(area, flags, self._title)
        painter.drawText(area, flags, self._title)
        painter.setFont(self.font())
        painter.setPen(look.muted(palette))
        painter.drawText(area.adjusted(0, used.height() + GRID, 0, 0), flags, self._hint)
