"""Draws the queue's rows: quiet, aligned, in the palette's colours, with the style's own bar and button."""

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QIcon, QMouseEvent, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionProgressBar,
    QStyleOptionViewItem,
    QTableView,
)

from uploader_gui.core import words
from uploader_gui.gui import deeds, look, wording
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID, ICON
from uploader_gui.gui.queue_model import Column, QueueModel, Row
from uploader_gui.gui.rows import Group
from uploader_gui.gui.wording import Sign

BAR = 10
INDENT = GRID + ICON + GRID
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
        row = self._model.row(index.row())
        painter.save()
        self._background(painter, option, index, row)
        area = _inside(option, index)
        column = index.column()
        if column == Column.NAME:
            self._name(painter, option, area, row)
        elif column == Column.SIZE:
            self._words(painter, option, area, str(index.data()), right=True)
        elif column == Column.NOW or not self._has_progress(row):
            self._run_on(painter, option, row, index)
        else:
            self._progress(painter, option, area, row)
        painter.restore()

    def _background(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex, row: Row
    ) -> None:
        palette = option.palette
        if _chosen(option):
            painter.fillRect(option.rect, look.chosen_ground(palette, _group(option)))
        elif row.upload is None:
            base, text = palette.color(QPalette.ColorRole.Base), palette.color(QPalette.ColorRole.Text)
            painter.fillRect(option.rect, look.mixed(base, text, 0.045))
        if _current(option, index) and not _chosen(option):
            # With Ctrl the keyboard goes on without choosing: Enter is about this row then.
            painter.setPen(QPen(look.accent(palette), 1))
            painter.drawLine(option.rect.topLeft(), option.rect.topRight())
            painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())

    def _name(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, row: Row) -> None:
        left = area.left()
        if row.upload is None:
            if row.node.uploads:
                arrow = "unfolded" if row.node.unfolded else "folded"
                self._icon(painter, option, arrow, left, area)
        else:
            left += ICON + GRID
            self._icon(painter, option, look.type_icon(row.upload.media_type, row.upload.name), left, area, quiet=True)
        left += ICON + GRID
        place = QRect(left, area.top(), area.right() - left, area.height())
        place = QStyle.visualRect(option.direction, area, place)
        if row.upload is not None:
            self._text(painter, option, place, words.plain(row.upload.name), middle=True)
            return
        painter.setFont(look.strong(option.font))
        title = wording.title(row.node.batch)
        self._text(painter, option, place, title)
        wide = QFontMetrics(painter.font()).horizontalAdvance(title) + 2 * GRID
        painter.setFont(option.font)
        if wide + 6 * GRID < place.width():
            beside = QStyle.visualRect(option.direction, place, place.adjusted(wide, 0, 0, 0))
            self._words(painter, option, beside, self._model.service(row))

    def _has_progress(self, row: Row) -> bool:
        """Whether a row has a bar or a button."""
        return deeds.primary(row.node, row.upload) is not None or self._model.per_mille(row) is not None

    def _run_on(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw what happens now; where there is no bar beside it, the words have its place as well."""
        area = QRect(option.rect)
        view = option.widget
        if isinstance(view, QTableView) and not self._has_progress(row):
            now, progress = view.columnWidth(Column.NOW), view.columnWidth(Column.PROGRESS)
            before = index.column() != Column.NOW
            right = option.direction == Qt.LayoutDirection.RightToLeft
            area.setWidth(now + progress)
            area.moveLeft(option.rect.left() - (now if before and not right else 0))
            if right and not before:
                area.moveLeft(option.rect.left() - progress)
            painter.setClipRect(option.rect)
        text = str(index.sibling(index.row(), Column.NOW).data())
        self._now(painter, option, area.adjusted(GRID, 0, -GRID, 0), row, text)

    def _now(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, row: Row, text: str) -> None:
        sign = wording.batch_sign(row.node) if row.upload is None else wording.upload_sign(row.node, row.upload)
        strong = sign in _STRONG or (row.upload is None and row.node.group is Group.NEEDS_YOU)
        self._icon(painter, option, sign.value, area.left(), area, quiet=not strong)
        place = QStyle.visualRect(option.direction, area, area.adjusted(ICON + GRID, 0, 0, 0))
        if strong:
            painter.setFont(look.strong(option.font))
            self._text(painter, option, place, text)
        elif row.upload is not None and sign is not Sign.SENDING:
            self._words(painter, option, place, text)
        else:
            self._text(painter, option, place, text)

    def _progress(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, row: Row) -> None:
        deed = deeds.primary(row.node, row.upload)
        if deed is not None:
            self._button(painter, option, area, deed)
            return
        per_mille = self._model.per_mille(row)
        if per_mille is None:
            return
        percent = wording.percent(per_mille)
        wide = option.fontMetrics.horizontalAdvance(wording.percent(1000)) + GRID
        bar = QStyleOptionProgressBar()
        bar.palette = option.palette
        bar.direction = option.direction
        bar.rect = QRect(area.left(), area.center().y() - BAR // 2, area.width() - wide, BAR)
        bar.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Horizontal
        bar.minimum, bar.maximum, bar.progress = 0, 1000, per_mille
        bar.textVisible = False
        _style(option).drawControl(QStyle.ControlElement.CE_ProgressBar, bar, painter)
        self._words(painter, option, area, percent, right=True)

    def _button(self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, deed: Deed) -> None:
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
        painter.setFont(option.font)
        _style(option).drawControl(QStyle.ControlElement.CE_PushButton, button, painter)

    # --------------------------------------------------------------------------------------------------- pieces
    def _icon(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        name: str,
        left: int,
        area: QRect,
        *,
        quiet: bool = False,
    ) -> None:
        colour = _colour(option, quiet=quiet)
        ratio = painter.device().devicePixelRatioF()
        top = area.top() + (area.height() - ICON) // 2
        place = QStyle.visualRect(option.direction, area, QRect(left, top, ICON, ICON))
        painter.drawPixmap(place.topLeft(), look.picture(name, colour, ratio))

    def _text(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, text: str, *, middle: bool = False
    ) -> None:
        painter.setPen(_colour(option, quiet=False))
        self._write(painter, option, area, text, middle=middle)

    def _words(
        self, painter: QPainter, option: QStyleOptionViewItem, area: QRect, text: str, *, right: bool = False
    ) -> None:
        painter.setFont(option.font)
        painter.setPen(_colour(option, quiet=True))
        self._write(painter, option, area, text, right=right)

    def _write(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRect,
        text: str,
        *,
        middle: bool = False,
        right: bool = False,
    ) -> None:
        mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        place = area
        flags = QStyle.visualAlignment(option.direction, side) | Qt.AlignmentFlag.AlignVCenter
        short = QFontMetrics(painter.font()).elidedText(text, mode, area.width())
        painter.drawText(place, int(flags) | Qt.TextFlag.TextSingleLine, short)

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
        area = _inside(option, index)
        if index.column() == Column.NAME and row.upload is None:
            arrow = QRect(option.rect.left(), option.rect.top(), INDENT + GRID, option.rect.height())
            if not QStyle.visualRect(option.direction, option.rect, arrow).contains(at):
                return False
            if event.type() is QEvent.Type.MouseButtonPress:
                self.folded.emit(index.row())
            return True
        deed = deeds.primary(row.node, row.upload) if index.column() == Column.PROGRESS else None
        if deed is None or not button_area(option, area, deed).contains(at):
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


def button_area(option: QStyleOptionViewItem, area: QRect, deed: Deed) -> QRect:
    """Where a row's button is."""
    high = min(area.height() - GRID, option.fontMetrics.height() + GRID + 2)
    wide = min(area.width(), option.fontMetrics.horizontalAdvance(deeds.short(deed)) + 3 * GRID)
    return QStyle.visualRect(option.direction, area, QRect(area.left(), area.center().y() - high // 2 + 1, wide, high))


def _inside(option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QRect:
    """What of a cell is written on: at the window's edges there is as much room as everywhere in the window."""
    before = 2 * GRID if index.column() == Column.NAME else GRID
    after = 2 * GRID if index.column() == Column.PROGRESS else GRID
    return QStyle.visualRect(option.direction, option.rect, option.rect.adjusted(before, 0, -after, 0))


def _chosen(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)


def _current(option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> bool:
    """Whether the keyboard is in this row."""
    view = option.widget
    return isinstance(view, QTableView) and view.hasFocus() and view.currentIndex().row() == index.row()


def _group(option: QStyleOptionViewItem) -> QPalette.ColorGroup:
    active = bool(option.state & QStyle.StateFlag.State_Active)
    return QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive


def _colour(option: QStyleOptionViewItem, *, quiet: bool) -> QColor:
    if _chosen(option):
        return option.palette.color(_group(option), QPalette.ColorRole.HighlightedText)
    return look.muted(option.palette) if quiet else option.palette.color(QPalette.ColorRole.Text)


def _style(option: QStyleOptionViewItem) -> QStyle:
    return option.widget.style()
