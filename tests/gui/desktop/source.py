"""Another program's window, a process of its own: files are dragged out of it, and it puts things on the clipboard.

It is told by lines of JSON on standard input: {"files": [...]} what is dragged from now on; {"copy_files": [...]} and
{"copy_text": "..."} what is put on the clipboard; {"count": true} asks how many files are on it. It tells what happens,
one word a line: ready, done (with what it was told), accepted (whatever the mouse is over would take the files),
refused, dropped, not-dropped.
"""

import json
import os
import sys

from PySide6.QtCore import QMimeData, QSocketNotifier, Qt, QTimer, QUrl
from PySide6.QtGui import QDrag, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

WIDTH, HEIGHT = 300, 200


def say(word: str) -> None:
    """Tell the test."""
    print(word, flush=True)


def files(paths: list[str]) -> QMimeData:
    """Files as a file manager hands them over."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return data


class Source(QWidget):
    """Drags its files when the mouse is pulled over it."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Files to drag")
        self.setFixedSize(WIDTH, HEIGHT)
        self._files: list[str] = []
        self._dragging = False
        self._unread = b""
        self._input = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._input.activated.connect(self._told)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Press: nothing happens yet."""
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Pull: the drag begins, and lasts until the button is let go."""
        if self._dragging or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        self._dragging = True
        drag = QDrag(self)
        drag.setMimeData(files(self._files))
        drag.actionChanged.connect(self._action)
        possible = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction | Qt.DropAction.LinkAction
        taken = drag.exec(possible, Qt.DropAction.CopyAction)
        self._dragging = False
        say("dropped" if taken == Qt.DropAction.CopyAction else "not-dropped")

    def _action(self, action: Qt.DropAction) -> None:
        say("accepted" if action == Qt.DropAction.CopyAction else "refused")

    def _told(self) -> None:
        read = os.read(sys.stdin.fileno(), 65536)
        if not read:
            QApplication.quit()
            return
        *lines, self._unread = (self._unread + read).split(b"\n")
        for line in lines:
            self._do(json.loads(line))
            say("done")

    def _do(self, told: dict[str, object]) -> None:
        clipboard = QGuiApplication.clipboard()
        match told:
            case {"files": [*paths]}:
                self._files = [str(path) for path in paths]
            case {"copy_files": [*paths]}:
                clipboard.setMimeData(files([str(path) for path in paths]))
            case {"copy_text": str(text)}:
                clipboard.setText(text)
            case {"count": True}:
                say(str(len(clipboard.mimeData().urls())))


def main() -> int:
    """Show the window until standard input ends."""
    app = QApplication(sys.argv[:1])
    source = Source()
    source.move(0, 0)
    source.show()
    QTimer.singleShot(0, source, lambda: say("ready"))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
