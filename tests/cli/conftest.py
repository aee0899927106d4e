"""The fixtures of the command line's tests."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.fixtures import cli, clock, pace, practice
from tests.store.vault import Vault
from uploader_gui.cli import keychain
from uploader_gui.core.progress import Meter
from uploader_gui.engine.queue import Queue
from uploader_gui.services import catalogue

__all__ = ["cli", "clock", "pace", "practice"]

Interrupt = Callable[..., None]


@pytest.fixture(autouse=True)
def own_services() -> Iterator[None]:
    """The command line looks for a person's own service files until the process ends: here until the test does."""
    yield
    catalogue.look_in(None)


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A keychain in memory, in the place of the system's."""
    made = Vault()
    monkeypatch.setattr(keychain, "system_keychain", lambda: made)
    return made


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    """A small file."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(os.urandom(1000))
    return path


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """Another one, of another size."""
    path = tmp_path / "Plan.pdf"
    path.write_bytes(os.urandom(2000))
    return path


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch) -> Interrupt:
    """Let this process get a signal when the first byte of a file of this size goes out; once."""
    add, stop, waiting, stopped = Meter.add, Queue.stop, dict[int, int](), threading.Event()

    def adding(meter: Meter, count: int) -> None:
        number = waiting.pop(meter.total, None)
        if number is not None:
            stopped.clear()
            os.kill(os.getpid(), number)
            assert stopped.wait(10)
        add(meter, count)

    def stopping(queue: Queue) -> None:
        stop(queue)
        stopped.set()

    monkeypatch.setattr(Meter, "add", adding)
    monkeypatch.setattr(Queue, "stop", stopping)

    def arm(path: Path, number: int = signal.SIGTERM) -> None:
        waiting[path.stat().st_size] = number

    return arm
