"""What there is to copy and to open about a stored file: its digests, its links with their countdown, its ids."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtWidgets import QGridLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.batch import Upload
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import deeds, look, pieces
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_model import Row

Copy = Callable[[str], object]
Wish = Callable[[Deed, Row], Callable[[], None]]


def digests(upload: Upload, copy: Copy, parent: QWidget) -> QGridLayout:
    """A file's digests, and the storage's own ETag where that is another one.

    Args:
        upload: The file.
        copy: Takes what is to go to the clipboard.
        parent: The buttons' owner.
    """
    grid = QGridLayout()
    grid.setHorizontalSpacing(GRID)
    grid.setColumnStretch(1, 1)
    receipt = upload.receipt
    known = dict(upload.digests)
    if receipt is not None:
        known |= {name: one for name in ("md5", "sha256", "crc32c", "etag") if (one := getattr(receipt, name))}
    rows = [("md5", "MD5"), ("sha256", "SHA-256"), ("crc32c", "CRC32C")]
    if known.get("etag") and known["etag"].strip('"') != known.get("md5"):
        rows.append(("etag", "ETag"))
    for line, (name, called) in enumerate(rows):
        value = known.get(name)
        grid.addWidget(pieces.quiet(called), line, 0)
        shown = look.label(pieces.shortened(value), parent) if value else pieces.Quiet(_("not taken yet"), parent)
        if value:
            shown.setToolTip(value)
            shown.setAccessibleName(f"{called} {value}")
            grid.addWidget(_copier(value, _("Copy the {name}").format(name=called), copy, parent), line, 2)
        grid.addWidget(shown, line, 1)
    return grid


def links(row: Row, wish: Wish, copy: Copy, parent: QWidget) -> QGridLayout:
    """The record's link, the file's with its countdown, and whatever else the service gave for it.

    Args:
        row: What it is about.
        wish: Gives what a button does.
        copy: Takes what is to go to the clipboard.
        parent: The buttons' owner.
    """
    batch, upload, now = row.node.batch, row.upload, datetime.now(UTC)
    rows = _Rows(copy, parent)
    if batch.link:
        rows.link(_("The record"), batch.link, Deed.OPEN_RECORD, wish(Deed.OPEN_RECORD, row))
    if upload is None:
        return rows.grid
    link = deeds.link_of(upload, now)
    if link:
        rows.link(_("The file"), link, Deed.OPEN_LINK, wish(Deed.OPEN_LINK, row))
        left = _("good for ever, as far as is known")
        if upload.good_until is not None:
            time = words.duration((upload.good_until - now).total_seconds() // 60 * 60)
            left = _("good for {time} more").format(time=time)
        rows.remark(left)
    elif upload.good_until is not None and upload.good_until <= now:
        rows.remark(_("The file's link has run out."))
    for name, value in upload.result.items():
        if name != "link":
            rows.value(words.plain(name), str(value))
    return rows.grid


_COPIES = {Deed.OPEN_RECORD: Deed.COPY_RECORD, Deed.OPEN_LINK: Deed.COPY_LINK}
"""Beside what opens an address, what copies it: two buttons of one name are not told apart by whoever hears them."""


class _Rows:
    """Rows of links and values, each with its buttons."""

    def __init__(self, copy: Copy, parent: QWidget) -> None:
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(GRID)
        self.grid.setVerticalSpacing(GRID // 2)
        self.grid.setColumnStretch(0, 1)
        self._copy = copy
        self._parent = parent

    def link(self, called: str, link: str, deed: Deed, opens: Callable[[], None]) -> None:
        line = self.grid.rowCount()
        text = look.plain_label(called)
        text.setToolTip(look.tip(words.plain(link, 1000)))
        self.grid.addWidget(text, line, 0)
        opening = look.Button("open", deeds.label(deed), parent=self._parent)
        opening.clicked.connect(opens)
        self.grid.addWidget(opening, line, 1)
        self.grid.addWidget(_copier(link, deeds.label(_COPIES[deed]), self._copy, self._parent), line, 2)

    def remark(self, text: str) -> None:
        self.grid.addWidget(pieces.quiet(text), self.grid.rowCount(), 0, 1, 3)

    def value(self, name: str, value: str) -> None:
        line = self.grid.rowCount()
        text = look.plain_label(f"{name}: {pieces.shortened(words.plain(value, 2000))}")
        text.setToolTip(look.tip(words.plain(value, 2000)))
        self.grid.addWidget(text, line, 0)
        called = _("Copy the {name}").format(name=name)
        self.grid.addWidget(_copier(value, called, self._copy, self._parent), line, 2)


def _copier(text: str, called: str, copy: Copy, parent: QWidget) -> QWidget:
    button = look.Button("copy", called, parent=parent)
    button.clicked.connect(lambda: copy(text))
    return button
