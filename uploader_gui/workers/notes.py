"""A notification, and what a person pressed on one."""

from dataclasses import dataclass
from enum import StrEnum, auto


class Press(StrEnum):
    """What can be pressed on a notification."""

    SHOW = auto()  # the notification itself, or its button of that name
    OPEN_RECORD = auto()


@dataclass(frozen=True, kw_only=True)
class Note:
    """A notification: plain text, nothing secret.

    Attributes:
        title: In a few words.
        text: What else there is to say.
        about: The id of the batch that it is about; "" for several.
        buttons: What can be pressed, and what that is called. Pressed anywhere else, what it is about is shown.
    """

    title: str
    text: str
    about: str = ""
    buttons: tuple[tuple[Press, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """Something on a notification was pressed.

    Attributes:
        about: The id of the batch it was about; "" for several.
        press: What.
        token: What lets a window come to the front on Wayland, if the desktop gave one.
    """

    about: str
    press: Press
    token: str = ""
