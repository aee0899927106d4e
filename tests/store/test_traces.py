"""Traces on disk: bound to their batch, bounded, private, and never in a lane's way."""

import dataclasses
import os
import stat
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploader_gui.core.traces import Trace
from uploader_gui.store import traces as module
from uploader_gui.store.traces import Traces

ONE = Trace(
    number=1, at=datetime(2026, 11, 20, 14, tzinfo=UTC), batch="b1", step="sign", method="GET", address="https://a.example/"
)  # fmt: skip


@pytest.fixture
def kept() -> Iterator[Traces]:
    """The program's own traces."""
    traces = Traces()
    yield traces
    traces.close()


def test_each_batch_has_its_own(kept: Traces) -> None:
    """What is noted is read again in its order, by batch; what belongs to none is apart."""
    for number, batch in enumerate(["b1", "b2", "b1", ""]):
        kept.note(dataclasses.replace(ONE, number=number, batch=batch))
    kept.close()
    assert [trace.number for trace in kept.read("b1")] == [0, 2]
    assert [trace.number for trace in kept.read("b2")] == [1]
    assert [trace.number for trace in kept.read("")] == [3]
    assert kept.read("b3") == []
    assert {batch[0].batch for batch in kept.newest(10)} == {"b1", "b2", ""}
    assert len(kept.newest(2)) == 2


def test_forgotten_with_its_batch(kept: Traces) -> None:
    """A batch that is removed leaves no trace; one that never was is none."""
    kept.note(ONE)
    kept.close()
    kept.forget(["b1", "b1", "never"])
    assert kept.read("b1") == []
    assert not list(kept.folder.iterdir())


def test_forgotten_while_it_waits_to_be_written(kept: Traces) -> None:
    """Cleared a moment after the batch has ended: no trace of it comes back, and those of others are kept."""
    kept.note(ONE)
    kept.note(dataclasses.replace(ONE, batch="b2"))
    kept.forget(["b1"])
    kept.close()
    assert [path.name for path in kept.folder.iterdir()] == ["b2.jsonl"]


def test_a_batch_is_bounded(kept: Traces, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many requests the newest are kept, in no more bytes than two files may have."""
    monkeypatch.setattr(module, "MOST_BYTES", 5000)
    for number in range(300):
        kept.note(dataclasses.replace(ONE, number=number))
    kept.close()
    numbers = [trace.number for trace in kept.read("b1")]
    assert numbers == list(range(numbers[0], 300))
    assert 5 < len(numbers) < 40
    assert sum(path.stat().st_size for path in kept.folder.iterdir()) <= 10_000


def test_old_ones_and_too_many_go(kept: Traces, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of long ago are deleted, and of too many the oldest."""
    monkeypatch.setattr(module, "MOST_BATCHES", 5)
    kept.folder.mkdir(parents=True)
    now = time.time()
    for number in range(20):
        path = kept.folder / f"old{number}.jsonl"
        path.write_text("")
        age = 40 * 86400 if number == 0 else 1000 - number
        os.utime(path, (now - age, now - age))
    kept.note(ONE)
    kept.close()
    left = {path.name for path in kept.folder.iterdir()}
    assert left == {"b1.jsonl", *(f"old{number}.jsonl" for number in range(10, 20))}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_they_are_private(kept: Traces) -> None:
    """Only their owner may read them."""
    before = os.umask(0)
    try:
        kept.note(ONE)
        kept.close()
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in kept.folder.iterdir()] == [0o600]
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("batch", ["../../x", "/etc/x", "a/b", "..", ".", "con\0", "x" * 300, "ü", "\ud800", "a.old"])
def test_an_id_is_no_path(kept: Traces, tmp_path: Path, batch: str) -> None:
    """Whatever stands for an id in the database, its file is in the folder."""
    del tmp_path
    kept.note(dataclasses.replace(ONE, batch=batch.encode("utf-8", "replace").decode()))
    kept.read(batch)
    kept.forget([batch])
    kept.close()
    assert all(path.parent == kept.folder for path in kept.folder.parent.rglob("*.jsonl"))
    assert kept.lost == 0


def test_a_lane_never_waits(kept: Traces, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the disk hangs, noting costs nothing: what is too much is lost and counted."""
    free = threading.Event()
    monkeypatch.setattr(Traces, "_write", lambda *_: free.wait(30))
    monkeypatch.setattr(module, "MOST_WAITING", 10)
    began = time.monotonic()
    for _ in range(100):
        kept.note(ONE)
    assert time.monotonic() - began < 1
    assert 80 <= kept.lost <= 90
    free.set()


def test_a_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is kept, and nothing fails."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("UPLOADER_GUI_HOME", str(tmp_path / "file"))
    kept = Traces()
    kept.note(ONE)
    kept.close()
    assert (kept.lost, kept.read("b1"), kept.newest(3)) == (1, [], [])


def test_damaged_lines_are_left_out(kept: Traces) -> None:
    """A file that was cut off or written by somebody else is read as far as it can be."""
    kept.note(ONE)
    kept.close()
    (path,) = kept.folder.iterdir()
    path.write_bytes(b"\xff\xfe{\n[1]\n" + path.read_bytes() + b'{"number": 2')
    assert kept.read("b1") == [ONE]


def test_reading_comes_after_what_was_noted(kept: Traces, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever looks at a batch's requests sees the one that has just ended, and does not wait for more to gather."""
    monkeypatch.setattr(module, "GATHERING_SECONDS", 60.0)
    for number in range(3):
        kept.note(dataclasses.replace(ONE, number=number))
        assert [trace.number for trace in kept.read("b1")] == list(range(number + 1))


def test_used_again_after_it_was_closed(kept: Traces) -> None:
    """Closing writes what waits; the next trace begins a new thread."""
    for _ in range(3):
        kept.note(ONE)
        kept.close()
    assert len(kept.read("b1")) == 3
    assert not [thread for thread in threading.enumerate() if thread.name == "traces"]
