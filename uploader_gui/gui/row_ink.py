"""What rows are drawn with: colours, letters and measures, made once for a palette and a font.

A row is drawn ten times a second while eight lanes send. Each call of Qt's hands Python's lock to them, and has to wait
until it comes back: so what stays the same from row to row is asked for once.
"""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPalette
from PySide6.QtWidgets import QStyle, QStyleOptionProgressBar, QStyleOptionViewItem

from uploader_gui.gui import look, wording
from uploader_gui.gui.look import GRID

MOST_SHORTENED = 2000
"""Texts whose shortened form is remembered."""
_RIGHT = Qt.AlignmentFlag.AlignRight
_LEFT = Qt.AlignmentFlag.AlignLeft


class Ink:
    """What the rows of one view are drawn with, as long as its palette, font and direction stay the same.

    Args:
        option: What Qt says of a cell.

    Attributes:
        mirrored: Whether everything stands the other way round.
        font: The letters.
        strong: The same, bold.
        text: The colour of what comes first.
        quiet: Of what comes second.
        on_chosen: Of everything in a chosen row.
        chosen: The background of a chosen row.
        batch: The background of a batch's row.
        current: The lines around the row with the keyboard.
        percent: How wide the widest percentage is, with the gap before it.
        bar: A progress bar that only lacks its place and how far it is.
    """

    def __init__(self, option: QStyleOptionViewItem) -> None:
        palette = self._palette = option.palette
        active = bool(option.state & QStyle.StateFlag.State_Active)
        group = QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
        self._key = _key(option, palette)
        self.mirrored = option.direction == Qt.LayoutDirection.RightToLeft
        self.font = QFont(option.font)
        self.strong = look.strong(self.font)
        self._metrics = {True: QFontMetrics(self.strong), False: QFontMetrics(self.font)}
        self.text = palette.color(QPalette.ColorRole.Text)
        self.quiet = look.muted(palette)
        self.on_chosen = palette.color(group, QPalette.ColorRole.HighlightedText)
        self.chosen = look.chosen_ground(palette, group)
        self.batch = look.mixed(palette.color(QPalette.ColorRole.Base), self.text, 0.045)
        self.current = look.accent(palette)
        self.percent = self._metrics[False].horizontalAdvance(wording.percent(1000)) + GRID
        self.bar = _bar(option, palette)
        self._sides = {right: _flags(option, right=right) for right in (True, False)}
        self._shortened: dict[tuple[str, int, bool, bool], str] = {}

    def fits(self, option: QStyleOptionViewItem) -> bool:
        """Whether a cell is drawn with this as well."""
        return _key(option, option.palette) == self._key and bool(option.font == self.font)

    def colour(self, *, chosen: bool, quiet: bool) -> QColor:
        """The colour of a text."""
        return self.on_chosen if chosen else self.quiet if quiet else self.text

    def flags(self, *, right: bool) -> int:
        """How a text stands in its place: in the middle of its height, at its beginning or its end."""
        return self._sides[right]

    def width(self, text: str, *, strong: bool) -> int:
        """How wide a text is."""
        return self._metrics[strong].horizontalAdvance(text)

    def shortened(self, text: str, width: int, *, strong: bool, middle: bool) -> str:
        """A text as it has room: with a sign of omission in its middle, or at its end."""
        key = text, width, strong, middle
        short = self._shortened.get(key)
        if short is None:
            if len(self._shortened) >= MOST_SHORTENED:
                self._shortened.clear()
            mode = Qt.TextElideMode.ElideMiddle if middle else Qt.TextElideMode.ElideRight
            short = self._shortened[key] = self._metrics[strong].elidedText(text, mode, width)
        return short

    def mirror(self, whole: QRect, part: QRect) -> QRect:
        """Where a part is, if everything stands the other way round."""
        return QStyle.visualRect(Qt.LayoutDirection.RightToLeft, whole, part) if self.mirrored else part


def _key(option: QStyleOptionViewItem, palette: QPalette) -> tuple[int, object, object, object]:
    # The palette's own key does not say which of its groups is the current one.
    active = option.state & QStyle.StateFlag.State_Active
    return palette.cacheKey(), palette.currentColorGroup(), option.direction, active


def _bar(option: QStyleOptionViewItem, palette: QPalette) -> QStyleOptionProgressBar:
    bar = QStyleOptionProgressBar()
    bar.palette = palette
    bar.direction = option.direction
    bar.state = QStyle.StateFlag.State_Enabled | QStyle.StateFlag.State_Horizontal
    bar.minimum, bar.maximum = 0, 1000
    bar.textVisible = False
    return bar


def _flags(option: QStyleOptionViewItem, *, right: bool) -> int:
    side = QStyle.visualAlignment(option.direction, _RIGHT if right else _LEFT)
    return int(side | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
