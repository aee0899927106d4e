"""Signals to the window's process: it ends in good order, asks nobody, and what was on its way goes on next time."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gui.driver import Driver, kept, practice_source
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.store.logs import log_files

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="on Windows another process can send no signal that can be heard"),
]

# The program as it is, on the test's practice service: files are sent at once, and a line is told of each state.
CHILD = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from uploader_gui import app
from uploader_gui.services import catalogue
from uploader_gui.workers.accounts import KnownAccount

given = json.loads(sys.argv[1])
made = app.build

def accounts():
    values, base = given["values"], given["base"]
    return [KnownAccount(service=catalogue.find("close"), name="Practice", base=base, values=values, default=True)]

def tell(what):
    print(what, flush=True)

def build(source, *, lanes, **more):
    desk, window = made(accounts, lanes=lanes, **more)
    told = set()

    def look(_batch_id):
        for node in window.model.nodes:
            states = [str(node.batch.state), *(f"{one.next_step} {one.state}" for one in node.uploads)]
            for state in states:
                if state not in told:
                    told.add(state)
                    tell(state)

    def aim():
        assert window.target.choose(desk.accounts[0].key, "note")
        window.target.fields.fill({"lead": "lead_globex"}, {})
        window.take_files(given["files"])

    def opened():
        if given["breaks"]:
            QTimer.singleShot(0, window, fail)
        QTimer.singleShot(0, window, aim)

    def fail():
        tell("failing")
        QTimer.singleShot(0, window, lambda: tell("failed"))
        raise ValueError("a text that may hold api_secret_of_somebody")

    window.model.changed.connect(look)
    desk.opened.connect(opened)
    return desk, window

app.build = build
sys.exit(app.main([]))
"""


class Program:
    """The window in a process of its own.

    Args:
        practice: Where files go.
        files: These are sent.
        breaks: Whether something of the program's own fails.
    """

    def __init__(self, practice: PracticeService, files: list[Path], *, breaks: bool = False) -> None:
        given = {
            "base": practice.base("close"),
            "values": practice.account("close"),
            "files": [str(path) for path in files],
            "breaks": breaks,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, json.dumps(given)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )

    def until(self, line: str) -> None:
        """Wait until it tells this."""
        assert self.process.stdout is not None
        for told in self.process.stdout:
            if told.strip() == line:
                return
        raise AssertionError(f"it has ended without: {line}. {self.process.communicate()[1]}")

    def end(self, *signals: signal.Signals) -> str:
        """Send signals, and wait for its end; gives what it said on stderr."""
        for one in signals:
            self.process.send_signal(one)
        _out, error = self.process.communicate(timeout=40)
        assert self.process.returncode == 0, error
        return str(error)


@pytest.fixture
def start(practice: PracticeService) -> Iterator[Callable[..., Program]]:
    """Start the program; it is gone at the end."""
    programs: list[Program] = []

    def started(files: list[Path], *, breaks: bool = False) -> Program:
        programs.append(Program(practice, files, breaks=breaks))
        return programs[-1]

    yield started
    for program in programs:
        if program.process.poll() is None:
            program.process.kill()
        program.process.communicate()


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Files that take more than one look."""
    found = [tmp_path / f"{number}.bin" for number in range(4)]
    for path in found:
        path.write_bytes(path.name.encode() * 50_000)
    return found


@pytest.mark.parametrize(
    "signals",
    [[signal.SIGTERM], [signal.SIGINT], [signal.SIGTERM, signal.SIGINT, signal.SIGTERM], [signal.SIGHUP]],
    ids=lambda signals: " ".join(one.name for one in signals),
)
def test_while_sending(
    signals: list[signal.Signals],
    start: Callable[..., Program],
    files: list[Path],
    practice: PracticeService,
    open_window: Callable[..., Driver],
) -> None:
    """Ended while files are being sent, even by several signals, the ledger has them as waiting; then they go on."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", times=0, after=50_000))
    program = start(files)
    program.until("transfer running")
    program.end(*signals)
    [(batch, uploads)] = kept()
    assert batch.state is BatchState.OPEN
    assert {one.state for one in uploads} == {UploadState.QUEUED}
    assert not practice.world.attachments()
    practice.behave()
    driver = open_window(practice_source(practice))
    driver.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments()
    assert sorted(file.name for file in attachment.files) == [path.name for path in files]


def test_while_attaching(start: Callable[..., Program], files: list[Path], practice: PracticeService) -> None:
    """Ended while it is being attached, that is finished first: the ledger knows that it is attached, once."""
    practice.misbehave(Fault(kind="delay", service="close", step="attach", seconds=2))
    program = start(files)
    program.until("attaching")
    program.end(signal.SIGTERM)
    [(batch, _uploads)] = kept()
    assert batch.state is BatchState.ATTACHED
    assert len(practice.world.attachments()) == 1


def test_errors_of_our_own(start: Callable[..., Program], files: list[Path]) -> None:
    """What goes wrong in the window itself is told by kind and place; its text, which may hold anything, is nowhere."""
    program = start(files[:1], breaks=True)
    program.until("failed")
    program.until("attached")
    error = program.end(signal.SIGTERM)
    assert "uploader-gui: an error of the program itself: ValueError at " in error
    assert "api_secret" not in error
    log = log_files()[-1].read_text(encoding="utf-8")
    assert "ValueError at " in log
    assert "api_secret" not in log
