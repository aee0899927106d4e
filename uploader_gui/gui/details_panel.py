"""Everything about one row: what is wrong and what solves it, its steps, its digests and proof, its links."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.batch import Upload
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import deeds, details_facts, look, pieces, proof_rows, timeline, wording
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.edit_box import EditBox
from uploader_gui.gui.input_fields import InputFields
from uploader_gui.gui.look import GRID
from uploader_gui.gui.partly_box import PartlyBox
from uploader_gui.gui.problem_box import problem_box
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.requests_view import RequestsView
from uploader_gui.workers.desk import Desk

SOON = 250
"""Milliseconds in which changes are collected before the panel is drawn anew."""
COUNTDOWN = 30_000
WIDE = 40 * GRID
NARROWEST, WIDEST = 30 * GRID, 56 * GRID


class DetailsPanel(QWidget):
    """Shows one row, and follows it.

    Args:
        desk: Knows flows and journals.
        parent: Its owner.

    Attributes:
        wished: A person wants this done about the row: a deed, a list with the row.
        copied: A text is to go to the clipboard.
        edited: The inputs of this batch are to be others: its id, values, names.
        left_as_it_was: Editing this batch was given up.
        closed: The panel is to be put away.
    """

    wished = Signal(object, object)
    copied = Signal(str)
    edited = Signal(str, object, object)
    left_as_it_was = Signal(str)
    closed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self._row: Row | None = None
        self._ended = False
        self._drawn: object = None
        self._journal: timeline.Journal = ()
        self._form: EditBox | None = None
        self._form_drawn: EditBox | None = None
        self.setAccessibleName(_("Details"))
        self.setMinimumWidth(NARROWEST)
        self.setAutoFillBackground(True)
        self._title = look.heading(parent=self)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        close = look.Button("close", _("Close the details"), parent=self)
        close.clicked.connect(self.closed)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self._body = QVBoxLayout()
        self._body.setSpacing(GRID)
        self.requests = RequestsView(desk, self)
        self.requests.copied.connect(self.copied)
        self._inside = inside = QWidget(self)
        whole = QVBoxLayout(inside)
        whole.setContentsMargins(2 * GRID, 0, 2 * GRID, 2 * GRID)
        whole.setSpacing(2 * GRID)
        whole.addLayout(self._body)
        whole.addWidget(self.requests)
        whole.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidget(inside)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, GRID, 0, 0)
        rows.setSpacing(GRID)
        head.setContentsMargins(2 * GRID, 0, GRID, 0)
        rows.addLayout(head)
        rows.addWidget(self._scroll, 1)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON)
        self._soon.timeout.connect(self._refresh)
        self._links = QTimer(self)
        self._links.setInterval(COUNTDOWN)
        self._links.timeout.connect(self._draw)

    # ---------------------------------------------------------------------------------------------------- rows
    @property
    def row(self) -> Row | None:
        """What is shown."""
        return self._row

    def show_row(self, row: Row | None, *, ended: bool = False) -> None:
        """Show a row; None shows nothing.

        Args:
            row: The row.
            ended: It is the history's: its files have no rows of their own, and it cannot be cleared from a list.
        """
        self._ended = ended
        if row is not None and self._row is not None and _same(row, self._row):
            self._row = row
            self.follow(row.node.batch.id)
            return
        self._end_edit()
        self._row = row
        self._journal = ()
        if row is not None:
            self.requests.show_requests(row.node.batch.id, None if row.upload is None else row.upload.id)
        self._draw()
        self._refresh()

    def follow(self, batch_id: str) -> None:
        """A batch has changed: show it as it is now."""
        if self._row is not None and self._row.node.batch.id == batch_id and not self._soon.isActive():
            self._soon.start()

    def _refresh(self) -> None:
        row = self._row
        if row is None:
            return
        if row.upload is not None:
            now = row.node.upload(row.upload.id)
            self._row = row = Row(row.node, now or row.upload)
        self._draw()
        self.requests.refresh()
        upload_id = None if row.upload is None else row.upload.id

        def told(journal: list[tuple[datetime, str]]) -> None:
            if self._row is not None and _same(self._row, row):
                self._journal = journal
                self._draw()

        self._desk.past_desk.journal(row.node.batch.id, upload_id, told)

    # --------------------------------------------------------------------------------------------------- editing
    @property
    def form(self) -> InputFields | None:
        """The fields in which a batch's inputs are being edited, if they are."""
        return None if self._form is None else self._form.fields

    def edit(self, row: Row) -> None:
        """Let a batch's inputs be edited, in place."""
        self.show_row(row)
        flow = self._desk.flow(row.node.batch)
        if flow is None:
            return
        self._form = EditBox(self._desk, flow, row.node.batch, self)
        self._form.saved.connect(self._save)
        self._form.left.connect(self._leave)
        self._draw()
        self._form.focus()

    def _save(self, values: object, names: object) -> None:
        row = self._row
        if row is None or self._form is None:
            return
        self._form = None
        self.edited.emit(row.node.batch.id, values, names)
        self._draw()

    def _leave(self) -> None:
        self._end_edit()
        self._draw()

    def _end_edit(self) -> None:
        if self._form is not None and self._row is not None:
            self._form = None
            self.left_as_it_was.emit(self._row.node.batch.id)

    # -------------------------------------------------------------------------------------------------- drawing
    def _draw(self) -> None:
        row = self._row
        if self._form is not None and self._form is self._form_drawn:
            return  # somebody is typing in it
        if any(box.is_open for box in self.findChildren(PartlyBox)):
            self._soon.start()  # somebody is choosing
            return
        self._form_drawn = self._form
        facts = self._facts(row)
        if facts == self._drawn:
            return
        self._drawn = facts
        at = self._scroll.verticalScrollBar().value()
        pieces.empty(self._body)
        if row is None:
            self._title.setText("")
            self._links.stop()
            self.requests.hide()
            return
        self._links.start()
        name = wording.title(row.node.batch) if row.upload is None else words.plain(row.upload.name)
        self._title.setText(name)
        self._body.addLayout(self._way_back(row))
        self._body.addWidget(pieces.quiet(details_facts.about(self._desk, row)))
        if self._form is not None:
            self._body.addWidget(self._form)
            self._form.show()
        problem = problem_box(self._desk, row, self._wish, self)
        if problem is not None:
            self._body.addWidget(problem)
        left = details_facts.left_there(self._desk, row)
        if left:
            self._body.addWidget(look.plain_label(left))
        self._section(_("Files"), self._files(row))
        self._section(_("Steps"), self._steps(row))
        if row.upload is not None:
            self._section(_("Digests"), proof_rows.digests(row.upload, self.copied.emit, self))
            if row.upload.receipt is not None:
                self._body.addWidget(look.plain_label(wording.proof(row.upload.receipt.proof)))
        elif self._form is None:
            self._section(_("Filled in"), details_facts.filled_in(self._desk, row.node.batch))
            self._section(_("If a file cannot be sent"), self._partly(row))
        self._section(_("Links"), proof_rows.links(row, self._wish, self.copied.emit, self))
        self._more(row)
        self.requests.raise_()  # whoever hears the panel hears them last
        QTimer.singleShot(0, self, lambda: self._scroll_to(at))

    def _scroll_to(self, at: int) -> None:
        """Be where it was: what is new must have its height before."""
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        # No narrower than its longest button, and the bar beside it, need: what is cut off cannot be scrolled to.
        needs = self._inside.minimumSizeHint().width() + self._scroll.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(max(NARROWEST, min(needs, WIDEST)))
        self._scroll.verticalScrollBar().setValue(at)

    def _facts(self, row: Row | None) -> object:
        """What decides how the panel looks: unchanged, nothing is drawn, and the focus stays where it is."""
        if row is None:
            return None
        node = row.node
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        return (
            node.batch,
            row.upload,
            tuple(node.counts.items()) if row.upload is None else (),
            (node.left, node.problem, node.asks, node.busy, node.all_stored, bool(node.running)),
            tuple(self._journal),
            id(self._form),
            minute,
        )

    def _wish(self, deed: Deed, row: Row) -> Callable[[], None]:
        return lambda: self.wished.emit(deed, [row])

    def _steps(self, row: Row) -> QLayout:
        flow = self._desk.flow(row.node.batch)
        if row.upload is None:
            return details_facts.steps(timeline.of_batch(row.node, flow, self._journal), None, row.node, self)
        running = row.node.running.get(row.upload.id)
        points = timeline.of_upload(row.node, row.upload, flow, self._journal)
        return details_facts.steps(points, running, row.node, self)

    def _files(self, row: Row) -> QLayout:
        """The files of a batch of the history, each a way to its own details."""
        if not self._ended or row.upload is not None:
            return QVBoxLayout()

        def look_at(upload: Upload) -> None:
            self.show_row(Row(row.node, upload), ended=True)

        return details_facts.files(row.node.uploads, look_at, self)

    def _way_back(self, row: Row) -> QLayout:
        """From a file of the history to its batch."""
        line = QVBoxLayout()
        if self._ended and row.upload is not None:
            back = look.Button("batch", _("Back to the batch"), look.shown(wording.title(row.node.batch)), self)
            back.clicked.connect(lambda: self.show_row(Row(row.node, None), ended=True))
            line.addWidget(back, 0, Qt.AlignmentFlag.AlignLeft)
        return line

    def _partly(self, row: Row) -> QLayout:
        """What becomes of a batch if some of its files cannot be sent: to be chosen until it is attached."""
        line, batch = QVBoxLayout(), row.node.batch
        if batch.attaches and row.node.count > 1 and row.node.left is None and deeds.can_be_given_up(row.node):
            box = PartlyBox(batch.partly, self)
            box.picked.connect(lambda partly: self._desk.batch_desk.choose_partly(batch.id, partly))
            line.addWidget(box)
        return line

    def _more(self, row: Row) -> None:
        """What else can be done, as quiet buttons."""
        if self._form is not None:
            return
        shown = {*deeds.solving(row.node, row.upload), Deed.OPEN_RECORD, Deed.OPEN_LINK, Deed.COPY_LINK}
        shown |= {Deed.COPY_RECORD, Deed.CLEAR} if self._ended else {Deed.COPY_RECORD}
        rest = [one for one in deeds.possible(row.node, row.upload, datetime.now(UTC)) if one not in shown]
        if not rest:
            return
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID)
        for deed in rest:
            button = QPushButton(deeds.label_for(deed, row.node, row.upload), self)
            button.setToolTip(look.tip(deeds.remark(deed, row.node, row.upload)))
            button.setAutoDefault(False)
            button.clicked.connect(self._wish(deed, row))
            buttons.addWidget(button)
        self._body.addSpacing(GRID)
        self._body.addLayout(buttons)

    def _section(self, called: str, content: QLayout) -> None:
        if not content.count():
            return
        self._body.addSpacing(GRID)
        self._body.addWidget(look.heading(called))
        self._body.addLayout(content)


def _same(one: Row, other: Row) -> bool:
    if one.node is not other.node:
        return False
    return (one.upload and one.upload.id) == (other.upload and other.upload.id)
