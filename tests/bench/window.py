"""Benchmark: the window against a bare one, and against what it aims at. Nothing is asserted; run it by hand.

    .venv/bin/python tests/bench/window.py [start] [idle] [lateness] [processor] [drop] [large]

Each figure comes from a process of its own; the practice service is another one, as a server is. Medians of several
runs, which take turns, so that a busy machine is busy for all of them. Python has compiled what it reads, as it has
where the program is installed; the first run of each kind does that and does not count.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from tests.bench.bytecode import environment

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("window_child.py")
RUNS = 7
FULL_SPEED = 8
FILE_MB = 800
LATENESS_RUNS = 3
ROOM = 6e9
"""Bytes that the server keeps at most of what is sent to it."""


def ask(*words: object, home: Path | None = None, accounts: str = "[]") -> dict[str, Any]:
    """Run one measurement in a process of its own; gives what it found."""
    with (
        tempfile.TemporaryDirectory(prefix="uploader-bench-") as name,
        tempfile.TemporaryDirectory(prefix="uploader-bench-", dir=_memory()) as files,
    ):
        env = environment(UPLOADER_GUI_HOME=str(home or name), BENCH_ACCOUNTS=accounts, BENCH_FILES=files)
        env |= {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"), "QT_LOGGING_RULES": "*=false"}
        command = [sys.executable, str(CHILD), *map(str, words)]
        ran = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found


class Server:
    """A practice service in a process of its own.

    Args:
        pace: Bytes a second that it reads; 0: as fast as it can.
        stalls: Whether it reads no body to its end.
    """

    def __init__(self, *, pace: int = 0, stalls: bool = False) -> None:
        command = [sys.executable, str(CHILD), "serve", str(pace), str(int(stalls))]
        # A server elsewhere would not write to this computer's disk.
        env = os.environ if _memory() is None else {**os.environ, "TMPDIR": str(_memory())}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT, env=env)
        assert self._process.stdout is not None
        self.accounts = self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def aim(name: str, value: str, wanted: str, *, met: bool) -> None:
    """Print one figure beside what it aims at."""
    print(f"{name:<52}{value:>16}   aim {wanted:<14}{'' if met else '  MISSED'}", flush=True)


def start() -> None:
    """From starting the process to the first paint."""
    with tempfile.TemporaryDirectory(prefix="uploader-bench-") as name:
        full = Path(name)
        ask("fill", 100_000, home=full)
        took: dict[str, list[float]] = {"bare": [], "empty": [], "full": []}
        ask("bare"), ask("start")
        for _ in range(RUNS):
            took["bare"].append(ask("bare")["painted"])
            took["empty"].append(ask("start")["painted"])
            took["full"].append(ask("start", home=full)["painted"])
    bare, empty, filled = (statistics.median(took[one]) for one in ("bare", "empty", "full"))
    print(f"{'bare window, to its first paint':<52}{bare * 1000:>13.0f} ms")
    aim("ours", f"{empty * 1000:.0f} ms {empty / bare:.2f}x", "1.5x", met=empty / bare <= 1.5)
    aim(
        "ours, 100,000 files in the ledger",
        f"{filled * 1000:.0f} ms {filled / bare:.2f}x",
        "2.5x",
        met=filled / bare <= 2.5,
    )


def idle() -> None:
    """Memory of a window with nothing to do, accounts read."""
    with Server() as server:
        ask("bare"), ask("idle", accounts=server.accounts)
        bare = statistics.median(ask("bare")["memory"] for _ in range(3))
        ours = statistics.median(ask("idle", accounts=server.accounts)["memory"] for _ in range(3))
    print(f"{'bare window, memory':<52}{bare / 1e6:>13.1f} MB")
    aim("ours, idle", f"{ours / 1e6:.1f} MB {ours / bare:.2f}x", "1.6x", met=ours / bare <= 1.6)


def lateness() -> None:
    """How late a 4 ms timer of the window comes while eight lanes send as fast as they can, and a bare one beside it.

    Files and what the server keeps lie in memory: where a kernel reads 8 MiB of a disk ahead it does so in one go of
    20 ms, in which nothing else runs on that core, whoever reads.
    """
    with Server() as server:
        runs = [ask("lateness", FULL_SPEED, FILE_MB, accounts=server.accounts) for _ in range(LATENESS_RUNS)]
    print(f"{'8 lanes, loopback':<52}{statistics.median(run['rate'] for run in runs) / 1e6:>11.0f} MB/s")
    for name, wanted, most in (("p99", "16 ms", 0.016), ("worst", "50 ms", 0.050)):
        ours = statistics.median(run[name] for run in runs)
        bare = statistics.median(run["bare"][name] for run in runs)
        print(f"{f'a 4 ms timer in a bare process comes late: {name}':<52}{bare * 1000:>13.1f} ms")
        aim(f"in our window: {name}", f"{ours * 1000:.1f} ms {ours / bare:.2f}x", wanted, met=ours <= most)


def processor() -> None:
    """What sending at 100 Mbit/s costs."""
    with Server(pace=12_500_000) as server:
        found = ask("processor", 3, 80, accounts=server.accounts)
    print(f"{'paced':<52}{found['rate'] * 8 / 1e6:>9.0f} Mbit/s")
    part = found["part"]
    aim("processor, of one core", f"{part * 100:.1f} %", "5 %", met=part <= 0.05)


def drop() -> None:
    """Ten thousand files are dropped."""
    _drop(10_000, 1.0, 0.050)


def large() -> None:
    """A hundred thousand files are dropped."""
    _drop(100_000, 5.0, 0.100)


def _drop(count: int, seconds: float, stall: float) -> None:
    with tempfile.TemporaryDirectory(prefix="uploader-bench-", dir=_memory()) as name, Server(stalls=True) as server:
        for number in range(count):
            folder = Path(name) / f"{number // 1000:03}"
            folder.mkdir(exist_ok=True)
            (folder / f"scan of page {number:06}.pdf").write_bytes(b"%PDF-1.7")
        found = ask("drop", name, count, accounts=server.accounts)
    aim(
        f"{count:,} files dropped: all rows there",
        f"{found['took']:.2f} s",
        f"{seconds:.0f} s",
        met=found["took"] <= seconds,
    )
    aim(
        "  the window's longest stall",
        f"{found['worst'] * 1000:.0f} ms",
        f"{stall * 1000:.0f} ms",
        met=found["worst"] <= stall,
    )
    each = found["memory"] * 100_000 / count
    aim("  memory for 100,000 files", f"{each / 1e6:.0f} MB", "60 MB", met=each <= 60e6)


def _memory() -> str | None:
    """Where files cost no disk, if there is such a place with room: the disk is not what is measured."""
    place = Path("/dev/shm")
    return str(place) if place.is_dir() and shutil.disk_usage(place).free > ROOM else None


ALL: dict[str, Callable[[], None]] = {
    "start": start,
    "idle": idle,
    "lateness": lateness,
    "processor": processor,
    "drop": drop,
    "large": large,
}


def main(names: Sequence[str]) -> None:
    """Measure and print."""
    for name in names or list(ALL):
        ALL[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
