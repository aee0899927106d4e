"""What is read and made before the window is first seen, and what after."""

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import os
import sys
from uploader_gui.workers.reading_qt import read_qt
application = read_qt()([])
from uploader_gui import app
desk, window = app.build(list)
LATE = {"uploader_gui.gui." + name for name in ("details_panel", "history_view", "queue_view", "picker", "comforts")}
LATE |= {"pydantic", "httpx", "ssl", "sqlite3", "keyring", "aiohttp", "rich", "argparse", "PySide6.QtNetwork"}

from PySide6.QtWidgets import QMainWindow

def paint(self, event):
    QMainWindow.paintEvent(self, event)
    print("at the first paint:", *sorted(LATE & set(sys.modules) - BEFORE), "details" in vars(self))

BEFORE = {"argparse"} & set(sys.modules)  # Qt's binding may have read it
type(window).paintEvent = paint

def painted():
    print("then:", all(name in vars(window) for name in type(window).__annotations__), desk.state)
    sys.stdout.flush()
    os._exit(0)  # what it opens is not what this is about

window.painted.connect(painted)
window.show()
application.exec()
"""


def run(program: str, home: Path) -> list[str]:
    """Run a program with a window of its own; gives its lines."""
    env = {**os.environ, "UPLOADER_GUI_HOME": str(home)}
    ran = subprocess.run([sys.executable, "-c", program], check=True, stdout=subprocess.PIPE, text=True, env=env)
    return ran.stdout.splitlines()


def test_what_is_not_seen_is_made_after_the_first_paint(tmp_path: Path) -> None:
    """At the first paint nothing is read that is not seen then; once it is told that it was seen, all is there."""
    lines = run(PROGRAM, tmp_path)
    assert lines[0] == "at the first paint: False"
    assert "then: True opening" in lines


def test_what_is_wanted_before_its_time_is_made_at_once(tmp_path: Path) -> None:
    """A window that was never shown has all of its parts for whoever asks; what it never has is an error as ever."""
    program = """
import os
from uploader_gui.workers.reading_qt import read_qt
application = read_qt()([])
from uploader_gui import app
desk, window = app.build(list)
print(window.details.isHidden(), window.model.rowCount(), hasattr(window, "nothing_of_the_kind"), flush=True)
os._exit(0)  # its threads wait for a desk that was never opened
"""
    assert run(program, tmp_path) == ["True 0 False"]


def test_it_may_be_closed_before_all_of_it_is_there(tmp_path: Path) -> None:
    """A window that is closed as soon as it is seen ends in good order, and opens nothing afterwards."""
    program = """
from PySide6.QtCore import QTimer
from uploader_gui.workers.reading_qt import read_qt
application = read_qt()([])
from uploader_gui import app
program = app.Program(list, ended=application.quit)
program.open(painted=lambda: print("opened after all", flush=True))
QTimer.singleShot(0, program.window, program.window.close)
application.exec()
print(program.desk.state, program.window.isVisible())
"""
    assert run(program, tmp_path) == ["closed False"]
