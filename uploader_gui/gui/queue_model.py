"""The queue as Qt sees it: batches, and beneath each that is unfolded its files.

It is one flat table. A QTreeView asks the model three questions for every row before it draws the first one: ten
seconds for a hundred thousand files. A QTableView with rows of one height asks only for what is seen.
"""

import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from uploader_gui.core import words
from uploader_gui.core.batch import BatchState, Upload
from uploader_gui.core.progress import Speed
from uploader_gui.gui import look, meters, wording
from uploader_gui.gui.meters import Meters
from uploader_gui.gui.rows import Group, Node
from uploader_gui.gui.totals import Totals, total, waits
from uploader_gui.workers.bridge import Change

Index = QModelIndex | QPersistentModelIndex
POLL = 100
"""Milliseconds between two looks at the running meters: bars move."""
WORDS = 5
"""Of how many looks one changes the words: numbers that change faster cannot be read, and cost as much as the bars."""
COUNTDOWN = 1000
"""Milliseconds between two looks at what is waited for."""
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class Column(IntEnum):
    """What stands where."""

    NAME = 0
    SIZE = 1
    NOW = 2
    PROGRESS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a batch, or one of its files."""

    node: Node
    upload: Upload | None


class QueueModel(QAbstractTableModel):
    """The queue, newest batch first.

    Args:
        sends: Whether a batch's target sends to people: by service and target.
        service: What people call a service, by its id.
        now: Monotonic seconds.
        parent: Its owner.

    Attributes:
        changed: A batch of this id, or one of its files, is not what it was; "" for several.
        totals_changed: What the status line says is not what it was.
    """

    changed = Signal(str)
    totals_changed = Signal()

    def __init__(
        self,
        *,
        sends: Callable[[str, str], bool],
        service: Callable[[str], str],
        now: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._sends = sends
        self._service = service
        self.now = now
        self._nodes: dict[str, Node] = {}
        self._order: list[str] = []  # those that are shown, newest first
        self._firsts: list[int] = []  # the row of each of them
        self._group: Group | None = None
        self._text = ""
        self._meters = Meters()
        self._looks = 0
        self.totals = Totals()
        self._poll = QTimer(self)
        self._poll.setInterval(POLL)
        self._poll.timeout.connect(self._look_at_meters)
        self._countdown = QTimer(self)
        self._countdown.setInterval(COUNTDOWN)
        self._countdown.timeout.connect(self._count_down)

    # ------------------------------------------------------------------------------------------------ for views
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's own
        """How many rows are shown."""
        if parent.isValid() or not self._order:
            return 0
        return self._firsts[-1] + 1 + self._nodes[self._order[-1]].shown

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008, N802 - Qt's own
        """Name, size, what happens now, how far it is."""
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be chosen; none can be edited."""
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """What Qt asks for about a cell."""
        if not index.isValid() or index.row() >= self.rowCount():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(self.row(index.row()), Column(index.column()))
        if role in {Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole}:
            row = self.row(index.row())
            if index.column() == Column.NAME and role == Qt.ItemDataRole.AccessibleTextRole:
                return self.sentence(row)
            if role == Qt.ItemDataRole.ToolTipRole and row.upload is not None and index.column() == Column.NAME:
                return look.tip(words.plain(str(row.upload.path), 1000))
            text = self.text(row, Column(index.column()))
            return look.tip(text) if role == Qt.ItemDataRole.ToolTipRole else text
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == Column.SIZE:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def row(self, number: int) -> Row:
        """What is in a row."""
        place = bisect.bisect_right(self._firsts, number) - 1
        node = self._nodes[self._order[place]]
        beneath = number - self._firsts[place] - 1
        return Row(node, None if beneath < 0 else node.at(beneath))

    def row_of(self, batch_id: str, upload_id: str | None = None) -> int | None:
        """The row of a batch, or of one of its files; None if it is not shown."""
        if batch_id not in self._nodes or batch_id not in self._order:
            return None
        first = self._firsts[self._order.index(batch_id)]
        if upload_id is None:
            return first
        beneath = self._nodes[batch_id].row_of(upload_id)
        return None if beneath is None else first + 1 + beneath

    def node(self, batch_id: str) -> Node | None:
        """A batch by its id, shown or not."""
        return self._nodes.get(batch_id)

    @property
    def nodes(self) -> Iterator[Node]:
        """All batches, oldest first."""
        return iter(tuple(self._nodes.values()))

    def sentence(self, row: Row) -> str:
        """A row as one sentence, for whoever hears it."""
        if row.upload is not None:
            return wording.upload_sentence(row.node, row.upload, self.now())
        return wording.batch_sentence(row.node, self._service(row.node.batch.service), self.now())

    def service(self, row: Row) -> str:
        """What people call the service of a row's batch."""
        return self._service(row.node.batch.service)

    def text(self, row: Row, column: Column) -> str:
        """What stands in a cell."""
        node, upload = row.node, row.upload
        if column is Column.NAME:
            return wording.title(node.batch) if upload is None else words.plain(upload.name)
        if column is Column.SIZE:
            return words.size(node.size) if upload is None else wording.size(upload)
        if column is Column.NOW:
            if upload is None:
                return wording.batch_now(node, self.now())
            return wording.upload_now(node, upload, self.now())
        per_mille = self.per_mille(row)
        return "" if per_mille is None else wording.percent(per_mille)

    def per_mille(self, row: Row) -> int | None:
        """How far a row's bar is; None if it has none."""
        node, upload = row.node, row.upload
        if upload is None:
            going = node.batch.state in {BatchState.OPEN, BatchState.PAUSED, BatchState.HELD} and not node.all_stored
            return node.per_mille if going and node.left is None and (node.running or node.sent) else None
        running = node.running.get(upload.id)
        return None if running is None else running.meter.per_mille

    # ------------------------------------------------------------------------------------------------- unfolding
    def unfold(self, batch_id: str, *, unfolded: bool) -> None:
        """Show a batch's files, or hide them."""
        node, first = self._nodes[batch_id], self.row_of(batch_id)
        if node.unfolded == unfolded:
            return
        if first is None:
            node.unfolded = unfolded
            return
        if unfolded:
            node.unfolded = True
            count = node.shown
            node.unfolded = False
            if count:
                self.beginInsertRows(QModelIndex(), first + 1, first + count)
            node.unfolded = True
            self._place()
            if count:
                self.endInsertRows()
        else:
            count = node.shown
            if count:
                self.beginRemoveRows(QModelIndex(), first + 1, first + count)
            node.unfolded = False
            self._place()
            if count:
                self.endRemoveRows()
        self._tell(first, first)

    # ------------------------------------------------------------------------------------------------- filtering
    def show_only(self, group: Group | None, text: str = "") -> None:
        """Show only batches of a group (None: all), and of these what has a text in its name."""
        if (group, text.casefold()) == (self._group, self._text):
            return
        self.beginResetModel()
        self._group, self._text = group, text.casefold()
        self._order = [one for one in reversed(self._nodes) if self._fits(self._nodes[one])]
        self._place()
        self.endResetModel()

    def _fits(self, node: Node) -> bool:
        found = self._search(node)
        return found and (self._group is None or node.group is self._group)

    def _search(self, node: Node) -> bool:
        called = f"{wording.title(node.batch)} {self._service(node.batch.service)}".casefold()
        return node.search(self._text, called)

    # --------------------------------------------------------------------------------------------------- changes
    def take(self, told: Sequence[Change]) -> None:
        """Take batches and files as they are now, in order."""
        touched: dict[str, set[str]] = {}
        at = 0
        while at < len(told):
            one = told[at]
            node = self._nodes.get(one.batch.id) or self._new(one)
            self._take_batch(node, one)
            fresh: dict[str, Change] = {}
            # A run of new files of one batch comes as one piece.
            while at < len(told) and told[at].batch.id == one.batch.id:
                change = told[at]
                if change.upload is None:
                    self._take_batch(node, change)
                elif node.upload(change.upload.id) is None:
                    # It may have changed again since it came: it is one row all the same.
                    fresh[change.upload.id] = change
                else:
                    self._flush(node, fresh)
                    self._meters.end(node, change.upload)
                    node.put(change.upload, change.meter)
                    touched.setdefault(one.batch.id, set()).add(change.upload.id)
                at += 1
            self._flush(node, fresh)
            touched.setdefault(one.batch.id, set())
        for batch_id, uploads in touched.items():
            self._show_changed(batch_id, uploads)
        self._count()
        for batch_id in touched:
            self.changed.emit(batch_id)

    def mark(self, batch_id: str, mark: Callable[[Node], object]) -> None:
        """Note something about a batch that is no change of it."""
        node = self._nodes.get(batch_id)
        if node is not None:
            mark(node)
            self._show_changed(batch_id, set())
            self._count()
            self.changed.emit(batch_id)

    def remove(self, batch_ids: Iterable[str]) -> None:
        """Show batches no more."""
        for batch_id in batch_ids:
            node = self._nodes.get(batch_id)
            if node is not None:
                self._hide(batch_id)
                del self._nodes[batch_id]
                self.changed.emit(batch_id)
        self._count()

    def _new(self, change: Change) -> Node:
        batch = change.batch
        node = Node(batch, sends=self._sends(batch.service, batch.target))
        self._nodes[batch.id] = node
        if self._fits(node):
            self._insert(batch.id)
        return node

    def _take_batch(self, node: Node, change: Change) -> None:
        if node.batch is change.batch:
            return
        if node.batch.state is not change.batch.state:
            node.asks, node.busy = False, None
        node.left = node.problem = None
        node.batch = change.batch
        if len(change.batch.uploads) < len(node.uploads):
            self._shrink(node)

    def _shrink(self, node: Node) -> None:
        first, shown = self.row_of(node.batch.id), node.shown
        unfolded = node.unfolded
        if first is not None and shown:
            self.beginRemoveRows(QModelIndex(), first + 1, first + shown)
            node.unfolded = False
            self._place()
            self.endRemoveRows()
        node.keep_only(node.batch.uploads)
        self._search(node)
        if first is not None and unfolded:
            node.unfolded = False
            self.unfold(node.batch.id, unfolded=True)
        node.unfolded = unfolded

    def _flush(self, node: Node, fresh: dict[str, Change]) -> None:
        """Add new files beneath their batch."""
        if not fresh:
            return
        first = self.row_of(node.batch.id)
        fitting = [one for one in fresh.values() if one.upload is not None and self._finds(node, one.upload)]
        if first is not None and node.unfolded and fitting:
            begin = first + 1 + node.shown
            self.beginInsertRows(QModelIndex(), begin, begin + len(fitting) - 1)
        for one in fresh.values():
            if one.upload is not None:
                node.put(one.upload, one.meter)
                node.find(one.upload, self._text)
        self._place()
        if first is not None and node.unfolded and fitting:
            self.endInsertRows()
        fresh.clear()

    def _finds(self, node: Node, upload: Upload) -> bool:
        return node.finds_all or self._text in upload.name.casefold()

    # ------------------------------------------------------------------------------------------------------ rows
    def _show_changed(self, batch_id: str, uploads: set[str]) -> None:
        node = self._nodes[batch_id]
        fits = self._group is None or node.group is self._group
        there = batch_id in self._order
        if there and not fits:
            self._hide(batch_id)
            return
        if not there:
            if fits and self._fits(node):
                self._insert(batch_id)
            return
        first = self.row_of(batch_id)
        if first is not None:
            beneath = [row for one in uploads if (row := node.row_of(one)) is not None]
            self._tell(first, first + 1 + max(beneath) if beneath else first)

    def _insert(self, batch_id: str) -> None:
        """Show a batch where it belongs: newest first."""
        place = 0
        if self._order:
            ages = {one: age for age, one in enumerate(self._nodes)}
            place = next((at for at, one in enumerate(self._order) if ages[one] < ages[batch_id]), len(self._order))
        first = self._firsts[place] if place < len(self._order) else self.rowCount()
        node = self._nodes[batch_id]
        self.beginInsertRows(QModelIndex(), first, first + node.shown)
        self._order.insert(place, batch_id)
        self._place()
        self.endInsertRows()

    def _hide(self, batch_id: str) -> None:
        first = self.row_of(batch_id)
        if first is None:
            return
        self.beginRemoveRows(QModelIndex(), first, first + self._nodes[batch_id].shown)
        self._order.remove(batch_id)
        self._place()
        self.endRemoveRows()

    def _place(self) -> None:
        """Work out anew in which row each batch begins."""
        row = 0
        self._firsts = []
        for batch_id in self._order:
            self._firsts.append(row)
            row += 1 + self._nodes[batch_id].shown

    def _tell(self, first: int, last: int, columns: tuple[Column, Column] = (Column.NAME, Column.PROGRESS)) -> None:
        self.dataChanged.emit(self.index(first, columns[0]), self.index(last, columns[1]))

    # ----------------------------------------------------------------------------------------------------- meters
    def _look_at_meters(self) -> None:
        self._meters.look(self._nodes.values(), self.now())
        self._looks += 1
        words_too = self._looks % WORDS == 0
        shown = zip(self._firsts, (self._nodes[one] for one in self._order), strict=True)
        for first, last in meters.together(meters.rows(shown, all_of_them=words_too)):
            self._tell(first, last, (Column.NOW if words_too else Column.PROGRESS, Column.PROGRESS))
        if words_too:
            self._count()

    def _count_down(self) -> None:
        if self.rowCount():
            last = self.rowCount() - 1
            self.dataChanged.emit(self.index(0, Column.NOW), self.index(last, Column.NOW))

    def _count(self) -> None:
        """Work out what the status line says, and which timers must run."""
        nodes = self._nodes.values()
        sending = sum(len(node.running) for node in nodes)
        if sending and not self._poll.isActive():
            self._meters.speed = Speed()
            self._poll.start()
        elif not sending:
            self._poll.stop()
        counted = any(waits(node) for node in nodes)
        if counted != self._countdown.isActive():
            (self._countdown.start if counted else self._countdown.stop)()
        totals = total(nodes, self._meters.speed.bytes_per_second if sending else None)
        if totals != self.totals:
            self.totals = totals
            self.totals_changed.emit()
