"""The window's program: builds everything, shows the window, and ends in good order."""

import contextlib
import dataclasses
import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from uploader_gui.core.settings import SYSTEM
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.workers import accounts
from uploader_gui.workers.reading_qt import read_qt

if TYPE_CHECKING:
    import argparse

    from PySide6.QtWidgets import QApplication

    from uploader_gui.engine.http import Timing
    from uploader_gui.engine.retry import Policy
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.workers.accounts import Source
    from uploader_gui.workers.bridge import Bridge
    from uploader_gui.workers.desk import Desk
    from uploader_gui.workers.trying import Trying
    from uploader_gui.workers.works import Works

__all__ = ["HOME", "Program", "build", "main", "make", "run"]

HOME = "UPLOADER_GUI_HOME"
APT = (
    "apt-get install -y --no-install-recommends libegl1 libgl1 libglib2.0-0 libfontconfig1 libdbus-1-3 "
    "libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"
)
WRONG_USE = 2
SWITCH = 0.0005
"""Seconds after which a thread lets another one run Python. With Python's own 5 ms the window, which changes between
Qt and Python hundreds of times for one paint, waited half a second while a hundred thousand files were added."""
YOUNG = 50_000
"""New objects after which those are looked through for rings that nobody holds. With a hundred thousand files in the
queue a look through all objects stops the window for half a second: that is done when nothing is under way."""
TIDY = 600_000


def main(arguments: Sequence[str]) -> int:
    """Open the window; gives the exit code.

    Args:
        arguments: Files to begin with, and options; without the program's name.
    """
    options = _parser().parse_args(list(arguments)) if arguments else None
    try:
        application = read_qt()
    except ImportError as error:
        sys.stderr.write(_no_qt(error))
        return WRONG_USE
    keys = accounts.take_keys(os.environ)  # first: Qt may start helpers of its own
    app = application([sys.argv[0]])
    _speak(app)
    app.setApplicationName("uploader-gui")
    app.setApplicationDisplayName(_("Uploader"))
    app.setDesktopFileName("uploader-gui")
    if options is None:
        return run(app, keys)
    return run(app, keys, paths=options.files, practice=options.practice, lanes=options.lanes)


def _speak(app: "QApplication") -> None:
    """Let the window speak the language that was chosen for it, else the system's."""
    from uploader_gui.core import languages  # noqa: PLC0415 - the window's only
    from uploader_gui.gui import qt_language  # noqa: PLC0415 - after Qt is known to be there

    wanted = _language()
    languages.speak(languages.chosen(qt_language.of_system() if wanted == SYSTEM else [wanted]))
    qt_language.speak(app)


def _language() -> str:
    """The language that was chosen for the window, as the settings have it.

    Read here as well as with the others, later and in an errand: no word can be shown before it is known.
    """
    from uploader_gui.store import settings  # noqa: PLC0415 - the window's only

    return settings.read().settings.language


def _speak_next_time(language: str) -> None:
    """Choose the language that the window speaks from the next start on."""
    from uploader_gui.store import settings  # noqa: PLC0415 - the window's only

    now = settings.read().settings
    if now.language != language:
        with contextlib.suppress(OSError):  # it can be chosen once more
            settings.write(dataclasses.replace(now, language=language))


def run(
    app: "QApplication",
    keys: Mapping[str, str],
    *,
    paths: Sequence[str] = (),
    practice: bool = False,
    lanes: int | None = None,
) -> int:
    """Show the window until it is closed; gives the exit code. `keys`: what `take_keys` gave."""
    from uploader_gui.gui import high_contrast  # noqa: PLC0415 - after Qt is known to be there
    from uploader_gui.store import unexpected  # noqa: PLC0415 - the command line that is wrong needs none
    from uploader_gui.workers import errands  # noqa: PLC0415 - after Qt is known to be there

    high_contrast.follow(app)
    unexpected.install()
    sys.setswitchinterval(SWITCH)
    gc.set_threshold(YOUNG, 1000, 1000)
    app.setQuitOnLastWindowClosed(False)  # one window may take another's place
    program = Program(accounts.from_environment(keys), lanes=lanes, ended=app.quit)
    try:
        with contextlib.ExitStack() as stack:
            program.open(practice=practice, paths=paths, painted=lambda: _listen(program, stack))
            code = app.exec()
    finally:
        program.end()
    if errands.some_are_left():
        # Everything is kept and closed; what does not come back is not waited for.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(code)
    return code


def _listen(program: "Program", stack: contextlib.ExitStack) -> None:
    """Hear the signals that end the program, until the stack is left."""
    from uploader_gui.workers.signals import Signals  # noqa: PLC0415 - the window is to be seen first

    stack.enter_context(Signals()).came.connect(program.stop)


class Program:
    """One window after the other: the person's own, and the one to try everything out, which has a home of its own.

    Args:
        source: The accounts there are beside the saved ones.
        lanes: How many uploads run at once; None: as the settings say.
        ended: Told when a window was closed and none takes its place.

    Attributes:
        desk: That of the window that is open.
        window: The window that is open.
    """

    desk: "Desk"
    window: "MainWindow"

    def __init__(self, source: "Source", *, lanes: int | None = None, ended: Callable[[], object]) -> None:
        self._source = source
        self._lanes = lanes
        self._ended = ended
        self._only_now = OnlyNow()
        self._trying: Trying | None = None
        self._home: str | None = None
        self._language = SYSTEM
        self._next: Callable[[], None] | None = None

    def open(
        self,
        *,
        practice: bool = False,
        adds: bool = False,
        paths: Sequence[str] = (),
        painted: Callable[[], object] | None = None,
    ) -> None:
        """Open a window.

        Args:
            practice: To try everything out.
            adds: An account is to be added at once.
            paths: Files to begin with.
            painted: Told when it is there to be seen, before anything is opened that must be closed in good order.
        """
        from PySide6.QtCore import Qt, QTimer  # noqa: PLC0415 - after Qt is known to be there

        if practice:
            self._begin_trying()
        source = self._source if self._trying is None else self._trying.accounts
        self.desk, self.window = build(source, lanes=self._lanes, only_now=None if practice else self._only_now)
        desk, window = self.desk, self.window
        # Not within the press of the button: that belongs to the window that goes.
        later = Qt.ConnectionType.QueuedConnection
        window.ways.practice_wished.connect(self._go_over_to_practice, later)
        window.ways.practice_ended.connect(self._come_back, later)
        tidying = QTimer(window)
        tidying.setInterval(TIDY)
        tidying.timeout.connect(lambda: None if window.model.totals.busy else gc.collect())
        tidying.start()
        if painted is not None:
            window.painted.connect(painted)
        window.painted.connect(desk.open)
        desk.opened.connect(lambda: self._opened(adds=adds, paths=list(paths)))
        desk.closed.connect(self._closed)
        window.show()

    def _opened(self, *, adds: bool, paths: list[str]) -> None:
        if self._trying is not None and self._trying.playground is not None:
            self.window.ways.show_practice(self._trying.playground)
        if adds:
            self.window.ways.add()
        if paths:
            self.window.take_files(paths)

    def _go_over_to_practice(self) -> None:
        self._go_over(practice=True)

    def _come_back(self, adds: bool) -> None:
        self._go_over(adds=adds)

    def _go_over(self, *, practice: bool = False, adds: bool = False) -> None:
        """Close this window for another one."""
        self._next = lambda: self.open(practice=practice, adds=adds)
        self.window.setEnabled(False)
        self.desk.close(cancel=self._trying is not None)

    def _closed(self) -> None:
        desk, window, following = self.desk, self.window, self._next
        self._next = None
        self._end_trying()
        if following is None:
            self._ended()
            return
        place = window.geometry()
        following()
        self.window.setGeometry(place)
        window.deleteLater()
        desk.deleteLater()

    def _begin_trying(self) -> None:
        from uploader_gui.workers.trying import Trying  # noqa: PLC0415 - only whoever tries it

        self._language = _language()
        self._trying = Trying()
        self._home = os.environ.get(HOME)
        os.environ[HOME] = str(self._trying.home)
        _speak_next_time(self._language)

    def _end_trying(self) -> None:
        if self._trying is not None:
            chosen = _language()
            if self._home is None:
                del os.environ[HOME]
            else:
                os.environ[HOME] = self._home
            # All else that was chosen was for trying.
            if chosen != self._language:
                _speak_next_time(chosen)
            self._trying.end()
            self._trying = None

    def stop(self) -> None:
        """The system wants the program to end: it does, in good order, and asks nobody."""
        self._next = None
        self.window.leaving.end()

    def end(self) -> None:
        """Nothing is open any more, or the program ends whatever is."""
        self._end_trying()


def build(source: "Source", *, lanes: int | None = None, only_now: OnlyNow | None = None) -> "tuple[Desk, MainWindow]":
    """Build the desk and the window on it; nothing is opened yet.

    Args:
        source: Which accounts there are, beside the saved ones.
        lanes: How many uploads run at once; None: as the settings say.
        only_now: The keys of saved accounts that the keychain does not have; None: no account is saved here.
    """
    from uploader_gui.gui.main_window import MainWindow  # noqa: PLC0415 - after Qt is known to be there
    from uploader_gui.workers.desk import Desk  # noqa: PLC0415 - likewise

    desk = Desk(make(source, only_now=only_now), lanes=lanes)
    return desk, MainWindow(desk)


def make(
    source: "Source",
    *,
    only_now: OnlyNow | None = None,
    policy: "Policy | None" = None,
    timing: "Timing | None" = None,
) -> "Callable[[Bridge], Works]":
    """Give what makes the engine room; it runs in an errand's thread.

    Args:
        source: Which accounts there are, beside the saved ones.
        only_now: The keys of saved accounts that the keychain does not have; None: no account is saved here.
        policy: When what failed is tried again.
        timing: How long answers are waited for.
    """

    def made(bridge: "Bridge") -> "Works":
        from datetime import UTC, datetime  # noqa: PLC0415 - with the rest

        from uploader_gui.core.ports import LedgerError  # noqa: PLC0415 - after the first paint
        from uploader_gui.services.place import look_in  # noqa: PLC0415 - likewise
        from uploader_gui.store import settings  # noqa: PLC0415 - likewise
        from uploader_gui.store.opening import open_ledger  # noqa: PLC0415 - likewise
        from uploader_gui.store.paths import places  # noqa: PLC0415 - likewise
        from uploader_gui.workers.drafts import KeychainWaits  # noqa: PLC0415 - with the rest
        from uploader_gui.workers.facts import SetAside, SettingsLost  # noqa: PLC0415 - likewise
        from uploader_gui.workers.saved import SavedAccounts  # noqa: PLC0415 - likewise
        from uploader_gui.workers.works import Works  # noqa: PLC0415 - likewise

        now = datetime.now(UTC)
        opened = open_ledger(now)
        if opened.aside is not None:
            bridge.tell(SetAside(path=opened.aside))
        opened.ledger.forget_results(now)
        look_in(places().config / "services")
        read = settings.read()
        if read.damaged:
            bridge.tell(SettingsLost(path=settings.settings_path(), names=read.lost))
        saved, both = None, source
        if only_now is not None:
            saved = SavedAccounts(opened.ledger, only_now=only_now, waiting=lambda: bridge.tell(KeychainWaits()))
            both = accounts.together(saved, source)
        works = Works(opened.ledger, bridge, both, saved=saved, policy=policy, timing=timing, settings=read.settings)
        with contextlib.suppress(LedgerError, OSError):  # what cannot be deleted now is tried again at the next start
            works.past.forget_old()
        return works

    return made


def _parser() -> "argparse.ArgumentParser":
    import argparse  # noqa: PLC0415 - mostly nothing is said

    parser = argparse.ArgumentParser(prog="uploader-gui", description=_("Open the window."), allow_abbrev=False)
    parser.add_argument("files", nargs="*", metavar="FILE", help=_("a file or folder to begin with"))
    parser.add_argument("--practice", action="store_true", help=_("try it on the practice service, without an account"))
    parser.add_argument("--lanes", type=int, choices=range(1, 9), help=_("how many files at once"))
    return parser


def _no_qt(error: ImportError) -> str:
    """Say which libraries the window needs, instead of a traceback."""
    said = _("The window needs libraries of the system that are not there ({what}).").format(what=error)
    if sys.platform != "linux":
        return f"uploader-gui: {said}\n"
    how = _("On Debian and Ubuntu this line installs them:")
    also = _("The command line works without them: uploader-gui send --help")
    return f"uploader-gui: {said}\n{how}\n    sudo {APT}\n{also}\n"
