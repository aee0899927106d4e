"""A screen of the test's own: an X server, a window manager, a mouse and a keyboard, and programs on it."""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

PROGRAMS = ("Xvfb", "openbox", "xdotool", "xwininfo", "xprop")
ROOT = Path(__file__).parents[3]
PATIENCE = 60.0
STEPS = 30
BETWEEN = 0.01
"""Seconds between two moves of the mouse: a hand does not jump, and programs that are dragged over must be able to
follow."""
PERSONAL = ("XDG_", "DBUS_", "GNOME_", "GTK_", "QT_", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SESSION_MANAGER")

lacking = [program for program in PROGRAMS if shutil.which(program) is None]
needs_desktop = pytest.mark.skipif(
    sys.platform != "linux" or bool(lacking),
    reason=f"not run: there is no {', '.join(lacking) or 'X server'} here to make a screen with",
)


def until(condition: Callable[[], object], what: str, told: Callable[[], object] = str) -> None:
    """Wait until something is so that happens in another process.

    Args:
        condition: Whether it is so.
        what: What is waited for, for whoever looks why a test failed.
        told: How things stand, likewise.
    """
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"it did not come so far: {what} {told()}"
        time.sleep(0.02)


@dataclass(frozen=True, kw_only=True)
class Area:
    """Where a window's content is on the screen, in pixels."""

    left: int
    top: int
    width: int
    height: int

    def at(self, across: float, down: float) -> tuple[int, int]:
        """A place in it, as parts of its width and height."""
        return self.left + int(self.width * across), self.top + int(self.height * down)


class Program:
    """A program with a window, that tells what it does on standard output.

    Args:
        command: How it is started.
        env: Its environment.
        errors: Where its standard error goes.
        told: The first line on its standard input.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], errors: Path, told: str = "") -> None:
        self._errors = errors
        with errors.open("wb") as stderr:
            self._process = subprocess.Popen(
                command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True
            )
        self._said: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name=f"reads {command[-1]}")
        self._reader.start()
        if told:
            self._write(told)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line.strip())

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    @property
    def errors(self) -> str:
        """What it wrote on standard error."""
        return self._errors.read_text("utf-8")

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def tell(self, **told: object) -> str:
        """Tell it something, and wait until it has done it; gives what it said of it last."""
        self._write(json.dumps(told))
        return self.hear("done")

    def hears(self, word: str, seconds: float) -> str | None:
        """Wait so many seconds until it says this word; gives what it said before, None if it does not say it."""
        end = time.monotonic() + seconds
        before = ""
        with contextlib.suppress(queue.Empty):
            while (said := self._said.get(timeout=max(0.0, end - time.monotonic()))) != word:
                before = said
            return before
        return None

    def hear(self, word: str) -> str:
        """Wait until it says this; gives what it said before."""
        before = self.hears(word, PATIENCE)
        assert before is not None, f"it did not say {word!r}; {self.errors}"
        return before

    def wait(self) -> int:
        """Wait until it has ended; gives its exit code."""
        try:
            return self._process.wait(PATIENCE)
        finally:
            self.end()

    def end(self) -> None:
        """End it, if it has not ended."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._reader.join(PATIENCE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()


class Screen:
    """A screen, and everything that is on it.

    Args:
        folder: Its programs' home.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: list[Program] = []
        self._server: subprocess.Popen[bytes] | None = None
        self._env: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Start the X server on a number that is free, and the window manager."""
        ours, its = os.pipe()
        with (self._folder / "xvfb.txt").open("wb") as errors:
            self._server = subprocess.Popen(
                ["Xvfb", "-displayfd", str(its), "-screen", "0", "1400x1000x24", "-nolisten", "tcp", "-noreset"],
                pass_fds=[its],
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
            )
        os.close(its)
        with os.fdopen(ours, encoding="ascii") as numbers:
            number = numbers.readline().strip()
        assert number, (self._folder / "xvfb.txt").read_text("utf-8")
        home = self._folder / "home"
        home.mkdir()
        kept = {name: value for name, value in os.environ.items() if not name.startswith(PERSONAL)}
        self._env = {**kept, "DISPLAY": f":{number}", "HOME": str(home), "LC_ALL": "C.UTF-8"}
        for name in ("CONFIG_HOME", "CACHE_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR"):
            place = home / name.lower()
            place.mkdir(mode=0o700)
            self._env[f"XDG_{name}"] = str(place)
        self.start(["openbox", "--sm-disable"])
        until(lambda: "window id" in self.ask("xprop", "-root", "_NET_SUPPORTING_WM_CHECK"), "the window manager")
        return self

    def __exit__(self, *_: object) -> None:
        """End all of it, the last one first."""
        for program in reversed(self._programs):
            program.end()
        if self._server is not None:
            self._server.terminate()
            self._server.wait(PATIENCE)

    def start(self, command: Sequence[str], *, told: str = "", more: Mapping[str, str] | None = None) -> Program:
        """Start a program on this screen."""
        errors = self._folder / f"errors {len(self._programs)}.txt"
        program = Program(command, {**self._env, "QT_QPA_PLATFORM": "xcb", **(more or {})}, errors, told)
        self._programs.append(program)
        return program

    def ask(self, *command: str) -> str:
        """Run one of X's tools; gives what it says."""
        ran = subprocess.run(command, env=self._env, check=True, capture_output=True, text=True, timeout=PATIENCE)
        return ran.stdout

    def do(self, *words: object) -> None:
        """Use the mouse or the keyboard: the words of xdotool."""
        self.ask("xdotool", *map(str, words))

    @property
    def env(self) -> Mapping[str, str]:
        """The environment of its programs."""
        return self._env

    # ------------------------------------------------------------------------------------------------- windows
    def window(self, title: str) -> str:
        """The window whose title is this, once it is there to be seen."""
        found: list[str] = []

        def seen() -> bool:
            asked = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"],
                env=self._env,
                check=False,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
            )
            found[:] = asked.stdout.split()
            return bool(found)

        until(seen, f"the window {title!r}")
        return found[-1]

    def area(self, window: str) -> Area:
        """Where a window is."""
        said = dict(
            line.strip().split(":", 1) for line in self.ask("xwininfo", "-id", window).splitlines() if ":" in line
        )
        return Area(
            left=int(said["Absolute upper-left X"]),
            top=int(said["Absolute upper-left Y"]),
            width=int(said["Width"]),
            height=int(said["Height"]),
        )

    def place(self, window: str, left: int, top: int) -> None:
        """Move a window there, or nearly: its frame has some width."""
        self.do("windowmove", window, left, top)
        until(lambda: abs(self.area(window).left - left) < 50 and abs(self.area(window).top - top) < 50, "its place")

    def bring_up(self, window: str) -> None:
        """Bring a window to the front, with the keyboard."""
        self.do("windowactivate", window)
        until(lambda: self.ask("xdotool", "getactivewindow").strip() == window, "the active window")

    # -------------------------------------------------------------------------------------------------- the mouse
    def pull(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Press the mouse, and move it to another place as a hand does. It is not let go."""
        self.do("mousemove", *start, "sleep", 0.05, "mousedown", 1)
        moves: list[object] = []
        for step in range(1, STEPS + 1):
            place = (begin + (last - begin) * step // STEPS for begin, last in zip(start, end, strict=True))
            moves += ["mousemove", *place, "sleep", BETWEEN]
        self.do(*moves)

    def stir(self, around: tuple[int, int], enough: Callable[[], bool]) -> None:
        """Move the mouse a little to and fro until what it is over has noticed."""

        def noticed() -> bool:
            for more in (4, 0):
                self.do("mousemove", around[0] + more, around[1] + more, "sleep", BETWEEN)
            return enough()

        until(noticed, "what is dragged over takes it")


@contextlib.contextmanager
def screen(folder: Path) -> Iterator[Screen]:
    """A screen; all of it is gone afterwards."""
    with Screen(folder) as made:
        yield made
