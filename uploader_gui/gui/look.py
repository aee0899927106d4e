"""How the window looks: the grid, colours from the palette, icons that take their colour from it."""

import functools
from pathlib import PurePath

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap, QTransform
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from uploader_gui.core.places import resources

GRID = 8
ICON = 16
ROW = 36
READABLE, SIGNIFICANT = 4.5, 3.0
"""The least contrast of text, and of signs that mean something: WCAG 2.2, 1.4.3 and 1.4.11."""

_TYPES = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "application/zip": "archive",
    "application/gzip": "archive",
    "application/x-7z-compressed": "archive",
    "application/pdf": "document",
    "text": "document",
    "text/csv": "table",
}


_POINTING = frozenset({"folded", "undo"})
"""Icons that point to where the text goes on, or comes from: from right to left they are the other way round."""


def muted(palette: QPalette) -> QColor:
    """Text that comes second: still well readable, on a bar's ground as well."""
    return mixed(palette.color(QPalette.ColorRole.Text), palette.color(QPalette.ColorRole.Base), 0.25)


def line(palette: QPalette) -> QColor:
    """A line that parts things."""
    return mixed(palette.color(QPalette.ColorRole.WindowText), palette.color(QPalette.ColorRole.Window), 0.82)


def bar_ground(palette: QPalette) -> QColor:
    """What a bar stands on: not quite the window's ground."""
    return mixed(palette.color(QPalette.ColorRole.Window), palette.color(QPalette.ColorRole.Highlight), 0.12)


def chosen_ground(palette: QPalette, group: QPalette.ColorGroup = QPalette.ColorGroup.Active) -> QColor:
    """What a chosen row is filled with: the palette's accent, so far darkened that what is written there can be read.

    White on the blue of Qt's own palette has a contrast of 3.7, on that of KDE's of 2.5.
    """
    ground = palette.color(group, QPalette.ColorRole.Highlight)
    ink = palette.color(group, QPalette.ColorRole.HighlightedText)
    return QColor.fromRgb(_away_from(ground.rgb(), ink.rgb()))


@functools.lru_cache(maxsize=64)
def _away_from(ground: int, ink: int) -> int:
    """A ground, darker or lighter by as little as lets the ink be read on it."""
    there, written = QColor.fromRgb(ground), QColor.fromRgb(ink)
    dark, light = QColor(Qt.GlobalColor.black), QColor(Qt.GlobalColor.white)
    away = max(dark, light, key=lambda one: contrast(one, written))
    for step in range(10):
        found = mixed(there, away, step / 10)
        if contrast(found, written) >= READABLE:
            return found.rgb()
    return away.rgb()


def accent(palette: QPalette) -> QColor:
    """What shows where the keyboard is, and where files will go: the palette's accent, so that it can be told.

    It is told from the window's ground, from that of lists, and from that of a bar.
    """
    made, text = palette.color(QPalette.ColorRole.Highlight), palette.color(QPalette.ColorRole.Text)
    base = palette.color(QPalette.ColorRole.Base)
    grounds = (base, palette.color(QPalette.ColorRole.Window), mixed(base, text, 0.1), bar_ground(palette))
    for part in (0.0, 0.15, 0.3, 0.45, 0.6, 1.0):
        found = mixed(made, text, part)
        if all(contrast(found, ground) >= SIGNIFICANT for ground in grounds):
            return found
    return text


def contrast(one: QColor, other: QColor) -> float:
    """How well one colour can be told from another, 1 to 21: the contrast ratio of WCAG 2.2."""
    light, dark = sorted((_luminance(one.rgb()), _luminance(other.rgb())), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@functools.lru_cache(maxsize=256)
def _luminance(rgb: int) -> float:
    """The relative luminance of WCAG 2.2: what the eye makes of red, green and blue."""
    parts = ((rgb >> shift & 0xFF) / 255 for shift in (16, 8, 0))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mixed(one: QColor, other: QColor, part: float) -> QColor:
    """One colour with a part of another in it, 0 to 1."""
    return QColor.fromRgbF(
        *(
            mine * (1 - part) + theirs * part
            for mine, theirs in zip(
                (one.redF(), one.greenF(), one.blueF()), (other.redF(), other.greenF(), other.blueF()), strict=True
            )
        )
    )


@functools.cache
def _drawing(name: str) -> bytes:
    return (resources() / "icons" / f"{name}.svg").read_bytes()


@functools.cache
def _renderer(name: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name)))


@functools.lru_cache(maxsize=512)
def _drawn(name: str, colour: str, pixels: int, ratio: float) -> QPixmap:
    picture = QPixmap(QSize(round(pixels * ratio), round(pixels * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _renderer(name).render(painter, QRectF(0, 0, picture.width(), picture.height()))
    # Read once and coloured afterwards: a dozen icons in six pictures each are on the way to the first paint.
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(picture.rect(), QColor(colour))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def picture(name: str, colour: QColor, ratio: float, pixels: int = ICON) -> QPixmap:
    """An icon of ours as a picture.

    Args:
        name: Its file's name, without the ending.
        colour: Its lines'.
        ratio: The screen's pixels for one of ours.
        pixels: Its width and height, in ours.
    """
    drawn = _drawn(name, colour.name(), pixels, ratio)
    if name in _POINTING and QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft:
        return drawn.transformed(QTransform().scale(-1, 1))
    return drawn


_sharp_everywhere = False


def sharpen(window: QWidget) -> None:
    """From now on icons are drawn for screens that may come as well; those that the window's buttons have, too.

    Before that they are drawn as the screens are that are there: a third of the work on the way to the first paint.
    """
    global _sharp_everywhere  # noqa: PLW0603 - one look for one process
    _sharp_everywhere = True
    for button in window.findChildren(Button):
        button.paint_icon()


def _ratios() -> tuple[float, ...]:
    if _sharp_everywhere:
        return (1.0, 2.0, 3.0)
    return tuple({1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())})


def icon(name: str, palette: QPalette, *, listed: bool = False) -> QIcon:
    """An icon of ours in the palette's colours, sharp at any scale.

    Args:
        name: Its file's name, without the ending.
        palette: Gives the colours.
        listed: It stands in a list, whose rows can be chosen.
    """
    made = QIcon()
    role = QPalette.ColorRole.Text if listed else QPalette.ColorRole.ButtonText
    active = QPalette.ColorGroup.Active
    colours = {
        QIcon.Mode.Normal: palette.color(active, role),
        QIcon.Mode.Disabled: palette.color(QPalette.ColorGroup.Disabled, role),
    }
    if listed:
        colours[QIcon.Mode.Selected] = palette.color(active, QPalette.ColorRole.HighlightedText)
    ratios = _ratios()
    for mode, colour in colours.items():
        for ratio in ratios:
            made.addPixmap(picture(name, colour, ratio), mode)
    return made


def type_icon(media_type: str, name: str) -> str:
    """The name of the icon for a file of this type."""
    if PurePath(name).suffix.lower() in {".xlsx", ".ods", ".xls"}:
        return "table"
    if PurePath(name).suffix.lower() in {".docx", ".odt", ".doc"}:
        return "document"
    return _TYPES.get(media_type) or _TYPES.get(media_type.partition("/")[0]) or "file"


def strong(font: QFont) -> QFont:
    """The same letters, bold."""
    made = QFont(font)
    made.setBold(True)
    return made


def heading(text: str = "", parent: QWidget | None = None) -> QLabel:
    """A line that names what stands below it."""
    made = label(text, parent)
    made.setFont(strong(made.font()))
    made.setWordWrap(True)
    return made


def plain_label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """A text that may be long."""
    made = label(text, parent)
    made.setWordWrap(True)
    return made


def label(text: str = "", parent: QWidget | None = None) -> QLabel:
    """A text that is nothing but text: whatever is in it, no mark-up is read from it, and no picture fetched for it.

    Every label of the window is made here: a service file, a file's name or an answer may hold anything.
    """
    made = QLabel(parent)
    made.setTextFormat(Qt.TextFormat.PlainText)  # before the text: Qt would look at that at once
    made.setText(text)
    return made


def tip(text: str) -> str:
    """A text as tooltips take it: Qt reads mark-up where the first < begins what looks like a tag.

    A word joiner (U+2060) behind it is not seen and not spoken, and is no letter of a tag.
    """
    return text.replace("<", "<\u2060").replace("&lt;", "&\u2060lt;")


def shown(text: str) -> str:
    """A text as buttons, menus and fields' labels take it: there an & alone would underline the next letter."""
    return text.replace("&", "&&")


class Button(QToolButton):
    """A flat button with an icon of ours, which follows the palette.

    Args:
        picture: The icon's name.
        name: What it does: its tooltip, and its name for whoever hears it.
        text: Beside the icon; "" for the icon alone.
        parent: Its owner.
    """

    _picture = ""

    def __init__(self, picture: str, name: str, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = picture
        self.setAutoRaise(True)
        self.setToolTip(tip(name))
        self.setAccessibleName(name)
        self.setIconSize(QSize(ICON, ICON))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if text:
            self.setText(text)
            self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.paint_icon()

    def show_picture(self, picture: str) -> None:
        """Take another icon."""
        if picture != self._picture:
            self._picture = picture
            self.paint_icon()

    def paint_icon(self) -> None:
        """Draw its icon anew."""
        if self._picture:  # the palette may come before the icon does
            self.setIcon(icon(self._picture, self.palette()))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        """Follow the palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.paint_icon()
