"""A window as text: what Qt tells a screen reader of it, name by name, in the order in which it does."""

import re
from collections.abc import Iterator
from typing import cast

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QComboBox, QWidget

Role = QAccessible.Role
_UNTOLD = frozenset({Role.ScrollBar, Role.Grip, Role.ColumnHeader, Role.RowHeader})
"""What people do not deal with by itself."""
_FRAMES = frozenset({Role.Client, Role.Pane, Role.LayeredPane, Role.Splitter})
"""What only holds other things: told of if it has a name."""
_STATES = ("disabled", "checked", "selected", "expanded", "defaultButton")
_CHANGES = (
    (r"\d\d\d\d-\d\d-\d\d \d\d:\d\d|\b\d\d:\d\d\b", "TIME"),
    (r"good for [^\"]+ more", "good for TIME more"),
    (r"\b\d+:\d\d\b", "M:SS"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"/[^\s\"]*/home\d+/", "HOME/"),
    (r"Uploader \d+\.\d+\.\d+", "Uploader VERSION"),
    (r"Qt \d+\.\d+\.\d+", "Qt VERSION"),
    (r"/user_AnnLee/[\w-]+/", "/user_AnnLee/KEY/"),
    (r"\n *StaticText \"[\d.]+ (?:bytes|[kMG]B)/s[^\"]*\"", ""),
    (r" · [\d.]+ (?:bytes|[kMG]B)/s · [^\",.]+ left", ""),
    (r"\b\d+ %", "N %"),
    (r"\b[\d.]+ (?:bytes|[kMG]B) of ", "SIZE of "),
)
"""What is another one each time."""


def text_of(window: QWidget) -> str:
    """Everything a window says, one line for each thing, with what changes from time to time left out."""
    said = "\n".join(lines(accessible(window), 0)) + "\n"
    for what, instead in _CHANGES:
        said = re.sub(what, instead, said)
    return said


def accessible(widget: QWidget) -> QAccessibleInterface:
    """What a screen reader is given for a widget."""
    return QAccessible.queryAccessibleInterface(widget)


def everything(one: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """A thing and all that can be seen in it; of a table only itself."""
    yield one
    if one.role() not in {Role.Table, Role.ComboBox}:
        for child in children(one):
            yield from everything(child)


def children(one: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    """What can be seen directly in a thing."""
    for number in range(one.childCount()):
        child = cast("QAccessibleInterface | None", one.child(number))  # there may be none, whatever its type says
        if child is not None and child.isValid() and not child.state().invisible:
            yield child


def name(one: QAccessibleInterface) -> str:
    """What a thing is called. A box of choices gives its choice as its name on Linux: its label is related to it."""
    widget = one.object()
    if isinstance(widget, QComboBox):
        return widget.accessibleName()
    return one.text(QAccessible.Text.Name)


def sentences(table: QAccessibleInterface) -> list[str]:
    """What a screen reader says when it comes to each row of a table: the name of its first cell."""
    return [name(cells[0]) for cells in rows(table)]


def rows(table: QAccessibleInterface) -> list[list[QAccessibleInterface]]:
    """The cells of a table, row by row."""
    found: dict[int, list[QAccessibleInterface]] = {}
    for child in children(table):
        if child.role() is Role.Cell:
            found.setdefault(child.tableCellInterface().rowIndex(), []).append(child)
    return [found[number] for number in sorted(found)]


def lines(one: QAccessibleInterface, depth: int) -> Iterator[str]:
    """A thing and what is in it, a line each."""
    role, called = one.role(), name(one)
    if role in _UNTOLD or (role is Role.Button and not called and not one.state().focusable):
        return
    if role in _FRAMES and not called:
        for child in children(one):
            yield from lines(child, depth)
        return
    if called or role not in {Role.StaticText, Role.Graphic}:
        yield "  " * depth + line(one)
    if role is Role.Table:
        for cells in rows(one):
            chosen = " selected" if cells[0].state().selected else ""
            yield "  " * (depth + 1) + " | ".join(f'"{name(cell)}"' for cell in cells) + chosen
    elif role is not Role.ComboBox:
        for child in children(one):
            yield from lines(child, depth + 1)


def line(one: QAccessibleInterface) -> str:
    """One thing: what it is, its name, what it says beside that, its value, its state."""
    described, value = one.text(QAccessible.Text.Description), one.text(QAccessible.Text.Value)
    state = one.state()
    parts = [one.role().name, f'"{name(one)}"']
    if described and described != name(one):
        parts.append(f"({described})")
    if value:
        parts.append(f'= "{value}"')
    return " ".join([*parts, *(word for word in _STATES if getattr(state, word))])
