"""Ctrl-C and SIGTERM end a command in good order: soon, with nothing attached, and with a last line that is true."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.children import reached, start, wait_until
from tests.cli.harness import kept, kept_uploads, ledger, secrets_of
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.practice import Fault, PracticeService

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

MIB = 2**20
SOON = 2.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that does not fit into the buffers on its way."""
    path = tmp_path / "large.bin"
    path.write_bytes(os.urandom(MIB) * 24)
    return path


def check_orderly() -> None:
    """The ledger has one batch that waits, nothing of it is running, and nobody holds it."""
    [batch] = kept()
    assert batch.state is BatchState.OPEN
    assert [upload.state for upload in kept_uploads(batch.id)] == [UploadState.QUEUED]
    with ledger() as opened:
        assert not opened.held(batch.id)


def interrupt(process: subprocess.Popen[str], number: int) -> float:
    """Send a signal, and say how long the process took to end."""
    began = time.monotonic()
    process.send_signal(number)
    process.wait(30)
    return time.monotonic() - began


@pytest.mark.parametrize(
    "number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=["ctrl-c", "sigterm", "terminal closed"]
)
@pytest.mark.parametrize("service", ["close", "circle"])
def test_while_sending(number: int, service: str, practice: PracticeService, file: Path) -> None:
    """In the middle of the bytes, and the other side takes no more: it ends with 130 within two seconds."""
    practice.misbehave(Fault(kind="stall", service=service, step="transfer", after=MIB))
    with start(practice, service, [file], "--json", "--yes") as process:
        wait_until(lambda: reached(practice, "transfer"))
        took = interrupt(process, number)
        out, err = process.stdout.read(), process.stderr.read()
    assert process.returncode == 130
    assert took < SOON
    assert not practice.world.attachments()
    last = json.loads(out.splitlines()[-1])
    counts = {name: last[name] for name in ("files", "stored", "attached", "problems", "unknown")}
    assert last["event"] == "done"
    assert counts == {"files": 1, "stored": 0, "attached": 0, "problems": 0, "unknown": 0}
    assert err == ""
    check_orderly()
    assert not any(secret in out for secret in secrets_of(practice))


@pytest.mark.parametrize("step", ["lookup", "sign"])
def test_while_asking(step: str, practice: PracticeService, file: Path) -> None:
    """While the service does not answer at all, it ends as soon; the last line says that nothing was attached."""
    practice.misbehave(Fault(kind="stall", service="close", step=step))
    with start(practice, "close", [file]) as process:
        wait_until(lambda: reached(practice, step))
        took = interrupt(process, signal.SIGINT)
        err = process.stderr.read()
    assert process.returncode == 130
    assert took < SOON
    last = "" if step == "lookup" else f"It is kept: uploader-gui resume {kept()[0].id[:8]}\n"
    assert err == f"Interrupted: nothing was attached.\n{last}"
    assert len(kept()) == (step == "sign")


def test_while_waiting(practice: PracticeService, file: Path) -> None:
    """While the program waits because it was told to, before the first file, it ends as soon."""
    practice.misbehave(Fault(kind="rate_limit", service="close", step="lookup", seconds=600))
    with start(practice, "close", [file]) as process:
        line = process.stderr.readline()
        took = interrupt(process, signal.SIGINT)
    assert line == "Close: Too many requests. Trying again in 10 min.\n"
    assert process.returncode == 130
    assert took < SOON


def test_while_attaching(practice: PracticeService, file: Path) -> None:
    """An attach under way is finished first, and the person is told why it takes a moment: it is known to be there."""
    practice.misbehave(Fault(kind="stall", service="close", step="attach"))
    with start(practice, "close", [file]) as process:
        wait_until(lambda: reached(practice, "attach"))
        process.send_signal(signal.SIGINT)
        line = process.stderr.readline()
        practice.behave()
        process.wait(30)
        out = process.stdout.read()
    assert line.startswith("The files are being attached; waiting for Close's answer")
    assert process.returncode == 0
    assert "1 file attached to the note on Globex Corporation" in out
    assert len(practice.world.attachments()) == 1


def test_terminal_is_gone(practice: PracticeService, file: Path) -> None:
    """Where the terminal was closed nothing more can be written; it ends as orderly."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=MIB))
    master, slave = os.openpty()
    with start(practice, "close", [file], stdin=slave, stdout=slave, stderr=slave, start_new_session=True) as process:
        os.close(slave)
        wait_until(lambda: reached(practice, "transfer"))
        os.close(master)
        process.send_signal(signal.SIGHUP)
        process.wait(30)
    assert process.returncode == 130
    check_orderly()


def test_nohup(practice: PracticeService, file: Path) -> None:
    """A command that was started with `nohup` goes on when the terminal is closed."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=MIB))
    ignoring = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start(practice, "close", [file])
    finally:
        signal.signal(signal.SIGHUP, ignoring)
    with process:
        wait_until(lambda: reached(practice, "transfer"))
        process.send_signal(signal.SIGHUP)
        practice.behave()
        process.wait(30)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_practice_service(number: int) -> None:
    """The practice service ends by any of them, too, and says nothing of it."""
    command = [sys.executable, "-m", "uploader_gui", "practice"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while "Stop it with Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
        interrupt(process, number)
        assert (process.returncode, process.stderr.read()) == (0, "")
