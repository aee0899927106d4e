"""Memory does not grow with the file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.children import start
from uploader_gui.practice import PracticeService

MIB = 2**20


def peak(practice: PracticeService, service: str, path: Path, size: int) -> int:
    """Send a file of this size; gives the most memory the process had, in bytes."""
    with path.open("wb") as file:
        file.truncate(size)
    process = start(practice, service, [path], "--yes", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert practice.world.attachments(service)[-1].files[0].size == size
    return int(usage.ru_maxrss) * 1024


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="other systems count memory otherwise")
@pytest.mark.parametrize("service", ["close", "circle"], ids=["form", "put"])
def test_one_gibibyte(service: str, practice: PracticeService, tmp_path: Path) -> None:
    """A gibibyte goes through, as a form and as a PUT, with hardly more memory than ten mebibytes."""
    small = peak(practice, service, tmp_path / "small.bin", 10 * MIB)
    large = peak(practice, service, tmp_path / "large.bin", 1024 * MIB)
    assert large - small < 20 * MIB, (small, large)
