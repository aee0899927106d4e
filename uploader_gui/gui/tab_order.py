"""The Tab key goes through the window as the eye does: in the order of the layouts, whenever things were made.

Qt goes in the order in which widgets were made. Fields and buttons that are made anew, with each target and each row,
would all come last.
"""

import itertools
from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget


def follow_layout(root: QWidget) -> None:
    """Put all that can have the keyboard in order; it is cheap enough to be done at each press of the key."""
    stops = list(tab_stops(root))
    for one, following in itertools.pairwise(stops):
        QWidget.setTabOrder(one, following)


def tab_stops(widget: QWidget | None) -> Iterator[QWidget]:
    """What the Tab key stops at in a widget, in order; also what is hidden or disabled just now."""
    if widget is None:
        return
    if widget.focusProxy() is not None:
        # One that hands the keyboard on to something inside it is a stop for Qt as well: it must lie beside that.
        yield widget
    elif widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
        return
    layout = widget.layout()
    if isinstance(widget, QSplitter):
        parts = [widget.widget(place) for place in range(widget.count())]
    elif isinstance(widget, QStackedWidget):
        parts = [widget.currentWidget()]
    elif isinstance(widget, QScrollArea):
        parts = [widget.widget()]
    else:
        parts = [] if layout is None else list(_laid_out(layout))
    for part in parts:
        yield from tab_stops(part)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        widget, inner = (None, None) if item is None else (item.widget(), item.layout())
        if widget is not None:
            yield widget
        elif inner is not None:
            yield from _laid_out(inner)
