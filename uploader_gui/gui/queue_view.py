"""The queue on the screen: keys, mouse and menu; what they mean is decided in `deeds`, and done by whoever listens."""

import math
from datetime import UTC, datetime

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QFontMetricsF, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableView, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import deeds
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_delegate import QueueDelegate, button_width, row_height
from uploader_gui.gui.queue_model import Column, QueueModel, Row

NARROW = 80 * GRID
"""The width below which names have the room that sizes would take: sizes are in the details as well."""
VERY_NARROW = 50 * GRID


class QueueView(QTableView):
    """Shows the queue.

    Args:
        model: What is shown.
        parent: Its owner.

    Attributes:
        wished: A person wants this done about these rows: a deed, a list of rows.
        chosen: Another row is the current one: the row, or None.
        details_wished: The person wants to see more of the current row.
    """

    wished = Signal(object, object)
    chosen = Signal(object)
    details_wished = Signal()

    def __init__(self, model: QueueModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._queue = model
        self.setModel(model)
        self._delegate = QueueDelegate(model, self)
        self.setItemDelegate(self._delegate)
        self._delegate.folded.connect(self._toggle)
        self._delegate.pressed.connect(self._press)
        self.setAccessibleName(_("Queue"))
        self.setAccessibleDescription(_("Batches of files, the newest first; beneath each its files."))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(0)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._fit_rows()
        self.selectionModel().currentChanged.connect(self._current_changed)
        model.modelReset.connect(lambda: self.chosen.emit(None))
        model.rowsRemoved.connect(self._rows_gone)

    # ---------------------------------------------------------------------------------------------------- rows
    @property
    def current(self) -> Row | None:
        """The current row."""
        index = self.currentIndex()
        return self._queue.row(index.row()) if index.isValid() else None

    @property
    def selected(self) -> list[Row]:
        """The chosen rows; a file whose batch is chosen as well is not counted twice."""
        rows = [self._queue.row(index.row()) for index in self.selectionModel().selectedRows()]
        whole = {row.node.batch.id for row in rows if row.upload is None}
        return [row for row in rows if row.upload is None or row.node.batch.id not in whole]

    def row_at(self, at: QPoint) -> Row | None:
        """The row at a place of the viewport."""
        index = self.indexAt(at)
        return self._queue.row(index.row()) if index.isValid() else None

    def area_of(self, batch_id: str) -> QRect:
        """Where a batch's row is in the viewport, over the whole width."""
        area = self.visualRect(self._queue.index(self._queue.row_of(batch_id) or 0, Column.NAME))
        area.setLeft(0)
        area.setWidth(self.viewport().width())
        return area

    def choose(self, batch_id: str, upload_id: str | None = None) -> None:
        """Make a batch, or one of its files, the current row, and bring it into sight."""
        row = self._queue.row_of(batch_id, upload_id)
        if row is not None:
            index = self._queue.index(row, Column.NAME)
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self.selectionModel().setCurrentIndex(index, flags)
            self.scrollTo(index)

    def _current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.chosen.emit(self._queue.row(current.row()) if current.isValid() else None)

    def _rows_gone(self) -> None:
        if self._queue.rowCount() == 0:
            self.chosen.emit(None)

    def _toggle(self, number: int) -> None:
        row = self._queue.row(number)
        if row.upload is None:
            self._queue.unfold(row.node.batch.id, unfolded=not row.node.unfolded)

    def _press(self, number: int, deed: Deed) -> None:
        self.wished.emit(deed, [self._queue.row(number)])

    # -------------------------------------------------------------------------------------------------- wishes
    def wish(self, *choice: Deed) -> None:
        """Want the first of these deeds that is possible, for each chosen row."""
        for row in self.selected:
            possible = deeds.possible(row.node, row.upload, datetime.now(UTC))
            deed = next((one for one in choice if one in possible), None)
            if deed is not None:
                self.wished.emit(deed, [row])

    def _menu(self, at: QPoint) -> None:
        rows = self.selected
        if not rows:
            return
        menu = self.menu_for(rows)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.viewport().mapToGlobal(at))

    def menu_for(self, rows: list[Row]) -> QMenu:
        """What can be done about all of these rows."""
        menu = QMenu(self)
        sets = [deeds.possible(row.node, row.upload, datetime.now(UTC)) for row in rows]
        for deed in (one for one in sets[0] if all(one in each for each in sets)):
            if deed in {Deed.REMOVE, Deed.CLEAR, Deed.LEAVE_OUT} and menu.actions():
                menu.addSeparator()
            label = deeds.label_for(deed, rows[0].node, rows[0].upload) if len(rows) == 1 else deeds.label(deed)
            action = QAction(label, menu)
            action.triggered.connect(lambda _checked=False, deed=deed: self.wished.emit(deed, rows))
            menu.addAction(action)
        if menu.actions():
            menu.addSeparator()
        details = QAction(_("Details"), menu)
        details.triggered.connect(self.details_wished)
        menu.addAction(details)
        return menu

    # ---------------------------------------------------------------------------------------------------- keys
    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Space pauses and resumes, Del gives up, Enter shows more; the arrows fold, Home and End go to the ends."""
        row, key = self.current, event.key()
        if key == Qt.Key.Key_Space:
            self.wish(Deed.RESUME, Deed.PAUSE)
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            self.wish(Deed.LEAVE_OUT, Deed.REMOVE, Deed.CLEAR)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.details_wished.emit()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and row is not None:
            self._fold(row, unfold=(key == Qt.Key.Key_Right) == self.left_to_right())
        else:
            super().keyPressEvent(event)

    def moveCursor(  # noqa: N802 - Qt's name
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last row: for a table they are the ends of a row, which is one thing."""
        if action in {QAbstractItemView.CursorAction.MoveHome, QAbstractItemView.CursorAction.MoveEnd}:
            modifiers |= Qt.KeyboardModifier.ControlModifier
        return super().moveCursor(action, modifiers)

    def focusInEvent(self, event: QFocusEvent) -> None:  # noqa: N802 - Qt's name
        """Where the keyboard is, is seen, and is what its keys are about: the current row is chosen."""
        super().focusInEvent(event)
        row = self.current
        if row is not None and not self.selectionModel().hasSelection():
            self.choose(row.node.batch.id, None if row.upload is None else row.upload.id)

    def _fold(self, row: Row, *, unfold: bool) -> None:
        if row.upload is not None:
            if not unfold:
                self.choose(row.node.batch.id)
        else:
            self._queue.unfold(row.node.batch.id, unfolded=unfold)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """A batch unfolds or folds; of a file more is shown."""
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        if self._queue.row(index.row()).upload is None:
            self._toggle(index.row())
        else:
            self.details_wished.emit()

    # -------------------------------------------------------------------------------------------------- columns
    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the width out: what is narrow shows less, nothing is cut off."""
        super().resizeEvent(event)
        self._share_out()

    def left_to_right(self) -> bool:
        """Whether the text runs from left to right."""
        return self.layoutDirection() == Qt.LayoutDirection.LeftToRight

    def _fit_rows(self) -> None:
        self.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))

    def _share_out(self) -> None:
        width = self.viewport().width()
        letter = self.fontMetrics().averageCharWidth()
        # The longest size of all: bytes have a word, not a sign. Not rounded down, as it would be shortened then.
        few = math.ceil(QFontMetricsF(self.font()).horizontalAdvance(words.size(888)))
        size = 0 if width < NARROW else max(10 * letter, few) + 2 * GRID
        # Wide enough for its buttons, whose words are longer in some languages than in others.
        longest = max(button_width(self.fontMetrics(), deed) for deed in deeds.IN_ROW) + 3 * GRID
        progress = 0 if width < VERY_NARROW else max(20 * letter + 2 * GRID, min(longest, 28 * letter))
        now = min(44 * letter, (width - size - progress) * 48 // 100)
        self.setColumnWidth(Column.SIZE, size)
        self.setColumnWidth(Column.PROGRESS, progress)
        self.setColumnWidth(Column.NOW, now)
        self.setColumnWidth(Column.NAME, max(0, width - size - progress - now))
        self.setColumnHidden(Column.SIZE, not size)
        self.setColumnHidden(Column.PROGRESS, not progress)
