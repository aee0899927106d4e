"""What opens the window, and what is a command."""

import subprocess
import sys
from pathlib import Path

import pytest

from uploader_gui import __main__ as start

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.mark.parametrize(
    ("words", "window"),
    [
        (["send"], False), (["queue", "--json"], False), (["--help"], False), (["--version"], False),
        (["nonsense"], False), (["--practice"], True), (["Offer.pdf"], True), ([], True),
    ],
)  # fmt: skip
def test_words(words: list[str], window: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are commands; a file that is there, --practice, or nothing at all open the window."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Offer.pdf").write_text("x")
    (tmp_path / "send").write_text("a file called like a command")
    monkeypatch.setenv("DISPLAY", ":0")
    assert start.for_the_window(words) is window


def test_help_names_the_window() -> None:
    """Whoever asks for help learns how the window is opened, and how it is tried without an account."""
    command = [sys.executable, "-m", "uploader_gui", "--help"]
    said = " ".join(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "it opens the window, with the files that are named: uploader-gui [FILE ...]" in said
    assert "uploader-gui --practice (the window)" in said


def test_without_a_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No words and no screen: help. A file and no screen: a sentence that names the way."""
    for name in SCREENS:
        monkeypatch.delenv(name, raising=False)
    if sys.platform in {"win32", "darwin"}:
        pytest.skip("there always is a screen")
    file = tmp_path / "Offer.pdf"
    file.write_text("x")
    helped, told = (
        subprocess.run([sys.executable, "-m", "uploader_gui", *words], capture_output=True, text=True, check=False)
        for words in ([], [str(file)])
    )
    assert (helped.returncode, "usage: uploader-gui" in helped.stdout) == (2, True)
    assert (told.returncode, told.stderr.startswith("uploader-gui: there is no screen here")) == (2, True)
