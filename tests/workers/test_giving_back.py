"""Memory that many changes needed on their way is given back to the system, and not asked about for a few."""

import ctypes
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from uploader_gui.workers import giving_back
from uploader_gui.workers.bridge import PORTION, Bridge
from uploader_gui.workers.giving_back import give_back


def resident() -> int:
    """Bytes of this process that are in memory."""
    line = next(one for one in Path("/proc/self/status").read_text("ascii").splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


GLIBC = sys.platform == "linux" and hasattr(ctypes.CDLL(None), "malloc_trim")


@pytest.mark.skipif(not GLIBC, reason="only glibc keeps it")
def test_what_lies_beneath_something_in_use_goes_back() -> None:
    """Of 64 MB that were freed most goes back to the system, though what was made last is still there."""
    many = [bytes(64_000) for _ in range(1000)]
    last = many.pop()
    many.clear()
    before = resident()
    give_back()
    assert resident() < before - 32_000_000
    assert len(last) == 64_000


def test_after_many_changes_and_only_then(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes in several slices is followed by it once, when all of it was given; what comes in one is not."""
    asked: list[int] = []
    given: list[object] = []
    monkeypatch.setattr(giving_back, "give_back", lambda: asked.append(len(given)))
    monkeypatch.setattr("uploader_gui.workers.bridge.SLICE_SECONDS", 0.0)
    bridge = Bridge()
    bridge.arrived.connect(given.extend)
    bridge.tell("one")
    qapp.processEvents()
    assert (len(given), asked) == (1, [])
    for number in range(PORTION * 3):
        bridge.tell(number)
    for _ in range(10):
        qapp.processEvents()
    assert asked == [1 + PORTION * 3]
