"""What the desktop is told: that a batch is done, how far it is, that the computer is not to sleep meanwhile.

None of it matters enough to fail, or to be waited for: a thread of its own talks to the desktop, and where that does
not listen nothing comes of it.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from uploader_gui.core.cancel import CancelToken
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.notes import Note, Pressed

CLOSING = 300
"""Milliseconds that the desktop has to hear the last words. One that listens takes a few; for one that hangs nobody who
quits stands still: what keeps the computer awake ends with this program's connection to it."""


@dataclass(frozen=True, kw_only=True)
class Showing:
    """What became of showing files where they lie.

    Attributes:
        there: Those that are there.
        shown: Whether the desktop has shown them.
    """

    there: tuple[Path, ...]
    shown: bool


class Host(Protocol):
    """A desktop, as one thread talks to it. Nothing here raises."""

    def notify(self, note: Note) -> bool:
        """Show a notification; False if it cannot."""

    def hold(self, why: str) -> bool:
        """Keep the computer from going to sleep by itself; False if that cannot be had."""

    def release(self) -> None:
        """Let it sleep again."""

    def progress(self, part: float | None, waiting: int) -> None:
        """Show on the program's icon how far it is, and how many batches need a person; None: nothing is under way."""

    def show(self, paths: Sequence[Path]) -> bool:
        """Show files that are there in the file manager, chosen; False if it cannot."""

    def close(self) -> None:
        """Let go of everything."""


class Nobody:
    """A desktop that does not listen."""

    def notify(self, note: Note) -> bool:
        """Show nothing."""
        del note
        return False

    def hold(self, why: str) -> bool:
        """Keep it from nothing."""
        del why
        return False

    def release(self) -> None:
        """Nothing is held."""

    def progress(self, part: float | None, waiting: int) -> None:
        """Show nothing."""

    def show(self, paths: Sequence[Path]) -> bool:
        """Show nothing."""
        del paths
        return False

    def close(self) -> None:
        """Nothing is open."""


def this_desktop(pressed: Callable[[Pressed], object]) -> Host:
    """The desktop this program runs on. `pressed`: told of what is pressed on notifications, in any thread."""
    if sys.platform == "linux":
        from uploader_gui.workers.desktop_linux import LinuxHost  # noqa: PLC0415 - only where it is

        return LinuxHost(pressed)
    if sys.platform == "win32":
        from uploader_gui.workers.desktop_windows import WindowsHost  # noqa: PLC0415 - likewise

        return WindowsHost()
    if sys.platform == "darwin":
        from uploader_gui.workers.desktop_mac import MacHost  # noqa: PLC0415 - likewise

        return MacHost()
    return Nobody()


class Desktop(QObject):
    """Talks to the desktop, in a thread that is begun when there is first something to say.

    Args:
        host: The desktop; the one this program runs on by default.
        parent: Its owner.

    Attributes:
        not_shown: A notification could not be shown so: the Note.
        pressed: Something on a notification was pressed: a Pressed.
    """

    not_shown = Signal(object)
    pressed = Signal(object)

    def __init__(self, host: Host | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._host = host
        self._errands: Errands | None = None
        self._held = False
        self._closed = False

    def notify(self, note: Note) -> None:
        """Show a notification."""

        def shown(was: bool) -> None:
            if not was:
                self.not_shown.emit(note)

        if not self._closed:
            self._thread.ask(lambda _: self._the_host.notify(note), shown)

    def keep_awake(self, on: bool, why: str = "") -> None:
        """Keep the computer from going to sleep by itself, or let it."""
        if self._closed or on == self._held:
            return
        self._held = on
        if on:
            self._thread.ask(lambda _: self._the_host.hold(why))
        else:
            self._thread.ask(lambda _: self._the_host.release())

    def show_progress(self, part: float | None, waiting: int) -> None:
        """Show how far it is, 0 to 1, and how many batches need a person; None: nothing is under way."""

        def show(_cancel: CancelToken) -> None:
            self._the_host.progress(part, waiting)

        if not self._closed:
            self._thread.ask(show, place="progress")

    def show_files(self, paths: Sequence[Path], then: Callable[[Showing], object]) -> None:
        """Show files in the system's file manager; told what became of it, in the window's thread."""

        def show(_cancel: CancelToken) -> Showing:
            there = tuple(path for path in paths if os.path.lexists(path))
            return Showing(there=there, shown=bool(there) and self._the_host.show(there))

        if not self._closed:
            self._thread.ask(show, then, place="files")

    def close(self) -> None:
        """Let go of everything, and end the thread."""
        self._closed = True
        if self._errands is not None:
            self._errands.close(last=self._the_host.close)
            self._errands.wait(CLOSING)
            self._errands = None

    @property
    def _thread(self) -> Errands:
        if self._errands is None:
            self._errands = Errands("desktop", lambda _error: None, self)
        return self._errands

    @property
    def _the_host(self) -> Host:
        # Made in its own thread: on some systems what it holds belongs to the thread that asked for it.
        if self._host is None:
            # Told in whatever thread listens; the signal takes it to the window's.
            self._host = this_desktop(self.pressed.emit)
        return self._host
