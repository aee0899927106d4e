"""Pieces that panels are made of."""

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


def quiet(text: str) -> QLabel:
    """A text that comes second."""
    label = look.plain_label(text)
    label.setPalette(quiet_palette(label.palette()))
    return label


def quiet_palette(palette: QPalette) -> QPalette:
    """The palette for text that comes second."""
    made = QPalette(palette)
    made.setColor(QPalette.ColorRole.WindowText, look.muted(palette))
    return made


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
