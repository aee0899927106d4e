"""Carries deeds out: most of them are one word to the desk."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QAccessible, QClipboard, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import deeds, notices
from uploader_gui.gui.about_line import LISTENING
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.rows import Node
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Left, Why


class Doing(QObject):
    """Does what was wished about rows.

    Args:
        desk: Does most of it.
        clipboard: Takes links.
        window: The parent of file dialogs.
        opens: Opens an address in the browser; the system's own way by default. It gives False if it cannot.

    Attributes:
        account_wished: The person wants to look at the account of this batch.
        edit_wished: The inputs of this row's batch are to be edited.
        cleared: These batches are to be shown no more.
        show_wished: These files, a list of paths, are to be shown where they lie.
        elsewhere_wished: The files of these rows, a list, are to go somewhere else as well.
        copied: Something was copied.
        unopened: An address could not be opened: a notice that says so.
    """

    account_wished = Signal(object)
    edit_wished = Signal(object)
    cleared = Signal(object)
    show_wished = Signal(object)
    elsewhere_wished = Signal(object)
    copied = Signal()
    unopened = Signal(object)

    def __init__(
        self,
        desk: Desk,
        clipboard: QClipboard,
        window: QWidget,
        *,
        opens: Callable[[QUrl], object] = QDesktopServices.openUrl,
    ) -> None:
        super().__init__(window)
        self._desk = desk
        self._clipboard = clipboard
        self._window = window
        self.opens = opens

    def do(self, deed: Deed, rows: list[Row]) -> None:
        """Do this about these rows."""
        if deed is Deed.CLEAR:
            self.cleared.emit([row.node.batch.id for row in rows])
            return
        if deed is Deed.SHOW:
            self.show_wished.emit([path for row in rows for path in deeds.paths_of(row.node, row.upload)])
            return
        if deed is Deed.ELSEWHERE:
            self.elsewhere_wished.emit(rows)
            return
        for row in rows:
            if row.upload is not None:
                self._of_upload(deed, row)
            elif row.node.left is not None:
                self._of_left(deed, row.node)
            else:
                self._of_batch(deed, row)

    def copy(self, text: str) -> None:
        """Copy a text."""
        self._clipboard.setText(text)
        self.copied.emit()

    def _of_upload(self, deed: Deed, row: Row) -> None:
        batch_id, upload = row.node.batch.id, row.upload
        assert upload is not None  # noqa: S101 - that is what it is about
        if deed is Deed.RETRY:
            self._desk.batch_desk.retry(batch_id, upload.id)
        elif deed is Deed.CHOOSE_FILE:
            self._choose(batch_id, upload.id, str(upload.path.parent))
        elif deed is Deed.LEAVE_OUT:
            self._desk.batch_desk.leave_out(batch_id, upload.id)
        elif deed is Deed.PAUSE:
            self._desk.batch_desk.pause(batch_id, upload.id)
        elif deed is Deed.RESUME:
            self._desk.batch_desk.resume(batch_id, upload.id)
        elif deed in {Deed.OPEN_LINK, Deed.COPY_LINK}:
            link = deeds.link_of(upload, datetime.now(UTC))
            if link:
                self.open(link) if deed is Deed.OPEN_LINK else self.copy(link)
        else:
            self._of_batch(deed, row)

    def _of_batch(self, deed: Deed, row: Row) -> None:  # noqa: C901, PLR0912 - one line for each deed
        batch = row.node.batch
        if deed is Deed.SEND:
            self._desk.batch_desk.let_go(batch.id, longer=LISTENING if QAccessible.isActive() else 1)
        elif deed is Deed.UNDO:
            self._desk.batch_desk.hold_back(batch.id)
        elif deed is Deed.RETRY:
            self._desk.batch_desk.retry(batch.id)
        elif deed is Deed.PART:
            self._desk.batch_desk.part(batch.id)
        elif deed is Deed.IS_ATTACHED:
            self._desk.batch_desk.settle(batch.id, attached=True)
        elif deed is Deed.ATTACH_AGAIN:
            self._desk.batch_desk.settle(batch.id, attached=False)
        elif deed is Deed.PAUSE:
            self._desk.batch_desk.pause(batch.id)
        elif deed is Deed.RESUME:
            self._desk.batch_desk.resume(batch.id)
        elif deed is Deed.REMOVE:
            self._desk.batch_desk.cancel(batch.id)
        elif deed is Deed.CHANGE_ACCOUNT:
            self.account_wished.emit(batch)
        elif deed is Deed.EDIT:
            self.edit_wished.emit(Row(row.node, None))
        elif deed is Deed.CHOOSE_FILE:
            self._choose_first(row.node)
        elif deed is Deed.OPEN_RECORD and batch.link:
            self.open(batch.link)
        elif deed is Deed.COPY_RECORD and batch.link:
            self.copy(batch.link)

    def _of_left(self, deed: Deed, node: Node) -> None:
        left = Left(batch=node.batch, uploads=tuple(node.uploads), why=node.left or Why.PROBLEM, problem=node.problem)
        if deed is Deed.TAKE_UP:
            self._desk.take_up(left)
        elif deed is Deed.IS_ATTACHED:
            self._desk.end_left(left, attached=True)
        elif deed is Deed.REMOVE:
            self._desk.end_left(left, attached=False)
        else:
            self._of_batch(deed, Row(node, None))

    def open(self, link: str) -> None:
        """Open an address in the browser, or copy it where there is none: only https, and http as practising has it."""
        url = QUrl(link)
        if url.scheme() in {"https", "http"} and url.host() and self.opens(url) is False:
            self.copy(link)
            self.unopened.emit(notices.no_browser())

    def _choose_first(self, node: Node) -> None:
        """A batch of one file stands for its file."""
        stuck = next((one for one in node.uploads if one.problem is not None), None)
        if stuck is not None:
            self._choose(node.batch.id, stuck.id, str(stuck.path.parent))

    def _choose(self, batch_id: str, upload_id: str, folder: str) -> None:
        # Not modal to anything but the window's own input, and everything else goes on.
        dialog = QFileDialog(self._window, _("Choose another file"), folder)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._desk.batch_desk.replace(batch_id, upload_id, path))
        dialog.open()
