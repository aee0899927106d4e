"""What the details say of a row beside problem and proof: what it is, its steps, what is filled in."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.batch import Batch, Step, Upload, UploadState
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces, wording
from uploader_gui.gui.figure import Figure
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.remains import remains
from uploader_gui.gui.rows import Node, Running
from uploader_gui.gui.timeline import Point
from uploader_gui.workers.desk import Desk

LOOK = 250
ROOM = 18 * GRID
"""How wide the name of a file may be there."""
MOST = 50
"""How many files of a batch that has ended are listed."""


def about(desk: Desk, row: Row) -> str:
    """What it is, in one line."""
    batch = row.node.batch
    flow = desk.flow(batch)
    service = flow.service.name if flow is not None else words.plain(batch.service)
    who = _("as {who}").format(who=words.plain(batch.whose)) if batch.whose else ""
    if row.upload is None:
        size = f"{wording.files(row.node.count)}, {words.size(row.node.size)}"
        return " · ".join(part for part in (service, size, who) if part)
    upload = row.upload
    size = "" if wording.unseen(upload) else words.exact_size(upload.size)
    to = _("to {place}").format(place=words.plain(batch.place or wording.title(batch)))
    return " · ".join(part for part in (size, upload.media_type, to, service) if part)


def left_there(desk: Desk, row: Row) -> str:
    """What of a batch, or of a file, that was given up stays at the service; "" if nothing of it had been sent."""
    uploads = row.node.uploads if row.upload is None else [row.upload]
    given_up = [one for one in uploads if one.state is UploadState.CANCELLED and one.stored_at is not None]
    return remains([desk.flow(row.node.batch)]) if given_up else ""


class Sent(pieces.Quiet):
    """How much of a file has gone out, as it goes out.

    Args:
        running: Its transfer.
        parent: Its owner.
    """

    def __init__(self, running: Running, parent: QWidget) -> None:
        super().__init__(parent=parent)
        self._meter = running.meter
        look_again = QTimer(self)
        look_again.setInterval(LOOK)
        look_again.timeout.connect(self.look)
        look_again.start()
        self.look()

    def look(self) -> None:
        """Say it as it is now."""
        meter = self._meter
        self.setText(_("{sent} of {size}").format(sent=words.size(meter.sent), size=words.size(meter.total)))


def steps(points: Sequence[Point], running: Running | None, node: Node, parent: QWidget) -> QGridLayout:
    """The steps, a line each, with the time at which each ended.

    Args:
        points: The steps.
        running: The transfer that is under way, if one is.
        node: The batch.
        parent: Its owner.
    """
    grid = QGridLayout()
    grid.setHorizontalSpacing(GRID)
    grid.setVerticalSpacing(GRID // 2)
    grid.setColumnStretch(1, 1)
    now, transfer = datetime.now(UTC), wording.step(Step.TRANSFER, sends=node.sends)
    for line, point in enumerate(points):
        sign = Figure("" if point.sign is None else point.sign.value, parent=parent)
        sign.setAccessibleName(wording.sign(point.sign))
        text = look.plain_label(point.text) if point.sign is not None else pieces.quiet(point.text)
        grid.addWidget(sign, line, 0)
        grid.addWidget(text, line, 1)
        if point.at is not None:
            when = pieces.quiet(wording.moment(point.at, now))
            when.setWordWrap(False)
            grid.addWidget(when, line, 2, Qt.AlignmentFlag.AlignTrailing)
        elif running is not None and point.sign is wording.Sign.SENDING and point.text == transfer:
            grid.addWidget(Sent(running, parent), line, 2, Qt.AlignmentFlag.AlignTrailing)
    return grid


def files(uploads: Sequence[Upload], look_at: Callable[[Upload], None], parent: QWidget) -> QVBoxLayout:
    """The files of a batch that has ended, each to be looked at: the history has no rows for them.

    Args:
        uploads: The files; the first `MOST` are shown.
        look_at: Shows one.
        parent: Its owner.
    """
    rows = QVBoxLayout()
    rows.setSpacing(0)
    for upload in uploads[:MOST]:
        name = words.plain(upload.name)
        short = parent.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, ROOM)
        said = short if wording.unseen(upload) else f"{short} · {words.size(upload.size)}"
        button = look.Button(look.type_icon(upload.media_type, upload.name), name, look.shown(said), parent)
        button.clicked.connect(lambda _checked=False, upload=upload: look_at(upload))
        rows.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
    if len(uploads) > MOST:
        rows.addWidget(pieces.quiet(_("The first {n}; Export… writes all of them.").format(n=MOST)))
    return rows


def filled_in(desk: Desk, batch: Batch) -> QGridLayout:
    """What is filled in for a batch, as people read it."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(2 * GRID)
    grid.setVerticalSpacing(GRID // 2)
    grid.setColumnStretch(1, 1)
    flow = desk.flow(batch)
    for one in flow.target.inputs if flow is not None else ():
        value = batch.named.get(one.id) if one.lookup else batch.inputs.get(one.id)
        if value:
            text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            grid.addWidget(pieces.quiet(one.label), grid.rowCount(), 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(look.plain_label(words.plain(text)), grid.rowCount() - 1, 1)
    return grid
