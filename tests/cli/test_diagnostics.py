"""What can be shown to somebody who helps: diagnostics, the requests of a batch, and errors of the program itself."""

import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, secrets_of
from uploader_gui.practice import SAMPLES
from uploader_gui.store.opening import ledger_path
from uploader_gui.store.traces import Traces

LEAD = {"lead": SAMPLES["close"]["lead"]}


def test_of_a_batch(cli: CommandLine, offer: Path) -> None:
    """A batch's requests can be read, also as commands; the diagnostics name it."""
    batch = cli.send("close", offer, target="note", inputs=LEAD).done["batch"]
    text = cli("trace", batch[:8])
    assert text.code == 0
    assert "attach: POST" in text.out
    assert "-> 2" in text.out
    commands = cli("trace", batch, "--curl")
    assert "UPLOADER_KEY" in commands.out
    assert commands.out.count("curl --globoff") == len(Traces().read(batch))
    told = cli("diagnostics")
    assert told.code == 0
    assert "== Log" in told.out
    assert offer.name in told.out
    assert offer.name not in cli("diagnostics", "--without-names").out


def test_no_requests(cli: CommandLine) -> None:
    """A batch nobody knows has a sentence; so have too few signs."""
    assert "there are no requests" in cli("trace", "abcdef").err
    assert cli("trace", "a").code == 2


def test_two_that_begin_alike(cli: CommandLine) -> None:
    """It is said which there are."""
    folder = Traces().folder
    folder.mkdir(parents=True)
    for end in "12":
        (folder / f"abcd{end}.jsonl").touch()
    found = cli("trace", "ABCD")
    assert found.code == 2
    assert "abcd1, abcd2" in found.err


def test_to_a_file(cli: CommandLine, tmp_path: Path) -> None:
    """It is for its owner only, and never in the place of another file."""
    path = tmp_path / "report.txt"
    assert cli("diagnostics", "--out", str(path)).code == 0
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 or sys.platform == "win32"
    before = path.read_bytes()
    assert before.startswith(b"Uploader diagnostics")
    again = cli("diagnostics", "--out", str(path))
    assert again.code == 2
    assert "is there already" in again.err
    assert path.read_bytes() == before
    assert cli("diagnostics", "--out", str(tmp_path / "no" / "report.txt")).code == 1


@pytest.mark.parametrize("state", ["damaged", "newer", "locked", "none"])
def test_whatever_the_ledger_is(cli: CommandLine, offer: Path, state: str) -> None:
    """A ledger that cannot be used stands in nobody's way, and stays as it is."""
    if state != "none":
        cli.send("close", offer, target="note", inputs=LEAD)
    path = ledger_path()
    if state == "damaged":
        path.write_bytes(b"no ledger" * 1000)
    if state == "none":
        assert cli("diagnostics").code == 0
        assert not path.exists()
        return
    with closing(sqlite3.connect(path)) as other:
        if state == "newer":
            other.execute("PRAGMA user_version = 999")
        elif state == "locked":
            other.execute("BEGIN EXCLUSIVE")
        told = cli("diagnostics")
    assert told.code == 0
    assert "== Batches" in told.out
    assert ("cannot be read" in told.out) == (state == "damaged")
    assert not list(path.parent.glob("ledger-damaged*"))


def test_struck_out(cli: CommandLine) -> None:
    """What is a key in the environment stands nowhere, not even as the name of a variable's value."""
    cli.sign_in("close")
    told = cli("diagnostics").out
    assert not any(secret in told for secret in secrets_of(cli.practice))


@pytest.mark.parametrize("where", ["the command", "a thread"])
def test_an_error_of_ours(where: str) -> None:
    """Of an uncaught error only kind and place are told, and logged: its text may hold a signed address."""
    lines = [
        "import sys, threading",
        "from uploader_gui.cli import main, queue",
        "def run(_options=None): raise KeyError('https://storage.example/x?X-Amz-Signature=canary-4Zt8')",
        "def start(_options): one = threading.Thread(target=run); one.start(); one.join(); return 0",
        f"queue.run = {'run' if where == 'the command' else 'start'}",
        "sys.exit(main(['queue']))",
    ]
    ended = subprocess.run([sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "KeyError at <string>:3 run" in ended.stderr
    assert "canary" not in ended.stderr
    [log] = Traces().folder.parent.glob("uploader-gui.log")
    logged = log.read_text("utf-8")
    assert "KeyError" in logged
    assert "canary" not in logged


def test_interrupted(cli: CommandLine, offer: Path, interrupt: Interrupt) -> None:
    """What was sent until a command was stopped can be read as well."""
    interrupt(offer)
    ended = cli.send("close", offer, target="note", inputs=LEAD)
    assert ended.code == 130
    told = cli("trace", ended.done["batch"])
    assert "sign: POST" in told.out
    assert "(cancelled)" in told.out


def test_lookups(cli: CommandLine) -> None:
    """Questions before there is a batch are noted too."""
    where = ["--service", "close", "--base", cli.practice.base("close")]
    assert cli.signed_in("close", "targets", *where, "--lookup", "lead").code == 0
    assert {trace.step for trace in Traces().read("")} == {"lookup"}
    assert "lookup: " in cli("diagnostics").out


@pytest.mark.parametrize("arguments", [["queue"], ["history"], ["services"], ["targets", "--service", "close"]])
def test_needs_no_log(arguments: list[str]) -> None:
    """A command that sends nothing loads neither log nor traces."""
    run = [sys.executable, "-X", "importtime", "-m", "uploader_gui", *arguments]
    ended = subprocess.run(run, capture_output=True, text=True, check=False)
    assert ended.returncode == 0
    assert "uploader_gui.store.logs" not in ended.stderr
    assert "uploader_gui.store.traces" not in ended.stderr
    assert not Traces().folder.parent.exists()
