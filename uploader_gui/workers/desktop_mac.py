"""The desktop on macOS: the system's own `caffeinate` keeps it from sleeping. Notifications are Qt's there."""

import contextlib
import os
import subprocess  # nosec B404 - for one program of the system's
from pathlib import Path

from uploader_gui.workers.notes import Note

CAFFEINATE = Path("/usr/bin/caffeinate")


class MacHost:
    """Keeps a `caffeinate` running while something is sent. It ends with this program, however that ends.

    Args:
        command: Where it lies.
    """

    def __init__(self, command: Path = CAFFEINATE) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    def notify(self, note: Note) -> bool:
        """Leave it to Qt."""
        del note
        return False

    def hold(self, why: str) -> bool:
        """Keep the system from idle sleep (-i) until this process has ended (-w); the screen may go dark."""
        del why
        self.release()
        nowhere = subprocess.DEVNULL
        with contextlib.suppress(OSError):
            # Nothing of it comes from outside.
            self._process = subprocess.Popen(  # noqa: S603  # nosec B603
                [str(self._command), "-i", "-w", str(os.getpid())], stdin=nowhere, stdout=nowhere, stderr=nowhere
            )
        return self._process is not None

    def release(self) -> None:
        """Let it sleep again."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)

    def progress(self, part: float | None, waiting: int) -> None:
        """The title of the window says it."""

    def close(self) -> None:
        """Let it sleep again."""
        self.release()
