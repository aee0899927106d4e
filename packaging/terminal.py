"""What every command needs: plain messages, a way to stop with one sentence, and children that end with us."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from types import FrameType
    from typing import IO

FAILED = 1
WRONG_USE = 2
INTERRUPTED = 130


class StopRun(Exception):  # noqa: N818 - it is an end, not always an error
    """Ends the run: one sentence for the person, and the exit code."""

    def __init__(self, sentence: str, code: int = FAILED) -> None:
        super().__init__(sentence)
        self.code = code


def say(text: str) -> None:
    """Print at once, so that our lines stay in order with the lines of the children."""
    print(text, flush=True)


def run(
    command: Sequence[str | Path],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    patience: float | None = 10,
    keyboard: bool = False,
    output: IO[bytes] | None = None,
) -> int:
    """Run a child whose output streams through, and return its exit code.

    Ctrl-C reaches the child as well as us. It gets `patience` seconds to end in its own way, where `subprocess.call`
    would kill it after a quarter of a second. With None it is not disturbed at all and we wait: half an installation
    is worse than a late end. `keyboard` lets it read what is typed; `output` takes what it would print.
    """
    words = [str(part) for part in command]
    typed = None if keyboard else subprocess.DEVNULL
    apart = patience is None
    with subprocess.Popen(words, env=env, cwd=cwd, stdin=typed, stdout=output, start_new_session=apart) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            wait_a_little(child, None if patience is None else 3)
            # Still there: the signal was sent to us alone, not by a terminal to all.
            if patience is not None and os.name != "nt" and child.poll() is None:
                child.send_signal(signal.SIGINT)
            wait_a_little(child, patience)
            raise
        except SystemExit:
            if patience is not None:
                child.terminate()
            wait_a_little(child, patience)
            raise
        finally:
            if child.poll() is None:
                child.kill()


def wait_a_little(child: subprocess.Popen[bytes], seconds: float | None) -> None:
    """Wait for a child's end, but no longer than that; None waits as long as it takes."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(seconds)


def end_tidily_on_signals() -> None:
    """Let SIGTERM and a closed terminal unwind the program: what was put aside is put back."""

    def end(number: int, _frame: FrameType | None) -> None:
        # A second signal must not cut the tidying short.
        signal.signal(number, signal.SIG_IGN)
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, end)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, end)
