"""Everything can be done without a mouse: the Tab key comes to all there is, in the order in which it is read."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QMenu, QWidget

from tests.gui.driver import Driver, mime
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.gui import deeds
from uploader_gui.practice import SAMPLES, Fault, PracticeService

pytestmark = pytest.mark.slow
MOST = 60


def pdf(folder: Path, name: str) -> Path:
    """A file."""
    path = folder / name
    path.write_bytes(b"%PDF")
    return path


def called(widget: QWidget | None) -> str:
    """What a widget is called."""
    if widget is None:
        return "nothing"
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return (text.strip() or widget.accessibleName()).replace("&", "")


def walk(driver: Driver, key: Qt.Key = Qt.Key.Key_Tab) -> list[str]:
    """Press Tab until the keyboard is where it was; gives where it came by."""
    driver.window.activateWindow()
    driver.until(lambda: QApplication.focusWidget() is not None)
    start = QApplication.focusWidget()
    stops = [called(start)]
    while len(stops) < MOST:
        QTest.keyClick(QApplication.focusWidget() or driver.window, key)
        if QApplication.focusWidget() is start:
            return stops
        stops.append(called(QApplication.focusWidget()))
    raise AssertionError(f"the keyboard does not come back: {stops}")


def in_order(stops: list[str], wanted: list[str]) -> None:
    """These are all there, and one after the other."""
    assert [one for one in stops if one in wanted] == wanted, stops


def buttons_reached(driver: Driver, stops: list[str]) -> None:
    """Every button that is shown is a stop, or beside one in its group, where the arrow keys go."""
    shown = [one for one in driver.window.inside.findChildren(QAbstractButton) if one.isVisible() and one.isEnabled()]
    # What belongs to a field, such as the cross that empties it, is no more than its keys do.
    shown = [one for one in shown if not isinstance(one.parent(), QLineEdit)]
    assert len(shown) > 5
    missed = [one for one in shown if called(one) not in stops]
    for one in missed:
        group = one.group()
        assert group is not None, called(one)
        assert called(group.checkedButton()) in stops


def test_begins_at_the_target(driver: Driver) -> None:
    """When the window opens, the keyboard is where one begins: at the target."""
    driver.window.activateWindow()
    driver.until(lambda: QApplication.focusWidget() is not None)
    assert called(QApplication.focusWidget()) == "Account"


def test_walk_through_an_empty_window(driver: Driver) -> None:
    """From the target through its fields to the filters, the search and the button, and back to the target."""
    stops = walk(driver)
    in_order(stops, ["Account", "What to attach to", "Lead", "All", "Search files and records", "Choose files…"])
    buttons_reached(driver, stops)
    assert walk(driver, Qt.Key.Key_Backtab) == [stops[0], *reversed(stops[1:])]


def test_walk_follows_what_is_made_anew(driver: Driver) -> None:
    """The fields of another target, made a moment ago, come between the target and the filters, not last."""
    face = next(one for one in driver.desk.accounts if one.service.id == "close")
    driver.window.target.choose(face.key, "email_send")
    in_order(walk(driver), ["Account", "What to attach to", "Lead", "From", "All", "Choose files…"])


def test_walk_through_details(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """From the queue to the details, with everything that can be done in them, and on to the status line."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", after=1))
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, "a.pdf"), tmp_path / "gone.pdf"])
    driver.upload(UploadState.RUNNING)
    upload = driver.upload(UploadState.NEEDS_ATTENTION, 1)
    driver.choose(driver.node, upload)
    driver.rest(0.4)
    stops = walk(driver)
    wanted = ["Queue", "Close the details", "Choose another file…", "Leave out", "Pause all"]
    in_order(stops, wanted)
    buttons_reached(driver, stops)
    assert walk(driver, Qt.Key.Key_Backtab) == [stops[0], *reversed(stops[1:])]


def test_walk_through_bars(driver: Driver, tmp_path: Path) -> None:
    """What asks for something can be answered: files that wait, and what is about to go out."""
    driver.aim("close", "email_send", {"lead": "lead_globex", "contact": "cont_globex_hank", **_sender()})
    driver.drop([pdf(tmp_path, "a.pdf")])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.desk.batch_desk.let_go(driver.node.batch.id)
    driver.until(driver.window.undo.isVisible)
    driver.drop([pdf(tmp_path, "b.pdf")])
    driver.until(driver.window.offer.isVisible)
    stops = walk(driver)
    in_order(stops, ["Don't send", "All", "Queue", "Undo"])
    buttons_reached(driver, stops)
    driver.press("Undo", driver.window.undo)
    driver.state(BatchState.OPEN)


def _sender() -> dict[str, str]:
    return {"sender": SAMPLES["close"]["sender"]}


def test_walk_through_the_history(driver: Driver, tmp_path: Path) -> None:
    """The history is come to by the arrow keys of the filters; its table and buttons are stops."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, "a.pdf")])
    driver.state(BatchState.ATTACHED)
    everything = next(one for one in driver.window.findChildren(QAbstractButton) if one.text() == "All")
    everything.setFocus()
    for _ in range(4):
        QTest.keyClick(QApplication.focusWidget() or everything, Qt.Key.Key_Right)
    driver.until(lambda: driver.window.history.model.rowCount() == 1)
    stops = walk(driver)
    in_order(stops, ["History", "Search files and records", "History", "Export…"])  # the button, and the table
    buttons_reached(driver, stops)


def test_the_menu_by_keyboard(driver: Driver, tmp_path: Path) -> None:
    """The menu key opens the menu of the chosen row, with all that can be done about it."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, "a.pdf"), tmp_path / "gone.pdf"])
    driver.upload(UploadState.NEEDS_ATTENTION, 1)
    driver.state(BatchState.NEEDS_ATTENTION)
    driver.choose(driver.node)
    queue = driver.window.queue
    at = QPoint(5, 5)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, queue.viewport().mapToGlobal(at))
    QApplication.sendEvent(queue.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    there = [one.text() for one in menu.actions() if one.text()]
    possible = deeds.possible(driver.node, None, driver.desk.clock.utc())
    assert there == [*map(deeds.label, possible), "Details"]
    menu.close()
    driver.rest()


def test_home_and_end(driver: Driver, tmp_path: Path) -> None:
    """Home and End choose the first and the last row; the row that is chosen is the one that keys are about."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([pdf(tmp_path, f"{number}.pdf") for number in range(5)])
    driver.state(BatchState.ATTACHED)
    queue = driver.window.queue
    queue.setFocus(Qt.FocusReason.TabFocusReason)
    driver.until(lambda: queue.selected)
    driver.key(Qt.Key.Key_End)
    assert [row.upload for row in queue.selected] == [driver.node.uploads[-1]]
    driver.key(Qt.Key.Key_Home)
    assert [row.upload for row in queue.selected] == [None]


def test_copied_files_are_for_the_window(driver: Driver, tmp_path: Path) -> None:
    """Files that were copied are taken also while a field has the keyboard; a text goes into the field."""
    face = next(one for one in driver.desk.accounts if one.service.id == "close")
    driver.window.target.choose(face.key, "note")
    driver.window.activateWindow()
    driver.until(lambda: QApplication.focusWidget() is not None)
    while called(QApplication.focusWidget()) != "Lead":
        QTest.keyClick(QApplication.focusWidget() or driver.window, Qt.Key.Key_Tab)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    QGuiApplication.clipboard().setMimeData(mime([pdf(tmp_path, "a.pdf")]))
    QTest.keySequence(editor, QKeySequence(QKeySequence.StandardKey.Paste))
    driver.until(driver.window.offer.isVisible)
    assert driver.window.offer.text.startswith("a.pdf is waiting.")
    assert not editor.text()
    QGuiApplication.clipboard().setText("lead_init")
    QTest.keySequence(editor, QKeySequence(QKeySequence.StandardKey.Paste))
    assert editor.text() == "lead_init"


def test_no_account(open_window: Callable[..., Driver]) -> None:
    """Without an account nothing is locked in or out: the keyboard goes round through what can be used."""
    driver = open_window(list)
    everything = next(one for one in driver.window.findChildren(QAbstractButton) if one.text() == "All")
    everything.setFocus()
    stops = walk(driver)
    in_order(stops, ["All", "Search files and records"])


def test_undo_by_key(driver: Driver, tmp_path: Path) -> None:
    """What is about to go out is undone by one key, from wherever the keyboard is; nothing happens where nothing is."""
    undo = QKeySequence.keyBindings(QKeySequence.StandardKey.Undo)[0]
    driver.window.activateWindow()
    driver.window.queue.setFocus()
    QTest.keySequence(driver.window.queue, undo)
    email: dict[str, object] = {
        "lead": "lead_globex",
        "contact": "cont_globex_hank",
        "sender": SAMPLES["close"]["sender"],
    }
    driver.aim("close", "email_send", email)
    driver.drop([pdf(tmp_path, "Offer.pdf")])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    driver.desk.batch_desk.let_go(driver.node.batch.id)
    driver.until(driver.window.undo.isVisible)
    driver.window.queue.setFocus()
    QTest.keySequence(driver.window.queue, undo)
    driver.state(BatchState.OPEN)
    driver.until(lambda: not driver.window.undo.isVisible())
    assert driver.node.held_back
