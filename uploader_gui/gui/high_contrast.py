"""Whether the palette is one of high contrast: then edges are drawn that can be seen.

Qt's own style, Fusion, which is the one on Linux, draws the edge of a field as a darker shade of the window's ground:
on black that is nothing. Other systems' styles draw such edges themselves; there, nothing is done.
"""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from uploader_gui.gui import look

FUSION = "fusion"
EDGES = "fusion with edges"
LOUD = 15.0
"""A window's text has at least this contrast where high contrast is meant, if its ground and a list's are the same."""


def wanted(palette: QPalette) -> bool:
    """Whether a palette is one of high contrast: text and ground far apart, and no shades between grounds.

    Ordinary light palettes tell windows from lists by their ground; those of high contrast need edges for that.
    """
    window, base = palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.Base)
    button, text = palette.color(QPalette.ColorRole.Button), palette.color(QPalette.ColorRole.WindowText)
    apart = max(look.contrast(window, base), look.contrast(window, button))
    return apart < 1.05 and look.contrast(text, window) >= LOUD


def follow(app: QApplication) -> None:
    """Draw edges where the palette is one of high contrast, and as usual where it is not."""
    now, wants = app.style().objectName() == EDGES, wanted(app.palette())
    if now and not wants:
        app.setStyle(FUSION)
    elif wants and not now and app.style().name() == FUSION:
        from uploader_gui.gui.edges import Edges  # noqa: PLC0415 - few need them, and the window is to be seen first

        style = Edges(FUSION)
        style.setObjectName(EDGES)
        app.setStyle(style)
