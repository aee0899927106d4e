"""Whatever the program would start gets none of the keys: not in its environment, not among anybody's arguments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.canaries import leaks
from tests.cli.children import TARGETS, environment
from tests.cli.harness import keys, secrets_of
from uploader_gui.cli.arguments import COMMANDS
from uploader_gui.practice import SERVICES, PracticeService

pytestmark = [pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"), pytest.mark.slow]

# The real command, in whose process a child is started at the moment that the last argument but one names.
RUN = """
import atexit, os, subprocess, sys
where, when, *arguments = sys.argv[1:]
LOOK = "import os, sys; from pathlib import Path;" \\
    "Path(sys.argv[1]).write_bytes(b'seen ' + b'\\\\0'.join(Path(f'/proc/{pid}/{name}').read_bytes()" \\
    " for pid, name in ((os.getpid(), 'environ'), (os.getpid(), 'cmdline'), (os.getppid(), 'cmdline'))))"
def child(*_anything):
    subprocess.run([sys.executable, "-I", "-c", LOOK, where], check=True)
if when == "end":
    atexit.register(child)
else:
    from uploader_gui.core.progress import Meter
    begin = Meter.restart
    Meter.restart = lambda meter: (child(), begin(meter))
from uploader_gui.cli import main
sys.exit(main(arguments))
"""
WINDOW = """
import subprocess, sys
from pathlib import Path
from PySide6 import QtWidgets
from PySide6.QtCore import QProcess, QTimer
from uploader_gui import app
where = Path(sys.argv[1])
LOOK = "import os, sys; from pathlib import Path;" \\
    "Path(sys.argv[1]).write_bytes(b'seen ' + Path('/proc/self/environ').read_bytes())"
class Application(QtWidgets.QApplication):
    def __init__(self, arguments):
        # Qt itself may start something while it begins.
        subprocess.run([sys.executable, "-I", "-c", LOOK, str(where / "begins")], check=True)
        super().__init__(arguments)
QtWidgets.QApplication = Application
made = app.build
def build(*given, **named):
    desk, window = made(*given, **named)
    def opened():
        # As it opens an address: by a process of Qt's.
        assert QProcess.execute(sys.executable, ["-I", "-c", LOOK, str(where / "open")]) == 0
        window.close()
    desk.opened.connect(lambda: QTimer.singleShot(0, window, opened))
    return desk, window
app.build = build
sys.exit(app.main([]))
"""


def everybodys_keys(practice: PracticeService) -> dict[str, str]:
    """The variables of every service and way, as one environment; and of a service that is called nearly like us."""
    known = {"UPLOADER_GUI_X_KEY": "gui-canary-3hK8wQ"}
    for service in SERVICES:
        for way in (0, 1 if service == "circle" else 0):
            known |= keys(practice, service, way)
    return known


def check(path: Path, practice: PracticeService) -> None:
    """Fail if the child saw a key, in whatever form; or if there was no child."""
    seen = path.read_bytes()
    assert seen.startswith(b"seen ")
    assert b"PATH=" in seen
    assert not leaks(seen, {*secrets_of(practice), "gui-canary-3hK8wQ"})
    names = [line.partition(b"=")[0] for line in seen.split(b"\0")]
    assert not [name for name in names if name.startswith(b"UPLOADER_") and name != b"UPLOADER_GUI_HOME"]


@pytest.mark.parametrize("service", TARGETS)
def test_while_a_file_is_sent(service: str, practice: PracticeService, tmp_path: Path) -> None:
    """In the middle of a transfer, signed in and with a token fetched."""
    path, seen = tmp_path / "Offer.pdf", tmp_path / "seen"
    path.write_bytes(b"%PDF-1.7\n")
    target, inputs = TARGETS[service]
    where = ["--service", service, "--base", practice.base(service), "--target", target]
    where += [f"--set={name}={value}" for name, value in inputs.items()]
    env = {**environment(practice, service), **keys(practice, service, 1 if service == "circle" else 0)}
    if service == "circle":
        del env["UPLOADER_CIRCLE_ACCESS_TOKEN"]
    command = [sys.executable, "-c", RUN, str(seen), "sending", "send", str(path), *where, "--yes"]
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr
    check(seen, practice)


SHORT = {
    "send": ["/nowhere", "--service", "close"],
    "settle": ["1a2b3c4d", "--attached"],
    "cancel": ["1a2b3c4d"],
    "trace": ["1a2b3c4d"],
    "targets": ["--service", "close"],
    "services": ["list"],
    "accounts": ["list"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command(command: str, practice: PracticeService, tmp_path: Path) -> None:
    """Whatever a command is for and however it ends: the keys were taken before."""
    seen = tmp_path / "seen"
    taken = ["--port", str(practice.port)] if command == "practice" else []
    arguments = [sys.executable, "-c", RUN, str(seen), "end", command, *SHORT.get(command, taken)]
    env = {**os.environ, **everybodys_keys(practice)}
    ended = subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in ended.stderr
    check(seen, practice)


def test_the_window(practice: PracticeService, tmp_path: Path) -> None:
    """Before Qt begins, which may start helpers of its own, and while the window is open."""
    env = {**os.environ, **everybodys_keys(practice), "QT_QPA_PLATFORM": "offscreen"}
    arguments = [sys.executable, "-c", WINDOW, str(tmp_path)]
    ended = subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    for name in ("begins", "open"):
        check(tmp_path / name, practice)
