"""Draws the queue's rows: quiet, aligned, in the palette's colours, with the style's own bar and button."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QIcon, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QTableView,
)

from uploader_gui.core import words
from uploader_gui.gui import deeds, look, wording
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID, ICON
from uploader_gui.gui.queue_model import Column, QueueModel, Row
from uploader_gui.gui.row_ink import Ink
from uploader_gui.gui.rows import Group
from uploader_gui.gui.wording import Sign

BAR = 10
INDENT = GRID + ICON + GRID
_SELECTED = QStyle.StateFlag.State_Selected.value
_STRONG = frozenset({Sign.ATTENTION, Sign.UNKNOWN})


class QueueDelegate(QStyledItemDelegate):
    """Draws one cell.

    Args:
        model: What is drawn.
        parent: Its owner.

    Attributes:
        folded: The arrow of the batch in this row was pressed.
        pressed: The button in this row was pressed.
    """

    folded = Signal(int)
    pressed = Signal(int, object)

    def __init__(self, model: QueueModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._ink: Ink | None = None
        self._down: int | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: N802 - Qt's name
        """All rows are of one height."""
        del index
        return QSize(8 * GRID, row_height(option.fontMetrics))

    # ------------------------------------------------------------------------------------------------- drawing
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one cell."""
        row, column, rect = self._model.row(index.row()), index.column(), option.rect
        ink = self._ink
        if ink is None or not ink.fits(option):
            ink = self._ink = Ink(option)
        cell = _Cell(painter, ink, rect, chosen=bool(option.state.value & _SELECTED))
        self._background(cell, option, index, row)
        if column == Column.NAME:
            self._name(cell, _inside(ink, rect, column), row)
        elif column == Column.SIZE:
            cell.write(_inside(ink, rect, column), self._model.text(row, Column.SIZE), quiet=True, right=True)
        elif column == Column.NOW or not self._has_progress(row):
            self._run_on(cell, option, row, column)
        else:
            self._progress(cell, option, _inside(ink, rect, column), row)

    def _background(
        self, cell: "_Cell", option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex, row: Row
    ) -> None:
        painter, ink, rect = cell.painter, cell.ink, cell.rect
        if cell.chosen:
            painter.fillRect(rect, ink.chosen)
            return
        if row.upload is None:
            painter.fillRect(rect, ink.batch)
        if _current(option, index):
            # With Ctrl the keyboard goes on without choosing: Enter is about this row then.
            painter.setPen(ink.current)
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _name(self, cell: "_Cell", area: QRect, row: Row) -> None:
        left = area.left()
        if row.upload is None:
            if row.node.uploads:
                cell.icon("unfolded" if row.node.unfolded else "folded", left, area)
        else:
            left += ICON + GRID
            cell.icon(look.type_icon(row.upload.media_type, row.upload.name), left, area, quiet=True)
        left += ICON + GRID
        place = cell.ink.mirror(area, QRect(left, area.top(), area.right() - left, area.height()))
        if row.upload is not None:
            cell.write(place, words.plain(row.upload.name), middle=True)
            return
        title = wording.title(row.node.batch)
        cell.write(place, title, strong=True)
        wide = cell.ink.width(title, strong=True) + 2 * GRID
        if wide + 6 * GRID < place.width():
            beside = cell.ink.mirror(place, place.adjusted(wide, 0, 0, 0))
            cell.write(beside, self._model.service(row), quiet=True)

    def _has_progress(self, row: Row) -> bool:
        """Whether a row has a bar or a button."""
        return deeds.primary(row.node, row.upload) is not None or self._model.per_mille(row) is not None

    def _run_on(self, cell: "_Cell", option: QStyleOptionViewItem, row: Row, column: int) -> None:
        """Draw what happens now; where there is no bar beside it, the words have its place as well."""
        area = QRect(cell.rect)
        view = option.widget
        wide = isinstance(view, QTableView) and not self._has_progress(row)
        if isinstance(view, QTableView) and wide:
            now, progress = view.columnWidth(Column.NOW), view.columnWidth(Column.PROGRESS)
            before, right = column != Column.NOW, cell.ink.mirrored
            area.setWidth(now + progress)
            area.moveLeft(cell.rect.left() - (now if before and not right else 0))
            if right and not before:
                area.moveLeft(cell.rect.left() - progress)
            cell.painter.save()
            cell.painter.setClipRect(cell.rect)
        self._now(cell, area.adjusted(GRID, 0, -GRID, 0), row)
        if wide:
            cell.painter.restore()

    def _now(self, cell: "_Cell", area: QRect, row: Row) -> None:
        sign = wording.batch_sign(row.node) if row.upload is None else wording.upload_sign(row.node, row.upload)
        strong = sign in _STRONG or (row.upload is None and row.node.group is Group.NEEDS_YOU)
        cell.icon(sign.value, area.left(), area, quiet=not strong)
        place = cell.ink.mirror(area, area.adjusted(ICON + GRID, 0, 0, 0))
        quiet = not strong and row.upload is not None and sign is not Sign.SENDING
        cell.write(place, self._model.text(row, Column.NOW), strong=strong, quiet=quiet)

    def _progress(self, cell: "_Cell", option: QStyleOptionViewItem, area: QRect, row: Row) -> None:
        deed = deeds.primary(row.node, row.upload)
        if deed is not None:
            self._button(cell, option, area, deed)
            return
        per_mille = self._model.per_mille(row)
        if per_mille is None:
            return
        bar = cell.ink.bar
        bar.rect = bar_area(cell.ink, area)
        bar.progress = per_mille
        option.widget.style().drawControl(QStyle.ControlElement.CE_ProgressBar, bar, cell.painter)
        cell.write(area, wording.percent(per_mille), quiet=True, right=True)

    def _button(self, cell: "_Cell", option: QStyleOptionViewItem, area: QRect, deed: Deed) -> None:
        button = QStyleOptionButton()
        button.palette = option.palette
        button.direction = option.direction
        button.fontMetrics = option.fontMetrics
        button.rect = button_area(option, area, deed)
        # A language may need more room than there is: the tooltip of its menu says it in full.
        metrics, wide = option.fontMetrics, button.rect.width() - GRID
        button.text = metrics.elidedText(deeds.short(deed), Qt.TextElideMode.ElideRight, wide)
        button.icon = QIcon()
        button.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Raised
        option.widget.style().drawControl(QStyle.ControlElement.CE_PushButton, button, cell.painter)

    # --------------------------------------------------------------------------------------------------- the mouse
    def editorEvent(  # noqa: N802 - Qt's name
        self,
        event: QEvent,
        model: object,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Press the arrow, or the button, of a row."""
        del model
        kinds = {QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease}
        if event.type() not in kinds or not isinstance(event, QMouseEvent):
            return False
        if event.button() is not Qt.MouseButton.LeftButton:
            return False
        row, at = self._model.row(index.row()), event.position().toPoint()
        if index.column() == Column.NAME and row.upload is None:
            arrow = QRect(option.rect.left(), option.rect.top(), INDENT + GRID, option.rect.height())
            if not QStyle.visualRect(option.direction, option.rect, arrow).contains(at):
                return False
            if event.type() is QEvent.Type.MouseButtonPress:
                self.folded.emit(index.row())
            return True
        deed = deeds.primary(row.node, row.upload) if index.column() == Column.PROGRESS else None
        if deed is None:
            return False
        area = _inside(Ink(option), option.rect, Column.PROGRESS)
        if not button_area(option, area, deed).contains(at):
            return False
        if event.type() is QEvent.Type.MouseButtonPress:
            self._down = index.row()
        elif self._down == index.row():
            self._down = None
            self.pressed.emit(index.row(), deed)
        return True


def row_height(metrics: QFontMetrics) -> int:
    """The height of a row: enough for the letters, on the grid."""
    return max(look.ROW, -(-(metrics.height() + 2 * GRID) // GRID) * GRID)


def button_width(metrics: QFontMetrics, deed: Deed) -> int:
    """How wide a row's button is where there is room for it."""
    return metrics.horizontalAdvance(deeds.short(deed)) + 3 * GRID


def button_area(option: QStyleOptionViewItem, area: QRect, deed: Deed) -> QRect:
    """Where a row's button is."""
    high = min(area.height() - GRID, option.fontMetrics.height() + GRID + 2)
    wide = min(area.width(), button_width(option.fontMetrics, deed))
    return QStyle.visualRect(option.direction, area, QRect(area.left(), area.center().y() - high // 2 + 1, wide, high))


def bar_area(ink: Ink, area: QRect) -> QRect:
    """Where the progress bar is: beside it the percentage has its room."""
    return ink.mirror(area, QRect(area.left(), area.center().y() - BAR // 2, area.width() - ink.percent, BAR))


def _inside(ink: Ink, rect: QRect, column: int) -> QRect:
    """What of a cell is written on: at the window's edges there is as much room as everywhere in the window."""
    before = 2 * GRID if column == Column.NAME else GRID
    after = 2 * GRID if column == Column.PROGRESS else GRID
    return ink.mirror(rect, rect.adjusted(before, 0, -after, 0))


def _current(option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> bool:
    """Whether the keyboard is in this row."""
    view = option.widget
    return isinstance(view, QTableView) and view.hasFocus() and view.currentIndex().row() == index.row()


class _Cell:
    """One cell while it is drawn. The pen is whatever was drawn with last; the letters are always the usual ones."""

    __slots__ = ("chosen", "ink", "painter", "rect")

    def __init__(self, painter: QPainter, ink: Ink, rect: QRect, *, chosen: bool) -> None:
        self.painter = painter
        self.ink = ink
        self.rect = rect
        self.chosen = chosen

    def icon(self, name: str, left: int, area: QRect, *, quiet: bool = False) -> None:
        """Draw an icon of ours, at the middle of the height."""
        ratio = self.painter.device().devicePixelRatioF()
        top = area.top() + (area.height() - ICON) // 2
        place = self.ink.mirror(area, QRect(left, top, ICON, ICON))
        colour = self.ink.colour(chosen=self.chosen, quiet=quiet)
        self.painter.drawPixmap(place.topLeft(), look.picture(name, colour, ratio))

    def write(
        self,
        area: QRect,
        text: str,
        *,
        strong: bool = False,
        quiet: bool = False,
        middle: bool = False,
        right: bool = False,
    ) -> None:
        """Write a text, shortened to the room there is."""
        painter, ink = self.painter, self.ink
        painter.setPen(ink.colour(chosen=self.chosen, quiet=quiet))
        short = ink.shortened(text, area.width(), strong=strong, middle=middle)
        if strong:
            painter.setFont(ink.strong)
        painter.drawText(area, ink.flags(right=right), short)
        if strong:
            painter.setFont(ink.font)
