"""What rows are drawn with is asked for once: and anew as soon as the palette, the letters or the direction change."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem

from uploader_gui.core.batch import Batch, Step, Upload, UploadState
from uploader_gui.core.progress import Meter
from uploader_gui.gui import queue_delegate
from uploader_gui.gui.queue_model import QueueModel
from uploader_gui.gui.queue_view import QueueView
from uploader_gui.gui.row_ink import Ink
from uploader_gui.workers.bridge import Change

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]


def _model() -> QueueModel:
    batch = Batch(
        id="b",
        service="close",
        target="note",
        inputs={},
        named={},
        created=datetime(2026, 11, 20, 9, tzinfo=UTC),
        place="the note on Globex Corporation",
        uploads=("u",),
    )
    upload = Upload(
        id="u",
        batch_id="b",
        given="offer.pdf",
        file="/home/ann/offer.pdf",
        name="a long name that has no room in its column, and therefore is shortened in its middle.pdf",
        size=1000,
        modified=1,
        media_type="application/pdf",
        state=UploadState.RUNNING,
        next_step=Step.TRANSFER,
    )
    meter = Meter(1000)
    meter.add(420)
    model = QueueModel(sends=lambda _s, _t: False, service=str.title, now=lambda: 0.0)
    model.take([Change(batch), Change(batch, upload, meter)])
    return model


def _view(model: QueueModel, change: Callable[[QueueView], None] = lambda _view: None) -> QueueView:
    view = QueueView(model)
    view.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard would choose a row in one of two
    view.resize(700, 120)
    change(view)
    view.show()
    return view


def _drawn(view: QueueView) -> QImage:
    QApplication.processEvents()
    return view.viewport().grab().toImage()


def _dark(view: QueueView) -> None:
    palette = QPalette(QColor(40, 40, 44))
    palette.setColor(QPalette.ColorRole.Base, QColor(20, 20, 22))
    palette.setColor(QPalette.ColorRole.Text, QColor(230, 230, 230))
    view.setPalette(palette)


def _large(view: QueueView) -> None:
    font = view.font()
    font.setPointSize(font.pointSize() + 4)
    view.setFont(font)
    view.verticalHeader().setDefaultSectionSize(60)
    view.resize(720, 120)  # the columns' widths are worked out when a view gets another one


def _mirrored(view: QueueView) -> None:
    view.setLayoutDirection(Qt.LayoutDirection.RightToLeft)


def _chosen(view: QueueView) -> None:
    view.selectAll()


def _disabled(view: QueueView) -> None:
    view.setEnabled(False)


@pytest.mark.parametrize("change", [_dark, _large, _mirrored, _chosen, _disabled])
def test_rows_follow_what_changes(change: Callable[[QueueView], None]) -> None:
    """After a change rows look as in a view that never was otherwise; and not as before."""
    model = _model()
    there = _view(model)
    before = _drawn(there)
    change(there)
    fresh = _view(model, change)
    assert _drawn(there) == _drawn(fresh) != before
    for view in (there, fresh):
        view.close()
        view.deleteLater()
    model.deleteLater()


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
def test_the_percentage_stands_beside_the_bar(direction: Qt.LayoutDirection) -> None:
    """Not on it, whichever way the window runs: its room is at the end of the line."""
    option = QStyleOptionViewItem()
    option.direction = direction
    ink, area = Ink(option), QRect(100, 0, 120, 36)
    bar = queue_delegate.bar_area(ink, area)
    ends = (bar.left() - area.left(), area.right() - bar.right())
    assert ends == ((ink.percent, 0) if ink.mirrored else (0, ink.percent))
