"""One measurement of tests/bench/window.py, in a process of its own. What it found is its last line, as JSON."""

import contextlib
import gc
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LATENESS_SECONDS = 6


def age() -> float:
    """Seconds since this process was started, its own beginning included."""
    ticks = int(Path("/proc/self/stat").read_text("ascii").rsplit(")", 1)[1].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def memory() -> int:
    """Bytes in memory that are this process's own share."""
    lines = Path("/proc/self/smaps_rollup").read_text("ascii").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Rss:"))


def tell(**found: Any) -> None:
    """Tell, and end at once."""
    print(json.dumps(found), flush=True)
    os._exit(0)


def bare() -> None:
    """A window with nothing in it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            painted, cpu = age(), time.process_time()
            QTimer.singleShot(300, self, lambda: tell(painted=painted, cpu=cpu, memory=memory()))

    app = QApplication([])
    window = Window()
    window.resize(960, 640)
    window.show()
    app.exec()


def start() -> None:
    """Our window, as it is started, until all of it is painted."""
    from uploader_gui import app as program
    from uploader_gui.__main__ import main

    build = program.build

    def built(*given: Any, **named: Any) -> Any:
        from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
        from PySide6.QtGui import QPaintEvent
        from PySide6.QtWidgets import QMainWindow

        from uploader_gui.gui.main_window import MainWindow

        class Probe(QObject):
            def event(self, event: QEvent) -> bool:
                tell(painted=age(), cpu=time.process_time())
                return super().event(event)

        probe = Probe()

        def paint(window: QMainWindow, event: QPaintEvent) -> None:
            QMainWindow.paintEvent(window, event)
            # What lies in it is painted next. This comes after that, and before any timer.
            QCoreApplication.postEvent(probe, QEvent(QEvent.Type.User), Qt.EventPriority.HighEventPriority.value)

        MainWindow.paintEvent = paint  # type: ignore[method-assign, assignment]
        return build(*given, **named)

    program.build = built
    sys.argv = ["uploader-gui"]
    main()


class Open:
    """Our window, open on the practice service."""

    def __init__(self, lanes: int = 3) -> None:
        from uploader_gui import app as program
        from uploader_gui.workers.reading_qt import read_qt

        application = read_qt()
        from uploader_gui.workers.desk import State

        sys.setswitchinterval(program.SWITCH)
        gc.set_threshold(program.YOUNG, 1000, 1000)
        self.app = application([])

        def accounts() -> list[Any]:
            from uploader_gui.services import catalogue
            from uploader_gui.workers.accounts import KnownAccount

            given = json.loads(os.environ["BENCH_ACCOUNTS"])
            return [KnownAccount(service=catalogue.find(one.pop("service")), name="Bench", **one) for one in given]

        self.desk, self.window = program.build(accounts, lanes=lanes)
        self.window.painted.connect(self.desk.open)
        self.window.show()
        self.until(lambda: self.desk.state is State.OPEN)
        self.aim()

    def aim(self) -> None:
        """Say where the next files go: to a record of their own."""
        face = next(one for one in self.desk.accounts if one.service.id == "close")
        self.window.target.choose(face.key, "note")
        self.window.target.fields.fill({"lead": "lead_globex"}, {"lead": "Globex Corporation"})

    def until(self, condition: Callable[[], object], seconds: float = 300) -> None:
        """Let the window live until something is so; the loop sleeps as it does for a person."""
        from PySide6.QtCore import QEventLoop, QTimer

        loop = QEventLoop()
        look = QTimer()
        look.setInterval(20)
        end = time.monotonic() + seconds
        look.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
        look.start()
        loop.exec()

    def rest(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() >= end)


class Ticks:
    """A timer of 4 ms in Qt's loop, and how late it came."""

    def __init__(self) -> None:
        from PySide6.QtCore import Qt, QTimer

        self.late: list[float] = []
        self._before = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(4)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._before - 0.004))
        self._before = now

    @property
    def found(self) -> dict[str, float]:
        """Seconds that half of the ticks, 99 of 100 and all of them were late at most."""
        late = sorted(self.late)
        return {"p50": statistics.median(late), "p99": statistics.quantiles(late, n=100)[98], "worst": late[-1]}

    def clear(self) -> None:
        """Forget what was."""
        self.late.clear()
        self._before = time.perf_counter()


def idle() -> None:
    """Nothing to do."""
    opened = Open()
    opened.rest(1.5)
    gc.collect()
    tell(memory=memory())


def sparse(folder: Path, count: int, megabytes: int) -> list[str]:
    """Files that take no room on the disk."""
    paths = []
    for number in range(count):
        path = folder / f"{number}.bin"
        with path.open("wb") as file:
            file.truncate(megabytes * 1_000_000)
        paths.append(str(path))
    return paths


def sent(opened: Open) -> int:
    """Bytes that have gone out."""
    return sum(node.sent for node in opened.window.model.nodes)


def timer(seconds: str) -> None:
    """The same timer in a process that does nothing else: what the machine itself has to give."""
    from PySide6.QtCore import QCoreApplication, QTimer

    app = QCoreApplication([])
    ticks = Ticks()
    QTimer.singleShot(int(float(seconds) * 1000), app.quit)
    app.exec()
    tell(**ticks.found)


def lateness(lanes: str, megabytes: str) -> None:
    """Full speed, and a bare timer beside it at the same time."""
    opened, wanted = Open(int(lanes)), int(lanes)
    opened.window.take_files(sparse(Path(os.environ["BENCH_FILES"]), wanted, int(megabytes)))
    opened.until(lambda: sum(len(node.running) for node in opened.window.model.nodes) == wanted and sent(opened) > 0)
    opened.rest(0.5)
    command = [sys.executable, __file__, "timer", str(LATENESS_SECONDS - 0.5)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as beside:
        ticks = Ticks()
        before, began = sent(opened), time.perf_counter()
        opened.rest(LATENESS_SECONDS)
        rate = (sent(opened) - before) / (time.perf_counter() - began)
        assert sum(len(node.running) for node in opened.window.model.nodes) == wanted, "the files were too small"
        found = ticks.found
        assert beside.stdout is not None
        tell(bare=json.loads(beside.stdout.read()), rate=rate, **found)


def processor(lanes: str, megabytes: str) -> None:
    """A usual line; without the timer, which would cost more than all the rest."""
    folder = Path(os.environ["BENCH_FILES"])
    opened = Open(int(lanes))
    opened.window.take_files(sparse(folder, int(lanes), int(megabytes)))
    opened.until(lambda: sent(opened) > 0)
    opened.rest(4)  # what the system takes in ahead has gone out
    before, began, busy = sent(opened), time.perf_counter(), time.process_time()
    opened.rest(8)
    took = time.perf_counter() - began
    tell(rate=(sent(opened) - before) / took, part=(time.process_time() - busy) / took)


def drop(folder: str, count: str) -> None:
    """A folder is dropped."""
    opened, wanted = Open(), int(count)
    # What the first files of all bring into memory is no matter of how many there are.
    opened.window.take_files(sparse(Path(os.environ["UPLOADER_GUI_HOME"]), 5, 1))
    opened.until(lambda: sum(len(node.running) for node in opened.window.model.nodes) == 3)
    opened.rest(1)
    opened.aim()
    gc.collect()
    before = memory()
    ticks = Ticks()
    opened.rest(0.1)
    ticks.clear()
    began = time.perf_counter()
    opened.window.take_files([folder])
    model = opened.window.model
    opened.until(lambda: any(len(node.uploads) == wanted for node in model.nodes))
    took = time.perf_counter() - began
    opened.rest(0.5)
    worst = max(ticks.late)
    gc.collect()
    tell(took=took, worst=worst, memory=memory() - before)


def fill(count: str) -> None:
    """A ledger with so many files, in batches of a hundred that have ended, and one that has not."""
    from datetime import UTC, datetime

    from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
    from uploader_gui.store.opening import open_ledger

    now = datetime.now(UTC)
    with open_ledger(now).ledger as ledger:
        for number in range(int(count) // 100):
            open_still = number == 0
            batch = Batch(
                id=f"{number:08}-0000-4000-8000-000000000000",
                service="close",
                target="note",
                inputs={"lead": "lead_globex"},
                named={"lead": "Globex Corporation"},
                created=now,
                ended=None if open_still else now,
                state=BatchState.NEEDS_ATTENTION if open_still else BatchState.ATTACHED,
                base="https://api.close.com/api/v1",
                place="the note on Globex Corporation",
            )
            uploads = [
                Upload(
                    id=f"{number:08}-0000-4000-8000-{file:012}",
                    batch_id=batch.id,
                    given=f"{file}.pdf",
                    file=f"/home/ann/{file}.pdf",
                    name=f"{file}.pdf",
                    size=1000,
                    modified=1,
                    media_type="application/pdf",
                    state=UploadState.NEEDS_ATTENTION if open_still else UploadState.STORED,
                )
                for file in range(100)
            ]
            ledger.add(batch, uploads, now)
    tell()


def serve(pace: str, stalls: str) -> None:
    """The practice service, until standard input ends."""
    import asyncio

    import aiohttp

    from uploader_gui.practice import SERVICES, Fault, PracticeService

    rate = int(pace)
    if rate:
        read = aiohttp.StreamReader.readany
        free = time.monotonic()

        async def slowly(self: aiohttp.StreamReader) -> bytes:
            nonlocal free
            block = await read(self)
            free = max(free, time.monotonic() - 0.05) + len(block) / rate
            await asyncio.sleep(max(0.0, free - time.monotonic()))
            return block

        aiohttp.StreamReader.readany = slowly  # type: ignore[method-assign]
    with PracticeService() as practice:
        if int(stalls):
            practice.misbehave(Fault(kind="stall", step="transfer", times=0))
        accounts = [
            {"service": one, "base": practice.base(one), "values": dict(practice.account(one)), "default": True}
            for one in SERVICES
        ]
        print(json.dumps(accounts), flush=True)
        with contextlib.suppress(KeyboardInterrupt):
            sys.stdin.read()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
