"""The keys that do something, in one place: for the actions that take them, and for the list that tells them."""

from enum import StrEnum, auto

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from uploader_gui.core.translation import gettext as _

Standard = QKeySequence.StandardKey
_CTRL, _SHIFT = Qt.Modifier.CTRL, Qt.Modifier.SHIFT


class Way(StrEnum):
    """What a key does anywhere in the window."""

    ADD_FILES = auto()
    ADD_FOLDER = auto()
    ACCOUNTS = auto()
    PASTE = auto()
    SEARCH = auto()
    RETRY = auto()
    UNDO = auto()
    HISTORY = auto()
    SETTINGS = auto()
    MENU = auto()
    KEYS = auto()
    ESCAPE = auto()
    QUIT = auto()


_OURS = {
    Way.ADD_FOLDER: QKeySequence(_CTRL | _SHIFT | Qt.Key.Key_O),
    Way.ACCOUNTS: QKeySequence(_CTRL | _SHIFT | Qt.Key.Key_A),
    Way.RETRY: QKeySequence(_CTRL | Qt.Key.Key_R),
    Way.HISTORY: QKeySequence(_CTRL | _SHIFT | Qt.Key.Key_H),
    # Some systems have no key of their own for settings, or for quitting.
    Way.SETTINGS: QKeySequence(_CTRL | Qt.Key.Key_Comma),
    Way.MENU: QKeySequence(Qt.Key.Key_F10),
    Way.KEYS: QKeySequence(Qt.Key.Key_F1),
    Way.ESCAPE: QKeySequence(Qt.Key.Key_Escape),
    Way.QUIT: QKeySequence(_CTRL | Qt.Key.Key_Q),
}
_STANDARD = {
    Way.ADD_FILES: Standard.Open,
    Way.PASTE: Standard.Paste,
    Way.SEARCH: Standard.Find,
    Way.UNDO: Standard.Undo,
}


def sequences(way: Way) -> list[QKeySequence]:
    """All keys for it, as the system has them; the one that is told first."""
    standard = _STANDARD.get(way)
    return [_OURS[way]] if standard is None else QKeySequence.keyBindings(standard)


def sequence(way: Way) -> QKeySequence:
    """The keys for it that are told."""
    return sequences(way)[0]


def shown(keys: QKeySequence) -> str:
    """Keys as this system writes them."""
    return keys.toString(QKeySequence.SequenceFormat.NativeText)


def listed() -> list[tuple[str, list[tuple[str, str]]]]:
    """All of them, under headings: what it does, and its keys."""
    anywhere = {
        Way.ADD_FILES: _("Choose files"),
        Way.ADD_FOLDER: _("Choose a folder"),
        Way.PASTE: _("Paste files, or the address of a record"),
        Way.SEARCH: _("Search"),
        Way.RETRY: _("Try again what needs you"),
        Way.UNDO: _("Undo what is about to go out"),
        Way.HISTORY: _("Show the history, or the queue again"),
        Way.ACCOUNTS: _("Accounts"),
        Way.SETTINGS: _("Settings"),
        Way.MENU: _("Open the menu"),
        Way.KEYS: _("This list"),
        Way.ESCAPE: _("Close what is open beside the queue"),
        Way.QUIT: _("Quit"),
    }
    key = Qt.Key
    rows = (
        (_("Pause it, or let it go on"), key.Key_Space),
        (_("Show its details"), key.Key_Return),
        (_("Leave it out, give it up, or clear it away"), key.Key_Delete),
        (_("Show the files of a batch"), key.Key_Right),
        (_("Hide them, or go to the batch of a file"), key.Key_Left),
    )
    return [
        (_("Anywhere"), [(text, shown(sequence(way))) for way, text in anywhere.items()]),
        (_("On a row of the queue"), [(text, shown(QKeySequence(one))) for text, one in rows]),
        (
            _("Between the parts of the window"),
            [(_("To the next one"), shown(QKeySequence(key.Key_Tab))), (_("Back"), f"{_('Shift')}+{_('Tab')}")],
        ),
    ]
