"""How things come in: what a drop or the clipboard holds, and what is said of what cannot be taken."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

from uploader_gui.core.translation import gettext as _

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

# A file that another program would write only once it is told where to: an email's attachment, a picture in a browser.
_PROMISES = ("filegroupdescriptor", "promised-file", "file-promise", "xdnddirectsave", "promisedfile")
PNG = b"\x89PNG\r\n\x1a\n"


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


def has_picture(data: QMimeData) -> bool:
    """Whether it is a picture, and no file: a screenshot, a part of a page."""
    return data.hasImage() and not paths_of(data)


def picture_of(data: QMimeData) -> "QImage | bytes":
    """The picture that was dropped or copied, as it is if it is a PNG already; a null one if it cannot be read."""
    if data.hasFormat("image/png"):
        content = bytes(data.data("image/png").data())
        if content.startswith(PNG):
            return content  # read and written again it would take the window's time
    from PySide6.QtGui import QImage  # noqa: PLC0415 - a window at rest has no pictures

    image = data.imageData()
    return image if isinstance(image, QImage) else QImage()


def is_text(data: QMimeData) -> bool:
    """Whether a field for text has something to take: not files, whose paths come as text along with them."""
    return data.hasText() and not paths_of(data)


def takes(data: QMimeData) -> bool:
    """Whether there is something in it for us."""
    return bool(paths_of(data) or has_picture(data) or address_of(data))


def foreign(data: QMimeData) -> str:
    """What to say about something that cannot be taken."""
    if any(promise in name.lower() for name in data.formats() for promise in _PROMISES):
        return _("This is not a file yet: the other program would still have to make it. Save it there, then drop it.")
    if any(not url.isLocalFile() for url in data.urls()):
        return _("This is not a file on this computer. Save it first, then drop the saved file.")
    if data.hasText():
        return _("A text alone is not attached. Save it as a file, or write it into a field above.")
    return _("There are no files in what was dropped or copied.")
