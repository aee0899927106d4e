"""An account added by a person at a terminal, into a real keychain: what they type is nowhere to be seen."""

import os
import subprocess
import sys
import termios
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.canaries import leaks
from tests.cli.children import reached, wait_until
from tests.cli.people import key_of, nothing_leaked
from tests.keychain import Keychain, keychain, needs_keychain
from uploader_gui.practice import SAMPLES, PracticeService

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from tests.cli.terminal import Terminal

pytestmark = [pytest.mark.slow, needs_keychain]
SAVED = "Saved as “Ann Lee, Acme Sales”, with its key in the keychain."


@pytest.fixture
def real() -> Iterator[Keychain]:
    """A keychain whose daemon is still to be started."""
    with keychain() as made:
        yield made


def command(*arguments: str) -> list[str]:
    """A command as a process."""
    return [sys.executable, "-m", "uploader_gui", *arguments]


def adding(practice: PracticeService, *more: str) -> list[str]:
    """The command that adds an account of Close."""
    return command("accounts", "add", "--service", "close", "--base", practice.base("close"), *more)


def asks(terminal: Terminal, what: str) -> None:
    """Wait for a question."""
    wait_until(lambda: what in " ".join(terminal.screen.text))


def wide(arguments: Sequence[str], real: Keychain) -> Terminal:
    """Run a command on a terminal on which no line is broken."""
    return Terminal(arguments, {**real.whole_environment, "TERM": "xterm-256color"}, columns=400)


def echoes(terminal: Terminal) -> bool:
    """Whether the terminal shows what is typed."""
    return bool(termios.tcgetattr(terminal._master)[3] & termios.ECHO)


def test_added_and_used(practice: PracticeService, real: Keychain, tmp_path: Path) -> None:
    """The key is typed unseen, lies in the keychain, and is used by the next command; it is nowhere else."""
    real.start()
    key = key_of(practice)
    with wide(adding(practice), real) as terminal:
        asks(terminal, "API key (it does not show):")
        assert "In Close: Settings > Developer > API Keys." in terminal.raw
        assert not echoes(terminal)
        terminal.press(f"{key}\n")
        assert terminal.end() == 0
        assert not leaks(terminal.raw.encode(), [key])
    assert SAVED in terminal.raw
    path = tmp_path / "Offer.pdf"
    path.write_bytes(os.urandom(1000))
    send = command(
        "send", str(path), "--service", "close", "--target", "note", "--set", f"lead={SAMPLES['close']['lead']}"
    )
    ended = subprocess.run(send, env=real.whole_environment, capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert len(practice.world.attachments("close")) == 1
    for arguments in (["list", "--json"], ["test"]):
        ended = subprocess.run(
            command("accounts", *arguments), env=real.whole_environment, capture_output=True, timeout=60, check=True
        )
        assert not leaks(ended.stdout + ended.stderr, [key])
    assert nothing_leaked(practice)
    for file in real.home.rglob("*"):
        assert not file.is_file() or not leaks(file.read_bytes(), [key]), "gnome-keyring encrypts what it keeps"
    with wide(command("accounts", "remove", "ann lee, acme sales", "--service", "close"), real) as terminal:
        asks(terminal, "is removed with its key. Go on? [y/N]")
        terminal.press("y\n")
        assert terminal.end() == 0
    assert (
        b'"key"'
        not in subprocess.run(
            command("accounts", "list", "--json"),
            env=real.whole_environment,
            capture_output=True,
            timeout=60,
            check=True,
        ).stdout
    )


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="where there is no /proc, this cannot be seen")
def test_neither_arguments_nor_environment_have_the_key(practice: PracticeService, real: Keychain) -> None:
    """Other programs can read both, of the process and of whatever it starts."""
    real.start()
    key = key_of(practice)
    real.freeze()
    with wide(adding(practice, "--no-test"), real) as terminal:
        asks(terminal, "Waiting for your keychain…")
        real.thaw()
        asks(terminal, "API key (it does not show):")
        real.freeze()
        terminal.press(f"{key}\n")
        wait_until(lambda: terminal.raw.count("Waiting for your keychain…") == 2)
        seen = b""
        for process in Path("/proc").iterdir():
            if process.name.isdecimal():
                for name in ("cmdline", "environ"):
                    try:
                        seen += (process / name).read_bytes()
                    except OSError:
                        continue  # it has just ended, or is somebody else's
        real.thaw()
        assert terminal.end() == 0
    assert b"accounts\0add" in seen
    assert not leaks(seen, [key])


@pytest.mark.parametrize(("typed", "code"), [("\x03", 130), ("\x04", 1)], ids=["ctrl-c", "ctrl-d"])
def test_broken_off(typed: str, code: int, practice: PracticeService, real: Keychain) -> None:
    """In the middle of the key: nothing is saved, and the terminal shows again what is typed."""
    real.start()
    with wide(adding(practice), real) as terminal:
        asks(terminal, "API key (it does not show):")
        # A terminal turns Ctrl-C into a signal for its own session only: this one has none.
        if code == 130:
            terminal.process.send_signal(2)
        else:
            terminal.press(typed)
        assert terminal.end() == code
        assert echoes(terminal)
    assert "Traceback" not in terminal.raw
    assert not reached(practice, "check")


def test_a_locked_keychain(practice: PracticeService, real: Keychain) -> None:
    """Is told before anybody types a key."""
    real.start(password=None)
    with wide(adding(practice), real) as terminal:
        assert terminal.end() == 1
    assert "Keychain is locked." in terminal.raw
    assert "API key" not in terminal.raw


def test_a_pipe(practice: PracticeService, real: Keychain) -> None:
    """From a program: the key by standard input, nothing asked."""
    real.start()
    key = key_of(practice)
    ended = subprocess.run(
        adding(practice), env=real.whole_environment, input=key.encode(), capture_output=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert SAVED in ended.stdout.decode()
    assert not leaks(ended.stdout + ended.stderr, [key])
