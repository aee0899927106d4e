"""Where the person's own service files lie. Imports nothing: a command that reads no service file says it too."""

from pathlib import Path


class _Place:
    """The one place where own service files lie in this process; None: only those of the program are known."""

    folder: Path | None = None


def look_in(folder: Path | None) -> None:
    """Say where the person's own service files lie. It need not be there yet."""
    _Place.folder = folder


def own_folder() -> Path | None:
    """Where they lie."""
    return _Place.folder
