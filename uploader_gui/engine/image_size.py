"""A picture's width and height in pixels, read from the beginning of its file."""

from pathlib import Path

import imagesize


def image_size(path: Path) -> tuple[int, int] | None:
    """Width and height; None if the file is no picture the library knows. Raises OSError if it cannot be read."""
    try:
        width, height = imagesize.get(path)
    except (ValueError, IndexError, KeyError, OverflowError):
        return None
    if isinstance(width, int) and isinstance(height, int) and width > 0 and height > 0:
        return width, height
    return None
