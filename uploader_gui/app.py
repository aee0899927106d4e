"""The window's program: builds everything, shows the window, and ends in good order."""

import argparse
import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from uploader_gui.core.translation import gettext as _

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from uploader_gui.engine.http import Timing
    from uploader_gui.engine.retry import Policy
    from uploader_gui.gui.main_window import MainWindow
    from uploader_gui.practice import PracticeService
    from uploader_gui.workers.accounts import KnownAccount, Source
    from uploader_gui.workers.bridge import Bridge
    from uploader_gui.workers.desk import Desk
    from uploader_gui.workers.works import Works

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
    options = _parser().parse_args(list(arguments))
    try:
        from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - whoever lacks Qt's libraries is told so
    except ImportError as error:
        sys.stderr.write(_no_qt(error))
        return WRONG_USE
    from uploader_gui.workers.accounts import take_keys  # noqa: PLC0415 - a command line that is wrong needs none

    keys = take_keys(os.environ)  # first: Qt may start helpers of its own
    with _own_home(alone=options.practice):
        app = QApplication([sys.argv[0]])
        app.setApplicationName("uploader-gui")
        app.setApplicationDisplayName(_("Uploader"))
        return run(app, keys, paths=options.files, practice=options.practice, lanes=options.lanes)


def run(
    app: "QApplication",
    keys: Mapping[str, str],
    *,
    paths: Sequence[str] = (),
    practice: bool = False,
    lanes: int = 3,
) -> int:
    """Show the window until it is closed; gives the exit code. `keys`: what `take_keys` gave."""
    from PySide6.QtCore import QTimer  # noqa: PLC0415 - after Qt is known to be there

    from uploader_gui.workers import accounts  # noqa: PLC0415 - after Qt is known to be there

    sys.setswitchinterval(SWITCH)
    gc.set_threshold(YOUNG, 1000, 1000)
    trying = Trying() if practice else None
    source = accounts.from_environment(keys)
    if trying is not None:
        source = accounts.together(trying.accounts, source)
    desk, window = build(source, lanes=lanes)
    tidying = QTimer(window)
    tidying.setInterval(TIDY)
    tidying.timeout.connect(lambda: None if window.model.totals.busy else gc.collect())
    tidying.start()
    window.painted.connect(desk.open)
    if paths:
        desk.opened.connect(lambda: window.take_files(list(paths)))
    window.show()
    try:
        code = app.exec()
    finally:
        if trying is not None:
            trying.end()
    return code


def build(source: "Source", *, lanes: int = 3) -> "tuple[Desk, MainWindow]":
    """Build the desk and the window on it; nothing is opened yet.

    Args:
        source: Which accounts there are.
        lanes: How many uploads run at once.
    """
    from uploader_gui.gui.main_window import MainWindow  # noqa: PLC0415 - after Qt is known to be there
    from uploader_gui.workers.desk import Desk  # noqa: PLC0415 - likewise

    desk = Desk(make(source), lanes=lanes)
    return desk, MainWindow(desk)


def make(
    source: "Source", *, policy: "Policy | None" = None, timing: "Timing | None" = None
) -> "Callable[[Bridge], Works]":
    """Give what makes the engine room; it runs in an errand's thread.

    Args:
        source: Which accounts there are.
        policy: When what failed is tried again.
        timing: How long answers are waited for.
    """

    def made(bridge: "Bridge") -> "Works":
        from datetime import UTC, datetime  # noqa: PLC0415 - with the rest

        from uploader_gui.store.opening import open_ledger  # noqa: PLC0415 - after the first paint
        from uploader_gui.workers.facts import SetAside  # noqa: PLC0415 - with the rest
        from uploader_gui.workers.works import Works  # noqa: PLC0415 - likewise

        now = datetime.now(UTC)
        opened = open_ledger(now)
        if opened.aside is not None:
            bridge.tell(SetAside(path=opened.aside))
        opened.ledger.forget_results(now)
        return Works(opened.ledger, bridge, source, policy=policy, timing=timing)

    return made


class Trying:
    """The practice service inside this program, to try everything without an account. Nothing leaves this computer."""

    def __init__(self) -> None:
        self._service: PracticeService | None = None

    @property
    def service(self) -> "PracticeService | None":
        """The practice service, once it was asked for accounts."""
        return self._service

    def accounts(self) -> "list[KnownAccount]":
        """Its accounts; it is started when it is first asked. In an errand's thread."""
        from uploader_gui.practice import SERVICES, PracticeService  # noqa: PLC0415 - only whoever tries it

        if self._service is None:
            service = PracticeService()
            service.start()
            self._service = service
        return [practice_account(self._service, one) for one in SERVICES]

    def end(self) -> None:
        """Stop it."""
        if self._service is not None:
            self._service.stop()


def practice_account(practice: "PracticeService", service_id: str) -> "KnownAccount":
    """An account of the practice service."""
    from uploader_gui.services import catalogue  # noqa: PLC0415 - brings pydantic
    from uploader_gui.workers.accounts import KnownAccount  # noqa: PLC0415 - with it

    return KnownAccount(
        service=catalogue.find(service_id),
        name=_("Practice"),
        base=practice.base(service_id),
        values=practice.account(service_id),
        default=True,
    )


@contextlib.contextmanager
def _own_home(*, alone: bool) -> Iterator[None]:
    """While the practice service is tried, nothing is written to the person's own queue."""
    if not alone or HOME in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="uploader-practice-home-") as home:
        os.environ[HOME] = home
        try:
            yield
        finally:
            del os.environ[HOME]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="uploader-gui", description=_("Open the window."), allow_abbrev=False)
    parser.add_argument("files", nargs="*", metavar="FILE", help=_("a file or folder to begin with"))
    parser.add_argument("--practice", action="store_true", help=_("try it on the practice service, without an account"))
    parser.add_argument("--lanes", type=int, choices=range(1, 9), default=3, help=_("how many files at once"))
    return parser


def _no_qt(error: ImportError) -> str:
    """Say which libraries the window needs, instead of a traceback."""
    said = _("The window needs libraries of the system that are not there ({what}).").format(what=error)
    if sys.platform != "linux":
        return f"uploader-gui: {said}\n"
    how = _("On Debian and Ubuntu this line installs them:")
    also = _("The command line works without them: uploader-gui send --help")
    return f"uploader-gui: {said}\n{how}\n    sudo {APT}\n{also}\n"
