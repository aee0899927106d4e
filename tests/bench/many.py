"""Benchmark: a thousand small files through Close's whole flow, against the vendor's sample done one after the other.

    .venv/bin/python tests/bench/many.py [ROUNDS]

Each request takes 30 ms at the practice service, which runs in a process of its own. The sample is the one on Close's
page about files, in our words and with the libraries that it uses: for each file ask where to put it and post it there,
then make one note with all of them. In several threads, without anything that the program does beside it, it shows how
far the practice service lets anybody come: it is one process that runs on the same cores, and no run can be faster than
its own processor time. The runs take turns, so that a busy machine is busy for all of them. Prints medians and ratios,
and how long the processor was at work for whoever sends and for the practice service (where the system says so).
"""

import argparse
import concurrent.futures
import contextlib
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import requests

from tests.bench.bytecode import environment
from uploader_gui.practice import SAMPLES, PracticeService
from uploader_gui.practice.fault import Fault

FILES = 1000
SIZE = 10_000
DELAY = 0.03
LANES = (3, 8)
LEAD = SAMPLES["close"]["lead"]


@contextlib.contextmanager
def practice(spent: list[float]) -> Iterator[dict[str, str]]:
    """A practice service in a process of its own: its base and key. Notes its processor time when it ends."""
    command = [sys.executable, __file__, "--serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin
        assert server.stdout
        try:
            yield json.loads(server.stdout.readline())
        finally:
            server.stdin.close()
            spent.append(float(server.stdout.readline() or "nan"))


def serve() -> None:
    """Be that service until standard input ends."""
    # In memory where that can be: its disk is not what is measured.
    memory = Path("/dev/shm")
    with PracticeService(folder=memory if memory.is_dir() else None) as service:
        service.misbehave(Fault(kind="delay", times=0, seconds=DELAY))
        print(json.dumps({"base": service.base("close"), "key": service.account("close")["api_key"]}), flush=True)
        begun = time.process_time()
        sys.stdin.read()
        print(time.process_time() - begun, flush=True)


def sample(paths: list[Path], threads: int, where: Mapping[str, str]) -> None:
    """The vendor's sample, one file after the other; in several threads it shows what the practice service can do."""
    mine = threading.local()

    def upload(path: Path) -> dict[str, str]:
        api = vars(mine).setdefault("api", requests.Session())  # as the vendor's client has one
        asked = {"filename": path.name, "content_type": "application/pdf"}
        sign = api.post(f"{where['base']}/files/upload/", json=asked, auth=(where["key"], ""), timeout=60).json()
        with path.open("rb") as file:
            answer = requests.post(
                sign["upload"]["url"],
                data=sign["upload"]["fields"],
                files={"file": (path.name, file, "application/pdf")},
                timeout=60,
            )
        assert answer.status_code == 201
        return {"url": sign["download"]["url"], "filename": path.name}

    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        attachments = list(pool.map(upload, paths))
    note = {"lead_id": LEAD, "note": "all", "attachments": attachments}
    made = requests.post(f"{where['base']}/activity/note/", json=note, auth=(where["key"], ""), timeout=60).json()
    assert len(made["attachments"]) == len(paths)


def ours(folder: Path, lanes: int, where: Mapping[str, str]) -> None:
    """The program, as a person starts it."""
    with tempfile.TemporaryDirectory() as home:
        env = environment(UPLOADER_GUI_HOME=home, UPLOADER_CLOSE_API_KEY=where["key"])
        command = [sys.executable, "-m", "uploader_gui", "send", str(folder), "--service", "close"]
        command += ["--base", where["base"], "--target", "note", "--set", f"lead={LEAD}", "--lanes", str(lanes)]
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def processor() -> float:
    """Processor seconds of this process and of those it has waited for."""
    own = os.times()
    return own.user + own.system + own.children_user + own.children_system


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", nargs="?", type=int, default=3)
    options.add_argument("--serve", action="store_true")
    given = options.parse_args()
    if given.serve:
        serve()
        return
    seconds: dict[str, list[float]] = {}
    sending: dict[str, list[float]] = {}
    serving: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "papers"
        folder.mkdir()
        paths = [folder / f"paper {number:04}.pdf" for number in range(FILES)]
        for path in paths:
            path.write_bytes(os.urandom(SIZE))
        runs: dict[str, Callable[[Mapping[str, str]], None]] = {"the sample": functools.partial(sample, paths, 1)}
        runs |= {f"the sample in {threads} threads": functools.partial(sample, paths, threads) for threads in LANES}
        runs |= {f"uploader-gui, {lanes} lanes": functools.partial(ours, folder, lanes) for lanes in LANES}
        with practice([]) as where:
            ours(paths[0], 1, where)  # what is compiled then is there for all runs
        for _ in range(given.rounds):
            for name, run in runs.items():
                with practice(serving.setdefault(name, [])) as where:
                    began, at_work = time.perf_counter(), processor()
                    run(where)
                    seconds.setdefault(name, []).append(time.perf_counter() - began)
                    sending.setdefault(name, []).append(processor() - at_work)
    first = statistics.median(seconds["the sample"])
    for name, taken in seconds.items():
        each = ", ".join(f"{one:.2f}" for one in taken)
        median = statistics.median(taken)
        both = statistics.median(sending[name]), statistics.median(serving[name])
        work = f"processor {both[0]:5.2f} s sending, {both[1]:5.2f} s serving"
        print(f"{name:24}{median:8.2f} s{first / median:8.2f} times as fast   {work}   ({each})")


if __name__ == "__main__":
    main()
