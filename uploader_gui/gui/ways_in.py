"""How files come in: what a drop or the clipboard holds."""

from PySide6.QtCore import QMimeData

from uploader_gui.core.translation import gettext as _


def paths_of(data: QMimeData) -> list[str]:
    """The files and folders on this computer that were dropped or copied."""
    return [path for url in data.urls() if url.isLocalFile() and (path := url.toLocalFile())]


def address_of(data: QMimeData) -> str:
    """The web address that was dropped or copied; "" if there is none."""
    for url in data.urls():
        if url.scheme() == "https":
            return url.toString()
    text = data.text().strip() if data.hasText() else ""
    return text if text.startswith("https://") and len(text.split()) == 1 else ""


def takes(data: QMimeData) -> bool:
    """Whether there is something in it for us."""
    return bool(paths_of(data) or address_of(data))


def foreign(data: QMimeData) -> str:
    """What to say about something that cannot be taken."""
    if any(not url.isLocalFile() for url in data.urls()):
        return _("This is not a file on this computer. Save it first, then drop the saved file.")
    return _("There are no files in what was dropped or copied.")
