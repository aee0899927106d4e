"""Fixtures that the tests of the command line and the contract of the service files share."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cli.harness import CommandLine, FastClock
from uploader_gui.cli import running
from uploader_gui.engine.http import Timing
from uploader_gui.engine.retry import Policy
from uploader_gui.practice import PracticeService


@dataclass
class Pace:
    """How long answers are waited for; a test may change it before it runs a command."""

    stall: float = 30
    answer: float = 5


@pytest.fixture
def clock() -> FastClock:
    """A clock that jumps over every wait."""
    return FastClock()


@pytest.fixture
def pace() -> Pace:
    """How long answers are waited for."""
    return Pace()


@pytest.fixture
def practice(clock: FastClock) -> Iterator[PracticeService]:
    """A practice service that goes by the fast clock, and must not have had an error of its own."""
    with PracticeService(clock=clock.time) as service:
        yield service
        assert not service.errors


@pytest.fixture
def cli(
    practice: PracticeService,
    clock: FastClock,
    pace: Pace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> CommandLine:
    """The command line in this process."""
    make = running.Engine

    def engine(*arguments: object, **named: object) -> running.Engine:
        timing = Timing(connect=5, stall=pace.stall, answer=pace.answer)
        policy = Policy(jitter=lambda: 1.0)
        return functools.partial(make, clock=clock, policy=policy, timing=timing)(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(running, "Engine", engine)
    return CommandLine(practice=practice, clock=clock, environment=monkeypatch, captured=capsys)
