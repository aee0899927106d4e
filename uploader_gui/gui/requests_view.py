"""The requests that were made for a row, folded until somebody asks: nothing in them is secret."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.curl import curl
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.traces import Trace, as_text
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces, wording
from uploader_gui.gui.facts import Facts
from uploader_gui.gui.look import GRID
from uploader_gui.workers.beside import Beside
from uploader_gui.workers.desk import Desk

MOST = 50
"""So many requests are shown, the newest."""
LINES = 14


class RequestsView(QWidget):
    """A folded section.

    Args:
        desk: Reads the requests.
        parent: Its owner.

    Attributes:
        copied: A text is to go to the clipboard.
    """

    copied = Signal(str)

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._beside = Beside(desk)
        self._of: tuple[str, str | None] | None = None
        self._shown: list[Trace] = []
        self.fold = look.Button("folded", _("Show the requests that were made"), _("Requests"), self)
        self.fold.clicked.connect(self._toggle)
        self.unfolded = False
        self._said = pieces.quiet("")
        self._said.hide()
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GRID // 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID // 2)
        column.addWidget(self.fold)
        column.addWidget(self._said)
        column.addLayout(self._rows)
        self.hide()

    @property
    def rows(self) -> "list[RequestRow]":
        """What is shown, oldest first."""
        return [one for one in pieces.inside(self._rows) if isinstance(one, RequestRow)]

    def show_requests(self, batch_id: str, upload_id: str | None) -> None:
        """Show what was asked for a batch, or for one of its files."""
        self.show()
        if self._of != (batch_id, upload_id):
            self._of = batch_id, upload_id
            self._clear()
        self.refresh()

    def refresh(self) -> None:
        """Something has happened: there may be more of them."""
        if self._of is not None and self.unfolded:
            of = self._of
            self._beside.requests(*of, lambda traces: self._told(of, traces))

    def _toggle(self) -> None:
        self.unfolded = on = not self.unfolded
        self.fold.show_picture("unfolded" if on else "folded")
        name = _("Hide the requests that were made") if on else _("Show the requests that were made")
        self.fold.setToolTip(look.tip(name))
        self.fold.setAccessibleName(name)
        if on:
            self.refresh()
        else:
            self._clear()

    def _clear(self) -> None:
        self._shown = []
        self._said.hide()
        pieces.empty(self._rows)

    def _told(self, of: tuple[str, str | None], traces: Sequence[Trace]) -> None:
        if of != self._of or not self.unfolded:
            return
        newest = list(traces[-MOST:])
        if newest[: len(self._shown)] != self._shown:
            self._clear()
        for trace in newest[len(self._shown) :]:
            row = RequestRow(trace, self)
            row.copied.connect(self.copied)
            self._rows.addWidget(row)
        self._shown = newest
        self._said.setText(_remark(len(traces)))
        self._said.setVisible(bool(self._said.text()))


def _remark(count: int) -> str:
    if not count:
        return _("No requests yet. They are kept for a month at most, and nothing secret is kept of them.")
    return _("These are the newest {n}.").format(n=MOST) if count > MOST else ""


class RequestRow(QWidget):
    """One request: what was asked, what came of it, and on demand everything that may be shown of it.

    Args:
        trace: The request.
        parent: Its owner.

    Attributes:
        copied: A text is to go to the clipboard.
    """

    copied = Signal(str)

    def __init__(self, trace: Trace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace = trace
        self._more: QWidget | None = None
        self.asked, self.came = asked(trace), came(trace)
        self.fold = look.Button("folded", _("{asked}: {came}").format(asked=self.asked, came=self.came), parent=self)
        self.fold.setToolTip(_("Show what was sent and what came"))
        self.fold.clicked.connect(self._toggle)
        # After each stroke the line may be broken: an address has no spaces.
        first = look.plain_label(self.asked.replace("/", "/\u200b"))
        first.setToolTip(look.tip(words.plain(trace.address, 1000)))
        text = QVBoxLayout()
        text.setSpacing(0)
        text.addWidget(first)
        text.addWidget(pieces.quiet(self.came))
        row = QHBoxLayout()
        row.setSpacing(GRID // 2)
        row.addWidget(self.fold, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(GRID // 2)
        self._column.addLayout(row)

    def _toggle(self) -> None:
        if self._more is None:
            self._more = _More(self._trace, self)
            self._more.hide()
            self._more.copied.connect(self.copied)
            self._column.addWidget(self._more)
        on = self._more.isHidden()
        self._more.setVisible(on)
        self.fold.show_picture("unfolded" if on else "folded")
        self.fold.setToolTip(_("Hide it again") if on else _("Show what was sent and what came"))


class _More(QWidget):
    """Headers and shapes of one request, and the button that copies it."""

    copied = Signal(str)

    def __init__(self, trace: Trace, parent: QWidget) -> None:
        super().__init__(parent)
        facts = Facts(words.plain(trace.address, 1000) + "".join(f"\n{one.strip()}" for one in _lines(trace)), self)
        facts.setAccessibleName(_("What was sent (>) and what came (<)"))
        facts.fit(LINES)
        copy = QPushButton(_("Copy as curl"), self)
        copy.setToolTip(_("A command for a terminal; what is secret is a variable in it that you fill in"))
        copy.setAutoDefault(False)
        copy.clicked.connect(lambda: self.copied.emit(curl(trace)))
        column = QVBoxLayout(self)
        column.setContentsMargins(look.ICON + GRID, 0, 0, GRID)
        column.setSpacing(GRID)
        column.addWidget(facts)
        column.addWidget(copy, 0, Qt.AlignmentFlag.AlignLeft)


def _lines(trace: Trace) -> list[str]:
    return [words.plain(line, 1000) for line in as_text(trace).split("\n")[1:]]


def asked(trace: Trace) -> str:
    """What was asked, without the query: "POST api.close.com/api/v1/files/upload/"."""
    parts = urlsplit(trace.address)
    return words.plain(f"{trace.method} {parts.netloc}{parts.path}", 300)


def came(trace: Trace) -> str:
    """What came of it: status, how long it took, how much went out or came in."""
    parts = [_("status {n}").format(n=trace.status) if trace.status is not None else _("no answer")]
    if trace.problem:
        parts.append(_problem(trace.problem))
    took = _("{n} ms").format(n=trace.spent) if trace.spent < 1000 else wording.seconds(trace.spent / 1000)
    parts.append(took)
    if trace.sent:
        parts.append(_("{size} sent").format(size=words.size(trace.sent)))
    if trace.received:
        parts.append(_("{size} received").format(size=words.size(trace.received)))
    parts.append(wording.clock(trace.at))
    return " · ".join(parts)


def _problem(kind: str) -> str:
    if kind == "cancelled":
        return _("broken off")
    try:
        return words.describe(Problem(kind=Kind(kind))).title
    except ValueError:
        return words.plain(kind)
