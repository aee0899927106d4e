"""The window: say where, drop, done."""

import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QApplication, QMainWindow, QVBoxLayout, QWidget

from uploader_gui.core.batch import ENDED_BATCHES
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import bars, notices, tab_order
from uploader_gui.gui.account_ways import AccountWays
from uploader_gui.gui.beside import Beside
from uploader_gui.gui.filter_row import FilterRow
from uploader_gui.gui.look import GRID
from uploader_gui.gui.menu import MenuButton
from uploader_gui.gui.pages import EmptyPage, Pages
from uploader_gui.gui.status_line import StatusLine
from uploader_gui.gui.target_bar import TargetBar
from uploader_gui.workers.desk import Desk, State

if TYPE_CHECKING:  # what is made after the first paint, and read then
    from uploader_gui.gui.all_at_once import AllAtOnce
    from uploader_gui.gui.announcing import Announcing
    from uploader_gui.gui.comforts import Comforts
    from uploader_gui.gui.details_panel import DetailsPanel
    from uploader_gui.gui.doing import Doing
    from uploader_gui.gui.drop_overlay import DropOverlay
    from uploader_gui.gui.drops import Drops
    from uploader_gui.gui.editing import Editing
    from uploader_gui.gui.file_choice import FileChoice
    from uploader_gui.gui.going_out import GoingOut
    from uploader_gui.gui.history_view import HistoryView
    from uploader_gui.gui.leaving import Leaving
    from uploader_gui.gui.offering import Offering
    from uploader_gui.gui.paging import Paging
    from uploader_gui.gui.pasting import Pasting
    from uploader_gui.gui.pointing import Pointing
    from uploader_gui.gui.queue_model import QueueModel
    from uploader_gui.gui.queue_view import QueueView
    from uploader_gui.gui.taking import Taking
    from uploader_gui.gui.telling import Telling

MODULES = (
    "uploader_gui.gui.queue_delegate",
    "uploader_gui.gui.queue_view",
    "uploader_gui.gui.history_view",
    "uploader_gui.gui.requests_view",
    "uploader_gui.gui.details_panel",
    "uploader_gui.gui.comforts",
    "uploader_gui.gui.offering",
    "uploader_gui.gui.connecting",
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
        painted: The window was shown for the first time, and all of it is there.
    """

    painted = Signal()
    # Made after the first paint, by `furnishing.furnish`; connected by `connecting.connect`.
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
    going_out: "GoingOut"
    editing: "Editing"
    paging: "Paging"
    pointing: "Pointing"
    taking: "Taking"

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
        self.show_nothing(filtered=False)
        # Before anybody else hears of it.
        desk.opened.connect(self.look_for_pages)
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
            from uploader_gui.gui.connecting import connect  # noqa: PLC0415 - the window is to be seen first
            from uploader_gui.gui.furnishing import furnish  # noqa: PLC0415 - as well

            furnish(self, self._opens)
            connect(self)
            self.paging.look()

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.filters)
        column.addWidget(self.pages, 1)
        self.splitter = Beside(self)
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

    # ------------------------------------------------------------------------------------------------ files come in
    def take_files(self, paths: Sequence[str]) -> None:
        """Take files, where the target bar says."""
        self.taking.files(paths)

    def paste(self) -> None:
        """Take what was copied: files, a picture, or a record's address."""
        self.taking.paste()

    def take_address(self, address: str) -> None:
        """Choose the record that is open in the browser."""
        self.taking.address(address)

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
        self.taking.drop(event.mimeData(), onto)

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: N802 - Qt's name
        """Go on with the keyboard, as the eye does."""
        return tab_order.go_on(self.inside, forward=forward) or super().focusNextPrevChild(forward)

    # ---------------------------------------------------------------------------------------------------- rows
    def clear(self, batch_ids: list[str]) -> None:
        """Put batches that have ended out of sight."""
        for batch_id in batch_ids:
            self.desk.batch_desk.forget(batch_id)
        self.model.remove(batch_ids)

    def clear_done(self) -> None:
        """Put all that has ended out of sight."""
        self.clear([node.batch.id for node in self.model.nodes if node.batch.state in ENDED_BATCHES])

    def follow_totals(self) -> None:
        """What there is of each kind has changed."""
        self.status.show_totals(self.model.totals)
        self.filters.show_totals(self.model.totals)
        self.comforts.menu.show_totals(self.model.totals)
        self.paging.look()
        self.leaving.look()

    # ------------------------------------------------------------------------------------------------------ pages
    def show_nothing(self, *, filtered: bool) -> None:
        """Show why there is nothing; before anything else is there, too.

        Args:
            filtered: There is something, but not what is searched for.
        """
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
        self.paging.look()

    # ------------------------------------------------------------------------------------------------ telling
    def tell_error(self, error: Exception) -> None:
        """Something could not be done."""
        self.notices.tell(notices.of_error(error))

    def tell_broken(self, error: Exception) -> None:
        """The queue cannot be used."""
        notice = notices.of_error(error)
        again = [(_("Try again"), self.desk.open)] if not self.desk.ready else []
        self.notices.tell(notice, again)
        self.paging.look()

    def tell_exported(self, path: Path, count: int) -> None:
        """A part of the history is a file now."""
        said = ngettext("{n} batch was written to {path}.", "{n} batches were written to {path}.", count)
        text = said.format(n=count, path=path.name)
        self.notices.tell(notices.Notice(text=text, urgent=False))

    # ------------------------------------------------------------------------------------------------ the end
    def escape(self) -> None:
        """Put away what stands in the way most."""
        if self.leaving.bar.isVisible():
            self.leaving.stay()
        elif self.all_at_once.bar.isVisible():
            self.all_at_once.stay()
        elif self.details.isVisible():
            self.paging.hide_details()
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
            from uploader_gui.gui import high_contrast  # noqa: PLC0415 - see above

            QTimer.singleShot(0, self, lambda: high_contrast.follow(app))  # not while the palette is being handed on

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
