"""What is given up is deleted at the service where it documents a way to, and the window says what stays where."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from tests.gui.driver import Driver, kept
from uploader_gui.core.batch import CLEANED, NOT_CLEANED, BatchState, UploadState
from uploader_gui.practice import SAMPLES, Fault, PracticeService

pytestmark = pytest.mark.slow


def drop(driver: Driver, folder: Path, service: str = "kizen", target: str = "record_field") -> None:
    """Drop two files of which one is not there; wait until the other one is stored."""
    path = folder / "a.pdf"
    path.write_bytes(b"%PDF" + service.encode())
    driver.aim(service, target, {**SAMPLES["kizen"]} if service == "kizen" else {"lead": "lead_globex"})
    driver.drop([path, folder / "gone.pdf"])
    driver.state(BatchState.NEEDS_ATTENTION)
    assert driver.node.uploads[0].state is UploadState.STORED


def deleted(practice: PracticeService) -> list[str]:
    """The files that the service was asked to delete."""
    return [one.path for one in practice.world.requests if one.method == "DELETE"]


def journal(driver: Driver) -> list[str]:
    """What the ledger says happened to the newest batch's first file."""
    works = driver.desk._works
    assert works is not None
    return [what for _at, what in works.past.journal(driver.node.batch.id, driver.node.uploads[0].id)]


def texts(driver: Driver) -> list[str]:
    """What the details say."""
    return [one.text() for one in driver.window.details.findChildren(QLabel) if one.isVisible()]


def test_deleted(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """The question says what is deleted; then it is, once, and the file's steps say so."""
    drop(driver, tmp_path)
    driver.window.comforts.menu.actions_["Give everything up…"].trigger()
    bar = driver.window.all_at_once.bar
    assert "What was sent already is deleted at Kizen, if it lets us" in bar.text
    driver.press("Give it up", bar)
    driver.state(BatchState.CANCELLED)
    driver.until(lambda: CLEANED in journal(driver))
    assert len(deleted(practice)) == 1
    assert practice.world.attachments() == []
    driver.choose(driver.node, driver.node.uploads[0])
    driver.until(lambda: "Delete what was sent" in texts(driver))


def test_not_to_be_had(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What the service refuses to delete stays, is noted, and is not asked for again; nothing else depends on it."""
    practice.misbehave(Fault(kind="server_error", service="kizen", step="cleanup"))
    drop(driver, tmp_path)
    driver.desk.batch_desk.cancel(driver.node.batch.id)
    driver.until(lambda: any(what.startswith(NOT_CLEANED) for what in journal(driver)))
    assert len(deleted(practice)) == 1
    driver.choose(driver.node, driver.node.uploads[0])
    driver.until(lambda: "Delete what was sent: it stays at the service" in texts(driver))
    assert driver.window.notices.texts == []


def test_quitting_waits_for_nothing(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A service that does not answer holds up neither the window's end nor anything else."""
    practice.misbehave(Fault(kind="stall", service="kizen", step="cleanup"))
    drop(driver, tmp_path)
    driver.desk.batch_desk.cancel(driver.node.batch.id)
    driver.until(lambda: deleted(practice))
    driver.close()
    assert [batch.state for batch, _uploads in kept()] == [BatchState.CANCELLED]


def test_where_no_way_is_documented(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Nothing is asked for, and the details say what stays, and how long."""
    drop(driver, tmp_path, "close", "note")
    driver.desk.batch_desk.cancel(driver.node.batch.id)
    driver.state(BatchState.CANCELLED)
    driver.choose(driver.node)
    said = "What was sent already stays at Close until it runs out, 24 h after it was sent."
    driver.until(lambda: said in texts(driver))
    assert deleted(practice) == []
