"""The settings in their window: what is chosen holds at once or says when it does, is kept, and survives a restart."""

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tests.gui.driver import Driver, kept, practice_source
from uploader_gui.core.batch import BatchState
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.settings import NONE, Settings
from uploader_gui.gui.settings_dialog import SettingsDialog
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.store import settings
from uploader_gui.store.opening import open_ledger
from uploader_gui.store.traces import Traces
from uploader_gui.workers.beside import Beside

pytestmark = pytest.mark.slow


@pytest.fixture
def opened(open_window: Callable[..., Driver], practice: PracticeService) -> Driver:
    """A window whose number of lanes is as the settings have it."""
    return open_window(practice_source(practice), lanes=None)


def texts(dialog: SettingsDialog) -> list[str]:
    """What stands in the settings beside the fields."""
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def attach(driver: Driver, path: Path) -> None:
    """Attach a file."""
    path.write_bytes(b"%PDF")
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.state(BatchState.ATTACHED)


def test_by_the_key(opened: Driver) -> None:
    """Ctrl+, opens them, once; Escape closes them without a change."""
    QTest.keyClick(opened.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(opened.window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    [dialog] = opened.window.findChildren(SettingsDialog)
    assert not dialog.isModal()
    dialog.lanes.setValue(7)
    opened.until(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert opened.window.comforts.show_settings() is not dialog
    assert opened.desk.settings == Settings()
    assert not settings.settings_path().exists()


def test_chosen(opened: Driver, open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """What is chosen is kept, holds at once (more lanes too), and holds at the next start; fewer lanes then only."""
    dialog = opened.window.comforts.show_settings()
    assert opened.desk.lanes == 3
    dialog.lanes.setValue(5)
    dialog.undo.setValue(42)
    dialog.keep.setCurrentIndex(dialog.keep.findData(30))
    assert "What ended longer ago is deleted when you save. What is attached stays attached." in texts(dialog)
    dialog.notifies.setChecked(False)
    dialog.proxy.setCurrentIndex(dialog.proxy.findData(NONE))
    opened.press("Save", dialog)
    opened.until(lambda: not opened.window.findChildren(SettingsDialog))
    chosen = Settings(lanes=5, undo_seconds=42, keep_days=30, notifies=False, proxy=NONE)
    assert settings.read().settings == opened.desk.settings == chosen
    assert (opened.desk.lanes, opened.desk.undo_seconds) == (5, 42.0)
    dialog = opened.window.comforts.show_settings()
    dialog.lanes.setValue(1)
    assert "Fewer than now: from the next start on." in texts(dialog)
    opened.press("Save", dialog)
    opened.until(lambda: settings.read().settings.lanes == 1)
    assert opened.desk.lanes == 5
    opened.close()
    again = open_window(practice_source(practice), lanes=None)
    assert (again.desk.lanes, again.desk.undo_seconds) == (1, 42.0)


def test_the_command_line_wins(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """How many lanes there are was said at the start: that holds, whatever the settings say, and they say so."""
    settings.write(Settings(lanes=6))
    driver = open_window(practice_source(practice), lanes=2)
    assert driver.desk.lanes == 2
    dialog = driver.window.comforts.show_settings()
    assert dialog.lanes.value() == 6
    assert any("--lanes 2" in text for text in texts(dialog))
    dialog.lanes.setValue(8)
    driver.press("Save", dialog)
    driver.until(lambda: settings.read().settings.lanes == 8)
    assert driver.desk.lanes == 2


def test_a_proxy_of_ones_own(opened: Driver) -> None:
    """A proxy's address is checked while it is typed; one with a password is not kept, and says why."""
    dialog = opened.window.comforts.show_settings()
    assert not dialog.address.isVisible()
    dialog.proxy.setCurrentIndex(2)
    assert dialog.address.isVisible()
    assert not dialog.save.isEnabled()
    dialog.address.setText("http://ann:secret@proxy.example:8080")
    assert not dialog.save.isEnabled()
    assert any("cannot be kept here" in text for text in texts(dialog))
    dialog.address.setText("http://proxy.example:8080")
    opened.press("Save", dialog)
    opened.until(lambda: settings.read().settings.proxy == "http://proxy.example:8080")


def test_they_cannot_be_written(opened: Driver) -> None:
    """What cannot be written holds until the end, and that is said; nothing crashes."""
    settings.settings_path().parent.write_bytes(b"a file where the folder belongs")
    dialog = opened.window.comforts.show_settings()
    dialog.undo.setValue(20)
    opened.press("Save", dialog)
    opened.until(dialog.asks.isVisible)
    assert dialog.asks.text.startswith("These settings hold until you quit; they could not be written: ")
    assert opened.desk.undo_seconds == 20


def test_damaged(open_window: Callable[..., Driver], practice: PracticeService) -> None:
    """Damaged settings do not stop the window: the usual ones hold, and a bar says so."""
    settings.write(Settings(lanes=6))
    settings.settings_path().write_bytes(b'{"lanes": "many", "undo_seconds": 20}')
    driver = open_window(practice_source(practice), lanes=None)
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts[0].endswith("could not be used, and are as usual: uploads at once.")
    assert (driver.desk.lanes, driver.desk.undo_seconds) == (3, 20.0)


def test_clearing_the_history(opened: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Cleared, what has ended is gone from history, queue, ledger and traces; what is under way is not touched."""
    attach(opened, tmp_path / "a.pdf")
    done = opened.node.batch.id
    opened.until(lambda: "sha256" in opened.node.uploads[0].digests)
    practice.misbehave(Fault(kind="stall", service="close", step="transfer"))
    path = tmp_path / "b.pdf"
    path.write_bytes(b"x" * 300_000)
    opened.drop([path])
    opened.aim("close", "note", {"lead": "lead_globex"})
    opened.until(opened.window.offer.isVisible)
    opened.window.offer.buttons[0].click()
    opened.until(lambda: len(opened.nodes) == 2 and opened.node.running)
    opened.until(lambda: Traces().read(done))
    dialog = opened.window.comforts.show_settings()
    opened.press("Clear now…", dialog)
    opened.press("Keep", dialog)
    assert not dialog.asks.isVisible()
    opened.press("Clear now…", dialog)
    opened.press("Delete", dialog)
    opened.until(lambda: dialog.asks.text == "1 batch was deleted from the history.")
    opened.until(lambda: len(opened.nodes) == 1)
    assert not Traces().read(done)
    opened.close()
    assert [batch.state for batch, _uploads in kept()] == [BatchState.OPEN]


def test_what_is_old_goes_by_itself(
    open_window: Callable[..., Driver], practice: PracticeService, tmp_path: Path
) -> None:
    """At the start what ended longer ago than it is to be kept is deleted, and nothing younger."""
    driver = open_window(practice_source(practice))
    attach(driver, tmp_path / "a.pdf")
    driver.close()
    with open_ledger(datetime.now(UTC)).ledger as ledger:
        [batch] = ledger.batches()
        ended = (datetime.now(UTC) - timedelta(days=20)).isoformat(timespec="milliseconds")
        ledger.write(lambda connection: connection.execute("UPDATE batch SET ended = ?", (ended,)))
    settings.write(Settings(keep_days=30))
    open_window(practice_source(practice)).close()
    assert [one.id for one, _uploads in kept()] == [batch.id]
    settings.write(Settings(keep_days=7))
    open_window(practice_source(practice)).close()
    assert kept() == []


def test_no_setting_without_a_name(opened: Driver) -> None:
    """Each field of the settings says what it is to whoever hears it."""
    dialog = opened.window.comforts.show_settings()
    QApplication.processEvents()
    for field in (dialog.lanes, dialog.undo, dialog.keep, dialog.proxy, dialog.address):
        assert field.accessibleName()


def test_kept_longer(
    opened: Driver, practice: PracticeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who wants the history kept longer from now on loses nothing by the shorter time that held until then."""
    del practice
    opened.desk.use_settings(Settings(keep_days=7))
    attach(opened, tmp_path / "a.pdf")
    opened.until(lambda: "sha256" in opened.node.uploads[0].digests)
    [(batch, _uploads)] = kept()
    works = opened.desk._works
    assert works is not None
    old = dataclasses.replace(batch, ended=datetime.now(UTC) - timedelta(days=8))
    works.ledger.save(old, (), datetime.now(UTC), (batch.id, None, "aged by a test"))

    def at_once(do: Callable[..., object], then: Callable[[object], object], *_more: object, **_named: object) -> bool:
        then(do(works, CancelToken()))
        return True

    monkeypatch.setattr(opened.desk, "on_disk", at_once)
    assert Beside(opened.desk).save(Settings(keep_days=None), lambda: None, lambda _error: None)
    assert [one.id for one, _uploads in kept()] == [batch.id]
