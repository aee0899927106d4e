"""The queue's model: what Qt demands of one, what it says, and that a flood of changes does not stop the window."""

import dataclasses
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, TypeVar

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QTableView

from uploader_gui.core.batch import Batch, BatchState, Step, Upload, UploadState
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.core.progress import Meter
from uploader_gui.gui.queue_model import Column, QueueModel
from uploader_gui.gui.rows import Group
from uploader_gui.workers.bridge import Bridge, Change

Thing = TypeVar("Thing", Batch, Upload)
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("qapp")]


class Clock:
    """A clock that stands still."""

    now = 100.0


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def model(clock: Clock) -> Iterator[QueueModel]:
    """A model that Qt's own tester watches."""
    made = QueueModel(sends=lambda _s, target: target == "email", service=str.title, now=lambda: clock.now)
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester
    made.deleteLater()


def batch(number: int, files: int, target: str = "note", **facts: Any) -> tuple[Batch, list[Upload]]:
    """A batch with files of one megabyte."""
    key = f"b{number}"
    uploads = [
        Upload(
            id=f"{key}-{one}",
            batch_id=key,
            given=f"file {one}.pdf",
            file=f"/home/ann/file {one}.pdf",
            name=f"file {one}.pdf",
            size=1_000_000,
            modified=1,
            media_type="application/pdf",
        )
        for one in range(files)
    ]
    made = Batch(
        id=key,
        service="close",
        target=target,
        inputs={},
        named={},
        created=datetime(2026, 11, 20, 9, tzinfo=UTC),
        place=f"the note on Customer {number}",
        uploads=tuple(upload.id for upload in uploads),
    )
    return _with(made, **facts), uploads


def _with(thing: Thing, **facts: Any) -> Thing:
    return dataclasses.replace(thing, **facts)


def put(model: QueueModel, made: tuple[Batch, list[Upload]]) -> None:
    """Put a batch into the model as the bridge would."""
    whole, uploads = made
    model.take([Change(whole), *(Change(whole, upload) for upload in uploads)])


def texts(model: QueueModel) -> list[str]:
    """All rows as text."""
    return [" | ".join(model.data(model.index(row, column)) for column in Column) for row in range(model.rowCount())]


def test_a_new_file_that_has_moved_on_already_is_one_row(model: QueueModel) -> None:
    """Whoever counts the rows that were told (every view does) has as many as there are."""
    told: list[int] = []
    model.rowsInserted.connect(lambda _parent, first, last: told.append(last - first + 1))
    whole, files = batch(1, 3)
    running = [_with(one, state=UploadState.RUNNING) for one in files]
    model.take([Change(whole), *(Change(whole, one) for one in [*files, *running[:2]]), Change(whole, running[2])])
    assert sum(told) == model.rowCount() == 4


def test_golden_texts(model: QueueModel, clock: Clock) -> None:
    """What every kind of row says."""
    whole, files = batch(1, 6)
    meter = Meter(1_000_000)
    meter.add(620_000)
    slow = Problem(kind=Kind.RATE_LIMITED, service="Close")
    gone = Problem(kind=Kind.FILE_MISSING, name="file 3.pdf")
    files[0] = _with(files[0], state=UploadState.RUNNING, next_step=Step.TRANSFER)
    files[1] = _with(files[1], state=UploadState.STORED, next_step=Step.READY)
    files[2] = _with(files[2], state=UploadState.WAITING_RETRY, problem=slow, due=clock.now + 24)
    files[3] = _with(files[3], state=UploadState.NEEDS_ATTENTION, problem=gone)
    files[4] = _with(files[4], state=UploadState.PAUSED)
    model.take([Change(whole), Change(whole, files[0], meter), *(Change(whole, one) for one in files[1:])])
    put(model, batch(2, 1, state=BatchState.ATTACHED, ended=datetime(2026, 11, 20, 9, 30, tzinfo=UTC)))
    put(model, batch(3, 1, "email", state=BatchState.HELD, due=clock.now + 9))
    put(model, batch(4, 1, state=BatchState.ATTACH_UNKNOWN))
    local = datetime(2026, 11, 20, 9, 30, tzinfo=UTC).astimezone().strftime("%H:%M")
    assert texts(model) == [
        "Note on Customer 4 | 1.0 MB | Looking whether it was attached | ",
        "file 0.pdf | 1.0 MB | Waiting | ",
        "Note on Customer 3 | 1.0 MB | Goes out in 0:09 | ",
        "file 0.pdf | 1.0 MB | Waiting | ",
        f"Note on Customer 2 | 1.0 MB | Attached {local} | ",
        "file 0.pdf | 1.0 MB | Waiting | ",
        "Note on Customer 1 | 6.0 MB | 1 of 6 files needs you | 27 %",
        "file 0.pdf | 1.0 MB | Sending | 62 %",
        "file 1.pdf | 1.0 MB | Stored | ",
        "file 2.pdf | 1.0 MB | Too many requests: goes on in 0:24 | ",
        "file 3.pdf | 1.0 MB | File not found | ",
        "file 4.pdf | 1.0 MB | Paused | ",
        "file 5.pdf | 1.0 MB | Waiting | ",
    ]
    spoken = model.data(model.index(6, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Note on Customer 1 at Close: 6 files, 6.0 MB. 1 of 6 files needs you."
    spoken = model.data(model.index(7, 0), Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "file 0.pdf, 1.0 MB, 62 %, Sending; to Note on Customer 1."


def test_a_file_that_changes_as_it_comes(model: QueueModel) -> None:
    """A new file that begins to be sent before the window has heard of it is one row, as it is now."""
    view = QTableView()
    view.setModel(model)
    whole, files = batch(1, 3)
    running = [_with(one, state=UploadState.RUNNING) for one in files]
    model.take(
        [
            Change(whole),
            *(Change(whole, one) for one in files),
            Change(whole, running[1], Meter(1_000_000)),
            Change(whole, running[0], Meter(1_000_000)),
        ]
    )
    assert model.rowCount() == view.verticalHeader().count() == 4
    states = [upload.state for upload in model.row(0).node.uploads]
    assert states == [UploadState.RUNNING, UploadState.RUNNING, UploadState.QUEUED]
    view.deleteLater()


def test_filters_and_search(model: QueueModel) -> None:
    """A filter shows batches of a group, and follows them; a search shows files with a text in their name."""
    put(model, batch(1, 3))
    ended = batch(2, 2, state=BatchState.ATTACHED)
    put(model, ended)
    model.show_only(Group.DONE)
    assert model.rowCount() == 3
    model.show_only(Group.ACTIVE)
    assert model.rowCount() == 4
    whole, uploads = batch(1, 3)
    model.take([Change(_with(whole, state=BatchState.CANCELLED), uploads[0])])
    assert model.rowCount() == 0
    model.show_only(None, "FILE 2")
    assert [text.split(" |")[0] for text in texts(model)] == ["Note on Customer 1", "file 2.pdf"]
    model.show_only(None, "customer 2")
    assert model.rowCount() == 3
    model.show_only(None, "")
    assert model.rowCount() == 7


def test_random_changes(model: QueueModel) -> None:
    """Whatever comes in whatever order, rows are where the model says, and Qt's tester has nothing to say."""
    chance = random.Random(7)
    known: dict[str, tuple[Batch, list[Upload]]] = {}
    for number in range(400):
        if len(known) < 12 and chance.random() < 0.2:
            made = batch(number, chance.randrange(1, 70))
            known[made[0].id] = made
            put(model, made)
        elif known:
            key = chance.choice(sorted(known))
            whole, uploads = known[key]
            act = chance.randrange(9)
            if act == 0:
                model.unfold(key, unfolded=chance.random() < 0.5)
            elif act == 1:
                model.show_only(chance.choice([None, *Group]), chance.choice(["", "", "1", "customer"]))
            elif act == 2:
                model.remove([key])
                del known[key]
            elif act == 3 and len(uploads) > 1:
                uploads = uploads[: len(uploads) // 2]
                whole = _with(whole, uploads=tuple(one.id for one in uploads))
                known[key] = (whole, uploads)
                model.take([Change(whole)])
            elif act == 4:
                more = [_with(batch(0, 1)[1][0], id=f"{key}+{number}{one}", batch_id=key) for one in range(3)]
                uploads = [*uploads, *more]
                whole = _with(whole, uploads=tuple(one.id for one in uploads))
                known[key] = (whole, uploads)
                again = [_with(one, state=UploadState.RUNNING) for one in more[:2]]
                uploads[-3:-1] = again
                model.take([Change(whole), *(Change(whole, one) for one in [*more, *again])])
            elif act == 5:
                model.mark(key, lambda node: setattr(node, "asks", chance.random() < 0.5))
            else:
                whole = _with(whole, state=chance.choice(list(BatchState)))
                place = chance.randrange(len(uploads))
                uploads[place] = _with(uploads[place], state=chance.choice(list(UploadState)))
                known[key] = (whole, uploads)
                model.take([Change(whole), Change(whole, uploads[place], Meter(1_000_000))])
        for row in range(model.rowCount()):
            one = model.row(row)
            its = None if one.upload is None else one.upload.id
            assert model.row_of(one.node.batch.id, its) == row
    model.show_only(None, "")
    shown = {model.row(row).node.batch.id for row in range(model.rowCount())}
    assert shown == set(known)


def test_a_burst_of_changes(model: QueueModel) -> None:
    """Ten thousand changes from another thread's side wake the window once, and never hold it up for long."""
    bridge = Bridge()
    woken = 0
    took: list[float] = []

    def arrived(told: list[Change]) -> None:
        nonlocal woken
        woken += 1
        began = time.perf_counter()
        model.take(told)
        took.append(time.perf_counter() - began)

    bridge.arrived.connect(arrived)
    whole, uploads = batch(1, 10_000)
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(1)
    bridge.changed(whole, None)
    for upload in uploads:
        bridge.changed(whole, upload)
    end = time.monotonic() + 30
    while (node := model.node("b1")) is None or len(node.uploads) < 10_000:
        assert time.monotonic() < end
        QApplication.processEvents()
    assert woken <= 10_001 // 500 + 1
    assert ticks > 1  # between the slices the window lived
    assert max(took) < 0.25
    timer.stop()


def test_only_what_is_seen_to_change_is_told(model: QueueModel) -> None:
    """While files are sent the views hear of bars that have moved, now and then of the words beside them: no more.

    Each cell that is drawn costs the window time that it has to win from the lanes.
    """
    whole, files = batch(1, 3)
    meters = [Meter(one.size) for one in files[:2]]
    running = [_with(one, state=UploadState.RUNNING, next_step=Step.TRANSFER) for one in files[:2]]
    model.take([Change(whole), *map(Change, [whole] * 2, running, meters), Change(whole, files[2])])
    told: list[tuple[int, int, int, int]] = []
    model.dataChanged.connect(lambda one, two: told.append((one.row(), two.row(), one.column(), two.column())))

    def until(column: Column) -> None:
        told.clear()
        end = time.monotonic() + 30
        while column not in [first for _row, _last, first, _to in told]:
            assert time.monotonic() < end
            QApplication.processEvents()

    until(Column.NOW)
    assert told[-1] == (0, 2, Column.NOW, Column.PROGRESS)
    meters[1].add(500_000)
    until(Column.PROGRESS)
    bars = [one for one in told if one[2] == Column.PROGRESS]
    assert bars == [(0, 0, Column.PROGRESS, Column.PROGRESS), (2, 2, Column.PROGRESS, Column.PROGRESS)]
    meters[1].add(1000)  # too little to be seen
    until(Column.NOW)
    assert all(one == (0, 2, Column.NOW, Column.PROGRESS) for one in told)
    model.take([Change(whole, _with(one, state=UploadState.PAUSED)) for one in running])


def test_a_hundred_thousand_rows(model: QueueModel) -> None:
    """As many files as anybody has are shown, found and folded without holding the window up."""
    del model
    large = QueueModel(sends=lambda _s, _t: False, service=str.title, now=lambda: 0.0)
    put(large, batch(1, 100_000))
    assert large.rowCount() == 1
    began = time.perf_counter()
    large.unfold("b1", unfolded=True)
    assert large.rowCount() == 100_001
    assert large.data(large.index(100_000, 0)) == "file 99999.pdf"
    large.show_only(None, "file 4242")
    assert large.rowCount() == 12
    large.show_only(None, "")
    large.unfold("b1", unfolded=False)
    assert time.perf_counter() - began < 2
    large.deleteLater()
