"""The program's window, as a process of its own, on a practice service of the test's.

Its accounts come on standard input, as one line of JSON. Every further line asks what a person would see: where a row
of the queue is, in pixels of the screen, so that the test can put the mouse there; what a row says; what has the
keyboard; whether it shows where files would go that are dragged over it.
"""

import json
import os
import sys

from PySide6.QtCore import QSocketNotifier, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from tests.gui.palettes import colour_of
from uploader_gui import app
from uploader_gui.gui.figure import Figure
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.pieces import Quiet
from uploader_gui.services import catalogue
from uploader_gui.workers.accounts import KnownAccount


def line() -> str:
    """One line of standard input, and nothing of the next."""
    read = b""
    while (byte := os.read(sys.stdin.fileno(), 1)) not in {b"", b"\n"}:
        read += byte
    return read.decode()


def tell(window: MainWindow) -> None:
    """Tell what was asked."""
    asked = line()
    if not asked:
        return
    match json.loads(asked):
        case {"row": int(number)}:
            queue = window.queue
            place = queue.viewport().mapToGlobal(queue.visualRect(queue.model().index(number, 0)).center())
            print(f"{place.x()} {place.y()}", flush=True)
        case {"says": int(number)}:
            index = window.model.index(number, 0)
            print(window.model.data(index, Qt.ItemDataRole.AccessibleTextRole), flush=True)
        case {"offer": True}:
            print(window.offer.text, flush=True)
        case {"press": str(called)}:
            window.offer.button(called).click()
        case {"scheme": str(name)}:
            QApplication.styleHints().setColorScheme(Qt.ColorScheme[name])
        case {"colours": True}:
            scheme = QApplication.styleHints().colorScheme().name
            figure = window.empty.findChildren(Figure)[0]
            ground, ink = window.palette().color(QPalette.ColorRole.Base), colour_of(figure.pixmap())
            quiet = window.ways.first.findChildren(Quiet)[0].palette().color(QPalette.ColorRole.WindowText)
            print(scheme, ground.name(), ink, quiet.name(), flush=True)
        case {"overlay": True}:
            print(window.overlay.isVisible(), flush=True)
        case {"focus": True}:
            focused = QApplication.focusWidget()
            print("" if focused is None else focused.accessibleName(), flush=True)
    print("done", flush=True)


def main() -> int:
    """Show the window until it is closed."""
    given = json.loads(line())

    def accounts() -> list[KnownAccount]:
        return [
            KnownAccount(
                service=catalogue.find(one["service"]),
                name="Practice",
                base=one["base"],
                values=one["values"],
                default=True,
            )
            for one in given
        ]

    qt = QApplication(sys.argv[:1])
    desk, window = app.build(accounts)
    window.painted.connect(desk.open)
    desk.opened.connect(lambda: print("ready", flush=True))
    asked = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    asked.activated.connect(lambda: tell(window))
    window.show()
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main())
