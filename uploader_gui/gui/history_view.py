"""The history: what has ended, with what its files are still good for."""

from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.core import words
from uploader_gui.core.batch import Batch, BatchState, Upload
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import deeds, look, wording
from uploader_gui.gui.chip import Elided
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.rows import Node
from uploader_gui.workers.desk import Desk

NEWEST = 500
SAID = 14
"""How wide what is said beside the buttons must at least be, on the grid: "500 batches"."""
Index = QModelIndex | QPersistentModelIndex


class Column(IntEnum):
    """What stands where."""

    ENDED = 0
    PLACE = 1
    SERVICE = 2
    FILES = 3
    SIZE = 4
    STATE = 5


class HistoryModel(QAbstractTableModel):
    """Batches that have ended, newest first.

    Args:
        desk: Knows the services.
        parent: Its owner.
    """

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._nodes: list[Node] = []

    def show(self, found: list[tuple[Batch, tuple[Upload, ...]]]) -> None:
        """Show these, in the place of those before."""
        self.beginResetModel()
        self._nodes = []
        for batch, uploads in found:
            flow = self._desk.flow(batch)
            node = Node(batch, sends=flow is not None and flow.target.sends)
            for upload in uploads:
                node.put(upload, None)
            self._nodes.append(node)
        self.endResetModel()

    def node(self, row: int) -> Node:
        """The batch in a row."""
        return self._nodes[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's own
        """How many there are."""
        return 0 if parent.isValid() else len(self._nodes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's own
        """When, where, what, how much, how it ended."""
        return 0 if parent.isValid() else len(Column)

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """What the columns are called."""
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            Column.ENDED: _("Ended"),
            Column.PLACE: _("Attached to"),
            Column.SERVICE: _("Service"),
            Column.FILES: _("Files"),
            Column.SIZE: _("Size"),
            Column.STATE: _("How it ended"),
        }[Column(section)]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What stands in a cell."""
        if not index.isValid() or index.row() >= len(self._nodes):
            return None
        node = self._nodes[index.row()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == Column.SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == Column.ENDED:
            return self._sentence(node)
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}:
            return self._text(node, Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole:
            return look.tip(self._text(node, Column(index.column())))
        return None

    def _sentence(self, node: Node) -> str:
        """A row as one sentence, for whoever hears it."""
        ended, place, service, names, size, state = (self._text(node, column) for column in Column)
        return _("{state} {time}: {place} at {service}, {files}, {size}: {names}.").format(
            state=state,
            time=ended,
            place=place,
            service=service,
            files=wording.files(node.count),
            size=size,
            names=names,
        )

    def _text(self, node: Node, column: Column) -> str:
        batch = node.batch
        if column is Column.ENDED:
            return wording.moment(batch.ended or batch.created, datetime.now(UTC))
        if column is Column.PLACE:
            return wording.title(batch)
        if column is Column.SERVICE:
            flow = self._desk.flow(batch)
            return flow.service.name if flow is not None else words.plain(batch.service)
        if column is Column.FILES:
            return ", ".join(words.plain(upload.name) for upload in node.uploads[:20])
        if column is Column.SIZE:
            return words.size(node.size)
        if batch.state is BatchState.ATTACHED and node.sends:
            return _("Sent")
        return _endings()[batch.state if batch.state in _endings() else BatchState.CANCELLED]


def _endings() -> dict[BatchState, str]:
    """How a batch can end, in words."""
    return {
        BatchState.ATTACHED: _("Attached"),
        BatchState.STORED: _("Stored"),
        BatchState.CANCELLED: _("Given up"),
    }


class HistoryDelegate(QStyledItemDelegate):
    """Draws the history as the queue is drawn: the same height, the same margins."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Draw one cell."""
        palette, chosen = option.palette, bool(option.state & QStyle.StateFlag.State_Selected)
        active = bool(option.state & QStyle.StateFlag.State_Active)
        group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
        colour = look.muted(palette)
        if chosen:
            painter.fillRect(option.rect, look.chosen_ground(palette, group))
            colour = palette.color(group, QPalette.ColorRole.HighlightedText)
        elif index.column() == Column.PLACE:
            colour = palette.color(QPalette.ColorRole.Text)
        right = index.column() == Column.SIZE
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        flags = QStyle.visualAlignment(option.direction, side) | Qt.AlignmentFlag.AlignVCenter
        first, last = index.column() == Column.ENDED, index.column() == Column.STATE
        area = option.rect.adjusted(2 * GRID if first else GRID, 0, -2 * GRID if last else -GRID, 0)
        font = look.strong(option.font) if index.column() == Column.PLACE else option.font
        text = QFontMetrics(font).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(colour)
        painter.setFont(font)
        painter.drawText(area, int(flags) | Qt.TextFlag.TextSingleLine, text)


class HistoryTable(QTableView):
    """The table, whose columns share what width there is.

    Attributes:
        details_wished: More about the current batch is to be shown.
    """

    details_wished = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Enter shows more, as in the queue."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.details_wished.emit()
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """So does a double click on a batch."""
        super().mouseDoubleClickEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and self.indexAt(event.position().toPoint()).isValid():
            self.details_wished.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the width out: the table's own, which may come later than that of what it stands in."""
        super().resizeEvent(event)
        letter = self.fontMetrics().averageCharWidth()
        ends = max(map(self.fontMetrics().horizontalAdvance, _endings().values()))
        fixed = {Column.ENDED: 20, Column.SERVICE: 18, Column.SIZE: 13, Column.STATE: 5 + ends // letter}
        narrow = self.width() < 80 * GRID
        for column, letters in fixed.items():
            self.setColumnWidth(column, letters * letter)
            self.setColumnHidden(column, narrow and column in {Column.SERVICE, Column.SIZE})
        used = sum(letters * letter for column, letters in fixed.items() if not self.isColumnHidden(column))
        rest = max(0, self.viewport().width() - used)
        place = rest * (58 if narrow else 45) // 100
        self.setColumnWidth(Column.PLACE, place)
        self.setColumnWidth(Column.FILES, rest - place)


class HistoryView(QWidget):
    """Shows the history.

    Args:
        desk: Reads it.
        parent: Its owner.

    Attributes:
        wished: A person wants this done about a batch: a deed, a list with its row.
        chosen: Another batch is the current one: its row, or None.
        exported: The history was written to a file: the file, and the number of batches.
    """

    wished = Signal(object, object)
    chosen = Signal(object)
    exported = Signal(object, int)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._search = ""
        self.model = HistoryModel(desk, self)
        self.table = HistoryTable(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName(_("History"))
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(look.ROW)
        self.table.horizontalHeader().hide()
        self.table.horizontalHeader().setMinimumSectionSize(0)
        self.table.setItemDelegate(HistoryDelegate(self.table))
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._menu)
        self.table.selectionModel().currentChanged.connect(lambda current, _before: self._choose(current.row()))
        self._count = Elided(self)
        self.export = QPushButton(_("Export…"), self)
        self.export.setToolTip(_("Write what is shown here to a CSV or JSON file"))
        self.export.setAutoDefault(False)
        self.export.clicked.connect(self._ask_where)
        self.open = QPushButton(deeds.label(Deed.OPEN_RECORD), self)
        self.copy = QPushButton(deeds.label(Deed.COPY_RECORD), self)
        self.shows = QPushButton(deeds.label(Deed.SHOW), self)
        below = QHBoxLayout()
        below.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        below.setSpacing(GRID)
        below.addWidget(self._count, 1)
        of_record = ((self.open, Deed.OPEN_RECORD), (self.copy, Deed.COPY_RECORD))
        for button, deed in (*of_record, (self.shows, Deed.SHOW)):
            button.setAutoDefault(False)
            button.setEnabled(False)
            button.clicked.connect(lambda _checked=False, deed=deed: self._wish(deed))
            below.addWidget(button)
        below.addWidget(self.export)
        self._rows = rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rows.addWidget(self.table, 1)
        rows.addLayout(below)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As wide as what is left of its buttons where there is little room."""
        wide = sum(one.sizeHint().width() for one in (self.open, self.export))
        return QSize(wide + (SAID + 2) * GRID, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show the buttons there is room for: the others are in the menu of the row, and in its details, as well."""
        super().resizeEvent(event)
        buttons = (self.open, self.copy, self.shows, self.export)
        needs = sum(one.sizeHint().width() + GRID for one in buttons) + (SAID + 4) * GRID
        for one in (self.copy, self.shows):
            one.setVisible(self.width() >= needs)

    def look_up(self, search: str) -> None:
        """Show what has ended and has this text in it."""
        self._search = search
        self._desk.past_desk.history(search, NEWEST, self._show)

    def _show(self, found: list[tuple[Batch, tuple[Upload, ...]]]) -> None:
        self.model.show(found)
        self.chosen.emit(None)
        if not found:
            self._count.setText(_("Nothing that has ended has this in it.") if self._search else _("Nothing yet."))
        elif len(found) == NEWEST:
            self._count.setText(_("These are the newest {n}; search for older ones.").format(n=NEWEST))
        else:
            self._count.setText(ngettext("{n} batch", "{n} batches", len(found)).format(n=len(found)))
        self.export.setEnabled(bool(found))

    @property
    def current(self) -> Row | None:
        """The current batch's row."""
        row = self.table.currentIndex().row()
        return Row(self.model.node(row), None) if 0 <= row < self.model.rowCount() else None

    def _choose(self, row: int) -> None:
        chosen = Row(self.model.node(row), None) if 0 <= row < self.model.rowCount() else None
        for button in (self.open, self.copy):
            button.setEnabled(chosen is not None and bool(chosen.node.batch.link))
        self.shows.setEnabled(chosen is not None and bool(deeds.paths_of(chosen.node, None)))
        self.chosen.emit(chosen)

    def _wish(self, deed: Deed) -> None:
        row = self.current
        if row is not None:
            self.wished.emit(deed, [row])

    def _menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        if not index.isValid():
            return
        row = Row(self.model.node(index.row()), None)
        menu = QMenu(self)
        for deed in deeds.possible(row.node, None, datetime.now(UTC)):
            if deed is not Deed.CLEAR:
                action = QAction(deeds.label(deed), menu)
                action.triggered.connect(lambda _checked=False, deed=deed: self.wished.emit(deed, [row]))
                menu.addAction(action)
        if menu.actions():
            menu.addSeparator()
        details = QAction(_("Details"), menu)
        details.triggered.connect(self.table.details_wished)
        menu.addAction(details)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.table.viewport().mapToGlobal(at))

    # --------------------------------------------------------------------------------------------------- export
    def _ask_where(self) -> None:
        dialog = QFileDialog(self, _("Export the history"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_("Table (*.csv)"), _("JSON (*.json)")])
        dialog.setDefaultSuffix("csv")
        dialog.selectFile("uploader-history.csv")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.export_to(Path(path)))
        dialog.open()

    def export_to(self, path: Path) -> None:
        """Write what has ended, as far as it was searched for, to a file."""
        self._desk.past_desk.export(path, self._search, lambda count: self.exported.emit(path, count))
