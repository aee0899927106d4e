"""The window: say where, drop, done."""

import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QMimeData, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QVBoxLayout, QWidget

from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import bars, notices, tab_order, ways_in, wording
from uploader_gui.gui.account_ways import AccountWays
from uploader_gui.gui.filter_row import FilterRow
from uploader_gui.gui.look import GRID
from uploader_gui.gui.menu import MenuButton
from uploader_gui.gui.pages import EmptyPage, Pages
from uploader_gui.gui.rows import Group, Node
from uploader_gui.gui.shortcuts import Way, sequence, sequences, shown
from uploader_gui.gui.status_line import StatusLine
from uploader_gui.gui.target_bar import TargetBar
from uploader_gui.workers.desk import Desk, State
from uploader_gui.workers.facts import Begun

if TYPE_CHECKING:  # what is made after the first paint, and read then
    from uploader_gui.gui.all_at_once import AllAtOnce
    from uploader_gui.gui.announcing import Announcing
    from uploader_gui.gui.comforts import Comforts
    from uploader_gui.gui.details_panel import DetailsPanel
    from uploader_gui.gui.doing import Doing
    from uploader_gui.gui.drop_overlay import DropOverlay
    from uploader_gui.gui.drops import Drops
    from uploader_gui.gui.file_choice import FileChoice
    from uploader_gui.gui.history_view import HistoryView
    from uploader_gui.gui.leaving import Leaving
    from uploader_gui.gui.offering import Offering
    from uploader_gui.gui.pasting import Pasting
    from uploader_gui.gui.queue_model import QueueModel, Row
    from uploader_gui.gui.queue_view import QueueView
    from uploader_gui.gui.telling import Telling

DETAILS_FROM = 90 * GRID
"""The width from which there is room for the details beside the queue."""
MODULES = (
    "uploader_gui.gui.queue_delegate",
    "uploader_gui.gui.queue_view",
    "uploader_gui.gui.history_view",
    "uploader_gui.gui.requests_view",
    "uploader_gui.gui.details_panel",
    "uploader_gui.gui.comforts",
    "uploader_gui.gui.offering",
    "uploader_gui.gui.furnishing",
    "uploader_gui.gui.picker",
)
"""What is read after the first paint, each in a turn of its own: the window answers in between."""


class MainWindow(QMainWindow):
    """Everything a person does often.

    Args:
        desk: What it speaks to.
        target: Says where the next files go.
        opens: Opens an address in the browser.

    Attributes:
        account_wished: The person wants to look at the account of this batch.
        painted: The window was shown for the first time, and all of it is there.
    """

    account_wished = Signal(object)
    painted = Signal()
    # Made after the first paint, by `furnishing.furnish`.
    model: "QueueModel"
    offer: bars.Bar
    undo: bars.Bar
    offering: "Offering"
    leaving: "Leaving"
    queue: "QueueView"
    history: "HistoryView"
    details: "DetailsPanel"
    doing: "Doing"
    telling: "Telling"
    announcing: "Announcing"
    all_at_once: "AllAtOnce"
    choice: "FileChoice"
    pasting: "Pasting"
    comforts: "Comforts"
    overlay: "DropOverlay"
    drops: "Drops"
    tick: QTimer

    def __init__(
        self,
        desk: Desk,
        *,
        target: TargetBar | None = None,
        opens: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__()
        self.desk = desk
        self._opens = opens
        self._first = True
        self._furnished = False
        self._before: tuple[str, str] | None = None  # the current row, when files were taken last
        self.setWindowTitle(_("Uploader"))
        self.setAcceptDrops(True)
        self.resize(120 * GRID, 80 * GRID)
        self.target = target or TargetBar(desk, parent=self)
        self.notices = bars.NoticeBars(self)
        self.ways = AccountWays(desk, self)
        self.filters = FilterRow(self)
        self.menu = MenuButton(self)
        self.filters.add_corner(self.menu)
        self.empty = EmptyPage(self)
        self.empty.below.addWidget(self.ways.first)
        self.pages = Pages(self.empty, self)
        self.status = StatusLine(self)
        self._lay_out()
        self._show_nothing(filtered=False)
        # Before anybody else hears of it.
        desk.opened.connect(self._show_pages)
        # Until there are accounts it is disabled, and what is disabled cannot keep the keyboard.
        desk.opened.connect(self.target.accounts.setFocus)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Make what is not made yet, where it is wanted before its time."""
            if name in MainWindow.__annotations__ and not self._furnished:
                self.furnish()
                return getattr(self, name)
            raise AttributeError(name)

    def furnish(self) -> None:
        """Make what is not seen at once; again: nothing."""
        if not self._furnished:
            self._furnished = True
            from uploader_gui.gui.furnishing import furnish  # noqa: PLC0415 - the window is to be seen first

            furnish(self, self._opens)
            self._connect()
            self._let_be_heard()
            self._actions()
            self._show_pages()

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.pages, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(left)
        self.inside = QWidget(self)
        self.rows = QVBoxLayout(self.inside)
        self.rows.setContentsMargins(0, 0, 0, 0)
        self.rows.setSpacing(0)
        above = [self.notices, self.ways.practice_bar, self.ways.bar, self.ways.beside(self.target)]
        for widget in above:
            self.rows.addWidget(widget)
        self.rows.addWidget(self.splitter, 1)
        self.rows.addWidget(self.status)
        self.setCentralWidget(self.inside)

    def _connect(self) -> None:
        desk = self.desk
        desk.arrived.connect(self.telling.take)
        self.telling.told.connect(self.notices.tell)
        desk.failed.connect(self._failed)
        desk.broke.connect(self._broke)
        desk.accounts_changed.connect(self._show_pages)
        desk.closed.connect(self.close)
        self.tick.timeout.connect(self._show_undo)
        self.model.changed.connect(self._batch_changed)
        self.model.totals_changed.connect(self._totals_changed)
        self.model.rowsInserted.connect(self._show_pages)
        self.model.rowsRemoved.connect(self._show_pages)
        self.model.modelReset.connect(self._show_pages)
        self.queue.wished.connect(self.doing.do)
        self.queue.chosen.connect(self._row_chosen)
        self.queue.details_wished.connect(self._show_details)
        self.history.wished.connect(self.doing.do)
        self.history.chosen.connect(self._row_chosen)
        self.history.table.doubleClicked.connect(self._show_details)
        self.history.exported.connect(self._exported)
        self.details.wished.connect(self.doing.do)
        self.details.copied.connect(self.doing.copy)
        self.details.edited.connect(self._edited)
        self.details.left_as_it_was.connect(self._edit_ended)
        self.details.closed.connect(self._hide_details)
        self.doing.edit_wished.connect(self._edit)
        self.doing.account_wished.connect(self._account_wished)
        self.doing.cleared.connect(self._clear)
        self.doing.show_wished.connect(self.comforts.show_files)
        self.comforts.told.connect(self.notices.tell)
        self.doing.copied.connect(lambda: self.filters.say(_("Copied")))
        self.doing.unopened.connect(self.notices.tell)
        self.offering.begun.connect(self._begun)
        self.offering.failed.connect(self._failed)
        self.filters.changed.connect(self._filter)
        self.filters.clear_wished.connect(self._clear_done)
        self.status.pause_wished.connect(desk.batch_desk.pause_all)
        self.status.resume_wished.connect(desk.batch_desk.resume_all)
        self.status.again_wished.connect(self.all_at_once.try_again)
        self.status.end_wished.connect(self.all_at_once.ask)
        self.empty.choose_wished.connect(self.choice.files)
        self.ways.first.choose_wished.connect(self.choice.files)
        self.filters.choose_wished.connect(self.choice.files)
        self.choice.chosen.connect(self.take_files)

    def _let_be_heard(self) -> None:
        for bar, urgent in (
            (self.ways.practice_bar, False),
            (self.ways.bar, False),
            (self.offer, False),
            (self.undo, True),
            (self.leaving.bar, True),
            (self.all_at_once.bar, True),
        ):
            self.announcing.follow(bar, urgent=urgent)
        self.notices.spoke.connect(lambda text, urgent: self.announcing.tell(text, text, urgent=urgent))
        self.notices.silenced.connect(self.announcing.forget)

    def _actions(self) -> None:
        menu = self.menu
        menu.files_wished.connect(self.choice.files)
        menu.folder_wished.connect(self.choice.folder)
        menu.accounts_wished.connect(self.ways.show)
        menu.again_wished.connect(self.all_at_once.try_again)
        menu.end_wished.connect(self.all_at_once.ask)
        menu.history_wished.connect(self.filters.toggle_history)
        menu.quit_wished.connect(self.close)
        self.comforts.copied.connect(self.doing.copy)
        self.comforts.batch_wished.connect(self._show_batch)
        self.comforts.record_wished.connect(self._open_record)
        # What is in the menu has its key there.
        for way, do in (
            (Way.PASTE, self.paste),
            (Way.SEARCH, self.filters.search.setFocus),
            (Way.RETRY, lambda: self.all_at_once.try_again(self.queue.selected)),
            (Way.UNDO, self._undo),
            (Way.MENU, menu.showMenu),
            (Way.ESCAPE, self._escape),
        ):
            action = QAction(self)
            action.setShortcuts(sequences(way))
            action.triggered.connect(lambda _checked=False, do=do: do())
            self.addAction(action)

    # ------------------------------------------------------------------------------------------------ files come in
    def take_files(self, paths: Sequence[str], onto: Node | None = None) -> None:
        """Take files: into a batch that is on its way, or as a new one where the target bar says."""
        self._before = self._current
        if onto is None:
            self.offering.take(paths)
            return
        batch_id = onto.batch.id
        self.desk.file_desk.extend(batch_id, paths, self._begun, self._failed)

    def paste(self) -> None:
        """Take what was copied: files, a picture, or a record's address."""
        data = QGuiApplication.clipboard().mimeData()
        self._take(data, None, _("Screenshot"))

    def take_address(self, address: str) -> None:
        """Choose the record that is open in the browser."""
        if not self.target.take_address(address):
            self.notices.tell(notices.Notice(text=notices.unknown_address(), urgent=False))

    def _take(self, data: QMimeData, onto: Node | None, picture: str) -> None:
        """Take what was pasted or dropped: files, a picture, or a record's address; else say why not."""
        if paths := ways_in.paths_of(data):
            self.take_files(paths, onto)
        elif ways_in.has_picture(data):
            found = ways_in.picture_of(data)
            self.desk.file_desk.keep_picture(found, picture, lambda path: self.take_files([path], onto), self._failed)
        elif address := ways_in.address_of(data):
            self.take_address(address)
        else:
            self.notices.tell(notices.Notice(text=ways_in.foreign(data), urgent=False))

    def _begun(self, begun: Begun) -> None:
        notice = notices.begun(begun.twice, begun.empty)
        if notice is not None:
            self.notices.tell(notice)
        self.filters.show_queue()
        if begun.batches:
            QTimer.singleShot(0, self, lambda: self._choose_new(begun.batches[0]))

    def _show_batch(self, batch_id: str) -> None:
        """Choose a batch, whatever is shown; "": show those that need a person, if some do."""
        if self.model.node(batch_id) is not None:
            self.filters.show_all()
            self.queue.choose(batch_id)
            self._bring_up(batch_id)
        elif not batch_id and self.model.totals.needs_you:
            self.filters.choose(Group.NEEDS_YOU)

    def _open_record(self, batch_id: str) -> None:
        from uploader_gui.gui.deeds import Deed  # noqa: PLC0415 - see above
        from uploader_gui.gui.queue_model import Row  # noqa: PLC0415 - see above

        node = self.model.node(batch_id)
        if node is not None:
            self.doing.do(Deed.OPEN_RECORD, [Row(node, None)])

    def _choose_new(self, batch_id: str) -> None:
        """What just came is what the next key is about, unless a person reads, or has gone on, elsewhere."""
        if self.details.isHidden() and self._current in {None, self._before}:
            self.queue.choose(batch_id)
            self._before = self._current
        self._bring_up(batch_id)

    @property
    def _current(self) -> tuple[str, str] | None:
        row = self.queue.current
        return None if row is None else (row.node.batch.id, row.upload.id if row.upload else "")

    def _bring_up(self, batch_id: str) -> None:
        row = self.model.row_of(batch_id)
        if row is not None:
            self.queue.scrollTo(self.model.index(row, 0))

    # -------------------------------------------------------------------------------------------------- drag and drop
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        """Say where it will go, or why it cannot."""
        if event.source() is None:  # what is dragged within the window is not meant for it
            self.drops.hover(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the mouse."""
        self.drops.hover(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802 - Qt's name
        """It goes elsewhere."""
        super().dragLeaveEvent(event)
        self.overlay.hide()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        """Take what was dropped."""
        onto = self.drops.beneath(event.position().toPoint())
        self.overlay.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.activateWindow()
        self._take(event.mimeData(), onto, _("Image"))

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Go on with the keyboard, as the eye does."""
        return tab_order.go_on(self.inside, forward=forward) or super().focusNextPrevChild(forward)

    # ---------------------------------------------------------------------------------------------------- rows
    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """In a narrow window the details stand below the queue, not beside it."""
        super().resizeEvent(event)
        wide = self.width() >= DETAILS_FROM
        self.splitter.setOrientation(Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical)

    def _row_chosen(self, row: "Row | None") -> None:
        if self.details.isVisible():
            self.details.show_row(row)

    def _show_details(self) -> None:
        row = self.history.current if self.pages.history_shown else self.queue.current
        if row is not None:
            self.details.show()
            self.details.show_row(row)

    def _hide_details(self) -> None:
        self.details.show_row(None)
        self.details.hide()
        self.queue.setFocus()

    def _edit(self, row: "Row") -> None:
        flow = self.desk.flow(row.node.batch)
        if flow is None:
            return

        def held(done: bool) -> None:
            if done:
                self.details.show()
                self.details.edit(row)
            else:
                self.notices.tell(notices.Notice(text=_("It is too late to change it."), urgent=False))

        self.desk.batch_desk.hold_back(row.node.batch.id, held)

    def _edited(self, batch_id: str, values: Any, names: Any) -> None:
        def told(done: bool) -> None:
            if not done:
                text = _("This cannot be changed any more: a file was already sent with it.")
                self.notices.tell(notices.Notice(text=text))
            self._edit_ended(batch_id)

        self.desk.batch_desk.edit(batch_id, values, names, told)

    def _edit_ended(self, batch_id: str) -> None:
        node = self.model.node(batch_id)
        if node is not None and not node.sends:
            self.desk.batch_desk.go_on(batch_id)

    def _account_wished(self, batch: Batch) -> None:
        self.ways.look_at(batch)
        self.account_wished.emit(batch)

    def _clear(self, batch_ids: list[str]) -> None:
        for batch_id in batch_ids:
            self.desk.batch_desk.forget(batch_id)
        self.model.remove(batch_ids)

    def _clear_done(self) -> None:
        self._clear([node.batch.id for node in self.model.nodes if node.batch.state in ENDED_BATCHES])

    def _batch_changed(self, batch_id: str) -> None:
        self.details.follow(batch_id)
        node = self.model.node(batch_id)
        if node is not None and node.batch.state is BatchState.HELD:
            self.tick.start()
            self._show_undo()

    def _totals_changed(self) -> None:
        self.status.show_totals(self.model.totals)
        self.filters.show_totals(self.model.totals)
        self.comforts.menu.show_totals(self.model.totals)
        self._show_pages()
        self.leaving.look()

    # ------------------------------------------------------------------------------------------------------ pages
    def _filter(self, group: Group | None, text: str, history: bool) -> None:
        self.details.show_row(None)
        self.details.hide()
        if history:
            self.history.look_up(text)
        else:
            self.model.show_only(group, text)
        self._show_pages()

    def _show_pages(self) -> None:
        nothing = self.model.rowCount() == 0
        there = self.filters.history or any(True for _node in self.model.nodes)
        self.filters.offer_files(offered=there and bool(self.desk.accounts))
        if self.filters.history:
            self.pages.show_history()
        elif nothing:
            self._show_nothing(filtered=any(True for _node in self.model.nodes))
        else:
            self.pages.show_queue()

    def _show_nothing(self, *, filtered: bool) -> None:
        self.empty.show_state(
            opening=self.desk.state is State.OPENING,
            accounts=bool(self.desk.accounts),
            filtered=filtered,
            practises=self.ways.playground is not None,
        )
        self.ways.first.show_state(first=self.empty.first, practises=self.empty.practises)
        self.pages.show_empty()

    def look_for_pages(self) -> None:
        """Something else is so that the pages depend on."""
        self._show_pages()

    def _exported(self, path: Path, count: int) -> None:
        said = ngettext("{n} batch was written to {path}.", "{n} batches were written to {path}.", count)
        text = said.format(n=count, path=path.name)
        self.notices.tell(notices.Notice(text=text, urgent=False))

    # ---------------------------------------------------------------------------------------------------- undo
    def _show_undo(self) -> None:
        held = [node for node in self.model.nodes if node.batch.state is BatchState.HELD]
        now = self.desk.clock.monotonic()
        if not held:
            self.tick.stop()
            self.undo.hide()
            return
        node = min(held, key=lambda one: one.batch.due or now)
        text = f"{wording.title(node.batch)}: {wording.batch_now(node, now)}"
        if len(held) > 1:
            text += " · " + _("{n} more").format(n=len(held) - 1)
        batch_id = node.batch.id
        soon = _("{place} goes out soon. {keys} undoes it.").format(
            place=wording.title(node.batch), keys=shown(sequence(Way.UNDO))
        )
        self.undo.say(text, [(_("Undo"), lambda: self.desk.batch_desk.hold_back(batch_id))], aloud=soon)

    def _undo(self) -> None:
        """What the bar offers, by key: whoever works by keyboard has no time to walk there."""
        if self.undo.isVisible():
            self.undo.buttons[0].click()

    # ------------------------------------------------------------------------------------------------ telling
    def _failed(self, error: Exception) -> None:
        self.notices.tell(notices.of_error(error))

    def _broke(self, error: Exception) -> None:
        notice = notices.of_error(error)
        again = [(_("Try again"), self.desk.open)] if not self.desk.ready else []
        self.notices.tell(notice, again)
        self._show_pages()

    # ------------------------------------------------------------------------------------------------ the end
    def _escape(self) -> None:
        if self.leaving.bar.isVisible():
            self.leaving.stay()
        elif self.all_at_once.bar.isVisible():
            self.all_at_once.stay()
        elif self.details.isVisible():
            self._hide_details()
        elif self.filters.search.text():
            self.filters.search.clear()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        """Ask first while something is being sent; end in good order."""
        if self.leaving.may_close():
            event.accept()
        else:
            event.ignore()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Another palette may be one of high contrast, or none any more."""
        super().changeEvent(event)
        app = QApplication.instance()
        if event.type() == QEvent.Type.PaletteChange and isinstance(app, QApplication):
            from uploader_gui.gui import edges  # noqa: PLC0415 - see above

            QTimer.singleShot(0, self, lambda: edges.follow(app))  # not while the palette is being handed on

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Tell, once, when it is there to be seen."""
        super().showEvent(event)
        if self._first:
            self._first = False
            # After the paint that follows, not before it.
            QTimer.singleShot(0, self, lambda: QTimer.singleShot(0, self, self._go_on))

    def _go_on(self) -> None:
        """Read and make what is not seen yet, in portions, between which the window does what is asked of it."""
        for name in MODULES:
            if name not in sys.modules:
                importlib.import_module(name)
                QTimer.singleShot(0, self, self._go_on)
                return
        self.furnish()
        if self.desk.state is State.OPENING:  # it may have been closed meanwhile
            self.painted.emit()

    # ---------------------------------------------------------------------------------------------------- inside
    def sends(self, service: str, target: str) -> bool:
        """Whether what is attached there goes out to people."""
        flow = self.desk.flows.get((service, target))
        return flow is not None and flow.target.sends

    def service(self, service: str) -> str:
        """What a service is called."""
        found = next((flow.service.name for (its, _target), flow in self.desk.flows.items() if its == service), None)
        return found or service
