"""On a terminal: one live line a file, a question before anything goes out to others, a clean screen after."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.children import command, environment, reached, start, wait_until
from tests.cli.harness import kept, kept_uploads
from uploader_gui.core.batch import Batch, Step
from uploader_gui.practice import Fault, PracticeService

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from tests.cli.terminal import Terminal

MIB = 2**20
LONG = "A very long name that goes on and on until nobody can remember how it began, second draft.pdf"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Three files of different sizes, one with a long name and one with wide signs, in the current folder."""
    monkeypatch.chdir(tmp_path)
    paths = [Path("Offer.pdf"), Path("👩‍👩‍👧 契約書 😀.bin"), Path(LONG)]
    for path, size in zip(paths, (0, 30 * MIB, 20 * MIB), strict=True):
        path.write_bytes(os.urandom(MIB) * (size // MIB))
    return paths


@pytest.mark.parametrize("columns", [80, 50])
def test_live_lines(columns: int, practice: PracticeService, files: list[Path]) -> None:
    """Every file has its line with what happens to it; no line is wider than the screen; nothing of it stays behind."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=4 * MIB, times=0))
    run = command(practice, "close", files)
    with Terminal(run, environment(practice, "close"), columns=columns) as terminal:

        def all_there() -> bool:
            lines = terminal.screen.text
            return len(lines) == 3 and "100 % ✓ stored" in lines[0] and not any(" 0 %" in line for line in lines)

        wait_until(all_there)
        lines = terminal.screen.text
        assert lines[0].startswith("Offer.pdf ")
        assert lines[1].startswith("👩")
        assert lines[2].startswith("A very l")
        assert "…" in lines[2]
        assert not terminal.screen.cursor
        assert not terminal.screen.wrapped
        practice.behave()
        assert terminal.end() == 0
    assert terminal.screen.text == [
        "Close: 3 files attached to the note on Globex Corporation",
        "https://app.close.com/lead/lead_globex/",
    ]
    assert terminal.screen.cursor


def test_many_files(practice: PracticeService, tmp_path: Path) -> None:
    """Of more files than the screen has lines, those on their way are shown."""
    for number in range(40):
        (tmp_path / f"Page {number:02}.pdf").write_bytes(b"page")
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1, skip=30))
    with Terminal(command(practice, "close", [tmp_path]), environment(practice, "close"), rows=12) as terminal:
        wait_until(lambda: len(practice.world.stored("close")) == 39)
        wait_until(lambda: len(terminal.screen.text) == 1)
        practice.behave()
        assert terminal.end() == 0
    assert max(map(len, terminal.seen)) < 12
    assert terminal.screen.text[0] == "Close: 40 files attached to the note on Globex Corporation"


def test_interrupted(practice: PracticeService, files: list[Path]) -> None:
    """Ctrl-C takes the live lines away, shows the cursor again, and says that nothing was attached."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=4 * MIB, times=0))
    with Terminal(command(practice, "close", files), environment(practice, "close")) as terminal:
        wait_until(lambda: reached(practice, "transfer") and len(terminal.screen.text) == 3)
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130
    [batch] = kept()
    way_on = f"It is kept: uploader-gui resume {batch.id[:8]}"
    assert terminal.screen.text == ["Interrupted: nothing was attached.", way_on]
    assert terminal.screen.cursor


def test_trouble(practice: PracticeService, files: list[Path]) -> None:
    """A problem is written above the live lines and stays."""
    practice.misbehave(Fault(kind="early_413", service="close"))
    with Terminal(command(practice, "close", files[:1]), environment(practice, "close")) as terminal:
        assert terminal.end() == 1
    assert "Offer.pdf: File is too large." in terminal.screen.text[0]
    assert terminal.screen.text[-2:] == ["Nothing was attached.", f"It is kept: uploader-gui retry {kept()[0].id[:8]}"]


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("Yes\n", 0), ("n\n", 1), ("\n", 1), ("\x04", 1)])
def test_question(answer: str, code: int, practice: PracticeService, files: list[Path]) -> None:
    """Before anything goes out to others a person is asked, with the record's name; anything but yes means no."""
    with Terminal(command(practice, "circle", files[:1]), environment(practice, "circle")) as terminal:
        wait_until(lambda: "[y/N]" in " ".join(terminal.screen.text))
        asked = "Circle: 1 file will be sent at once to the message in General (the members see it). Go on? [y/N]"
        assert " ".join(terminal.screen.text).startswith(asked)
        assert not reached(practice, "sign")
        terminal.press(answer)
        assert terminal.end() == code
    assert len(practice.world.attachments("circle")) == (code == 0)
    if code:
        assert terminal.screen.text[-1] == "Nothing was sent."


def test_question_interrupted(practice: PracticeService, files: list[Path]) -> None:
    """Ctrl-C at the question means no, too."""
    with Terminal(command(practice, "circle", files[:1]), environment(practice, "circle")) as terminal:
        wait_until(lambda: "[y/N]" in " ".join(terminal.screen.text))
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.end() == 130
    assert not practice.world.stored()
    assert terminal.screen.text[-1] == "Interrupted: nothing was attached."


def sending(batch: Batch) -> bool:
    """Whether a batch's only file has its upload address."""
    return kept_uploads(batch.id)[0].next_step is Step.TRANSFER


def test_question_of_resume(practice: PracticeService, files: list[Path]) -> None:
    """What is gone on with and goes out to others is asked about once, all of it listed; no leaves it as it is."""
    for count, path in enumerate(files[:2], 1):
        path.write_bytes(os.urandom(MIB) * 2)
        practice.misbehave(Fault(kind="stall", service="circle", step="transfer", after=1))
        with start(practice, "circle", [path], "--yes") as process:
            wait_until(lambda: sum(map(sending, kept())) == count)  # noqa: B023 - called at once
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130
        practice.behave()
    run = [sys.executable, "-m", "uploader_gui", "resume"]
    line = "Circle: 1 file will be sent at once to the message in General (the members see it)."
    for answer, code in (("n\n", 1), ("y\n", 0)):
        with Terminal(run, environment(practice, "circle"), columns=160) as terminal:
            wait_until(lambda: "[y/N]" in " ".join(terminal.screen.text))
            assert terminal.screen.text[-2:] == [line, f"{line} Go on? [y/N]"]
            terminal.press(answer)
            assert terminal.end() == code
        assert len(practice.world.attachments("circle")) == (0 if code else 2)
        assert len(kept()) == (2 if code else 0)
