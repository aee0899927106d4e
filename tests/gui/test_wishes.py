"""Resting, going on, giving up, quitting: they take effect at once, even when the other side is silent."""

import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.gui.driver import Driver, kept, practice_source
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.cancel import CancelToken
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.workers import desk as desk_module
from uploader_gui.workers import errands as errands_module
from uploader_gui.workers.desk import State
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.sending import Sending

pytestmark = pytest.mark.slow
SIZE = 3_000_000


@pytest.fixture
def sending(driver: Driver, practice: PracticeService, tmp_path: Path) -> Driver:
    """A window with three files on their way to a server that has gone silent, and a fourth that waits."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", times=3, after=100_000))
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.bin").write_bytes(b"x" * SIZE)
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([folder])
    driver.until(lambda: driver.nodes and len(driver.node.running) == 3)
    driver.until(lambda: all(one.meter.sent for one in driver.node.running.values()))
    return driver


def test_pause_and_resume(sending: Driver, practice: PracticeService) -> None:
    """Space pauses a batch within a second, and lets it go on to the end."""
    queue = sending.window.queue
    queue.choose(sending.node.batch.id)
    began = time.monotonic()
    sending.key(Qt.Key.Key_Space)
    sending.until(lambda: sending.node.counts[UploadState.PAUSED] == 4)
    assert time.monotonic() - began < 1
    assert sending.rows[0][2] == "Paused · 0 of 4 stored · 3 begin again"
    assert sending.window.status.all.text() == "Resume all"
    practice.behave()
    sending.key(Qt.Key.Key_Space)
    sending.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1


def test_pause_one_file(sending: Driver, practice: PracticeService) -> None:
    """One file can rest while the others go on."""
    first = sending.node.uploads[0]
    practice.behave()
    sending.desk.batch_desk.pause(sending.node.batch.id, first.id)
    sending.upload(UploadState.PAUSED)
    sending.until(lambda: sending.node.counts[UploadState.STORED] == 3)
    assert not practice.world.attachments("close")
    sending.desk.batch_desk.resume(sending.node.batch.id, first.id)
    sending.state(BatchState.ATTACHED)


def test_pause_all(sending: Driver, practice: PracticeService) -> None:
    """One button lets everything rest, and go on."""
    sending.press("Pause all")
    sending.state(BatchState.PAUSED)
    practice.behave()
    sending.press("Resume all")
    sending.state(BatchState.ATTACHED)


def test_give_up(sending: Driver, practice: PracticeService) -> None:
    """Del gives a batch up within a second: nothing is attached, and nothing of it is open in the ledger."""
    sending.window.queue.choose(sending.node.batch.id)
    began = time.monotonic()
    sending.key(Qt.Key.Key_Delete)
    sending.state(BatchState.CANCELLED)
    sending.until(lambda: not sending.window.model.totals.sending)
    assert time.monotonic() - began < 1
    sending.close()
    [(batch, uploads)] = kept()
    assert batch.state is BatchState.CANCELLED
    assert {one.state for one in uploads} == {UploadState.CANCELLED}
    assert not practice.world.attachments()


def test_leave_one_out(sending: Driver, practice: PracticeService) -> None:
    """Del on a file leaves that one out; the others are attached."""
    practice.behave()
    sending.window.queue.choose(sending.node.batch.id, sending.node.uploads[3].id)
    sending.key(Qt.Key.Key_Delete)
    sending.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["0.bin", "1.bin", "2.bin"]


def test_quit_and_go_on_next_time(sending: Driver, practice: PracticeService, open_window: object) -> None:
    """Quitting while a silent server holds everything up ends within a second; the next start goes on to the end."""
    sending.window.close()
    assert sending.window.isVisible()
    assert sending.window.leaving.bar.text == "Something is still on its way. Quit how?"
    began = time.monotonic()
    sending.press("Now, go on next time", sending.window.leaving.bar)
    sending.until(lambda: sending.desk.state is State.CLOSED)
    assert time.monotonic() - began < 1.5
    assert not sending.window.isVisible()
    [(batch, uploads)] = kept()
    assert batch.state is BatchState.OPEN
    assert {one.state for one in uploads} == {UploadState.QUEUED}
    practice.behave()
    assert callable(open_window)
    again: Driver = open_window(practice_source(practice))
    again.state(BatchState.ATTACHED)
    assert [one.name for one in again.node.uploads] == ["0.bin", "1.bin", "2.bin", "3.bin"]
    assert len(practice.world.attachments("close")) == 1


def test_quit_and_give_up(sending: Driver, practice: PracticeService) -> None:
    """Quitting may give everything up: the ledger has it as given up."""
    sending.window.close()
    sending.press("Now, give everything up", sending.window.leaving.bar)
    sending.until(lambda: sending.desk.state is State.CLOSED)
    [(batch, _uploads)] = kept()
    assert batch.state is BatchState.CANCELLED
    assert not practice.world.attachments()


def test_quit_when_it_is_done(sending: Driver, practice: PracticeService) -> None:
    """Quitting may wait: the window closes by itself when everything is attached."""
    sending.window.close()
    sending.press("When it is done", sending.window.leaving.bar)
    sending.rest(0.2)
    assert sending.window.isVisible()
    practice.behave()
    sending.until(lambda: sending.desk.state is State.CLOSED)
    assert len(practice.world.attachments("close")) == 1
    [(batch, _uploads)] = kept()
    assert batch.state is BatchState.ATTACHED


def test_staying(sending: Driver) -> None:
    """Whoever pressed quit by accident stays, and nothing has happened."""
    sending.window.close()
    sending.press("Stay", sending.window.leaving.bar)
    assert not sending.window.leaving.bar.isVisible()
    assert len(sending.node.running) == 3
    assert sending.desk.state is State.OPEN


@pytest.mark.usefixtures("qapp")
def test_closed_before_it_is_open(practice: PracticeService) -> None:
    """A window that is closed at once ends in good order, whatever was being opened."""
    driver = Driver(practice_source(practice))
    driver.window.show()
    driver.until(lambda: driver.window.desk.state is State.OPENING)
    driver.rest(0.01)
    driver.window.close()
    driver.until(lambda: driver.desk.state is State.CLOSED)
    assert kept() == []
    driver.close()


@pytest.mark.usefixtures("qapp")
def test_told_of_no_network_before_it_is_open(practice: PracticeService) -> None:
    """A service file with a mistake is told while the queue is being opened, and with that the watch begins."""
    driver = Driver(practice_source(practice))
    driver.desk._network.there = False
    driver.desk._network.gone.emit()
    driver.show()
    driver.until(lambda: not driver.desk._the_works.queue._patience._network)
    driver.close()


@pytest.fixture
def slow_to_look(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """What is dropped is being looked at until this is set, as a folder of ten thousand files is."""
    go_on, gather = threading.Event(), Sending.gather

    def gathering(sending: Sending, cancel: CancelToken) -> None:
        go_on.wait(10)
        gather(sending, cancel)

    monkeypatch.setattr(Sending, "gather", gathering)
    return go_on


def test_quitting_while_files_are_looked_at(driver: Driver, slow_to_look: threading.Event, tmp_path: Path) -> None:
    """What was dropped a moment ago is not lost: it is asked how to quit, and the batch is there at the next start."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x" * 10)
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.window.close()
    assert driver.window.leaving.bar.text == "Something is still on its way. Quit how?"
    driver.press("Now, go on next time", driver.window.leaving.bar)
    assert "still being looked at" in driver.window.leaving.bar.text
    assert driver.desk.state is State.OPEN
    slow_to_look.set()
    driver.until(lambda: driver.desk.state is State.CLOSED)
    [(_batch, uploads)] = kept()
    assert [one.name for one in uploads] == ["a.pdf"]


def test_quitting_while_files_wait(driver: Driver, tmp_path: Path) -> None:
    """Files that wait for their record are not kept: that is said before they are gone."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x" * 10)
    driver.drop([path])
    driver.until(lambda: driver.window.offering.waiting)
    driver.window.close()
    bar = driver.window.leaving.bar
    assert bar.text == "What you added last waits above and was not sent. Quit without it?"
    assert [one.text() for one in bar.buttons] == ["Quit", "Stay"]
    assert bar.button("Stay").hasFocus()
    driver.press("Stay", bar)
    assert driver.desk.state is State.OPEN
    assert driver.window.offering.waiting
    driver.window.close()
    driver.press("Quit", bar)
    driver.until(lambda: driver.desk.state is State.CLOSED)
    assert not kept()


def test_quitting_while_a_folder_does_not_answer(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread that is stuck keeps the window from nothing while it closes: it is left behind, and nobody waits."""
    begun, stuck, waited, wait = threading.Event(), threading.Event(), list[int](), Errands.wait

    def hang() -> None:
        begun.set()
        stuck.wait(30)

    def noted(errands: Errands, most: int) -> bool:
        waited.append(most)
        return wait(errands, most)

    monkeypatch.setattr(Errands, "wait", noted)
    monkeypatch.setattr(desk_module, "WAIT", 50)
    driver.desk.on_disk(lambda _works, _cancel: hang())
    driver.until(begun.is_set)  # what has not begun is dropped
    driver.desk.close()
    driver.until(lambda: driver.desk.state is State.CLOSED)
    assert errands_module.some_are_left()
    # Of those that have ended leave is taken; for the one that has not nobody waits.
    assert sorted(waited) == [0, *[errands_module.TAKING_LEAVE] * (len(waited) - 1)]
    stuck.set()
    driver.until(lambda: not errands_module.some_are_left())
