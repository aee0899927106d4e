"""The desktop on macOS: the system's own `caffeinate` keeps it from sleeping. Notifications are Qt's there."""

import contextlib
import os
import subprocess  # nosec B404 - for two programs of the system's
from collections.abc import Sequence
from pathlib import Path

from uploader_gui.workers.notes import Note

CAFFEINATE = Path("/usr/bin/caffeinate")
OPEN = Path("/usr/bin/open")
SECONDS = 10.0


class MacHost:
    """Keeps a `caffeinate` running while something is sent. It ends with this program, however that ends.

    Args:
        command: Where it lies.
        opener: Where `open` does, which shows files in Finder.
    """

    def __init__(self, command: Path = CAFFEINATE, opener: Path = OPEN) -> None:
        self._command = command
        self._opener = opener
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

    def show(self, paths: Sequence[Path]) -> bool:
        """Let Finder show them (-R)."""
        nowhere = subprocess.DEVNULL
        try:
            # Whole paths begin with a slash: none can be taken for an option.
            command = [str(self._opener), "-R", *(str(path.absolute()) for path in paths)]
            ended = subprocess.run(  # noqa: S603  # nosec B603
                command, stdin=nowhere, stdout=nowhere, stderr=nowhere, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
        return ended.returncode == 0

    def close(self) -> None:
        """Let it sleep again."""
        self.release()
