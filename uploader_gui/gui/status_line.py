"""The line at the bottom: how much is under way, how fast, how long still."""

import collections

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.gui import look, wording
from uploader_gui.gui.chip import Elided
from uploader_gui.gui.look import GRID
from uploader_gui.gui.totals import Totals

ROOM = 88 * GRID
"""The width from which there is room for everything."""
SOME_ROOM = 64 * GRID
"""The width from which there is room for the curve."""


def summary(totals: Totals) -> str:
    """What is under way, in words."""
    parts = []
    if totals.sending:
        parts.append(ngettext("{n} sending", "{n} sending", totals.sending).format(n=totals.sending))
    if totals.attaching:
        parts.append(ngettext("{n} being attached", "{n} being attached", totals.attaching).format(n=totals.attaching))
    if totals.held:
        parts.append(ngettext("{n} goes out soon", "{n} go out soon", totals.held).format(n=totals.held))
    if totals.waiting:
        parts.append(ngettext("{n} waiting", "{n} waiting", totals.waiting).format(n=totals.waiting))
    if totals.paused:
        parts.append(ngettext("{n} paused", "{n} paused", totals.paused).format(n=totals.paused))
    if totals.needs_you:
        parts.append(ngettext("{n} needs you", "{n} need you", totals.needs_you).format(n=totals.needs_you))
    if totals.done:
        parts.append(ngettext("{n} done", "{n} done", totals.done).format(n=totals.done))
    return " · ".join(parts) or _("Nothing to do")


class SpeedCurve(QWidget):
    """The last half minute's speed as small bars. Only to look at: the number stands beside it.

    Args:
        parent: Its owner.
    """

    BARS = 24

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._speeds: collections.deque[float] = collections.deque(maxlen=self.BARS)
        self.setFixedSize(QSize(self.BARS * 3, 2 * GRID))

    def note(self, speed: float) -> None:
        """Take a speed, in bytes a second."""
        self._speeds.append(speed)
        self.update()

    def clear(self) -> None:
        """Begin anew."""
        self._speeds.clear()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the bars, the newest at the right."""
        del event
        most = max(self._speeds, default=0)
        if most <= 0:
            return
        painter = QPainter(self)
        colour = self.palette().color(QPalette.ColorRole.Highlight)
        left = self.width() - 3 * len(self._speeds)
        for place, speed in enumerate(self._speeds):
            high = max(1, round(self.height() * speed / most))
            painter.fillRect(left + 3 * place, self.height() - high, 2, high, colour)


class StatusLine(QWidget):
    """Shows the totals.

    Args:
        parent: Its owner.

    Attributes:
        pause_wished: Everything is to rest.
        resume_wished: Everything is to go on.
        again_wished: Everything that needs a person and can be tried again is to be.
        end_wished: Everything is to be given up. It is offered from two batches on.
    """

    pause_wished = Signal()
    resume_wished = Signal()
    again_wished = Signal()
    end_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("What is under way"))
        self._counts = Elided(self)
        self._speed = look.label(parent=self)
        self._speed.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._curve = SpeedCurve(self)
        self.all = QPushButton(_("Pause all"), self)
        self.all.setAutoDefault(False)
        self.all.clicked.connect(self._pressed)
        self.again = QPushButton(self)
        self.again.setAutoDefault(False)
        self.again.setAccessibleDescription(_("All batches that need you and can be tried again"))
        self.again.clicked.connect(self.again_wished)
        self.end = QPushButton(_("Give everything up…"), self)
        self.end.setAutoDefault(False)
        self.end.clicked.connect(self.end_wished)
        self._losable = self._sends = False
        self._resumes = False
        self._noted: float | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self._counts, 1)
        row.addWidget(self._speed)
        row.addWidget(self._curve)
        # What is last comes to stand where another one stood when that goes: never what loses something.
        row.addWidget(self.end)
        row.addWidget(self.again)
        row.addWidget(self.all)
        self.setMinimumHeight(self.all.sizeHint().height() + 2 * GRID)  # it does not jump when the button goes
        self.show_totals(Totals())

    @property
    def text(self) -> str:
        """What it says."""
        return " · ".join(part for part in (self._counts.text(), self._speed.text()) if part)

    def show_totals(self, totals: Totals) -> None:
        """Show how things stand."""
        self._counts.setText(summary(totals))
        self._counts.setToolTip(self._counts.text())
        speed = ""
        if totals.speed:
            speed = wording.speed(totals.speed)
            if totals.left:
                speed = _("{speed} · {time} left").format(speed=speed, time=words.duration(totals.left))
            if totals.speed != self._noted:  # else it was something else that changed
                self._noted = totals.speed
                self._curve.note(totals.speed)
        elif not totals.sending:
            self._curve.clear()
        self._speed.setText(speed)
        going = bool(totals.sending or totals.waiting)
        self._resumes = not going and bool(totals.paused)
        self.all.setText(_("Resume all") if self._resumes else _("Pause all"))
        self.all.setToolTip(wording.pausing() if totals.sending and not self._resumes else "")
        self.all.setVisible(going or self._resumes)
        again = _("Try again ({n})").format(n=totals.again)
        self.again.setText(again)
        self.again.setVisible(bool(totals.again))
        # Of one batch its own row has the way.
        self._losable, self._sends = totals.losable > 1, bool(totals.sending)
        self._fit()

    def _fit(self) -> None:
        """Where there is little room, only what is needed is shown: giving everything up is in the menu as well."""
        self.end.setVisible(self._losable and self.width() >= ROOM)
        self._curve.setVisible(self._sends and self.width() >= SOME_ROOM)
        self._speed.setVisible(self.width() >= SOME_ROOM)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Show what there is room for."""
        super().resizeEvent(event)
        self._fit()

    def _pressed(self) -> None:
        (self.resume_wished if self._resumes else self.pause_wished).emit()
