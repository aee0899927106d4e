"""The Tab key goes through the window as the eye does: in the order of the layouts, whenever things were made.

Qt goes in the order in which widgets were made. Fields and buttons that are made anew, with each target and each row,
would all come last. `QWidget.setTabOrder` does not mend it for good: what hands the keyboard on to something inside it
is moved with all that is in it, and comes twice.
"""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QSplitter, QStackedWidget, QWidget


def go_on(root: QWidget, *, forward: bool) -> bool:
    """Give the keyboard to what comes next, or to what came before; whether there is such a thing."""
    stops = [one for one in tab_stops(root) if one.isEnabled() and one.isVisible()]
    now = QApplication.focusWidget()
    while now is not None and now not in stops:
        now = now.parentWidget()
    if now is None or len(stops) < 2:
        return False
    following = stops[(stops.index(now) + (1 if forward else -1)) % len(stops)]
    following.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True


def tab_stops(widget: QWidget | None) -> Iterator[QWidget]:
    """What the Tab key stops at in a widget, in order; also what is hidden or disabled just now."""
    if widget is None:
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
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
