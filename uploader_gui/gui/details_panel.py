"""Everything about one row: what is wrong and what solves it, its steps, its digests and proof, its links."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from uploader_gui.core import words
from uploader_gui.core.batch import Batch, BatchState, UploadState
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import deeds, look, notices, pieces, timeline, wording
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.finder import Finder
from uploader_gui.gui.input_fields import InputFields
from uploader_gui.gui.look import GRID
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.rows import Group
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Destination, Why

if TYPE_CHECKING:
    from uploader_gui.services.schema import Input

SOON = 250
"""Milliseconds in which changes are collected before the panel is drawn anew."""
COUNTDOWN = 30_000
WIDE = 40 * GRID


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
        self._drawn: object = None
        self._journal: timeline.Journal = ()
        self.form: InputFields | None = None
        self._form_drawn: InputFields | None = None
        self.setAccessibleName(_("Details"))
        self.setMinimumWidth(30 * GRID)
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
        inside = QWidget(self)
        inside.setLayout(self._body)
        self._body.setContentsMargins(2 * GRID, 0, 2 * GRID, 2 * GRID)
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

    def show_row(self, row: Row | None) -> None:
        """Show a row; None shows nothing."""
        if row is not None and self._row is not None and _same(row, self._row):
            self._row = row
            self.follow(row.node.batch.id)
            return
        self._end_edit()
        self._row = row
        self._journal = ()
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
        upload_id = None if row.upload is None else row.upload.id

        def told(journal: list[tuple[datetime, str]]) -> None:
            if self._row is not None and _same(self._row, row):
                self._journal = journal
                self._draw()

        self._desk.journal(row.node.batch.id, upload_id, told)

    # --------------------------------------------------------------------------------------------------- editing
    def edit(self, row: Row) -> None:
        """Let a batch's inputs be edited, in place."""
        self.show_row(row)
        flow = self._desk.flow(row.node.batch)
        if flow is None:
            return
        inputs = [one for one in flow.target.inputs if one.id not in flow.locked_inputs]
        self.form = InputFields(self, folds=False, finder=self._finder(row.node.batch))
        self.form.build(inputs)
        self.form.fill(row.node.batch.inputs, row.node.batch.named)
        self._draw()
        if self.form.fields:
            self.form.fields[0].keyboard.setFocus()

    def _finder(self, batch: Batch) -> Finder:
        """Finds records in the name of the account that the batch was begun with."""
        face = self._desk.face_of(batch)

        def where() -> Destination | None:
            form = self.form
            if face is None:
                return None
            inputs = {**batch.inputs, **({} if form is None else form.values)}
            return Destination(account=face.key, service=batch.service, target=batch.target, inputs=inputs)

        def take_address(one: "Input", address: str) -> str:
            from uploader_gui.services.links import read_link  # noqa: PLC0415 - brings pydantic

            linked = None if face is None else read_link(face.service, address)
            if linked is None or one.id not in linked.inputs or self.form is None:
                return notices.unknown_address()
            self.form.fill({one.id: linked.inputs[one.id]}, {})
            return ""

        return Finder(self._desk, where, take_address)

    def _save(self) -> None:
        row, form = self._row, self.form
        if row is None or form is None:
            return
        batch = row.node.batch
        asked = {field.input.id for field in form.fields}
        kept = {key: value for key, value in batch.inputs.items() if key not in asked}
        values: Mapping[str, Any] = {**dict.fromkeys(asked), **kept, **form.values}
        names = {
            key: form.names.get(key) or (batch.named.get(key, "") if value == batch.inputs.get(key) else str(value))
            for key, value in values.items()
            if isinstance(value, str)
        }
        self.form = None
        self.edited.emit(batch.id, values, names)
        self._draw()

    def _leave(self) -> None:
        self._end_edit()
        self._draw()

    def _end_edit(self) -> None:
        if self.form is not None and self._row is not None:
            self.form = None
            self.left_as_it_was.emit(self._row.node.batch.id)

    # -------------------------------------------------------------------------------------------------- drawing
    def _draw(self) -> None:
        row = self._row
        if self.form is not None and self.form is self._form_drawn:
            return  # somebody is typing in it
        self._form_drawn = self.form
        facts = self._facts(row)
        if facts == self._drawn:
            return
        self._drawn = facts
        at = self._scroll.verticalScrollBar().value()
        pieces.empty(self._body)
        if row is None:
            self._title.setText("")
            self._links.stop()
            return
        self._links.start()
        name = wording.title(row.node.batch) if row.upload is None else words.plain(row.upload.name)
        self._title.setText(name)
        self._body.addWidget(pieces.quiet(self._about(row)))
        if self.form is not None:
            self._edit_form(self.form)
        self._problem(row)
        self._steps(row)
        if row.upload is None:
            self._inputs(row)
        else:
            self._digests(row)
        self._draw_links(row)
        self._more(row)
        self._body.addStretch(1)
        QTimer.singleShot(0, self, lambda: self._scroll.verticalScrollBar().setValue(at))

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
            id(self.form),
            minute,
        )

    def _about(self, row: Row) -> str:
        batch = row.node.batch
        service = self._service(row)
        who = _("as {who}").format(who=words.plain(batch.whose)) if batch.whose else ""
        if row.upload is None:
            size = f"{wording.files(row.node.count)}, {words.size(row.node.size)}"
            return " · ".join(part for part in (service, size, who) if part)
        upload = row.upload
        to = _("to {place}").format(place=words.plain(batch.place or wording.title(batch)))
        return " · ".join(part for part in (words.exact_size(upload.size), upload.media_type, to, service) if part)

    def _service(self, row: Row) -> str:
        flow = self._desk.flow(row.node.batch)
        return flow.service.name if flow is not None else words.plain(row.node.batch.service)

    def _problem(self, row: Row) -> None:
        node, upload = row.node, row.upload
        problem = deeds.problem_of(node, upload)
        solving = deeds.solving(node, upload)
        waits = problem is not None and not solving and (upload is None or upload.state is not UploadState.CANCELLED)
        if not solving and not waits:
            return
        box = pieces.Box(self)
        if problem is not None:
            said = words.describe(problem)
            box.add(look.heading(said.title))
            box.add(look.plain_label(said.text))
            if said.said:
                box.add(pieces.quiet(said.said))
        elif node.left is not None:
            box.add(look.heading(wording.left(node)))
            box.add(look.plain_label(_left_text(row)))
        elif upload is None and node.batch.state is BatchState.ATTACH_UNKNOWN:
            box.add(look.heading(_("Not known whether it was attached")))
            box.add(look.plain_label(_("Look at the record, then say which it is.")))
        elif upload is None and node.held_back:
            box.add(look.heading(_("Ready to be sent")))
            seen = _flow_seen(self._desk, row)
            box.add(look.plain_label(_("Nothing has gone out yet; once it does, {seen}.").format(seen=seen)))
        elif upload is None and node.group is Group.NEEDS_YOU:
            box.add(look.heading(wording.batch_now(node, self._desk.clock.monotonic())))
            box.add(look.plain_label(_("Nothing is attached until its files are settled, so that none is missing.")))
        elif node.batch.state is BatchState.HELD:
            box.add(look.heading(_("Goes out in a moment")))
        for number, deed in enumerate(solving):
            button = QPushButton(deeds.label(deed), box)
            button.setDefault(number == 0)
            button.setAutoDefault(False)
            button.clicked.connect(self._wish(deed, row))
            box.add(button)
        self._body.addWidget(box)

    def _wish(self, deed: Deed, row: Row) -> Callable[[], None]:
        return lambda: self.wished.emit(deed, [row])

    def _steps(self, row: Row) -> None:
        flow = self._desk.flow(row.node.batch)
        if row.upload is None:
            points = timeline.of_batch(row.node, flow, self._journal)
        else:
            points = timeline.of_upload(row.node, row.upload, flow, self._journal)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        now = datetime.now(UTC)
        for line, point in enumerate(points):
            sign = QLabel(self)
            sign.setFixedSize(look.ICON, look.ICON)
            if point.sign is not None:
                colour = self.palette().color(QPalette.ColorRole.Text)
                sign.setPixmap(look.picture(point.sign.value, colour, self.devicePixelRatioF()))
            text = look.plain_label(point.text) if point.sign is not None else pieces.quiet(point.text)
            grid.addWidget(sign, line, 0)
            grid.addWidget(text, line, 1)
            if point.at is not None:
                grid.addWidget(pieces.quiet(wording.moment(point.at, now)), line, 2)
        self._section(_("Steps"), grid)

    def _inputs(self, row: Row) -> None:
        flow = self._desk.flow(row.node.batch)
        if flow is None or self.form is not None:
            return
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(1, 1)
        batch = row.node.batch
        for one in flow.target.inputs:
            value = batch.named.get(one.id) if one.lookup else batch.inputs.get(one.id)
            if value:
                text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                grid.addWidget(pieces.quiet(one.label), grid.rowCount(), 0, Qt.AlignmentFlag.AlignTop)
                grid.addWidget(look.plain_label(words.plain(text)), grid.rowCount() - 1, 1)
        if grid.count():
            self._section(_("Filled in"), grid)

    def _edit_form(self, form: InputFields) -> None:
        box = pieces.Box(self)
        box.add(look.heading(_("Change what is filled in")))
        box.add(look.plain_label(_("Nothing is attached meanwhile.")))
        form.setParent(box)
        box.add(form)
        form.show()
        buttons = QHBoxLayout()
        save, leave = QPushButton(_("Save"), box), QPushButton(_("Leave as it was"), box)
        for button in (save, leave):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        save.clicked.connect(self._save)
        leave.clicked.connect(self._leave)
        box.rows.addLayout(buttons)
        self._body.addWidget(box)

    def _digests(self, row: Row) -> None:
        upload = row.upload
        assert upload is not None  # noqa: S101 - only files have digests
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        receipt = upload.receipt
        digests = dict(upload.digests)
        if receipt is not None:
            digests |= {name: one for name in ("md5", "sha256") if (one := getattr(receipt, name))}
        for line, (name, called) in enumerate((("md5", "MD5"), ("sha256", "SHA-256"))):
            value = digests.get(name)
            grid.addWidget(pieces.quiet(called), line, 0)
            shown = QLabel(pieces.shortened(value) if value else _("not taken yet"), self)
            shown.setTextFormat(Qt.TextFormat.PlainText)
            if value:
                shown.setToolTip(value)
                shown.setAccessibleName(f"{called} {value}")
                grid.addWidget(self._copier(value, _("Copy the {name}").format(name=called)), line, 2)
            else:
                shown.setPalette(pieces.quiet_palette(shown.palette()))
            grid.addWidget(shown, line, 1)
        self._section(_("Fingerprints"), grid)
        if receipt is not None:
            self._body.addWidget(look.plain_label(wording.proof(receipt.proof)))

    def _draw_links(self, row: Row) -> None:
        batch, upload, now = row.node.batch, row.upload, datetime.now(UTC)
        grid = QGridLayout()
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.setColumnStretch(0, 1)
        if batch.link:
            self._link_row(grid, _("The record"), "", batch.link, row, Deed.OPEN_RECORD)
        if upload is not None:
            link = deeds.link_of(upload, now)
            if link:
                left = _("good for ever, as far as is known")
                if upload.good_until is not None:
                    time = words.duration((upload.good_until - now).total_seconds() // 60 * 60)
                    left = _("good for {time} more").format(time=time)
                self._link_row(grid, _("The file"), left, link, row, Deed.OPEN_LINK)
            elif upload.good_until is not None and upload.good_until <= now:
                grid.addWidget(pieces.quiet(_("The file's link has run out.")), grid.rowCount(), 0)
            for name, value in upload.result.items():
                if name != "link":
                    self._value_row(grid, name, str(value))
        if grid.count():
            self._section(_("Links"), grid)

    def _link_row(self, grid: QGridLayout, called: str, remark: str, link: str, row: Row, deed: Deed) -> None:
        line = grid.rowCount()
        text = look.plain_label(called)
        text.setToolTip(words.plain(link, 1000))
        grid.addWidget(text, line, 0)
        opening = look.Button("open", deeds.label(deed), parent=self)
        opening.clicked.connect(self._wish(deed, row))
        grid.addWidget(opening, line, 1)
        grid.addWidget(self._copier(link, _("Copy the link")), line, 2)
        if remark:
            grid.addWidget(pieces.quiet(remark), line + 1, 0, 1, 3)

    def _value_row(self, grid: QGridLayout, name: str, value: str) -> None:
        line = grid.rowCount()
        text = look.plain_label(f"{words.plain(name)}: {pieces.shortened(words.plain(value, 2000))}")
        text.setToolTip(words.plain(value, 2000))
        grid.addWidget(text, line, 0)
        grid.addWidget(self._copier(value, _("Copy the {name}").format(name=words.plain(name))), line, 2)

    def _copier(self, text: str, called: str) -> QWidget:
        button = look.Button("copy", called, parent=self)
        button.clicked.connect(lambda: self.copied.emit(text))
        return button

    def _more(self, row: Row) -> None:
        """What else can be done, as quiet buttons."""
        if self.form is not None:
            return
        shown = {*deeds.solving(row.node, row.upload), Deed.OPEN_RECORD, Deed.OPEN_LINK, Deed.COPY_LINK}
        shown.add(Deed.COPY_RECORD)
        rest = [one for one in deeds.possible(row.node, row.upload, datetime.now(UTC)) if one not in shown]
        if not rest:
            return
        buttons = QVBoxLayout()
        buttons.setSpacing(GRID)
        for deed in rest:
            button = QPushButton(deeds.label(deed), self)
            button.setAutoDefault(False)
            button.clicked.connect(self._wish(deed, row))
            buttons.addWidget(button)
        self._body.addSpacing(GRID)
        self._body.addLayout(buttons)

    def _section(self, called: str, content: QLayout) -> None:
        self._body.addSpacing(GRID)
        self._body.addWidget(look.heading(called))
        self._body.addLayout(content)


def _same(one: Row, other: Row) -> bool:
    if one.node is not other.node:
        return False
    return (one.upload and one.upload.id) == (other.upload and other.upload.id)


def _left_text(row: Row) -> str:
    if row.node.left is Why.NO_ACCOUNT:
        return _("It was begun with an account that is not there now. Add it again, then try again; or give it up.")
    if row.node.left is Why.NO_KEY:
        return _("Look at the account: there it says why. It goes on by itself once the key is there.")
    if row.node.left is Why.KEY_WAITS:
        return _("It goes on once your keychain has given the key of its account.")
    if row.node.left is Why.OTHER_ADDRESS:
        return _("Its files lie at the former address. Give the account that address again, or give the batch up.")
    if row.node.left is Why.NO_SERVICE:
        return _("Put the service file back and start the program again; or give it up.")
    return _("It is looked whether its account is still the same.")


def _flow_seen(desk: Desk, row: Row) -> str:
    flow = desk.flow(row.node.batch)
    return wording.seen_by(flow.target.seen_by) if flow is not None else ""
