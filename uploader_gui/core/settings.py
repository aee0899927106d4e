"""What a person can choose about the program. Frozen: a change makes another one."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from uploader_gui.core.batch import Partly
from uploader_gui.core.languages import LANGUAGES

LANES = range(1, 9)
UNDO_SECONDS = range(3, 121)
KEEP_DAYS = range(1, 3651)
SYSTEM = "system"
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings.

    Attributes:
        lanes: How many uploads run at once.
        undo_seconds: How long what goes out to people can be undone.
        keep_days: How long batches that have ended stay in the history; None: for ever.
        notifies: Whether the desktop is told when a batch has ended, or needs a person.
        language: What the window speaks from its next start on: SYSTEM as the system does, else a code of LANGUAGES.
        partly: What becomes of a new batch if some of its files cannot be sent.
        proxy: How the network is reached: SYSTEM as the system says, NONE without a proxy, else a proxy's address.
    """

    lanes: int = 3
    undo_seconds: int = 10
    keep_days: int | None = None
    notifies: bool = True
    language: str = SYSTEM
    partly: Partly = Partly.ASK
    proxy: str = SYSTEM

    def __post_init__(self) -> None:
        # Read from the file it is a text.
        object.__setattr__(self, "partly", Partly(self.partly))


def usable(name: str, value: Any) -> bool:
    """Whether a setting may have this value."""
    if name == "notifies":
        return isinstance(value, bool)
    if name == "language":
        return isinstance(value, str) and (value == SYSTEM or value in LANGUAGES)
    if name == "partly":
        return isinstance(value, str) and value in {one.value for one in Partly}
    if name == "proxy":
        return isinstance(value, str) and (value in {SYSTEM, NONE} or is_proxy(value))
    if name == "keep_days" and value is None:
        return True
    allowed = {"lanes": LANES, "undo_seconds": UNDO_SECONDS, "keep_days": KEEP_DAYS}.get(name)
    # True is an int as well, and nobody means it here.
    return allowed is not None and isinstance(value, int) and not isinstance(value, bool) and value in allowed


def is_proxy(address: str) -> bool:
    """Whether this is the address of an HTTP proxy. One with a password in it is none: settings are no place for it."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    return whole and bare and address.isascii() and address.isprintable() and " " not in address


def from_values(values: Mapping[str, Any]) -> tuple[Settings, tuple[str, ...]]:
    """Settings made of what was read; what cannot be used is left as usual, and named."""
    names = [one.name for one in dataclasses.fields(Settings)]
    lost = tuple(name for name in names if name in values and not usable(name, values[name]))
    return Settings(**{name: values[name] for name in names if name in values and name not in lost}), lost
