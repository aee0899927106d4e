"""What a stranger has written is text and nothing else: no mark-up is read from it, no picture is fetched for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import Qt as Gui
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.cli.people import own_service
from tests.gui.driver import Driver
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import look
from uploader_gui.practice import PracticeService

pytestmark = pytest.mark.slow
FORGED = '<h1>Acme <img src="file:///etc/hostname"></h1>'


def rendered(root: QWidget) -> Iterator[str]:
    """The texts below a widget that Qt would read as mark-up, or may do so."""
    for label in root.findChildren(QLabel):
        if label.textFormat() is not Qt.TextFormat.PlainText:
            yield f"the label “{label.text()}”"
    for widget in root.findChildren(QWidget):
        if Gui.mightBeRichText(widget.toolTip()):
            yield f"the tip “{widget.toolTip()}” of {widget.accessibleName() or type(widget).__name__}"


def test_a_forged_service_file(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """The question whether to trust a file is shown as the file has it: it cannot lay it out, or reach elsewhere."""
    dialog = driver.window.comforts.show_services()
    path = own_service(practice, tmp_path, ('name    = "Acme"', f"name    = '{FORGED}'"))
    assert FORGED in path.read_text(encoding="utf-8")
    driver.press("Add…", dialog)
    driver.dialog(path)
    driver.until(lambda: dialog.review is not None)
    assert dialog.review is not None
    assert any(FORGED in label.text() for label in dialog.review.findChildren(QLabel))
    assert not list(rendered(dialog))


def test_a_forged_file_name(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """In rows, tips, details and the history."""
    path = tmp_path / "<h1>big<br>.pdf"
    path.write_bytes(b"x" * 10)
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    driver.choose(driver.node, driver.node.uploads[0])
    window = driver.window
    assert not list(rendered(window))
    window.history.look_up("")
    driver.until(lambda: window.history.table.model().rowCount() == 1)
    for model in (window.model, window.history.table.model()):
        for row in range(model.rowCount(QModelIndex())):
            for column in range(model.columnCount(QModelIndex())):
                tip = model.data(model.index(row, column), Qt.ItemDataRole.ToolTipRole)
                assert not Gui.mightBeRichText(tip or ""), tip
    assert practice.world.attachments("close")


def test_every_window(driver: Driver) -> None:
    """Every label of every window is made as plain text, whatever it is for today."""
    comforts = driver.window.comforts
    comforts.show_services()
    driver.window.ways.add()
    driver.rest(0.2)
    for window in QApplication.topLevelWidgets():
        assert not list(rendered(window)), type(window).__name__


@pytest.mark.parametrize("text", ["<h1>x", "a <b>b</b>", "&lt;b&gt;", "<!-- x -->", "<a href='x'>", "1 < 2", "plain"])
def test_tips(text: str) -> None:
    """Qt takes none for mark-up, and nothing of it is lost to who reads it."""
    assert not Gui.mightBeRichText(look.tip(text))
    assert look.tip(text).replace("\u2060", "") == text
