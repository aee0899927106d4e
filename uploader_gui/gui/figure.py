"""An icon of ours beside words: colour from the palette, pixels from the screen, also when these change."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QWidget

from uploader_gui.gui import look

_AGAIN = frozenset({QEvent.Type.PaletteChange, QEvent.Type.EnabledChange, QEvent.Type.DevicePixelRatioChange})
"""What is disabled has other colours. The last one comes to every widget of a window that goes to a screen of another
scale (Qt 6.6 and later)."""


class Figure(QLabel):
    """Shows an icon, always as sharp as the screen is.

    Args:
        picture: The icon's name; "" for none yet.
        pixels: Its width and height.
        quiet: It comes second, and is as light as text that does.
        parent: Its owner.
    """

    _picture = ""

    def __init__(
        self, picture: str = "", *, pixels: int = look.ICON, quiet: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._pixels = pixels
        self._quiet = quiet
        self.setFixedSize(pixels, pixels)
        self.show_picture(picture)

    @property
    def shows(self) -> str:
        """The icon's name; "" for none."""
        return self._picture

    def show_picture(self, picture: str) -> None:
        """Show another icon; "" for none."""
        self._picture = picture
        self._draw()

    def _draw(self) -> None:
        if not self._picture:
            self.clear()
            return
        palette = self.palette()
        colour = look.muted(palette) if self._quiet else palette.color(self.foregroundRole())
        self.setPixmap(look.picture(self._picture, colour, self.devicePixelRatioF(), self._pixels))

    def event(self, event: QEvent) -> bool:
        """Follow the palette and the screen."""
        done = super().event(event)
        if event.type() in _AGAIN and self._picture:
            self._draw()
        return done
