"""Files that are attached go to another record as well: from the history, the queue, or their details."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.gui.driver import Driver, practice_source
from uploader_gui.core.batch import BatchState
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.queue_model import Row
from uploader_gui.practice import PracticeService

pytestmark = pytest.mark.slow
INITECH = "lead_initech"


def _attached(driver: Driver, tmp_path: Path, *names: str) -> None:
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_bytes(b"%PDF " + path.name.encode())
    driver.aim("close", "note", {"lead": "lead_globex", "text": "Hello"})
    driver.drop(paths)
    driver.state(BatchState.ATTACHED)


def test_from_the_history(open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path) -> None:
    """After a restart: the same account and target, no record; once that is chosen they go by one press, and once."""
    driver = open_window(practice_source(practice))
    _attached(driver, tmp_path, "a.pdf", "b.pdf")
    driver.close()
    driver = open_window(practice_source(practice))
    driver.aim("circle", "post", {})
    window = driver.window
    window.filters.choose(None, history=True)
    driver.until(lambda: window.history.model.rowCount() == 1)
    window.history.table.setCurrentIndex(window.history.model.index(0, 0))
    window.history.wished.emit(Deed.ELSEWHERE, [window.history.current])
    assert not window.pages.history_shown
    assert window.offer.text == "2 files or folders are waiting. Fill in “Lead” above."
    window.target.fields.fill({"lead": INITECH}, {"lead": "Initech"})
    driver.until(lambda: "They go to the note on Initech." in window.offer.text)
    assert not driver.nodes, "not before a person says so"
    driver.press("Attach")
    driver.state(BatchState.ATTACHED)
    first, second = practice.world.attachments("close")
    assert (first.record, second.record) == ("lead_globex", INITECH)
    assert [file.name for file in second.files] == ["a.pdf", "b.pdf"]


def test_a_pinned_record_is_left(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Nothing goes to the record that is chosen only because of that; one file of several can go alone."""
    _attached(driver, tmp_path, "a.pdf", "b.pdf")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.window.target.pin.setChecked(True)
    driver.rest()
    driver.window.doing.do(Deed.ELSEWHERE, [Row(driver.node, driver.node.uploads[1])])
    driver.rest()
    assert driver.window.offer.text == "b.pdf is waiting. Fill in “Lead” above."
    assert len(driver.nodes) == 1
    assert len(practice.world.attachments("close")) == 1


def test_where_nothing_lacks_they_wait(driver: Driver, tmp_path: Path) -> None:
    """A target without a record does not send the same files again by a slip of the hand."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "upload", {})
    driver.drop([path])
    driver.state(BatchState.STORED)
    driver.choose(driver.node)
    driver.press("Attach elsewhere…", driver.window.details)
    driver.rest()
    assert driver.window.offer.text.startswith("a.pdf is waiting.")
    assert len(driver.nodes) == 1
    driver.key(Qt.Key.Key_Escape)
