"""A program that moves the window to a screen of twice the scale, and back; says how sharp its icons are.

Argument: the file that says to Qt's offscreen platform which screens there are.
"""

import json
import os
import sys


def main(screens: str) -> int:
    """Open the window with its bars and lines, and move it; one line of JSON for each screen it comes to."""
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={screens}"
    os.environ["QT_SCREEN_SCALE_FACTORS"] = "one=1;two=2"
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - Qt reads the environment as it is loaded

    from uploader_gui import app  # noqa: PLC0415 - likewise
    from uploader_gui.gui.figure import Figure  # noqa: PLC0415 - likewise
    from uploader_gui.gui.notices import Notice  # noqa: PLC0415 - likewise

    qt = QApplication([])
    desk, window = app.build(list)
    window.notices.tell(Notice(text="A notice."))
    window.undo.say("An email goes out.")
    window.target._about.say("What must be known.")
    window.show()
    for screen in (*qt.screens(), qt.screens()[0]):
        handle = window.windowHandle()
        handle.setScreen(screen)
        handle.setPosition(screen.geometry().topLeft())
        qt.processEvents()
        shown = [one for one in window.findChildren(Figure) if one.shows]
        told = {one.shows: (one.pixmap().devicePixelRatio(), one.pixmap().width()) for one in shown}
        print(json.dumps({"screen": screen.name(), "ratio": window.devicePixelRatioF(), "icons": told}), flush=True)
    desk.closed.connect(qt.quit)
    desk.close(cancel=True)
    return qt.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
