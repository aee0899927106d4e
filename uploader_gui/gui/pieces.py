"""Pieces that panels are made of."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QLayout, QSizePolicy, QVBoxLayout, QWidget

from uploader_gui.gui import look
from uploader_gui.gui.look import GRID


class Box(QFrame):
    """A frame with things one below the other."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.rows = QVBoxLayout(self)
        self.rows.setContentsMargins(GRID + GRID // 2, GRID, GRID + GRID // 2, GRID + GRID // 2)
        self.rows.setSpacing(GRID)

    def add(self, widget: QWidget) -> None:
        """Put something below the rest."""
        self.rows.addWidget(widget)


class Quiet(QLabel):
    """A text that comes second, and is lighter than others whatever palette comes.

    Args:
        text: What it says: plain text.
        parent: Its owner.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)
        self._quieten()

    def _quieten(self) -> None:
        colour = look.muted(self.palette())
        if self.palette().color(QPalette.ColorRole.WindowText) != colour:
            only = QPalette()  # everything else stays what the window's palette says
            only.setColor(QPalette.ColorRole.WindowText, colour)
            self.setPalette(only)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._quieten()


def quiet(text: str) -> Quiet:
    """A text that comes second, and may be long."""
    label = Quiet(text)
    label.setWordWrap(True)
    return label


def shortened(value: str) -> str:
    """The beginning and the end of something long."""
    return value if len(value) <= 20 else f"{value[:10]}…{value[-6:]}"


def empty(layout: QLayout) -> None:
    """Take everything out of a layout, and let it go."""
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            empty(inner)


def inside(layout: QLayout) -> list[QWidget | None]:
    """The widgets in a layout, in order; None for what is no widget."""
    items = [layout.itemAt(number) for number in range(layout.count())]
    return [item.widget() for item in items if item is not None]
