"""Files on the disk, in the window: in a cloud only, open elsewhere, changed while they are sent, in their folder."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from tests.gui.driver import Driver, kept, practice_source
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.progress import Meter
from uploader_gui.engine import settling, source
from uploader_gui.engine.digest import PIECE
from uploader_gui.gui.deeds import Deed
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.store import folders, ledger
from uploader_gui.store.paths import places
from uploader_gui.workers.desktop import Nobody
from uploader_gui.workers.facts import Begun

pytestmark = pytest.mark.slow
GLOBEX: dict[str, object] = {"lead": "lead_globex"}


class FileManager(Nobody):
    """A desktop that notes what it is to show.

    Args:
        shows: Whether it can.
    """

    def __init__(self, *, shows: bool = True) -> None:
        self.shown: list[list[Path]] = []
        self._shows = shows

    def show(self, paths: Sequence[Path]) -> bool:
        """Note it."""
        self.shown.append(list(paths))
        return self._shows


def attached(practice: PracticeService) -> list[list[tuple[str, int]]]:
    """Names and sizes of what was attached in Close."""
    return [[(file.name, file.size) for file in one.files] for one in practice.world.attachments("close")]


def said(driver: Driver) -> str:
    """What the details say."""
    return " ".join(one.text() for one in driver.window.details.findChildren(QLabel))


# ------------------------------------------------------------------------------------------------ not on this computer
def test_one_that_is_in_a_cloud(
    driver: Driver, practice: PracticeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told at the drop, with the buttons; nothing is attached without it; once it is here, "Try again" sends it."""
    here, away = tmp_path / "offer.pdf", tmp_path / "contract.pdf"
    for path in (here, away):
        path.write_bytes(b"x" * 1000)
    monkeypatch.setattr(source, "elsewhere", lambda _facts, name: name == away.name)
    monkeypatch.setattr(source, "provider", lambda _path: "OneDrive")
    driver.aim("close", "note", GLOBEX)
    driver.drop([here, away])
    driver.state(BatchState.NEEDS_ATTENTION)
    row = next(line for line in driver.rows if "contract.pdf" in line[0])
    assert row[1:3] == ["1.0 kB", "File is not on this computer"]
    driver.choose(driver.node, driver.node.uploads[1])
    buttons = [one.text() for one in driver.window.details.findChildren(QPushButton) if one.isVisible()]
    assert buttons[:3] == ["Try again", "Choose another file…", "Leave out"]
    assert "contract.pdf lies in OneDrive, and its content is not on this computer" in said(driver)
    driver.press("Try again", driver.window.details)
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts[0].startswith("File is not on this computer.")
    assert not practice.world.attachments()
    monkeypatch.setattr(source, "elsewhere", lambda _facts, _name: False)
    driver.press("Try again", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert attached(practice) == [[("offer.pdf", 1000), ("contract.pdf", 1000)]]


def test_one_that_is_open_elsewhere(
    driver: Driver, practice: PracticeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told at the drop as what it is; "Try again" sends it once it was closed there."""
    path = tmp_path / "report.xlsx"
    path.write_bytes(b"x" * 1000)
    locked, really = True, os.open

    def opening(path_: str, flags: int, *more: int, **others: int) -> int:
        if locked and str(path_) == str(path):
            error = PermissionError(13, "Permission denied")
            error.winerror = 32  # type: ignore[attr-defined]
            raise error
        return really(path_, flags, *more, **others)

    monkeypatch.setattr(os, "open", opening)
    driver.aim("close", "note", GLOBEX)
    driver.drop([path])
    driver.state(BatchState.NEEDS_ATTENTION)
    assert driver.rows[1][2] == "File is open elsewhere"
    locked = False
    driver.choose(driver.node)
    driver.press("Try again", driver.window.details)
    driver.state(BatchState.ATTACHED)
    assert attached(practice) == [[("report.xlsx", 1000)]]


# --------------------------------------------------------------------------------------------- changed while it is sent
def test_one_that_is_saved_while_it_is_sent(
    driver: Driver, practice: PracticeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row says that it waits until it is saved; then it is sent anew as it is by then, by itself."""
    path = tmp_path / "report.xlsx"
    path.write_bytes(os.urandom(3 * PIECE))
    monkeypatch.setattr(settling, "SETTLE", 0.5)
    add, saves = Meter.add, [b"saved"]

    def adding(meter: Meter, count: int) -> None:
        add(meter, count)
        if meter.total == 3 * PIECE and saves:
            with path.open("ab") as file:
                file.write(saves.pop())

    monkeypatch.setattr(Meter, "add", adding)
    driver.aim("close", "note", GLOBEX)
    driver.drop([path])
    driver.upload(UploadState.WAITING_RETRY)
    assert driver.rows[1][2] == "The file has changed: waits until it is saved"
    assert driver.rows[0][2] == "The file has changed: waits until it is saved"
    driver.state(BatchState.ATTACHED)
    assert attached(practice) == [[("report.xlsx", 3 * PIECE + 5)]]


# ---------------------------------------------------------------------------------------------------------- pausing
def test_pausing_says_what_it_does(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What is being sent begins again from its start: said before it is paused, and while it is."""
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", times=1, after=100_000))
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(3_000_000))
    driver.aim("close", "note", GLOBEX)
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.sending)
    assert driver.window.status.all.toolTip().startswith("What is being sent is broken off, and begins again")
    queue = driver.window.queue
    queue.choose(driver.node.batch.id, driver.node.uploads[0].id)
    entries = [action.text() for action in queue.menu_for(queue.selected).actions()]
    assert "Pause (begins again from its start)" in entries
    driver.choose(driver.node, driver.node.uploads[0])
    remarks = [
        one.toolTip()
        for one in driver.window.details.findChildren(QPushButton)
        if one.text() == "Pause (begins again from its start)"
    ]
    assert driver.window.status.all.toolTip() in remarks
    driver.press("Pause (begins again from its start)", driver.window.details)
    driver.upload(UploadState.PAUSED)
    assert [row[2] for row in driver.rows] == ["Paused: begins again from its start"] * 2
    practice.behave()
    queue.setFocus()
    driver.key(Qt.Key.Key_Space)
    driver.state(BatchState.ATTACHED)


# ---------------------------------------------------------------------------------------------------- in their folder
def test_shown_in_its_folder(driver: Driver, tmp_path: Path) -> None:
    """From a file's details, and from the history with all files of the batch; what is gone is said to be."""
    manager = driver.window.comforts.desktop._host = FileManager()
    paths = [tmp_path / "a.pdf", tmp_path / "b.pdf"]
    for path in paths:
        path.write_bytes(b"x")
    driver.aim("close", "note", GLOBEX)
    driver.drop(paths)
    driver.state(BatchState.ATTACHED)
    driver.choose(driver.node, driver.node.uploads[1])
    driver.press("Show in folder", driver.window.details)
    driver.until(lambda: manager.shown)
    assert manager.shown == [[paths[1]]]
    driver.window.filters.toggle_history()
    history = driver.window.history
    driver.until(lambda: history.model.rowCount() == 1)
    assert not history.shows.isEnabled()
    history.table.selectRow(0)
    driver.press("Show in folder", history)
    driver.until(lambda: len(manager.shown) == 2)
    assert manager.shown[1] == paths
    paths[0].unlink()
    driver.press("Show in folder", history)
    driver.until(lambda: len(manager.shown) == 3)
    assert manager.shown[2] == paths[1:]
    paths[1].unlink()
    driver.press("Show in folder", history)
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts == [f"a.pdf and the others are not in {tmp_path} any more."]
    assert len(manager.shown) == 3
    assert not driver.opened


def test_where_no_file_manager_listens(driver: Driver, tmp_path: Path) -> None:
    """The folder is opened in the usual way; a name that looks like mark-up or an option does no harm."""
    manager = driver.window.comforts.desktop._host = FileManager(shows=False)
    path = tmp_path / "-R <b>ü, #1.pdf"
    path.write_bytes(b"x")
    driver.aim("close", "note", GLOBEX)
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    rows = driver.window.queue
    rows.choose(driver.node.batch.id)
    [action] = [one for one in rows.menu_for(rows.selected).actions() if one.text() == "Show in folder"]
    action.trigger()
    driver.until(lambda: driver.opened)
    assert driver.opened == [QUrl.fromLocalFile(str(tmp_path))]
    assert manager.shown == [[path]]
    path.unlink()
    driver.window.doing.do(Deed.SHOW, rows.selected)
    driver.until(lambda: driver.window.notices.texts)
    assert "<b>" in driver.window.notices.texts[0]


# ------------------------------------------------------------------------------------------------------- the dialogs
def test_a_folder_is_chosen(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """By the menu or Ctrl+Shift+O: all files in it are one batch."""
    folder = tmp_path / "papers"
    (folder / "more").mkdir(parents=True)
    for name in ("a.pdf", "more/b.pdf"):
        (folder / name).write_bytes(b"x")
    driver.aim("close", "note", GLOBEX)
    driver.window.comforts.menu.actions_["Choose a folder…"].trigger()
    driver.until(lambda: driver.window.findChildren(QFileDialog))
    dialog = driver.window.findChildren(QFileDialog)[-1]
    assert dialog.fileMode() is QFileDialog.FileMode.Directory
    dialog.filesSelected.emit([str(folder)])
    dialog.close()
    driver.state(BatchState.ATTACHED)
    assert attached(practice) == [[("a.pdf", 1), ("b.pdf", 1)]]


def test_files_are_chosen_beside_the_queue(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """An empty window has the button in its middle; from the first batch on it is above the queue, also if narrow."""
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    filters, empty = driver.window.filters, driver.window.empty
    assert empty.choose.isVisible()
    assert filters.files.isHidden()
    driver.aim("close", "note", GLOBEX)
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    driver.until(filters.files.isVisible)
    assert filters.files.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonTextBesideIcon
    driver.window.resize(500, 600)
    driver.until(lambda: filters.files.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly)
    assert filters.files.isVisible()
    driver.aim("close", "note", GLOBEX)
    filters.files.click()
    driver.until(lambda: driver.window.findChildren(QFileDialog))
    dialog = driver.window.findChildren(QFileDialog)[-1]
    path.write_bytes(b"xy")
    dialog.filesSelected.emit([str(path)])
    dialog.close()
    driver.until(lambda: len(driver.nodes) == 2)
    driver.state(BatchState.ATTACHED)
    assert attached(practice) == [[("a.pdf", 1)], [("a.pdf", 2)]]


def test_what_came_last_is_chosen(driver: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next key is about it; but what a person reads in the details, or went on to meanwhile, is left alone."""
    queue = driver.window.queue

    def drop(number: int) -> str:
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(b"x" * number)
        driver.aim("close", "note", GLOBEX)
        driver.drop([path])
        driver.until(lambda: len(driver.nodes) == number)
        return driver.node.batch.id

    def chosen() -> list[str]:
        return [row.node.batch.id for row in queue.selected]

    first = drop(1)
    driver.until(lambda: chosen() == [first])
    second = drop(2)
    driver.until(lambda: chosen() == [second])
    told: list[Callable[[Begun], None]] = []
    with monkeypatch.context() as slow:
        slow.setattr(
            driver.desk.file_desk, "send", lambda _where, _paths, begun, *_more, **_options: told.append(begun)
        )
        driver.aim("close", "note", GLOBEX)
        driver.window.take_files([str(tmp_path / "2.pdf")])
    queue.choose(first)
    told[0](Begun(batches=(second,)))
    driver.rest()
    assert chosen() == [first], "it came when the person had gone elsewhere"
    queue.details_wished.emit()
    drop(3)
    driver.rest()
    assert chosen() == [first], "its details are being read"


def test_the_last_folder_is_remembered(
    driver: Driver, practice: PracticeService, open_window: object, tmp_path: Path
) -> None:
    """Between two dialogs and two starts; one that is gone is not offered any more."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "a.pdf").write_bytes(b"x")
    choice = driver.window.choice
    for folder in (first, second):
        choice.files()
        driver.dialog(folder / "a.pdf")
    assert choice.folders == (second, first)
    dialog = choice.folder()
    assert Path(dialog.directory().path()) == second
    assert {str(second), str(first)} <= set(dialog.history())
    dialog.close()
    driver.until(lambda: folders.folders() == (second, first))
    driver.close()
    second.joinpath("a.pdf").unlink()
    second.rmdir()
    assert callable(open_window)
    again: Driver = open_window(practice_source(practice))
    again.until(lambda: again.window.choice.folders)
    assert again.window.choice.folders == (first,)
    dialog = again.window.choice.files()
    assert Path(dialog.directory().path()) == first
    dialog.close()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b'{"a": 1}', b'[1, "relative"]', b"[" * 100_000])
def test_what_is_remembered_is_damaged(content: bytes) -> None:
    """Then nothing is remembered, and that is all."""
    folders.remember([Path("/")])
    path = places().data / folders.NAME
    path.write_bytes(content)
    assert folders.folders() == ()
    folders.remember([Path("/")])
    assert folders.folders() == (Path("/"),)


# -------------------------------------------------------------------------------------------------- one batch for each
def test_a_full_disk_in_the_middle_of_one_batch_each(
    driver: Driver, practice: PracticeService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one batch for each file all begin or none: nothing is in the ledger, they wait, and can be tried again."""
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    really, full = ledger._insert_uploads, [2]

    def inserting(connection: sqlite3.Connection, uploads: Sequence[object]) -> None:
        full[0] -= 1
        if not full[0]:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        really(connection, uploads)  # type: ignore[arg-type]

    monkeypatch.setattr(ledger, "_insert_uploads", inserting)
    driver.aim("circle", "avatar", {})
    driver.drop(paths, QPoint(300, 300))
    driver.agree()
    driver.press("One batch for each file (3)")
    driver.until(lambda: "There is no room for the queue" in driver.window.offer.text)
    assert not driver.nodes
    assert kept() == []
    driver.press("Try again")
    driver.until(lambda: len(driver.nodes) == 3)
    driver.until(lambda: all(one.batch.state is BatchState.ATTACHED for one in driver.nodes))
    assert len(practice.world.attachments("circle")) == 3
