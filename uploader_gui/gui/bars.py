"""Bars that ask or tell something without standing in anybody's way: nothing here is modal."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import look, pieces
from uploader_gui.gui.figure import Figure
from uploader_gui.gui.look import GRID
from uploader_gui.gui.notices import Notice

Choice = tuple[str, Callable[[], object]]
"""A button: what it is called, and what it does."""
TEXT = 36 * GRID
"""The width below which a text does not stand beside its buttons."""


class Bar(QWidget):
    """A line of text with buttons. Hidden while there is nothing to say.

    Args:
        picture: The icon's name.
        name: What it is, for whoever hears it.
        parent: Its owner.

    Attributes:
        spoke: It says something else: what whoever listens is to hear of it.
        silenced: It says nothing any more.
    """

    spoke = Signal(str)
    silenced = Signal()
    _heard = ""

    def __init__(self, picture: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._icon = Figure(picture, parent=self)
        self._text = look.plain_label(parent=self)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._does: list[Callable[[], object]] = []
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(GRID)
        said = QHBoxLayout()
        said.setSpacing(GRID)
        said.addWidget(self._icon)
        said.addWidget(self._text, 1)
        self._whole = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._whole.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        self._whole.setSpacing(GRID)
        self._whole.addLayout(said, 1)
        self._whole.addLayout(self._buttons)
        self._whole.setAlignment(self._buttons, Qt.AlignmentFlag.AlignRight)
        self.hide()

    @property
    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def say(
        self, text: str, choices: Sequence[Choice] = (), *, picture: str | None = None, aloud: str | None = None
    ) -> None:
        """Say something, with buttons.

        Args:
            text: What it says.
            choices: Its buttons.
            picture: The icon's name; None: as before.
            aloud: What is heard of it; None: the text. Of one that counts down it is the same all the while.
        """
        if picture is not None:
            self._icon.show_picture(picture)
        self._text.setText(text)
        self._text.setAccessibleName(text)
        # The buttons stay where they are called the same, as one may have the keyboard; what they do is as it is now.
        self._does = [do for _called, do in choices]
        if [called for called, _do in choices] != [one.text() for one in self.buttons]:
            self._renew([called for called, _do in choices])
        self._arrange()
        self.show()
        if (aloud or text) != self._heard:
            self._heard = aloud or text
            self.spoke.emit(self._heard)

    def setVisible(self, visible: bool) -> None:  # noqa: N802 - Qt's name
        """Show it, or hide it: then it says nothing any more."""
        super().setVisible(visible)
        if not visible and self._heard:
            self._heard = ""
            self.silenced.emit()

    def _renew(self, called: Sequence[str]) -> None:
        for button in self.buttons:
            self._buttons.removeWidget(button)
            button.hide()
            button.deleteLater()
        for number, name in enumerate(called):
            button = QPushButton(name, self)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, number=number: self._does[number]())
            self._buttons.addWidget(button)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """No wider than its buttons: where there is little room the text stands above them."""
        width = max(self._buttons.minimumSize().width(), TEXT // 2) + 4 * GRID
        return QSize(width, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Put the buttons where there is room for them."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        room = self.width() - self._buttons.minimumSize().width() - 6 * GRID - look.ICON
        beside = room >= min(TEXT, self._text.fontMetrics().horizontalAdvance(self._text.text()))
        way = QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        if way != self._whole.direction():
            self._whole.setDirection(way)

    @property
    def buttons(self) -> list[QPushButton]:
        """Its buttons."""
        return [one for one in pieces.inside(self._buttons) if isinstance(one, QPushButton)]

    def button(self, called: str) -> QPushButton:
        """Its button of this name."""
        return next(one for one in self.buttons if one.text() == called)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """A quiet ground that is not the window's, and a line below."""
        del event
        painter = QPainter(self)
        palette = self.palette()
        painter.fillRect(self.rect(), look.bar_ground(palette))
        painter.setPen(look.line(palette))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class NoticeBars(QWidget):
    """What is told, the newest at the bottom, until it is put away.

    Args:
        parent: Its owner.

    Attributes:
        spoke: Something is told: the text, and whether it is urgent.
        silenced: It was put away: the text.
    """

    MOST = 3
    spoke = Signal(str, bool)
    silenced = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)

    @property
    def bars(self) -> list[Bar]:
        """The bars that are shown."""
        return [one for one in pieces.inside(self._rows) if isinstance(one, Bar)]

    @property
    def texts(self) -> list[str]:
        """What they say."""
        return [bar.text for bar in self.bars]

    def tell(self, notice: Notice, choices: Sequence[Choice] = ()) -> None:
        """Tell something; what is told already is not told twice."""
        if notice.text in self.texts:
            return
        for old in self.bars[: -self.MOST + 1] if len(self.bars) >= self.MOST else []:
            self._put_away(old)
        bar = Bar("attention" if notice.urgent else "info", _("Notice"), self)

        def away() -> None:
            self._put_away(bar)

        def doing(do: Callable[[], object]) -> Callable[[], object]:
            def done() -> None:
                self._put_away(bar)
                do()

            return done

        bar.say(notice.text, [*((called, doing(do)) for called, do in choices), (_("OK"), away)])
        self._rows.addWidget(bar)
        self.spoke.emit(notice.text, notice.urgent)

    def _put_away(self, bar: Bar) -> None:
        self._rows.removeWidget(bar)
        self.silenced.emit(bar.text)
        bar.hide()
        bar.deleteLater()
