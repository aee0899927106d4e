"""Starts command lines as processes of their own, quickly: it has loaded the program and forks one for each.

It reads one JSON object a line: {"arguments": […], "environment": {…}, "out": path}, and writes the new process's
number; when that process ends, it writes {"ended": number, "code": its exit code, negative for a signal}.

The commands run by a clock that jumps over waits; everything else is the program as it is: its lanes, sockets, ledger.
"""

import functools
import json
import os
import signal
import sys
import threading
import traceback
from typing import Any

# Loaded before the first fork, so that no child has to.
import uploader_gui.cli.send
import uploader_gui.cli.sending  # noqa: F401
from tests.cli.harness import FastClock
from uploader_gui.cli import main, running
from uploader_gui.engine.http import Timing
from uploader_gui.engine.retry import Policy


def quick() -> None:
    """Let the program's engine go by the quick clock."""
    make = running.Engine
    clock = FastClock()
    timing = Timing(connect=5, stall=10, answer=10)
    policy = Policy(jitter=lambda: 1.0)
    running.Engine = functools.partial(make, clock=clock, timing=timing, policy=policy)  # type: ignore[misc, assignment]


def run(asked: dict[str, Any]) -> int:
    """Run one command in this process."""
    os.environ.update(asked["environment"])
    descriptor = os.open(asked["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in (1, 2):
        os.dup2(descriptor, number)
    quick()
    return main(asked["arguments"])


def work() -> None:
    """Serve until the input ends."""
    lines = sys.stdin
    for line in lines:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            code = 99
            try:
                code = run(asked)
            except BaseException:  # noqa: BLE001 - whatever it is, the test must see it
                traceback.print_exc()
            sys.stdout.flush()
            os._exit(code)
        print(json.dumps({"began": child}), flush=True)
        _, status = os.waitpid(child, 0)
        print(json.dumps({"ended": child, "code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert threading.active_count() == 1
    work()
