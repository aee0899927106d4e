"""The window on a real screen: files dragged into it from another program by mouse, and used by keyboard alone."""

import hashlib
import json
import os
import shutil
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.gui.desktop.screen import Program, Screen, needs_desktop, screen, until
from uploader_gui.practice import SERVICES, Fault, PracticeService
from uploader_gui.store.glance import BatchSeen, glance
from uploader_gui.store.paths import places

pytestmark = [pytest.mark.slow, needs_desktop]
HERE = Path(__file__).parent
GLOBEX = "https://app.close.com/lead/lead_globex/"
INITECH = "https://app.close.com/lead/lead_initech/"


class Desktop:
    """Our window and another program's, side by side.

    Args:
        on: The screen.
        practice: Where the files go.
        source: The other program.
        more: What else is in our window's environment.
    """

    def __init__(
        self, on: Screen, practice: PracticeService, source: Program, more: Mapping[str, str] | None = None
    ) -> None:
        self._more = more
        self.screen = on
        self.practice = practice
        self.source = source
        self.theirs = on.window("Files to drag")
        self.program: Program
        self.ours: str
        self.open()

    def open(self) -> None:
        """Open our window."""
        accounts = [
            {"service": one, "base": self.practice.base(one), "values": self.practice.account(one)} for one in SERVICES
        ]
        command = [sys.executable, str(HERE / "window.py")]
        self.program = self.screen.start(command, told=json.dumps(accounts), more=self._more)
        self.program.hear("ready")
        self.ours = self.screen.window("Uploader")
        self.screen.place(self.ours, 380, 60)
        self.screen.bring_up(self.ours)

    def close(self) -> None:
        """Close our window by keyboard; it ends well, and has said nothing on standard error."""
        self.keys("alt+F4")
        assert self.program.wait() == 0
        assert not self.program.errors

    def keys(self, *keys: str) -> None:
        """Press keys in the window that is in front."""
        self.screen.do("key", "--delay", 30, *keys)

    def row(self, number: int) -> tuple[int, int]:
        """Where a row of the queue is on the screen."""
        across, down = self.program.tell(row=number).split()
        return int(across), int(down)

    def tab_to(self, name: str) -> None:
        """Press Tab until the keyboard is there."""
        walked = []
        while (now := self.program.tell(focus=True)) != name:
            walked.append(now)
            assert len(walked) < 30, walked
            self.keys("Tab")

    def drag(self, paths: list[Path], end: tuple[int, int] | None = None) -> None:
        """Drag files out of the other window onto ours, and let them go there."""
        self.source.tell(files=list(map(str, paths)))
        start = self.screen.area(self.theirs).at(0.5, 0.5)
        end = end or self.screen.area(self.ours).at(0.5, 0.7)
        self.screen.pull(start, end)
        self.screen.stir(end, lambda: self.source.hears("accepted", 0.3) is not None)
        self.screen.do("mouseup", 1)
        self.source.hear("dropped")

    def aim(self, address: str) -> None:
        """Copy a record's address, and paste it into our window."""
        self.source.tell(copy_text=address)
        self.keys("ctrl+v")

    @property
    def batches(self) -> list[BatchSeen]:
        """What the window's ledger has, oldest first."""
        try:
            return list(reversed(glance(places().data / "ledger.db", batches=100, files=100).batches))
        except sqlite3.OperationalError:  # it is being written
            return []

    def state(self, state: str, number: int = 0) -> BatchSeen:
        """Wait until a batch is so."""
        until(lambda: len(self.batches) > number and self.batches[number].state == state, state, lambda: self.batches)
        return self.batches[number]


@pytest.fixture
def desktop(tmp_path: Path, practice: PracticeService) -> Iterator[Desktop]:
    """Our window beside another program's, on a screen of their own."""
    with screen(tmp_path) as made:
        source = made.start([sys.executable, str(HERE / "source.py")])
        source.hear("ready")
        yield Desktop(made, practice, source)
        assert not source.errors


def write(folder: Path, *names: str) -> list[Path]:
    """Make files of some size that are all different."""
    paths = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.7\n" + os.urandom(150_000))
        paths.append(path)
    return paths


def digests(paths: list[Path]) -> Counter[tuple[str, int, str]]:
    """What files are called, and are, byte by byte."""
    return Counter((one.name, one.stat().st_size, hashlib.sha256(one.read_bytes()).hexdigest()) for one in paths)


def attached(practice: PracticeService, number: int = 0) -> Counter[tuple[str, int, str]]:
    """The same of what the service has attached."""
    return Counter((one.name, one.size, one.sha256) for one in practice.world.attachments()[number].files)


def test_drag_and_drop(desktop: Desktop, practice: PracticeService, tmp_path: Path) -> None:
    """Files and a folder, dragged by mouse from another program onto the window, are attached byte by byte."""
    files = write(tmp_path / "dragged", "Angebot für Müller.pdf", """it's "final" 100 %.pdf""")
    inside = write(tmp_path / "dragged" / "Ordner mit ß", "a b.txt", "unten/c#d?.txt")
    desktop.aim(GLOBEX)
    desktop.drag([*files, tmp_path / "dragged" / "Ordner mit ß"])
    desktop.state("attached")
    assert [one.record for one in practice.world.attachments()] == ["lead_globex"]
    assert attached(practice) == digests([*files, *inside])
    desktop.close()


@pytest.mark.skipif(shutil.which("pcmanfm") is None, reason="not run: there is no pcmanfm here to drag files out of")
def test_drag_from_a_file_manager(desktop: Desktop, practice: PracticeService, tmp_path: Path) -> None:
    """Two files and a folder, chosen in a file manager that knows nothing of Qt, are attached byte by byte."""
    files = write(tmp_path / "dragged", "Angebot für Müller.pdf", """it's "final" 100 %.pdf""")
    inside = write(tmp_path / "dragged" / "Ordner mit ß", "a b.txt", "unten/c#d?.txt")
    desktop.aim(GLOBEX)
    desktop.screen.start(["pcmanfm", "--no-desktop", str(tmp_path / "dragged")])
    manager = desktop.screen.window("dragged")
    desktop.screen.place(manager, 0, 480)
    desktop.screen.bring_up(manager)

    def all_chosen() -> bool:
        """Its folder is read in the background: what can be copied has been chosen."""
        desktop.keys("ctrl+a", "ctrl+c")
        return desktop.source.tell(count=True) == "3"

    until(all_chosen, "all three chosen")
    seen = desktop.screen.area(manager)
    end = desktop.screen.area(desktop.ours).at(0.7, 0.5)
    # Beside a list of places, at the left, the first of three icons.
    desktop.screen.pull((seen.left + 207, seen.top + 95), end)
    desktop.screen.stir(end, lambda: desktop.program.tell(overlay=True) == "True")
    desktop.screen.do("mouseup", 1)
    desktop.state("attached")
    assert [one.record for one in practice.world.attachments()] == ["lead_globex"]
    assert attached(practice) == digests([*files, *inside])
    desktop.screen.bring_up(desktop.ours)
    desktop.close()


def test_drag_onto_a_batch(desktop: Desktop, practice: PracticeService, tmp_path: Path) -> None:
    """A file that is dragged onto the row of a batch that rests is attached together with the batch's own."""
    first, second = write(tmp_path / "dragged", "first.pdf", "second.pdf")
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    desktop.aim(GLOBEX)
    desktop.drag([first])
    until(lambda: desktop.batches and desktop.batches[0].files[0].state == "running", "being sent")
    desktop.screen.bring_up(desktop.ours)
    desktop.screen.do("mousemove", *desktop.row(0), "click", 1)
    desktop.keys("space")
    desktop.state("paused")
    practice.behave()
    desktop.drag([second], desktop.row(0))
    until(lambda: len(desktop.batches[0].files) == 2, "the second file")
    desktop.screen.bring_up(desktop.ours)
    desktop.screen.do("mousemove", *desktop.row(0), "click", 1)
    desktop.keys("space")
    desktop.state("attached")
    assert len(practice.world.attachments()) == 1
    assert attached(practice) == digests([first, second])
    desktop.close()


def test_keyboard_alone(desktop: Desktop, practice: PracticeService, tmp_path: Path) -> None:
    """Without a mouse: a record is typed in, copied files are pasted, paused, gone on with, attached, and given up."""
    (file,) = write(tmp_path / "copied", "Größe & Preis.pdf")
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    assert desktop.program.tell(focus=True) == "Account"
    desktop.keys("c", "l", "o", "Tab", "n", "o", "t", "e")
    desktop.tab_to("Lead")
    desktop.screen.do("type", "--delay", 30, "globex")
    desktop.keys("Return")
    until(lambda: desktop.program.tell(focus=True) == "Lead: Globex Corporation. Take it back", "the lead")
    desktop.source.tell(copy_files=[str(file)])
    desktop.keys("ctrl+v")
    until(lambda: desktop.batches and desktop.batches[0].files[0].state == "running", "being sent")
    assert desktop.batches[0].records == ("Globex Corporation", "the note on Globex Corporation")
    desktop.tab_to("Queue")
    desktop.keys("Home", "space")
    desktop.state("paused")
    practice.behave()
    desktop.keys("space")
    desktop.state("attached")
    assert attached(practice) == digests([file])

    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    desktop.aim(INITECH)
    desktop.source.tell(copy_files=[str(file)])
    desktop.keys("ctrl+v")
    until(lambda: "Initech" in desktop.program.tell(says=0), "the second batch")
    desktop.tab_to("Queue")
    desktop.keys("Home", "Return")
    desktop.tab_to("Close the details")
    desktop.keys("Escape", "Delete")
    desktop.state("cancelled", 1)
    desktop.close()
    assert len(practice.world.attachments()) == 1
