"""What of the window is not seen at once: made right after its first paint, or when it is wanted before that."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look
from uploader_gui.gui.all_at_once import AllAtOnce
from uploader_gui.gui.announcing import Announcing
from uploader_gui.gui.bars import Bar
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
from uploader_gui.gui.look import GRID
from uploader_gui.gui.offering import Offering
from uploader_gui.gui.paging import Paging
from uploader_gui.gui.pasting import Pasting
from uploader_gui.gui.pointing import Pointing
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.queue_view import QueueView
from uploader_gui.gui.taking import Taking
from uploader_gui.gui.telling import Telling

if TYPE_CHECKING:
    from uploader_gui.gui.main_window import MainWindow


def furnish(window: "MainWindow", opens: Callable[[QUrl], object]) -> None:
    """Make the parts, and put them where they belong; nothing is connected yet.

    Args:
        window: Gets them.
        opens: Opens an address in the browser.
    """
    look.sharpen(window)
    window.filters.sharpen()
    desk = window.desk
    window.model = QueueModel(sends=window.sends, service=window.service, now=desk.clock.monotonic, parent=window)
    window.offer = Bar("drop", _("Files that wait"), window)
    window.undo = Bar("undo", _("About to go out"), window)
    window.offering = Offering(desk, window.target, window.offer, window, why_is_told=window.ways.bar.isVisible)
    window.leaving = Leaving(desk, window.model, window.offering, window)
    window.choice = FileChoice(desk, window)
    window.queue = QueueView(window.model, window)
    window.history = HistoryView(desk, window)
    window.details = DetailsPanel(desk, window)
    window.doing = Doing(desk, QGuiApplication.clipboard(), window, opens=opens)
    window.all_at_once = AllAtOnce(desk, window.model, window.doing, window)
    window.telling = Telling(window.model, window)
    window.announcing = Announcing(window.model, window)
    window.pasting = Pasting(window)
    window.comforts = Comforts(desk, window.model, window, window.menu, opens=opens)
    window.going_out = GoingOut(desk, window.model, window.undo, window)
    window.editing = Editing(desk, window.model, window.details, window.notices, window)
    window.pointing = Pointing(window.model, window.queue, window.filters, window.details, window.doing, window)
    window.paging = Paging(window)
    window.taking = Taking(window)
    _lay_out(window)
    window.overlay = DropOverlay(window.inside)
    window.drops = Drops(window, window.inside, window.queue, window.target, window.overlay)


def _lay_out(window: "MainWindow") -> None:
    window.pages.add(window.queue, window.history)
    window.splitter.addWidget(window.details)
    window.splitter.setStretchFactor(0, 1)
    window.splitter.setStretchFactor(1, 0)
    window.splitter.setSizes([80 * GRID, 40 * GRID])
    window.details.hide()
    rows = window.rows
    for bar, before in (
        (window.offer, window.splitter),
        (window.undo, window.status),
        (window.all_at_once.bar, window.status),
        (window.leaving.bar, window.status),
    ):
        rows.insertWidget(rows.indexOf(before), bar)
        bar.stackUnder(before)  # a screen reader goes in this order
