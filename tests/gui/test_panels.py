"""The details, the history, the keys: what they say and do."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from tests.gui.driver import Driver, practice_source
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import history_view, look
from uploader_gui.gui.look import GRID, Button
from uploader_gui.gui.queue_model import Column
from uploader_gui.practice import PracticeService

pytestmark = pytest.mark.slow


@pytest.fixture
def attached(driver: Driver, tmp_path: Path) -> Driver:
    """A window with one file attached."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    return driver


def said(widget: QWidget) -> list[str]:
    """All texts of a part of the window that can be seen, in order."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def test_details_of_a_file(attached: Driver) -> None:
    """The details say what was done when, what is proven, and what there is to copy."""
    attached.until(lambda: "sha256" in attached.node.uploads[0].digests)
    attached.choose(attached.node, attached.node.uploads[0])
    attached.rest(0.6)
    texts = said(attached.window.details)
    assert texts[:2] == ["a.pdf", "4 bytes · application/pdf · to the note on Globex Corporation · Close"]
    for text in (
        "Steps",
        "Ask where to send it",
        "Send",
        "Attach",
        "Digests",
        "MD5",
        "SHA-256",
        "CRC32C",
        "Links",
    ):
        assert text in texts
    assert "The storage's own MD5 is that of the file." in texts
    for called, name in (("SHA-256", "sha256"), ("CRC32C", "crc32c")):
        copies = [one for one in attached.window.details.findChildren(Button) if one.toolTip() == f"Copy the {called}"]
        copies[-1].click()
        assert QGuiApplication.clipboard().text() == attached.node.uploads[0].digests[name]


def test_names_have_room_beside_the_details(attached: Driver) -> None:
    """In a window as it comes, with the details open, it can be read whose row it is."""
    attached.window.resize(120 * GRID, 80 * GRID)
    attached.choose(attached.node)
    queue = attached.window.queue
    attached.until(lambda: queue.width() < attached.window.width() - 20 * GRID)
    name = QFontMetrics(look.strong(queue.font())).horizontalAdvance("Note on Globex Corporation")
    assert queue.columnWidth(Column.NAME) >= 2 * GRID + look.ICON + GRID + name + GRID
    attached.window.filters.choose(None, history=True)
    table = attached.window.history.table
    attached.until(lambda: attached.window.history.model.rowCount() == 1)
    table.selectRow(0)
    attached.key(Qt.Key.Key_Return, table)
    attached.until(lambda: table.width() < attached.window.width() - 20 * GRID)
    assert table.columnWidth(history_view.Column.PLACE) >= GRID + name + GRID


def test_opening_the_record(attached: Driver) -> None:
    """The record is opened in the browser; nothing but a web address ever is."""
    attached.choose(attached.node)
    opens = [one for one in attached.window.details.findChildren(Button) if one.toolTip() == "Open the record"]
    opens[-1].click()
    assert [url.toString() for url in attached.opened] == ["https://app.close.com/lead/lead_globex/"]
    attached.window.doing.open("file:///etc/passwd")
    attached.window.doing.open("javascript:alert(1)")
    assert len(attached.opened) == 1


def test_history(attached: Driver, tmp_path: Path) -> None:
    """What has ended is in the history: searched, its record opened, its link copied, and written to a file."""
    window = attached.window
    window.filters.choose(None, history=True)
    attached.until(lambda: window.history.model.rowCount() == 1)
    row = [window.history.model.data(window.history.model.index(0, column)) for column in range(6)]
    assert row[1:] == ["Note on Globex Corporation", "Close", "a.pdf", "4 bytes", "Attached"]
    window.filters.search.setText("nobody")
    attached.until(lambda: window.history.model.rowCount() == 0)
    window.filters.search.setText("globex")
    attached.until(lambda: window.history.model.rowCount() == 1)
    window.history.table.selectRow(0)
    attached.press("Copy the record's link", window.history)
    assert QGuiApplication.clipboard().text() == "https://app.close.com/lead/lead_globex/"
    for name in ("history.csv", "history.json"):
        window.history.export_to(tmp_path / name)
        attached.until((tmp_path / name).exists)
    attached.until(lambda: len(window.notices.texts) == 2)
    assert window.notices.texts == [f"1 batch was written to history.{one}." for one in ("csv", "json")]
    with (tmp_path / "history.csv").open(encoding="utf-8", newline="") as file:
        [line] = csv.DictReader(file)
    assert (line["name"], line["state"], line["proof"]) == ("a.pdf", "attached", "etag")
    [batch] = json.loads((tmp_path / "history.json").read_text(encoding="utf-8"))
    assert [file["name"] for file in batch["files"]] == ["a.pdf"]


def test_a_file_of_the_history(attached: Driver, open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """What is proven of a file is there at the next start as well: Enter shows its batch, a press the file."""
    attached.until(lambda: "sha256" in attached.node.uploads[0].digests)
    sha256 = attached.node.uploads[0].digests["sha256"]
    attached.close()
    again = open_window(practice_source(practice))
    window = again.window
    window.filters.choose(None, history=True)
    again.until(lambda: window.history.model.rowCount() == 1)
    window.history.table.selectRow(0)
    again.key(Qt.Key.Key_Return, window.history.table)
    again.until(window.details.isVisible)
    assert "Clear from the list" not in [one.text() for one in window.details.findChildren(QPushButton)]

    def press(text: str) -> None:
        buttons = [one for one in window.details.findChildren(Button) if one.text() == text]
        again.until(buttons[-1].isVisible)
        buttons[-1].click()
        again.rest(0.1)

    press("a.pdf · 4 bytes")
    texts = said(window.details)
    assert texts[0] == "a.pdf"
    assert f"{sha256[:10]}…{sha256[-6:]}" in texts
    press("Note on Globex Corporation")
    assert said(window.details)[0] == "Note on Globex Corporation"
    again.key(Qt.Key.Key_Escape, window.history.table)
    again.until(lambda: not window.details.isVisible())
    assert window.history.table.hasFocus()


def test_keys(attached: Driver) -> None:
    """Everything about a row can be done by keys: folding, details, closing them again, clearing away."""
    queue, model = attached.window.queue, attached.window.model
    queue.choose(attached.node.batch.id)
    attached.key(Qt.Key.Key_Left)
    assert model.rowCount() == 1
    attached.key(Qt.Key.Key_Right)
    assert model.rowCount() == 2
    attached.key(Qt.Key.Key_Down)
    attached.key(Qt.Key.Key_Return)
    assert attached.window.details.isVisible()
    attached.window.escape()
    assert not attached.window.details.isVisible()
    queue.choose(attached.node.batch.id)
    attached.key(Qt.Key.Key_Delete)
    assert model.rowCount() == 0
    assert attached.window.empty.text.startswith("Drop files here")


def test_every_widget_has_a_name(attached: Driver) -> None:
    """Whatever can be focused says what it is to whoever hears it."""
    attached.choose(attached.node, attached.node.uploads[0])
    nameless = [
        one
        for one in attached.window.findChildren(QWidget)
        if one.focusPolicy() != Qt.FocusPolicy.NoFocus
        and one.isVisible()
        and not one.accessibleName()
        and not getattr(one, "text", lambda: "")()
        and one.focusProxy() is None
        and not one.objectName().startswith("qt_")
    ]
    assert [type(one).__name__ for one in nameless] == []


def test_no_account(open_window: object) -> None:
    """Without an account the window says so, and files wait."""
    assert callable(open_window)
    driver: Driver = open_window(list)
    assert driver.window.empty.text == "No account yet An account is your sign-in at a service that takes files."
    driver.drop([Path("/etc/hostname")])
    assert driver.window.offer.text == "hostname is waiting. Choose an account first."
