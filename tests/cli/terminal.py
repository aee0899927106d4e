"""A terminal just large enough to see what a person sees: a pseudo-terminal and what is on its screen."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

_SEQUENCE = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])")


class Screen:
    """The part of a terminal that progress lines use: new lines, moving up, erasing a line, hiding the cursor."""

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.lines: list[str] = [""]
        self.row = self.column = 0
        self.cursor = True
        self.wrapped = False

    @property
    def text(self) -> list[str]:
        """The lines that are not empty."""
        return [line.rstrip() for line in self.lines if line.strip()]

    def feed(self, text: str) -> None:
        """Take in what a program writes."""
        at = 0
        while at < len(text):
            if found := _SEQUENCE.match(text, at):
                self._obey(found[1], found[2])
                at = found.end()
                continue
            self._put(text[at])
            at += 1

    def _put(self, char: str) -> None:
        if char == "\r":
            self.column = 0
        elif char == "\n":
            self.row += 1
            self.column = 0
            self.lines += [""] * (self.row + 1 - len(self.lines))
        elif char >= " ":
            line = self.lines[self.row].ljust(self.column)
            self.lines[self.row] = line[: self.column] + char + line[self.column + 1 :]
            self.column += 1
            wide = sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in self.lines[self.row])
            self.wrapped = self.wrapped or wide > self.columns

    def _obey(self, numbers: str, letter: str) -> None:
        if letter == "A":
            self.row = max(0, self.row - int(numbers or 1))
        elif letter == "K":
            self.lines[self.row] = "" if numbers == "2" else self.lines[self.row][: self.column]
        elif letter in "hl" and numbers == "?25":
            self.cursor = letter == "h"


class Terminal:
    """A process on a pseudo-terminal.

    Args:
        command: What to run.
        env: Its environment.
        columns: How wide the terminal is.
        rows: How high.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, columns: int = 80, rows: int = 24) -> None:
        self.screen = Screen(columns)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            command, env=dict(env), stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.raw = ""
        self.seen: list[list[str]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        rest = b""
        # Linux reports an error of input and output when the other side has closed.
        with contextlib.suppress(OSError):
            while block := os.read(self._master, 65536):
                rest += block
                text = rest.decode("utf-8", "ignore")
                rest = rest[len(text.encode()) :]
                self.raw += text
                self.screen.feed(text)
                self.seen.append(self.screen.text)

    def press(self, text: str) -> None:
        """Type something."""
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Wait for the process's end; gives its exit code."""
        code = self.process.wait(30)
        self._thread.join(10)
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._thread.join(10)
        os.close(self._master)
