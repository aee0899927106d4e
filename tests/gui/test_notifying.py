"""What the desktop is told: each batch once, only while the window is not in front, in words, nothing secret."""

import dataclasses
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.gui.driver import Driver, practice_source
from tests.gui.test_queue_model import batch as made
from tests.workers.test_desktop import Service, bus  # noqa: F401 - a fixture
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.progress import Meter
from uploader_gui.gui import notifying
from uploader_gui.gui.notifying import MOST, Notifying
from uploader_gui.gui.rows import Group, Node
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.store import settings
from uploader_gui.store.traces import Traces
from uploader_gui.workers.bridge import Change
from uploader_gui.workers.desktop import Desktop
from uploader_gui.workers.notes import Note, Press, Pressed

pytestmark = pytest.mark.slow


class Heard:
    """A desktop that notes what it is told.

    Args:
        shows: Whether it takes notifications.
    """

    def __init__(self, *, shows: bool = True) -> None:
        self.notes: list[tuple[str, str]] = []
        self.whole: list[Note] = []
        self.awake: list[bool] = []
        self.parts: list[float | None] = []
        self.closed = False
        self._shows = shows

    def notify(self, note: Note) -> bool:
        """Note it."""
        self.notes.append((note.title, note.text))
        self.whole.append(note)
        return self._shows

    def hold(self, why: str) -> bool:
        """Note it."""
        assert why == "Files are being sent"
        self.awake.append(True)
        return True

    def release(self) -> None:
        """Note it."""
        self.awake.append(False)

    def progress(self, part: float | None, waiting: int) -> None:
        """Note it."""
        del waiting
        self.parts.append(part)

    def show(self, paths: Sequence[Path]) -> bool:
        """Show nothing."""
        del paths
        return False

    def close(self) -> None:
        """Note it."""
        self.closed = True


@pytest.fixture
def heard() -> Heard:
    """What the desktop was told."""
    return Heard()


@pytest.fixture
def away(driver: Driver, heard: Heard, monkeypatch: pytest.MonkeyPatch) -> Driver:
    """A window that is not in front, on a desktop that notes what it is told."""
    listen(driver, heard)
    monkeypatch.setattr(driver.window.comforts.notifying, "_front", lambda: False)
    return driver


def listen(driver: Driver, heard: Heard) -> None:
    """Let the window talk to this desktop."""
    driver.window.comforts.desktop._host = heard


def drop(driver: Driver, path: Path, size: int = 10) -> None:
    """Send a file to the note on a lead."""
    path.write_bytes(b"x" * size)
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])


def test_done(away: Driver, heard: Heard, tmp_path: Path) -> None:
    """A batch that is attached is told once, with where and how much; what changes afterwards is not told again."""
    drop(away, tmp_path / "a.pdf")
    away.state(BatchState.ATTACHED)
    away.until(lambda: heard.notes)
    away.until(lambda: "sha256" in away.node.uploads[0].digests)
    away.window.comforts.notifying.tell()
    away.rest()
    assert heard.notes == [("Attached: Note on Globex Corporation", "1 file")]


def test_needs_you(away: Driver, heard: Heard, practice: PracticeService, tmp_path: Path) -> None:
    """A batch that needs a person is told once, even if it needs one again; then that it is done."""
    practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=4))
    drop(away, tmp_path / "a.pdf")
    away.upload(UploadState.NEEDS_ATTENTION)
    away.until(lambda: heard.notes)
    assert heard.notes[0][0] == "Needs you: Note on Globex Corporation"
    away.desk.batch_desk.retry(away.node.batch.id)
    away.until(lambda: len([one for one in Traces().read(away.node.batch.id) if one.step == "sign"]) == 4)
    away.upload(UploadState.NEEDS_ATTENTION)
    away.window.comforts.notifying.tell()
    away.desk.batch_desk.retry(away.node.batch.id)
    away.state(BatchState.ATTACHED)
    away.until(lambda: len(heard.notes) == 2)
    assert heard.notes[1] == ("Attached: Note on Globex Corporation", "1 file")


def test_in_front(driver: Driver, heard: Heard, tmp_path: Path) -> None:
    """Whoever looks at the window is told nothing, nor later of what could be seen."""
    listen(driver, heard)
    driver.until(driver.window.isActiveWindow)
    drop(driver, tmp_path / "a.pdf")
    driver.state(BatchState.ATTACHED)
    driver.window.comforts.notifying.tell()
    driver.rest()
    assert heard.notes == []


def test_not_wanted(
    open_window: Callable[..., Driver],
    practice: PracticeService,
    heard: Heard,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Turned off in the settings, nothing is told."""
    settings.write(dataclasses.replace(settings.read().settings, notifies=False))
    driver = open_window(practice_source(practice))
    listen(driver, heard)
    monkeypatch.setattr(driver.window.comforts.notifying, "_front", lambda: False)
    drop(driver, tmp_path / "a.pdf")
    driver.state(BatchState.ATTACHED)
    driver.window.comforts.notifying.tell()
    driver.rest()
    assert heard.notes == []


def test_many_at_once(driver: Driver) -> None:
    """Many batches at once are one notification that counts them; what is settled by then is not in it."""
    told: list[Note] = []
    notify = Notifying(driver.window.model, wanted=lambda: True, front=lambda: False, parent=driver.window)
    notify.told.connect(told.append)
    count = MOST + 3
    states = [BatchState.ATTACHED] * (count - 2) + [BatchState.NEEDS_ATTENTION, BatchState.NEEDS_ATTENTION]
    for number, state in enumerate(states):
        driver.window.model.take([change(number, state)])
    driver.window.model.take([change(count - 1, BatchState.OPEN)])
    notify.tell()
    assert [(one.title, one.text) for one in told] == [("Uploader", f"{count - 2} batches are done · 1 needs you")]
    assert (told[0].about, told[0].buttons) == ("", ((Press.SHOW, "Show"),))


def change(number: int, state: BatchState) -> Change:
    """A batch is so now."""
    batch, _uploads = made(number, 0)
    return Change(dataclasses.replace(batch, state=state))


def test_nobody_listens(away: Driver, tmp_path: Path) -> None:
    """On a desktop that takes no notifications nothing happens, and nothing breaks."""
    deaf = Heard(shows=False)
    listen(away, deaf)
    shown: list[str] = []
    away.window.comforts.desktop.not_shown.connect(lambda note: shown.append(note.title))
    drop(away, tmp_path / "a.pdf")
    away.state(BatchState.ATTACHED)
    away.until(lambda: shown == ["Attached: Note on Globex Corporation"])


def test_title_and_sleep(driver: Driver, heard: Heard, practice: PracticeService, tmp_path: Path) -> None:
    """While files are sent the title says how far it is, and the computer is kept awake; then neither."""
    listen(driver, heard)
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=100_000))
    drop(driver, tmp_path / "a.pdf", 300_000)
    driver.until(lambda: driver.window.windowTitle().endswith(" % – Uploader"))  # noqa: RUF001 - a title's dash
    driver.until(lambda: driver.window.windowTitle() != "0 % – Uploader")  # noqa: RUF001 - a title's dash
    assert heard.awake == [True]
    driver.desk.batch_desk.pause_all()
    driver.until(lambda: driver.window.windowTitle() == "Uploader")
    assert driver.window.comforts.taskbar._rest.isActive()
    driver.window.comforts.taskbar._rest.timeout.emit()
    driver.until(lambda: heard.awake == [True, False])
    driver.until(lambda: heard.parts and heard.parts[-1] is None)
    assert any(part for part in heard.parts)
    driver.close()
    assert heard.closed


def test_pressed(away: Driver, heard: Heard, practice: PracticeService, tmp_path: Path) -> None:
    """Pressed, a notification brings the window and its batch to the front, whatever was shown; or opens the record."""
    drop(away, tmp_path / "a.pdf")
    away.state(BatchState.ATTACHED)
    away.until(lambda: heard.whole)
    note, batch = heard.whole[0], away.node.batch
    assert note.about == batch.id
    assert note.buttons == ((Press.OPEN_RECORD, "Open the record"), (Press.SHOW, "Show"))
    practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=4))
    drop(away, tmp_path / "b.pdf")
    away.until(lambda: len(heard.whole) == 2)
    assert heard.whole[1].buttons == ((Press.SHOW, "Show"),)
    window, desktop = away.window, away.window.comforts.desktop
    window.filters.choose(Group.NEEDS_YOU)
    window.filters.search.setText("something else")
    window.showMinimized()
    desktop.pressed.emit(Pressed(about=batch.id, press=Press.SHOW))
    away.until(lambda: not window.isMinimized())
    row = window.queue.current
    assert row is not None
    assert (row.node.batch.id, row.upload) == (batch.id, None)
    assert (window.filters.group, window.filters.search.text()) == (None, "")
    assert away.opened == []
    desktop.pressed.emit(Pressed(about=batch.id, press=Press.OPEN_RECORD))
    assert [url.toString() for url in away.opened] == [batch.link]
    desktop.pressed.emit(Pressed(about="", press=Press.SHOW))
    assert window.filters.group is Group.NEEDS_YOU
    for press in Press:  # of a batch that was cleared away meanwhile
        desktop.pressed.emit(Pressed(about="gone", press=press))
    assert len(away.opened) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="D-Bus is what desktops of Linux speak")
@pytest.mark.usefixtures("bus")
def test_pressed_on_a_real_bus(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the desktop's own thread to the window's: what is pressed there opens the record, and chooses the batch."""
    monkeypatch.setattr(driver.window.comforts.notifying, "_front", lambda: False)
    answers: dict[str, Any] = {"GetCapabilities": ("as", (["actions"],)), "Notify": ("u", (7,))}
    address = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    with Service(address, "org.freedesktop.Notifications", answers) as notes:
        drop(driver, tmp_path / "a.pdf")
        driver.state(BatchState.ATTACHED)
        driver.until(lambda: notes.calls.qsize() >= 2)
        notes.tell("ActionInvoked", "us", (7, "open_record"))
        driver.until(lambda: driver.opened)
        assert driver.opened[0].toString() == driver.node.batch.link
        driver.window.filters.choose(Group.NEEDS_YOU)
        notes.tell("ActionInvoked", "us", (7, "default"))
        driver.until(lambda: driver.window.filters.group is None and driver.window.queue.current is not None)
        driver.close()


def test_token_lets_the_window_come(away: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lets a window come to the front on Wayland is where Qt looks for it, when the window is asked to come."""
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "")
    seen: list[str] = []
    monkeypatch.setattr(away.window, "activateWindow", lambda: seen.append(os.environ["XDG_ACTIVATION_TOKEN"]))
    away.window.comforts.desktop.pressed.emit(Pressed(about="", press=Press.SHOW, token="token"))
    assert seen == ["token"]


def test_pressed_in_the_tray(away: Driver) -> None:
    """Where Qt's tray shows notifications, pressing one is about the last; pressing the icon is about none."""
    heard: list[Pressed] = []
    tray = away.window.comforts.tray
    tray.pressed.connect(heard.append)
    tray._about = "1"
    tray._press(tray._about)
    tray._press("")
    assert [one.about for one in heard] == ["1", ""]


def test_it_never_goes_back(driver: Driver) -> None:
    """What is done still counts while more is sent: the part that is done does not fall when a batch ends."""
    model, taskbar = driver.window.model, driver.window.comforts.taskbar
    (first, [one]), (second, [two]) = made(1, 1), made(2, 1)
    meters = Meter(one.size), Meter(two.size)
    running, stored = UploadState.RUNNING, UploadState.STORED
    model.take([Change(first), Change(first, dataclasses.replace(one, state=running), meters[0])])
    model.take([Change(second), Change(second, two)])
    meters[0].add(500_000)
    assert taskbar._per_mille() == 250
    model.take([Change(first, dataclasses.replace(one, state=stored))])
    model.take([Change(dataclasses.replace(first, state=BatchState.ATTACHED))])
    assert taskbar._per_mille() == 500
    model.take([Change(second, dataclasses.replace(two, state=running), meters[1])])
    meters[1].add(100_000)
    assert taskbar._per_mille() == 550
    model.take([Change(second, dataclasses.replace(two, state=stored))])
    model.take([Change(dataclasses.replace(second, state=BatchState.ATTACHED))])
    third, [three] = made(3, 1)
    model.take([Change(third), Change(third, dataclasses.replace(three, state=running), Meter(three.size))])
    assert taskbar._per_mille() == 0, "what was done before everything had ended counts no more"


def test_no_thread_for_nothing(driver: Driver) -> None:
    """A window that sends nothing begins no thread for the desktop; one that is closed hears nothing any more."""
    assert driver.window.comforts.desktop._errands is None
    desktop = Desktop(Heard())
    desktop.close()
    desktop.notify(Note(title="a", text="b"))
    desktop.keep_awake(True)
    desktop.show_progress(0.5, 0)
    assert desktop._errands is None
    desktop.deleteLater()


def test_what_is_told() -> None:
    """Only what has ended well, or needs a person, is told: nothing that a person has given up."""
    told = {state: notifying.outcome(Node(change(1, state).batch, sends=False)) for state in BatchState}
    done = {state for state, one in told.items() if one is notifying.Outcome.DONE}
    assert done == {BatchState.ATTACHED, BatchState.STORED}
    assert {state for state, one in told.items() if one is notifying.Outcome.NEEDS_YOU} == {BatchState.NEEDS_ATTENTION}
