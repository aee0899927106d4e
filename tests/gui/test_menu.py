"""The menu: each entry does what it says, by mouse and by its key; the list of keys tells what there is."""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QLineEdit, QWidget

from tests.canaries import leaks
from tests.gui.driver import Driver
from uploader_gui import __version__
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import shortcuts
from uploader_gui.gui.look import Button
from uploader_gui.gui.shortcuts import Way, sequence, sequences
from uploader_gui.practice import PracticeService
from uploader_gui.store.paths import places

pytestmark = pytest.mark.slow


def texts(widget: QWidget) -> list[str]:
    """What can be read in a window."""
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]


def test_entries(driver: Driver) -> None:
    """The entries in their order; each shows its window, wishes for it, or does it."""
    window, menu = driver.window, driver.window.comforts.menu
    assert list(menu.actions_) == [
        "Choose files…",
        "Choose a folder…",
        "Accounts…",
        "Service files…",
        "Try again all that needs you",
        "Give everything up…",
        "History",
        "Settings…",
        "Keyboard shortcuts",
        "Diagnostics…",
        "About Uploader",
        "Quit",
    ]
    menu.actions_["Accounts…"].trigger()
    assert window.ways.dialog.isVisible()
    menu.actions_["History"].trigger()
    assert window.filters.history
    menu.actions_["History"].trigger()
    assert not window.filters.history
    for entry, title in (
        ("Service files…", "Service files"),
        ("Settings…", "Settings"),
        ("Keyboard shortcuts", "Keyboard shortcuts"),
        ("Diagnostics…", "Diagnostics"),
        ("About Uploader", "About Uploader"),
    ):
        menu.actions_[entry].trigger()
        menu.actions_[entry].trigger()
        shown = [one for one in window.comforts._sheets.values() if one.windowTitle() == title]
        assert len(shown) == 1, entry
        assert shown[0].isVisible()
    for entry, title in (("Choose files…", "Choose files"), ("Choose a folder…", "Choose a folder")):
        menu.actions_[entry].trigger()
        assert window.findChildren(QFileDialog)[-1].windowTitle() == title
        window.findChildren(QFileDialog)[-1].close()


def test_keys(driver: Driver) -> None:
    """The keys of the menu work although it is closed; F10 opens it."""
    window = driver.window
    control, shift, none = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier
    QTest.keyClick(window, Qt.Key.Key_H, control | shift)
    assert window.filters.history
    QTest.keyClick(window, Qt.Key.Key_H, control | shift)
    assert not window.filters.history
    QTest.keyClick(window, Qt.Key.Key_F1, none.NoModifier)
    assert [one.windowTitle() for one in window.comforts._sheets.values()] == ["Keyboard shortcuts"]
    opened: list[bool] = []

    def close() -> None:
        opened.append(True)
        window.comforts.menu.menu().close()

    window.comforts.menu.menu().aboutToShow.connect(close, Qt.ConnectionType.QueuedConnection)
    QTest.keyClick(window, Qt.Key.Key_F10, none.NoModifier)
    assert opened == [True]


def test_list_of_keys(driver: Driver) -> None:
    """Every key that an action of the window takes is in the list, with what it does; no key does two things."""
    listed = {key for _heading, rows in shortcuts.listed() for _text, key in rows}
    window = driver.window
    actions = [*window.actions(), *window.comforts.menu.menu().actions()]
    taken = [keys for action in actions for keys in action.shortcuts() if not keys.isEmpty()]
    assert len(taken) == len({keys.toString() for keys in taken}) > 8
    assert {sequence(way).toString(QKeySequence.SequenceFormat.NativeText) for way in Way} <= listed
    assert {keys.toString() for way in Way for keys in sequences(way)} == {keys.toString() for keys in taken}
    dialog = window.comforts.show_keys()
    assert "Pause it, or let it go on" in texts(dialog)
    assert "Ctrl+," in texts(dialog)


def test_about(driver: Driver) -> None:
    """It says which version it is, that nobody is told anything, and where things lie; a folder can be opened."""
    dialog = driver.window.comforts.show_about()
    driver.until(lambda: dialog.findChildren(QLineEdit))
    said = texts(dialog)
    assert f"Uploader {__version__}" in said
    assert any(text.startswith("No telemetry") for text in said)
    shown = {one.accessibleName(): one.text() for one in dialog.findChildren(QLineEdit)}
    assert shown["Queue and history"] == str(places().data / "ledger.db")
    assert list(shown) == ["Queue and history", "Settings", "Your service files", "Log and requests"]
    [opening] = [one for one in dialog.findChildren(Button) if one.toolTip() == "Open the folder of “Log and requests”"]
    opening.click()
    assert [url.toLocalFile() for url in driver.opened] == [str(places().logs)]


def test_diagnostics(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Every line can be read, names are left out unless wished, nothing secret is in it; then it is copied or saved."""
    path = tmp_path / "Krankenakte Meier.pdf"
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    dialog = driver.window.comforts.show_diagnostics()
    driver.until(lambda: "== Batches" in dialog.facts.toPlainText())
    text = dialog.facts.toPlainText()
    assert "Meier" not in text
    assert "Globex" not in text
    assert "file 1: 4 bytes, stored" in text
    assert "undo_seconds: 10" in text
    dialog.without.click()
    driver.until(lambda: "Krankenakte Meier.pdf" in dialog.facts.toPlainText())
    whole = dialog.facts.toPlainText()
    assert re.search(r"#\d+ attach: POST http://127\.0\.0\.1:\d+/close/api/v1/activity/note/ -> 200", whole)
    assert not leaks(whole.encode(), [practice.account("close")["api_key"]])
    driver.press("Copy", dialog)
    assert QGuiApplication.clipboard().text() == whole
    dialog.save_to(tmp_path / "told.txt")
    driver.until(lambda: dialog.asks.text == "Saved as told.txt. Only you may read it.")
    assert (tmp_path / "told.txt").read_text(encoding="utf-8") == whole
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "told.txt").stat().st_mode) == 0o600
    dialog.save_to(tmp_path / "nowhere" / "told.txt")
    driver.until(lambda: dialog.asks.text.startswith("This could not be done: "))


def test_before_it_is_open(open_window: Callable[..., Driver]) -> None:
    """While the queue cannot be opened the windows still open, and say what cannot be done."""
    places().data.mkdir(parents=True)
    (places().data / "ledger.db").mkdir()
    driver = open_window(list)
    assert not driver.desk.ready
    comforts = driver.window.comforts
    for sheet in (comforts.show_services(), comforts.show_diagnostics()):
        assert sheet.asks.text == "This cannot be done while the queue is not open."
    settings = comforts.show_settings()
    driver.press("Save", settings)
    assert settings.asks.text == "The settings cannot be kept while the queue is not open."
    comforts.show_about()
