"""What can be read in a window: every text with where it stands, and which ones do not have the room they need."""

from collections.abc import Iterator

from PySide6.QtCore import QAbstractListModel, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMenu,
    QWidget,
)

ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole)


def texts(window: QWidget) -> Iterator[tuple[str, str]]:
    """Every text of a window that can be seen or heard now: where, and which."""
    yield "title", window.windowTitle()
    for widget in (window, *window.findChildren(QWidget)):
        if widget is window or widget.isVisibleTo(window):
            where = f"{type(widget).__name__} in {type(widget.parent()).__name__}"
            for text in _of(widget):
                yield where, text


def _of(widget: QWidget) -> Iterator[str]:
    yield widget.toolTip()
    yield widget.accessibleName()
    yield widget.accessibleDescription()
    if isinstance(widget, QLabel | QAbstractButton):
        yield widget.text()
    elif isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    elif isinstance(widget, QGroupBox):
        yield widget.title()
    elif isinstance(widget, QComboBox):
        yield from (widget.itemText(row) for row in range(widget.count()))
    elif isinstance(widget, QMenu):
        yield from (action.text() for action in widget.actions())
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        model = widget.model()
        for row in range(model.rowCount()):
            # A list has one column, and lets nobody ask how many.
            columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
            for column in range(columns):
                yield from (str(model.index(row, column).data(role) or "") for role in ROLES)


def cut_off(window: QWidget) -> Iterator[str]:
    """The texts of a window that need more room than they have, or of which what lies around them hides an end."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisibleTo(window) or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, QLabel) and widget.text():
            needs = widget.minimumSizeHint()
            lacks = needs.width() > widget.width()
            if widget.wordWrap():
                lacks = widget.heightForWidth(widget.width()) > widget.height()
        elif isinstance(widget, QAbstractButton) and widget.text():
            lacks = widget.minimumSizeHint().width() > widget.width()
        else:
            continue
        if lacks or widget.visibleRegion().boundingRect().width() < widget.width():
            text = widget.text()
            yield f"{type(widget).__name__} in {type(widget.parent()).__name__}, {widget.size()}: {text}"
