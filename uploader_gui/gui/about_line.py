"""What must be known about a target before anything goes there, or is wrong with what is filled in; with a sign."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QHBoxLayout, QWidget

from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, wording
from uploader_gui.gui.doing import LISTENING
from uploader_gui.gui.look import GRID

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow


class AboutLine(QWidget):
    """Says it. Hidden while there is nothing to say.

    Args:
        parent: Its owner.
    """

    _picture = ""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sign = look.label(parent=self)
        self._sign.setFixedSize(look.ICON, look.ICON)
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
        """Say of a target that it goes out to people, and to whom; that everybody sees it; that it is not certain."""
        parts = []
        if flow is not None and flow.target.sends:
            seconds = undo_seconds * (LISTENING if QAccessible.isActive() else 1)
            said = _(
                "This goes out: {seen}. The files are stored first; it is sent when you press Send in its row, "
                "and for {time} after that it can be undone."
            )
            seen = wording.seen_by(flow.target.seen_by)
            parts.append(said.format(seen=seen, time=words.duration(seconds)))
        elif flow is not None and flow.target.seen_by == "public":
            parts.append(_("Everybody sees what is attached here."))
        if flow is not None and flow.target.experimental:
            parts.append(_("Experimental: {why}").format(why=words.plain(flow.target.experimental)))
        self.say(" ".join(parts), "sending" if flow is not None and flow.target.sends else "info")

    def say(self, text: str, picture: str = "attention") -> None:
        """Say something; "" for nothing."""
        self._text.setText(text)
        self._picture = picture
        self.setVisible(bool(text))
        self._paint_sign()

    def _paint_sign(self) -> None:
        if self._picture:  # the palette may come before the sign does
            colour = self.palette().color(self.foregroundRole())
            self._sign.setPixmap(look.picture(self._picture, colour, self.devicePixelRatioF()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_sign()
