"""What happens if a file cannot be sent is chosen in the settings, or in a batch's details: and then it happens."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.gui.driver import Driver, kept, practice_source
from uploader_gui.core.batch import BatchState, Partly
from uploader_gui.gui import deeds
from uploader_gui.gui.partly_box import PartlyBox
from uploader_gui.practice import PracticeService
from uploader_gui.store import settings

pytestmark = pytest.mark.slow


def drop(driver: Driver, folder: Path) -> None:
    """Drop two files of which one is not there."""
    path = folder / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path, folder / "gone.pdf"])


def choose(box: PartlyBox, partly: Partly) -> None:
    """Choose in the list, as a person does."""
    box.setCurrentIndex(box.findData(partly.value))
    box.activated.emit(box.currentIndex())


def test_chosen_beforehand(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """Chosen in the settings it holds for new batches, also after a restart: the others are attached by themselves."""
    driver = open_window(practice_source(practice))
    dialog = driver.window.comforts.show_settings()
    assert dialog.partly.chosen is Partly.ASK
    choose(dialog.partly, Partly.OTHERS)
    driver.press("Save", dialog)
    driver.until(lambda: driver.desk.settings.partly is Partly.OTHERS)
    driver.close()
    assert settings.read().settings.partly is Partly.OTHERS
    driver = open_window(practice_source(practice))
    drop(driver, tmp_path)
    driver.until(lambda: len(driver.nodes) == 2)
    driver.state(BatchState.ATTACHED, 0)
    driver.state(BatchState.NEEDS_ATTENTION, 1)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf"]
    assert [one.name for one in driver.node.uploads] == ["gone.pdf"]
    works = driver.desk._works
    assert works is not None
    assert works.ledger.held(driver.node.batch.id), "no other process takes up what was parted off"


def test_chosen_in_the_details(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Of one batch it is chosen in its details, kept with it, and holds at once for what waits for that."""
    drop(driver, tmp_path)
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.choose(driver.node)
    [box] = driver.window.details.findChildren(PartlyBox)
    assert box.chosen is Partly.ASK
    button = deeds.label(deeds.Deed.PART)
    assert button in [box.itemText(row) for row in range(box.count())], "the same thing has the same name"
    choose(box, Partly.NOTHING)
    driver.until(lambda: driver.node.batch.partly is Partly.NOTHING)
    assert kept()[0][0].partly is Partly.NOTHING
    driver.until(lambda: "Nothing is attached before all its files are stored" in texts(driver))
    assert "Attach the others" not in buttons(driver)
    assert practice.world.attachments() == []
    [box] = [one for one in driver.window.details.findChildren(PartlyBox) if one.isVisible()]
    choose(box, Partly.OTHERS)
    driver.state(BatchState.ATTACHED, 0)
    assert len(practice.world.attachments("close")) == 1


def texts(driver: Driver) -> str:
    """What the details say."""
    return "\n".join(one.text() for one in driver.window.details.findChildren(QLabel) if one.isVisible())


def buttons(driver: Driver) -> list[str]:
    """The buttons of the details."""
    return [one.text() for one in driver.window.details.findChildren(QPushButton) if one.isVisible()]


def test_list_that_is_open(driver: Driver, tmp_path: Path) -> None:
    """While somebody chooses, the details are not drawn anew under their hands; afterwards they are."""
    drop(driver, tmp_path)
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.choose(driver.node)
    [box] = driver.window.details.findChildren(PartlyBox)
    box.showPopup()
    driver.desk.batch_desk.leave_out(driver.node.batch.id, driver.node.uploads[1].id)
    driver.state(BatchState.ATTACHED)
    driver.rest(0.5)
    assert box.is_open
    box.hidePopup()
    driver.until(lambda: "Needs you" not in texts(driver) and "1 file" in texts(driver))
    assert [one for one in driver.window.details.findChildren(PartlyBox) if one.isVisible()] == []


def test_not_for_one_file(driver: Driver, tmp_path: Path) -> None:
    """Of a single file there is nothing to choose."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([tmp_path / "gone.pdf"])
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.choose(driver.node)
    assert driver.window.details.findChildren(PartlyBox) == []
