"""The desktop on Windows: the system is kept from sleeping. Notifications are Qt's there."""

import ctypes
import os
import subprocess  # nosec B404 - for Explorer alone
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath, PureWindowsPath

from uploader_gui.workers.notes import Note

_CONTINUOUS = 0x80000000
_SYSTEM_REQUIRED = 0x00000001


class WindowsHost:
    """Speaks to the kernel. What it holds belongs to the thread that asked for it, and ends with that.

    Args:
        runs: Starts a program by its command line.
    """

    def __init__(self, runs: Callable[[str], object] | None = None) -> None:
        self._runs = runs or _run

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

    def show(self, paths: Sequence[Path]) -> bool:
        """Let Explorer show the first: it can choose only one."""
        command = explorer(paths[0].absolute(), os.environ)
        if not command:
            return False
        try:
            self._runs(command)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Let it sleep again."""
        self.release()


def explorer(path: PurePath, environment: Mapping[str, str]) -> str:
    """The command line that lets Explorer show a file; "" for a name that Windows cannot have.

    A text and not a list: Explorer reads its command line by itself, ends a name at a comma that stands outside of
    quotation marks, and does not know `/select` inside of them, while a list is quoted as the C library reads it.

    Args:
        path: The file, whole.
        environment: Says where Windows lies.
    """
    if '"' in str(path):
        return ""
    program = PureWindowsPath(environment.get("SystemRoot", r"C:\Windows"), "explorer.exe")
    return f'"{program}" /select,"{path}"'


def _run(command: str) -> None:
    # Its exit code says nothing: it is 1 when all is well. No shell reads this.
    subprocess.Popen(command)  # noqa: S603  # nosec B603


def _state(flags: int) -> bool:
    if sys.platform != "win32":
        return False
    try:
        # It gives the former state, and 0 if it does not take the new one.
        return bool(ctypes.windll.kernel32.SetThreadExecutionState(ctypes.c_uint(flags)))
    except (OSError, AttributeError):
        return False
