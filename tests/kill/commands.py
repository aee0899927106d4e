"""Command lines that can be killed at a chosen moment."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from uploader_gui.practice import Fault, PracticeService
from uploader_gui.practice.world import RequestSeen

PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Blow:
    """When a command is killed.

    Attributes:
        seconds: So long after it began; None: at a request.
        request: At which request, counted from its first, or from the first of this step.
        step: Count only requests of this step.
        handled: Whether the service still does what that request asks.
        delay: Seconds after that request came in: its answer may or may not have arrived, and been noted.
    """

    seconds: float | None = None
    request: int = 0
    step: str = ""
    handled: bool = True
    delay: float = 0


@dataclass(kw_only=True)
class Struck:
    """What became of a command: its exit code (negative: killed), its output, the steps of its last request."""

    code: int
    out: str
    steps: tuple[str, ...] = ()
    lasted: float = 0.0
    requests: int = 0


@dataclass(kw_only=True)
class _Aim:
    blow: Blow | None
    pid: int = 0
    ready: threading.Event = field(default_factory=threading.Event)
    seen: int = 0
    counted: int = 0
    timers: list[threading.Timer] = field(default_factory=list)
    steps: tuple[str, ...] = ()


class Commands:
    """Runs commands one after the other, each a process of its own.

    Args:
        practice: The service they talk to.
        home: Where their ledger lies.
        environment: Their keys.
    """

    def __init__(self, practice: PracticeService, home: Path, environment: Mapping[str, str]) -> None:
        self._practice = practice
        self._environment = {**environment, "UPLOADER_GUI_HOME": str(home)}
        self._out = home / "out.txt"
        self._aim = _Aim(blow=None)
        practice.world.on_request = self._seen
        home.mkdir(parents=True, exist_ok=True)
        # Only this file's folder is new to the child: what it runs is the program as it is installed.
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.kill.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process that starts the others."""
        self._practice.world.on_request = None
        assert self._zygote.stdin is not None
        assert self._zygote.stdout is not None
        self._zygote.stdin.close()
        self._zygote.stdout.close()
        assert self._zygote.wait(PATIENCE) == 0

    def run(self, arguments: Sequence[str], blow: Blow | None = None) -> Struck:
        """Run a command, and kill it if it lives long enough."""
        self._out.unlink(missing_ok=True)
        aim = self._aim = _Aim(blow=blow)
        asked = {"arguments": list(arguments), "environment": self._environment, "out": str(self._out)}
        began = time.monotonic()
        self._say(json.dumps(asked))
        aim.pid = self._heard()["began"]
        aim.ready.set()
        if blow is not None and blow.seconds is not None:
            self._strike_later(aim, blow.seconds)
        ended = self._heard()
        lasted = time.monotonic() - began
        aim.pid = 0
        for timer in aim.timers:
            timer.cancel()
            timer.join()
        self._practice.behave()
        return Struck(
            code=ended["code"],
            out=self._out.read_text("utf-8") if self._out.exists() else "",
            steps=aim.steps,
            lasted=lasted,
            requests=aim.seen,
        )

    def _say(self, line: str) -> None:
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(line + "\n")
        self._zygote.stdin.flush()

    def _heard(self) -> dict[str, int]:
        assert self._zygote.stdout is not None
        line = self._zygote.stdout.readline()
        assert line, "the process that starts the others has died"
        heard: dict[str, int] = json.loads(line)
        return heard

    def _seen(self, request: RequestSeen) -> None:
        """A request has come in; the server has not looked at it yet."""
        aim = self._aim
        if not aim.ready.wait(PATIENCE) or not aim.pid:
            return
        aim.seen += 1
        aim.steps = request.steps
        blow = aim.blow
        if blow is None or blow.seconds is not None:
            return
        aim.counted += not blow.step or (blow.step in request.steps and request.method != "GET")
        if aim.counted != blow.request:
            return
        aim.counted += 1
        if blow.delay:
            self._strike_later(aim, blow.delay)
            return
        if not blow.handled:
            self._practice.misbehave(Fault(kind="reset"))
        self._strike(aim.pid)

    def _strike_later(self, aim: _Aim, seconds: float) -> None:
        timer = threading.Timer(seconds, self._strike, [aim.pid])
        aim.timers.append(timer)
        timer.start()

    def _strike(self, pid: int) -> None:
        if pid == self._aim.pid and pid:
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(pid, signal.SIGKILL)
