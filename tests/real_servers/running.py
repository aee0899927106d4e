"""Servers that nobody here wrote, as child processes: free ports, a log that is shown, an end by process id."""

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

SECONDS = 60.0
"""How long a server may take to start: 1-2 seconds are usual, but the machine may be busy."""
_PLACES = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])


def program(name: str) -> str:
    """The path of a program that a test needs; without it the test is not run, and says so."""
    found = shutil.which(name, path=_PLACES)
    if found is None:
        not_run(f"{name} is not installed here")
    return found


def not_run(why: str) -> NoReturn:
    """Leave a test out so that the last lines of pytest name it: it has proven nothing."""
    pytest.skip(f"not run: {why} (see tests/real_servers/README.md)")


def free_ports(count: int) -> list[int]:
    """Ports of this computer on which nobody listens, over IPv4 or IPv6.

    They are outside the range from which the system takes ports by itself, so that nobody gets one by chance before the
    server does.
    """
    found: list[int] = []
    while len(found) < count:
        port = random.randrange(15_000, 30_000)
        with contextlib.suppress(OSError), socket.socket() as one, socket.socket(socket.AF_INET6) as other:
            one.bind(("127.0.0.1", port))
            other.bind(("::1", port))
            if port not in found:
                found.append(port)
    return found


def listens(port: int) -> Callable[[], bool]:
    """Make a question: whether somebody takes connections on a port."""

    def ask() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return True
        return False

    return ask


class Running:
    """One server process. It writes into `log`, which is shown when a test fails.

    Args:
        name: What the log is called.
        folder: Where the log lies; the server's own data may as well.
        command: What starts it. It must stay in the foreground.
        env: Its environment; the person's own by default.
    """

    all: "list[Running]" = []  # noqa: RUF012 - those that run, for whoever shows their logs

    def __init__(
        self, name: str, folder: Path, command: Sequence[str | Path], env: Mapping[str, str] | None = None
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._shown = 0
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=dict(env) if env is not None else None,
                start_new_session=True,
            )
        Running.all.append(self)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until it can be used; fail with its log when it has ended or takes too long."""
        end = time.monotonic() + SECONDS
        while not ready():
            code = self._process.poll()
            assert code is None, f"{self.name} has ended with {code}:\n{self.news()}"
            assert time.monotonic() < end, f"{self.name} did not start:\n{self.news()}"
            time.sleep(0.02)

    def stop(self) -> None:
        """End it, by its process id; what it started goes with it."""
        if self in Running.all:
            Running.all.remove(self)
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
                return

    def news(self, most: int = 6000) -> str:
        """What it has written since it was last asked; the end of it."""
        content = self.log.read_bytes()
        fresh, self._shown = content[self._shown :], len(content)
        return fresh[-most:].decode(errors="replace")


def call(command: Sequence[str | Path], folder: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a tool of a server to its end and give what it wrote; fail with it if it failed."""
    answer = subprocess.run(
        [str(word) for word in command],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=folder,
        env=dict(env) if env is not None else None,
        timeout=SECONDS,
        text=True,
    )
    assert answer.returncode == 0, f"{command[0]} ended with {answer.returncode}:\n{answer.stdout}{answer.stderr}"
    return answer.stdout
