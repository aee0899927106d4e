"""Who sees what goes to a target, what else must be known of it, or is wrong with what is filled in; with a sign."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, seen
from uploader_gui.gui.figure import Figure
from uploader_gui.gui.look import GRID

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow

LISTENING = 3.0
"""How many times as long sending can be undone where a screen reader is at work: it has to be heard first."""


class AboutLine(QWidget):
    """Says it. Hidden while there is nothing to say: no target is chosen.

    Args:
        parent: Its owner.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = Figure(parent=self)
        self._text = look.plain_label(parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._text, 1)
        self.say("")

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def show_target(self, flow: "Flow | None", undo_seconds: float) -> None:
        """Say of a target who sees what goes there; that it is sent out to people; that it is not certain."""
        parts = []
        if flow is not None and flow.target.sends:
            from PySide6.QtGui import QAccessible  # noqa: PLC0415 - 2 ms, and the window is to be seen first

            seconds = undo_seconds * (LISTENING if QAccessible.isActive() else 1)
            said = _(
                "This goes out: {seen}. The files are stored first; it is sent when you press Send in its row, "
                "and for {time} after that it can be undone."
            )
            who = seen.by(flow.target.seen_by)
            parts.append(said.format(seen=who, time=words.duration(seconds)))
        elif flow is not None:
            parts.append(seen.here(flow.target.seen_by, attaches=flow.target.call is not None))
        if flow is not None and flow.target.experimental:
            parts.append(_("Experimental: {why}").format(why=words.plain(flow.target.experimental)))
        sends, strange = flow is not None and flow.target.sends, flow is not None and seen.outside(flow)
        self.say(" ".join(parts), "sending" if sends else "seen", strong=strange)

    def say(self, text: str, picture: str = "attention", *, strong: bool = False) -> None:
        """Say something; "" for nothing."""
        font = self.font()
        self._text.setFont(look.strong(font) if strong else font)
        self._text.setText(text)
        self._sign.show_picture(picture)
        self.setVisible(bool(text))
