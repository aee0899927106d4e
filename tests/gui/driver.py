"""Drives the real window on a practice service, as a person would: drops, keys, buttons; and reads what it says."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton, QWidget

from uploader_gui import app
from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
from uploader_gui.engine.http import Timing
from uploader_gui.engine.retry import Policy
from uploader_gui.gui.found_list import FoundList
from uploader_gui.gui.main_window import MainWindow
from uploader_gui.gui.picker import Picker
from uploader_gui.gui.queue_model import Column, Row
from uploader_gui.gui.rows import Node
from uploader_gui.practice import SERVICES, PracticeService
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.store.opening import open_ledger
from uploader_gui.workers.accounts import KnownAccount, Source
from uploader_gui.workers.desk import Desk, State
from uploader_gui.workers.trying import practice_account

PATIENCE = 30.0
POLICY = Policy(tries=2, first=0.02, longest=0.05)


def practice_source(practice: PracticeService) -> Source:
    """The accounts of a practice service."""

    def accounts() -> list[KnownAccount]:
        return [practice_account(practice, one) for one in SERVICES]

    return accounts


class Driver:
    """One window on one practice service.

    Args:
        source: Which accounts there are.
        lanes: How many uploads run at once.
        policy: When what failed is tried again.
        stall: Seconds of silence that are put up with.
        only_now: The keys that the keychain does not have.
    """

    def __init__(
        self,
        source: Source,
        *,
        lanes: int | None = 3,
        policy: Policy = POLICY,
        stall: float = 20,
        only_now: OnlyNow | None = None,
    ) -> None:
        self.opened: list[QUrl] = []
        timing = Timing(connect=5, stall=stall)
        made = app.make(source, only_now=only_now or OnlyNow(), policy=policy, timing=timing)
        self.desk = Desk(made, lanes=lanes)
        self.window = MainWindow(self.desk, opens=self.opened.append)
        self.window.painted.connect(self.desk.open)

    def show(self) -> "Driver":
        """Show the window, and wait until it is of use."""
        self.window.show()
        self.until(lambda: self.desk.state is not State.OPENING)
        return self

    def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Let the window live until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not come so far: {self.told}"
            QApplication.processEvents()
            time.sleep(0.002)

    def rest(self, seconds: float = 0.05) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            QApplication.processEvents()
            time.sleep(0.002)

    @property
    def told(self) -> str:
        """Everything the window says, for whoever looks why a test failed."""
        lines = [" | ".join(line) for line in self.rows]
        return "\n".join([*lines, *self.window.notices.texts, self.window.offer.text, self.window.status.text])

    # ---------------------------------------------------------------------------------------------- as a person
    def aim(self, service: str, target: str, inputs: dict[str, object]) -> None:
        """Say where: account, target, and what is filled in; then wait until the record is named."""
        face = next(one for one in self.desk.accounts if one.service.id == service)
        assert self.window.target.choose(face.key, target)
        self.window.target.fields.fill(inputs, {})
        lookups = [field for field in self.window.target.fields.fields if field.input.lookup and field.value]
        self.until(lambda: all(field.name for field in lookups))

    def picker(self, input_id: str) -> Picker:
        """The field of an input that is searched for."""
        field = self.window.target.fields.field(input_id)
        assert isinstance(field, Picker)
        return field

    def type_in(self, input_id: str, text: str) -> FoundList:
        """Type into a field, key by key, and wait for what is found; gives the list below it."""
        picker = self.picker(input_id)
        picker.edit.setFocus()
        self.until(picker.edit.hasFocus)
        QTest.keyClicks(picker.edit, text)
        self.until(lambda: picker.found is not None and picker.found.isVisible() and not picker.searching)
        assert picker.found is not None
        return picker.found

    def pick(self, input_id: str, text: str, name: str) -> None:
        """Find a record by typing, and choose it with the mouse."""
        found = self.type_in(input_id, text)
        area = found.view.visualRect(found.model.index(found.texts.index(name)))
        QTest.mouseClick(
            found.view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, area.center()
        )
        self.until(lambda: self.picker(input_id).name == name)

    def drop(self, paths: Sequence[Path], at: QPoint | None = None) -> None:
        """Drag files over the window and drop them there."""
        self.send_drop(mime(paths), at)

    def agree(self) -> None:
        """Where what was dropped waits because others will see it: say that this is known."""
        if self.window.offering.waiting:
            assert "will see it there." in self.window.offer.text
            self.window.offer.buttons[0].click()

    def send_drop(self, data: QMimeData, at: QPoint | None = None) -> None:
        """Drag something over the window and drop it there."""
        window = self.window
        where = QPointF(at or window.rect().center())
        actions, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(where.toPoint(), actions, data, left, none)
        QApplication.sendEvent(window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(window, QDragMoveEvent(where.toPoint(), actions, data, left, none))
        assert window.overlay.isVisible()
        QApplication.sendEvent(window, QDropEvent(where, actions, data, left, none))
        assert not window.overlay.isVisible()

    def dialog(self, *paths: Path) -> None:
        """Choose files in the file dialog that is open."""
        self.until(lambda: self.window.findChildren(QFileDialog))
        dialog = self.window.findChildren(QFileDialog)[-1]
        dialog.setDirectory(str(paths[0].parent))
        if dialog.fileMode() is QFileDialog.FileMode.ExistingFiles:
            dialog.filesSelected.emit([str(path) for path in paths])
        else:
            dialog.fileSelected.emit(str(paths[0]))
        dialog.close()
        self.rest()

    def choose(self, node: Node, upload: Upload | None = None) -> None:
        """Choose a row, and open its details."""
        self.window.queue.choose(node.batch.id, None if upload is None else upload.id)
        self.window.queue.details_wished.emit()
        self.rest()

    def press(self, called: str, within: QWidget | None = None) -> None:
        """Press the visible button of this name, once it is there."""

        def found() -> QPushButton | None:
            buttons = (within or self.window).findChildren(QPushButton)
            fitting = [one for one in buttons if one.text() == called and one.isVisible() and one.isEnabled()]
            return fitting[-1] if fitting else None

        self.until(lambda: found() is not None)
        button = found()
        assert button is not None
        button.click()
        self.rest(0.01)

    # ------------------------------------------------------------------------------------------------- reading
    @property
    def nodes(self) -> list[Node]:
        """All batches, oldest first."""
        return list(self.window.model.nodes)

    @property
    def node(self) -> Node:
        """The newest batch."""
        return self.nodes[-1]

    @property
    def rows(self) -> list[list[str]]:
        """What every row that is shown says."""
        model = self.window.model
        return [[model.data(model.index(row, column)) for column in Column] for row in range(model.rowCount())]

    def sentences(self) -> Iterator[str]:
        """What every row that is shown says to whoever hears it."""
        model = self.window.model
        for row in range(model.rowCount()):
            yield model.data(model.index(row, 0), Qt.ItemDataRole.AccessibleTextRole)

    def row(self, number: int) -> Row:
        """What is in a row."""
        return self.window.model.row(number)

    def state(self, state: BatchState, number: int = -1) -> None:
        """Wait until a batch is so."""
        self.until(lambda: self._is(state, number))

    def _is(self, state: BatchState, number: int) -> bool:
        return len(self.nodes) > max(number, 0) and self.nodes[number].batch.state is state

    def upload(self, state: UploadState, number: int = 0) -> Upload:
        """Wait until a file of the newest batch is so."""
        self.until(lambda: self.nodes and len(self.node.uploads) > number and self.node.uploads[number].state is state)
        return self.node.uploads[number]

    def key(self, key: Qt.Key, widget: QWidget | None = None) -> None:
        """Press a key."""
        QTest.keyClick(widget or self.window.queue, key)
        self.rest(0.01)

    # -------------------------------------------------------------------------------------------------- ending
    def _left(self) -> bool:
        """Answer what is asked when the window closes; whether everything has ended."""
        bar = self.window.leaving.bar
        offered = [one.text() for one in bar.buttons] if bar.isVisible() else []
        for answer in ("Now, go on next time", "Quit"):
            if answer in offered:
                self.press(answer, bar)
                break
        return self.desk.state is State.CLOSED

    def close(self) -> None:
        """Close the window, now, and wait until everything has ended."""
        if self.desk.state is not State.CLOSED:
            self.window.close()
            self.until(self._left)
        self.rest(0.02)
        self.window.deleteLater()
        self.desk.deleteLater()
        self.rest(0.02)


def mime(paths: Sequence[Path]) -> QMimeData:
    """Files as a file manager hands them over."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def kept() -> list[tuple[Batch, tuple[Upload, ...]]]:
    """What the ledger has, when nobody works on it."""
    opened = open_ledger(_utc())
    with opened.ledger as ledger:
        return [(batch, ledger.uploads(batch.id)) for batch in ledger.batches()]


def _utc() -> datetime:
    return datetime.now(UTC)
