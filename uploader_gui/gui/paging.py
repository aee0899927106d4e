"""What is shown when: the queue, the history or why there is nothing, and the details beside."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.rows import Group

if TYPE_CHECKING:
    from uploader_gui.gui.main_window import MainWindow


class Paging(QObject):
    """Turns to it.

    Args:
        window: Whose pages they are.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window

    def look(self) -> None:
        """Show the page that there is something on."""
        window = self._window
        nothing = window.model.rowCount() == 0
        there = window.filters.history or any(True for _node in window.model.nodes)
        window.filters.offer_files(offered=there and bool(window.desk.accounts))
        if window.filters.history:
            window.pages.show_history()
        elif nothing:
            window.show_nothing(filtered=any(True for _node in window.model.nodes))
        else:
            window.pages.show_queue()

    def filter(self, group: Group | None, text: str, history: bool) -> None:
        """Show what the filters say, and no details of anything else."""
        window = self._window
        window.details.show_row(None)
        window.details.hide()
        if history:
            window.history.look_up(text)
        else:
            window.model.show_only(group, text)
        self.look()

    def show_chosen(self, row: Row | None) -> None:
        """Another row is chosen: the details are its own, if they are shown."""
        if self._window.details.isVisible():
            self._window.details.show_row(row, ended=self._window.pages.history_shown)

    def show_details(self) -> None:
        """Show the details of the row that is chosen."""
        window = self._window
        row = window.history.current if window.pages.history_shown else window.queue.current
        if row is not None:
            window.details.show()
            window.details.show_row(row, ended=window.pages.history_shown)

    def hide_details(self) -> None:
        """Put the details away, and go on among the rows."""
        window = self._window
        window.details.show_row(None)
        window.details.hide()
        (window.history.table if window.pages.history_shown else window.queue).setFocus()
