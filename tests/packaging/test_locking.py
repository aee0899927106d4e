"""Runs at the same time: many use .venv, one makes it."""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

from locking import RunLock

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
HOLD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from locking import RunLock
with RunLock(Path(sys.argv[2]), waiting=lambda: print("waiting", flush=True)) as lock:
    getattr(lock, sys.argv[3])()
    print("held", flush=True)
    sys.stdin.read()
"""


def start(path: Path, how: str) -> "subprocess.Popen[str]":
    """Start another run that takes the lock and holds it until its input ends."""
    command = [sys.executable, "-c", HOLD, str(PACKAGING), str(path), how]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def line(child: "subprocess.Popen[str]") -> str:
    """Read what a run says next."""
    assert child.stdout
    return child.stdout.readline().strip()


def test_users_share(tmp_path: Path) -> None:
    """A second run that only uses .venv does not wait for the first."""
    with RunLock(tmp_path / "lock", waiting=lambda: pytest.fail("waited")) as lock:
        lock.share()
        with start(tmp_path / "lock", "share") as other:
            assert line(other) == "held"
            lock.share()
            other.communicate()


def test_the_maker_waits_for_the_user_and_says_so(tmp_path: Path) -> None:
    """Nobody makes .venv anew under a run that uses it."""
    with RunLock(tmp_path / "lock", waiting=lambda: None) as lock:
        lock.share()
        other = start(tmp_path / "lock", "alone")
        assert line(other) == "waiting"
    with other:
        assert line(other) == "held"
        other.communicate()


def test_a_killed_maker_does_not_block(tmp_path: Path) -> None:
    """The lock of a run that was killed is free."""
    with start(tmp_path / "lock", "alone") as other:
        assert line(other) == "held"
        other.kill()
    with RunLock(tmp_path / "lock", waiting=lambda: None) as lock:
        lock.alone()


def test_two_users_may_both_become_makers(tmp_path: Path) -> None:
    """Two runs that find .venv stale at the same time do not wait for each other for ever."""
    with RunLock(tmp_path / "lock", waiting=lambda: None) as lock:
        lock.share()
        other = start(tmp_path / "lock", "alone")
        assert line(other) == "waiting"
        # Ours has to let go of its share for one of the two to go on.
        other_holds = False

        def look() -> None:
            nonlocal other_holds
            other_holds = True
            assert other.stdin
            other.stdin.close()

        lock._waiting = look
        lock.alone()
    with other:
        assert line(other) == "held"
