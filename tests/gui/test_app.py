"""Starting: without Qt's libraries a person reads which line installs them; files on the command line are taken."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from uploader_gui import app
from uploader_gui.workers.accounts import from_environment, take_keys

BROKEN = "import sys; sys.modules['PySide6.QtWidgets'] = None; from uploader_gui.app import main; sys.exit(main([]))"
STARTED = """
import sys
from uploader_gui import app
from uploader_gui.workers.accounts import from_environment, take_keys
made = app.build
def build(source, **options):
    desk, window = made(source, **options)
    def begun(begun):
        print(len(desk.accounts), len(begun.batches))
        window.close()
    window.offering.begun.connect(begun)
    return desk, window
app.build = build
sys.exit(app.main(["--practice", sys.argv[1]]))
"""
STUCK = """
import sys, threading
from PySide6.QtCore import QTimer
from uploader_gui import app
made = app.build
begun, never = threading.Event(), threading.Event()
def build(source, **options):
    desk, window = made(source, **options)
    def stuck(_works, _cancel):
        begun.set()
        never.wait()
    def look():
        if begun.is_set():
            soon.stop()
            window.close()
    soon = QTimer(window)
    soon.timeout.connect(look)
    desk.opened.connect(lambda: (desk.on_disk(stuck), soon.start(5)))
    desk.closed.connect(lambda: print("closed"))
    return desk, window
app.build = build
sys.exit(app.main([]))
"""


def test_libraries_are_missing() -> None:
    """Instead of a traceback there is the line that installs them."""
    done = subprocess.run([sys.executable, "-c", BROKEN], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "sudo apt-get install -y --no-install-recommends libegl1" in done.stderr
    assert "Traceback" not in done.stderr


def test_importing_it_brings_no_qt() -> None:
    """Whoever only asks for help needs no Qt."""
    code = "import sys, uploader_gui.app; print([one for one in sys.modules if 'PySide6' in one or 'httpx' in one])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_environment() -> None:
    """The keys in the environment are taken out of it, and nothing else is."""
    environment = {"UPLOADER_CLOSE_API_KEY": "api_x", "UPLOADER_GUI_HOME": "/home", "PATH": "/bin"}
    keys = take_keys(environment)
    assert environment == {"UPLOADER_GUI_HOME": "/home", "PATH": "/bin"}
    [account] = from_environment(keys)()
    assert (account.service.id, account.name, dict(account.values)) == ("close", "", {"api_key": "api_x"})
    assert "api_x" not in repr(account)
    assert not hasattr(account.face, "values")


@pytest.mark.slow
def test_start_with_a_file(tmp_path: Path) -> None:
    """The program starts on the practice service with a file on its way, and ends by closing its window, unasked."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    home = {key: value for key, value in os.environ.items() if key != app.HOME}
    done = subprocess.run(
        [sys.executable, "-c", STARTED, str(path)],
        capture_output=True,
        text=True,
        check=False,
        env={**home, "QT_QPA_PLATFORM": "offscreen"},
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "4 1"), done.stderr


@pytest.mark.slow
def test_what_never_comes_back(tmp_path: Path) -> None:
    """A folder or a name server that does not answer holds a thread for ever: the program still ends, in good order."""
    done = subprocess.run(
        [sys.executable, "-c", STUCK],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, app.HOME: str(tmp_path), "QT_QPA_PLATFORM": "offscreen"},
        timeout=60,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "closed"), done.stderr
    assert "QThread" not in done.stderr
