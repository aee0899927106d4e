"""All batches at once: tried again by one press, or given up after a question that names what is lost."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.gui.driver import Driver
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.gui.status_line import ROOM
from uploader_gui.practice import Fault, PracticeService

pytestmark = pytest.mark.slow


def pdf(folder: Path, name: str, size: int = 10) -> Path:
    """A file."""
    path = folder / name
    path.write_bytes(b"%PDF".ljust(size, b"."))
    return path


def large(folder: Path) -> Path:
    """A file that Close does not take: trying again is no use. It takes no room on the disk."""
    path = folder / "large.mov"
    with path.open("wb") as file:
        file.truncate(6 << 30)
    return path


def send(driver: Driver, *paths: Path, lead: str = "lead_globex") -> None:
    """Send files to the note on a lead, and wait until they are in the queue."""
    before = len(driver.nodes)
    driver.aim("close", "note", {"lead": lead})
    driver.drop(paths)
    driver.until(lambda: len(driver.nodes) > before)


def test_try_again(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """One visible button tries everything again that can be, says how much that is, and goes when nothing is left."""
    again = driver.window.status.again
    entry = driver.window.comforts.menu.actions_["Try again all that needs you"]
    assert again.isHidden()
    assert not entry.isEnabled()
    practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=0))
    send(driver, pdf(tmp_path, "a.pdf"))
    driver.state(BatchState.NEEDS_ATTENTION)
    send(driver, pdf(tmp_path, "b.pdf"), lead="lead_initech")
    driver.state(BatchState.NEEDS_ATTENTION)
    send(driver, large(tmp_path), lead="lead_initech")  # another file is what that needs
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.until(lambda: again.text() == "Try again (2)")
    assert again.isVisible()
    assert entry.isEnabled()
    practice.behave()
    driver.press("Try again (2)", driver.window.status)
    driver.state(BatchState.ATTACHED, 0)
    driver.state(BatchState.ATTACHED, 1)
    driver.until(again.isHidden)
    assert not entry.isEnabled()
    assert driver.node.batch.state is BatchState.NEEDS_ATTENTION
    assert len(practice.world.attachments("close")) == 2
    assert driver.window.notices.texts == []


def test_only_some_files(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Of a batch of which one file cannot be helped by it, the others are tried again."""
    practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=0))
    send(driver, pdf(tmp_path, "a.pdf"), large(tmp_path))
    driver.state(BatchState.NEEDS_ATTENTION)
    practice.behave()
    driver.press("Try again (1)", driver.window.status)
    driver.upload(UploadState.STORED)
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.until(driver.window.status.again.isHidden)


def test_key_where_the_chosen_row_needs_nothing(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Ctrl+R on a row that needs nobody is about everything else, not about nothing."""
    practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=2))
    send(driver, pdf(tmp_path, "a.pdf"))
    driver.state(BatchState.NEEDS_ATTENTION)
    send(driver, pdf(tmp_path, "b.pdf"), lead="lead_initech")
    driver.state(BatchState.ATTACHED)
    driver.window.queue.choose(driver.node.batch.id)
    QTest.keyClick(driver.window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    driver.state(BatchState.ATTACHED, 0)


def test_give_everything_up(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """It is asked in a bar that names what is lost, while everything goes on; then nothing is left but what is done."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    send(driver, pdf(tmp_path, "slow.pdf", 50_000))
    driver.until(lambda: driver.node.running and next(iter(driver.node.running.values())).meter.sent)
    send(driver, pdf(tmp_path, "a.pdf"), tmp_path / "gone.pdf", lead="lead_initech")
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.press("Give everything up…", driver.window.status)
    bar = driver.window.all_at_once.bar
    assert bar.text == (
        "Give up 2 batches with 3 files? Nothing of it is attached then, and nothing of it can be gone on with. "
        "What was sent already stays at Close until it runs out, 24 h after it was sent."
    )
    assert bar.button("Keep it").hasFocus(), "Enter does no harm"
    assert [one.text() for one in bar.buttons] == ["Give it up", "Keep it"], "what loses nothing is last, as everywhere"
    assert driver.nodes[0].running, "what is sent goes on while it is asked"
    driver.key(Qt.Key.Key_Escape, driver.window)
    assert bar.isHidden()
    driver.window.comforts.menu.actions_["Give everything up…"].trigger()
    driver.press("Give it up", bar)
    for number in range(2):
        driver.state(BatchState.CANCELLED, number)
    assert bar.isHidden()
    driver.until(driver.window.status.end.isHidden)
    assert not driver.window.comforts.menu.actions_["Give everything up…"].isEnabled()
    assert practice.world.attachments() == []


def test_what_is_being_attached_stays(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Nobody can say of it that nothing is attached: it is finished, and the question says so."""
    practice.misbehave(Fault(kind="stall", service="close", step="attach"))
    send(driver, pdf(tmp_path, "a.pdf"))
    driver.state(BatchState.ATTACHING)
    assert driver.window.status.end.isHidden()
    send(driver, tmp_path / "gone.pdf", lead="lead_initech")
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.window.comforts.menu.actions_["Give everything up…"].trigger()
    assert driver.window.all_at_once.bar.text.endswith("What is being attached, or may be attached, stays.")
    driver.press("Give it up", driver.window.all_at_once.bar)
    driver.state(BatchState.CANCELLED)
    assert driver.nodes[0].batch.state is BatchState.ATTACHING
    practice.behave()


def test_question_that_is_settled(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """When what it is about ends by itself, the question goes."""
    practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=2))
    send(driver, pdf(tmp_path, "a.pdf"))
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.window.comforts.menu.actions_["Give everything up…"].trigger()
    assert driver.window.all_at_once.bar.isVisible()
    driver.press("Try again (1)", driver.window.status)
    driver.state(BatchState.ATTACHED)
    driver.until(driver.window.all_at_once.bar.isHidden)


def test_little_room(driver: Driver, tmp_path: Path) -> None:
    """In a narrow window, and for one batch, whose row has its own way, giving everything up is in the menu only."""
    entry = driver.window.comforts.menu.actions_["Give everything up…"]
    send(driver, tmp_path / "gone.pdf")
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.until(entry.isEnabled)
    assert driver.window.status.end.isHidden()
    send(driver, tmp_path / "gone.pdf", lead="lead_initech")
    driver.until(driver.window.status.end.isVisible)
    driver.window.resize(ROOM - 10, 500)
    driver.until(driver.window.status.end.isHidden)
    assert entry.isEnabled()


def test_what_loses_something_stays_where_it_is(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """When another button of the line goes, giving everything up does not come to stand under the mouse."""
    practice.misbehave(Fault(kind="server_error", service="close", step="sign", times=2))
    send(driver, pdf(tmp_path, "a.pdf"))
    driver.state(BatchState.NEEDS_ATTENTION)
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1000))
    send(driver, pdf(tmp_path, "slow.pdf", 50_000), lead="lead_initech")
    status = driver.window.status
    driver.until(lambda: all(one.isVisible() for one in (status.end, status.again, status.all)))
    assert status.end.x() < status.again.x() < status.all.x()
