"""A picture's width and height in pixels, read from the beginning of its file."""

from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.later import later

if TYPE_CHECKING:
    import imagesize
else:  # it brings TLS along, to look at pictures on the web
    imagesize = later("imagesize")


def image_size(path: Path) -> tuple[int, int] | None:
    """Width and height; None if the file is no picture the library knows. Raises OSError if it cannot be read."""
    try:
        width, height = imagesize.get(path)
    except (ValueError, IndexError, KeyError, OverflowError):
        return None
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        return width, height
    return None
