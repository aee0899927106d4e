"""The desktop on Windows: the system is kept from sleeping. Notifications are Qt's there."""

import ctypes
import sys

from uploader_gui.workers.notes import Note

_CONTINUOUS = 0x80000000
_SYSTEM_REQUIRED = 0x00000001


class WindowsHost:
    """Speaks to the kernel. What it holds belongs to the thread that asked for it, and ends with that."""

    def notify(self, note: Note) -> bool:
        """Leave it to Qt."""
        del note
        return False

    def hold(self, why: str) -> bool:
        """Say that the system is needed; the screen may go dark."""
        del why
        return _state(_CONTINUOUS | _SYSTEM_REQUIRED)

    def release(self) -> None:
        """Say that it is needed no longer."""
        _state(_CONTINUOUS)

    def progress(self, part: float | None, waiting: int) -> None:
        """The title of the window says it."""

    def close(self) -> None:
        """Let it sleep again."""
        self.release()


def _state(flags: int) -> bool:
    if sys.platform != "win32":
        return False
    try:
        # It gives the former state, and 0 if it does not take the new one.
        return bool(ctypes.windll.kernel32.SetThreadExecutionState(ctypes.c_uint(flags)))
    except (OSError, AttributeError):
        return False
