"""The command line as a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.cli.harness import keys
from uploader_gui.practice import SAMPLES, PracticeService

TARGETS: dict[str, tuple[str, dict[str, str]]] = {
    "close": ("note", {"lead": SAMPLES["close"]["lead"]}),
    "circle": ("chat_message", {"room": SAMPLES["circle"]["room"]}),
}
"""A form and a PUT."""


def command(practice: PracticeService, service: str, files: Sequence[Path], *more: str) -> list[str]:
    """The command that sends files to a service's target."""
    target, inputs = TARGETS[service]
    where = ["--service", service, "--base", practice.base(service), "--target", target]
    for name, value in inputs.items():
        where += ["--set", f"{name}={value}"]
    return [sys.executable, "-m", "uploader_gui", "send", *map(str, files), *where, *more]


def environment(practice: PracticeService, service: str) -> dict[str, str]:
    """The environment of a process that is signed in."""
    return {**os.environ, **keys(practice, service), "TERM": "xterm-256color"}


def start(practice: PracticeService, service: str, files: Sequence[Path], *more: str, **named: Any) -> Any:
    """Start a process that sends files."""
    named = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **named}
    return subprocess.Popen(
        command(practice, service, files, *more), env=environment(practice, service), text=True, **named
    )


def wait_until(happened: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that is about to happen."""
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def reached(practice: PracticeService, step: str) -> bool:
    """Whether a request of this step has come in."""
    return any(step in request.steps for request in practice.world.requests)
