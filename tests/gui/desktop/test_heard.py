"""What a screen reader hears of the real window, by the system's own accessibility bus."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gui.desktop.ears import Ears, needs_ears
from tests.gui.desktop.screen import needs_desktop, screen, until
from tests.gui.desktop.test_desktop import GLOBEX, HERE, INITECH, Desktop, write
from uploader_gui.practice import PracticeService

pytestmark = [pytest.mark.slow, needs_desktop, needs_ears]
MANY = 500


@pytest.fixture
def ears(tmp_path: Path, practice: PracticeService) -> Iterator[tuple[Desktop, Ears]]:
    """Our window on a screen of its own, and somebody who listens."""
    with screen(tmp_path) as made, Ears(made.env, tmp_path) as listening:
        source = made.start([sys.executable, str(HERE / "source.py")])
        source.hear("ready")
        yield Desktop(made, practice, source, more=listening.more), listening


def test_what_is_heard(ears: tuple[Desktop, Ears], tmp_path: Path) -> None:
    """What waits, what is done, and what needs a person are said: once each, gathered, with time to hear them out."""
    desktop, heard = ears
    few = write(tmp_path / "few", "contract.pdf", "photo.jpg")
    desktop.source.tell(copy_files=[str(path) for path in few])
    desktop.keys("ctrl+v")
    heard.hear("Fill in “Lead” above.")
    desktop.aim(GLOBEX)
    until(lambda: "Globex" in desktop.program.tell(offer=True), "the record's name")
    desktop.program.tell(press="Attach")
    desktop.state("attached")
    heard.hear("Attached: Note on Globex Corporation, 2 files.")

    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(MANY):
        (folder / f"{number}.txt").write_text(str(number), encoding="utf-8")
    desktop.aim(INITECH)
    desktop.source.tell(copy_files=[str(folder)])
    desktop.keys("ctrl+v")
    desktop.state("attached", 1)
    heard.hear(f"Attached: Note on Initech, {MANY} files.")
    about = [text for text in heard.texts if "Initech" in text]
    assert sum(text.count("Sending: Note on Initech") for text in about) <= 1
    assert sum(text.count("Attached: Note on Initech") for text in about) == 1

    gone = tmp_path / "gone.pdf"
    desktop.aim(GLOBEX)
    desktop.source.tell(copy_files=[str(gone)])
    desktop.keys("ctrl+v")
    desktop.state("needs_attention", 2)
    heard.hear("Needs you: Note on Globex Corporation.")
    (said,) = [text for text in heard.texts if "Needs you" in text]
    assert "gone.pdf" in said
    desktop.close()
