"""What is connected with what in the window: its parts, its menu, its keys, and what is said aloud of its bars."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui.shortcuts import Way, sequences

if TYPE_CHECKING:
    from uploader_gui.gui.main_window import MainWindow


def connect(window: "MainWindow") -> None:
    """Connect the parts of a window, once all of them are there.

    Args:
        window: Has them.
    """
    _desk(window)
    _rows(window)
    _deeds(window)
    _bars(window)
    _files(window)
    _let_be_heard(window)
    _menu(window)
    _keys(window)


def _desk(window: "MainWindow") -> None:
    desk, model = window.desk, window.model
    desk.arrived.connect(window.telling.take)
    window.telling.told.connect(window.notices.tell)
    desk.failed.connect(window.tell_error)
    desk.broke.connect(window.tell_broken)
    desk.accounts_changed.connect(window.paging.look)
    desk.closed.connect(window.close)
    model.changed.connect(window.details.follow)
    model.changed.connect(window.going_out.follow)
    model.totals_changed.connect(window.follow_totals)
    model.rowsInserted.connect(window.paging.look)
    model.rowsRemoved.connect(window.paging.look)
    model.modelReset.connect(window.paging.look)


def _rows(window: "MainWindow") -> None:
    paging, editing, do = window.paging, window.editing, window.doing.do
    window.queue.wished.connect(do)
    window.queue.chosen.connect(paging.show_chosen)
    window.queue.details_wished.connect(paging.show_details)
    window.history.wished.connect(do)
    window.history.chosen.connect(paging.show_chosen)
    window.history.table.details_wished.connect(paging.show_details)
    window.history.exported.connect(window.tell_exported)
    window.details.wished.connect(do)
    window.details.copied.connect(window.doing.copy)
    window.details.edited.connect(editing.keep)
    window.details.left_as_it_was.connect(editing.end)
    window.details.closed.connect(paging.hide_details)


def _deeds(window: "MainWindow") -> None:
    doing, comforts = window.doing, window.comforts
    doing.edit_wished.connect(window.editing.edit)
    doing.account_wished.connect(window.ways.look_at)
    doing.cleared.connect(window.clear)
    doing.show_wished.connect(comforts.show_files)
    doing.elsewhere_wished.connect(window.taking.elsewhere)
    comforts.told.connect(window.notices.tell)
    doing.copied.connect(lambda: window.filters.say(_("Copied")))
    doing.unopened.connect(window.notices.tell)
    comforts.copied.connect(doing.copy)
    comforts.batch_wished.connect(window.pointing.show_batch)
    comforts.record_wished.connect(window.pointing.open_record)


def _bars(window: "MainWindow") -> None:
    desk, status = window.desk, window.status
    window.filters.changed.connect(window.paging.filter)
    window.filters.clear_wished.connect(window.clear_done)
    status.pause_wished.connect(desk.batch_desk.pause_all)
    status.resume_wished.connect(desk.batch_desk.resume_all)
    status.again_wished.connect(window.all_at_once.try_again)
    status.end_wished.connect(window.all_at_once.ask)


def _files(window: "MainWindow") -> None:
    window.offering.begun.connect(window.taking.begun)
    window.offering.failed.connect(window.tell_error)
    window.empty.choose_wished.connect(window.choice.files)
    window.ways.first.choose_wished.connect(window.choice.files)
    window.filters.choose_wished.connect(window.choice.files)
    window.choice.chosen.connect(window.taking.files)


def _let_be_heard(window: "MainWindow") -> None:
    announcing = window.announcing
    for bar, urgent in (
        (window.ways.practice_bar, False),
        (window.ways.bar, False),
        (window.offer, False),
        (window.undo, True),
        (window.leaving.bar, True),
        (window.all_at_once.bar, True),
    ):
        announcing.follow(bar, urgent=urgent)
    window.notices.spoke.connect(lambda text, urgent: announcing.tell(text, text, urgent=urgent))
    window.notices.silenced.connect(announcing.forget)


def _menu(window: "MainWindow") -> None:
    menu = window.menu
    menu.files_wished.connect(window.choice.files)
    menu.folder_wished.connect(window.choice.folder)
    menu.accounts_wished.connect(window.ways.show)
    menu.again_wished.connect(window.all_at_once.try_again)
    menu.end_wished.connect(window.all_at_once.ask)
    menu.history_wished.connect(window.filters.toggle_history)
    menu.quit_wished.connect(window.close)


def _keys(window: "MainWindow") -> None:
    """What is in the menu has its key there."""
    for way, do in (
        (Way.PASTE, window.paste),
        (Way.SEARCH, window.filters.search.setFocus),
        (Way.RETRY, lambda: window.all_at_once.try_again(window.queue.selected)),
        (Way.UNDO, window.going_out.undo),
        (Way.MENU, window.menu.showMenu),
        (Way.ESCAPE, window.escape),
    ):
        action = QAction(window)
        action.setShortcuts(sequences(way))
        action.triggered.connect(lambda _checked=False, do=do: do())
        window.addAction(action)
