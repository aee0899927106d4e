"""What comes in is taken: files that were chosen, what was dropped or pasted, a record's address."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QTimer
from PySide6.QtGui import QGuiApplication

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import deeds, notices, ways_in
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.rows import Node
from uploader_gui.workers.facts import Begun

if TYPE_CHECKING:
    from uploader_gui.gui.main_window import MainWindow


class Taking(QObject):
    """Takes it.

    Args:
        window: Where it comes in.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk

    def files(self, paths: Sequence[str], onto: Node | None = None) -> None:
        """Take files: into a batch that is on its way, or as a new one where the target bar says."""
        self._window.pointing.remember()
        if onto is None:
            self._window.offering.take(paths)
            return
        batch_id = onto.batch.id
        self._desk.file_desk.extend(batch_id, paths, self.begun, self._window.tell_error)

    def paste(self) -> None:
        """Take what was copied: files, a picture, or a record's address."""
        self._take(QGuiApplication.clipboard().mimeData(), None, _("Screenshot"))

    def drop(self, data: QMimeData, onto: Node | None) -> None:
        """Take what was dropped: onto a batch that is on its way, or beside."""
        self._take(data, onto, _("Image"))

    def address(self, address: str) -> None:
        """Choose the record that is open in the browser."""
        if not self._window.target.take_address(address):
            self._tell(notices.unknown_address())

    def elsewhere(self, rows: Sequence[Row]) -> None:
        """The files of these rows go to another record as well, of the same kind unless the person says otherwise."""
        batch = rows[0].node.batch
        face = self._desk.face(batch.account) or self._desk.face_of(batch)
        if face is not None:
            self._window.target.choose(face.key, batch.target)
        # Whatever record is chosen, pinned or not: nothing goes to it only because this was pressed.
        self._window.target.fields.clear()
        self._window.filters.show_queue()
        paths = [path for row in rows for path in deeds.files_of(row.node, row.upload)]
        self._window.offering.take(paths, at_once=False)

    def begun(self, begun: Begun) -> None:
        """What was taken is in the queue: show it there."""
        notice = notices.begun(begun.twice, begun.empty, begun.hidden)
        if notice is not None:
            self._window.notices.tell(notice)
        self._window.filters.show_queue()
        if begun.batches:
            QTimer.singleShot(0, self, lambda: self._window.pointing.choose_new(begun.batches[0]))

    def _take(self, data: QMimeData, onto: Node | None, picture: str) -> None:
        """Take files, a picture, or a record's address; else say why not."""
        if paths := ways_in.paths_of(data):
            self.files(paths, onto)
        elif ways_in.has_picture(data):
            found = ways_in.picture_of(data)
            self._desk.file_desk.keep_picture(
                found, picture, lambda path: self.files([path], onto), self._window.tell_error
            )
        elif address := ways_in.address_of(data):
            self.address(address)
        else:
            self._tell(ways_in.foreign(data))

    def _tell(self, text: str) -> None:
        self._window.notices.tell(notices.Notice(text=text, urgent=False))
