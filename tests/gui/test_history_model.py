"""The history's model: what Qt demands of one, whatever is searched for."""

import dataclasses
import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem

from tests.gui.test_queue_model import batch
from uploader_gui import app
from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
from uploader_gui.gui import look
from uploader_gui.gui.history_view import Column, HistoryDelegate, HistoryModel
from uploader_gui.gui.look import GRID
from uploader_gui.workers.desk import Desk, State

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]
ENDED = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture
def model() -> Iterator[HistoryModel]:
    """A model that Qt's own tester watches; the desk is never opened."""
    desk = Desk(app.make(list))
    made = HistoryModel(desk)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester
    made.deleteLater()
    desk.close()
    while desk.state is not State.CLOSED:
        QApplication.processEvents()
    desk.deleteLater()


def ended(number: int, files: int, state: BatchState) -> tuple[Batch, tuple[Upload, ...]]:
    """A batch that has ended."""
    made, uploads = batch(number, files)
    stored = (dataclasses.replace(one, state=UploadState.STORED) for one in uploads)
    return dataclasses.replace(made, state=state, ended=ENDED), tuple(stored)


def test_a_long_place_ends_in_dots(model: HistoryModel) -> None:
    """Where a place has no room it is shortened, not cut in the middle of a letter: its letters are bold, and wider."""
    model.show([ended(1, 1, BatchState.ATTACHED)])
    index = model.index(0, Column.PLACE)
    option = QStyleOptionViewItem()
    full = QFontMetrics(look.strong(option.font)).horizontalAdvance(str(index.data()))
    ends = []
    for width in range(full // 3, full, 7):
        option.rect = QRect(0, 0, width + 2 * GRID, look.ROW)
        image = QImage(option.rect.size(), QImage.Format.Format_Grayscale8)
        image.fill(255)
        painter = QPainter(image)
        HistoryDelegate().paint(painter, option, index)
        painter.end()
        inked = [x for x in range(image.width()) if any(image.pixelColor(x, y).value() < 128 for y in range(look.ROW))]
        ends.append(sum(image.pixelColor(inked[-1], y).value() < 128 for y in range(look.ROW)))
    assert max(ends) <= 3, "what stands last is a dot"


def test_random_searches(model: HistoryModel) -> None:
    """Whatever comes in the place of what, rows are those that were found, and Qt's tester has nothing to say."""
    chance = random.Random(11)
    states = [BatchState.ATTACHED, BatchState.STORED, BatchState.CANCELLED]
    number = 0
    for _ in range(200):
        found = []
        for _batch in range(chance.randrange(6)):
            number += 1
            found.append(ended(number, chance.randrange(30), chance.choice(states)))
        model.show(found)
        assert model.rowCount() == len(found)
        assert model.rowCount(model.index(0, 0)) == 0
        for row, (whole, uploads) in enumerate(found):
            assert model.node(row).batch is whole
            assert (
                model.data(model.index(row, Column.PLACE))
                == f"Note on {(whole.place or '').removeprefix('the note on ')}"
            )
            spoken = model.data(model.index(row, Column.ENDED), Qt.ItemDataRole.AccessibleTextRole)
            assert spoken.endswith(".")
            assert all(upload.name in spoken for upload in uploads[:20])
        assert model.data(model.index(len(found), 0)) is None
        assert model.data(QModelIndex()) is None


def test_what_the_columns_are_called(model: HistoryModel) -> None:
    """Every column has a name, and no other one has the same."""
    names = [model.headerData(column, Qt.Orientation.Horizontal) for column in Column]
    assert len(set(names)) == len(Column)
    assert all(names)
