"""Palettes as systems have them, and what can be read of colours."""

from collections import Counter

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPalette, QPixmap

Role = QPalette.ColorRole
TEXT, SIGN = 4.5, 3.0
"""The least contrast of text, and of signs that mean something: WCAG 2.2, 1.4.3 and 1.4.11."""


def palette(ground: str, base: str, text: str, button: str, accent: str, on_accent: str) -> QPalette:
    """A palette of few colours."""
    made = QPalette(QColor(button), QColor(ground))
    colours = {
        Role.Window: ground,
        Role.Base: base,
        Role.AlternateBase: base,
        Role.Button: button,
        Role.Text: text,
        Role.WindowText: text,
        Role.ButtonText: text,
        Role.Highlight: accent,
        Role.HighlightedText: on_accent,
        Role.ToolTipBase: ground,
        Role.ToolTipText: text,
    }
    for role, colour in colours.items():
        made.setColor(role, QColor(colour))
    return made


LIGHT = palette("#efefef", "#ffffff", "#000000", "#efefef", "#308cc6", "#ffffff")
DARK = palette("#2b2d30", "#1e1f22", "#dfe1e5", "#3a3d41", "#2f6fb5", "#ffffff")
BREEZE = palette("#eff0f1", "#ffffff", "#232629", "#fcfcfc", "#3daee9", "#ffffff")
CONTRAST = palette("#000000", "#000000", "#ffffff", "#000000", "#1aebff", "#000000")
PALETTES = {"light": LIGHT, "dark": DARK, "breeze": BREEZE, "contrast": CONTRAST}


def colour_of(picture: QPixmap) -> str:
    """The colour in which an icon is drawn: that of most of the pixels that are no edge."""
    image = picture.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    colours = Counter(one.name() for one in pixels if one.alpha() == 255)
    assert colours
    return colours.most_common(1)[0][0]


def icon_colour(icon: QIcon) -> str:
    """The same of an icon of a button, as on a fine screen: there its lines have an inside."""
    return colour_of(icon.pixmap(QSize(16, 16), 3.0))
