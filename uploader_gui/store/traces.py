"""The traces of each batch, in a file of its own: bounded, for its owner only, gone after a while.

Files and not the ledger: a trace is worth little and there are many, so they must neither hold up the one thread that
writes what matters, nor grow the database that is kept for ever, nor be lost with it when it is damaged.
"""

import contextlib
import hashlib
import os
import queue
import re
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from uploader_gui.core.traces import Trace, from_line, to_line
from uploader_gui.store.paths import places, private_folder

FOLDER = "traces"
MOST_BYTES = 128 * 1024
"""Of one file. A batch has two at most, and the newer half of what is kept is never the one that goes."""
MOST_BATCHES = 100
DAYS = 30
MOST_WAITING = 2000
CLOSING_SECONDS = 2.0
GATHERING_SECONDS = 0.1
"""Traces are written together: to wake a thread for each would cost a lane more than all else that is told of one."""
_ENDINGS = (".old.jsonl", ".jsonl")


class Traces:
    """Keeps traces on disk. `note` is what a lane calls: it never blocks and never raises.

    Args:
        folder: Where they lie; the program's own by default. Made when it is first needed.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or places().logs / FOLDER
        self.lost = 0
        # An event is set when all that came before it is written.
        self._waiting: queue.SimpleQueue[Trace | threading.Event | None] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None
        self._made: set[Path] = set()

    def note(self, trace: Trace) -> None:
        """Keep a trace, soon. One that comes while too many wait is lost, and counted in `lost`."""
        if self._thread is None:
            self._start()
        if self._waiting.qsize() < MOST_WAITING:
            self._waiting.put(trace)
        else:
            self.lost += 1

    def close(self) -> None:
        """Write what waits, for CLOSING_SECONDS at most. It may be used again afterwards."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            self._hurry.set()
            thread.join(CLOSING_SECONDS)

    def catch_up(self) -> None:
        """Wait until what was noted so far is written, for CLOSING_SECONDS at most."""
        if self._thread is not None:
            written = threading.Event()
            self._waiting.put(written)
            self._hurry.set()
            written.wait(CLOSING_SECONDS)

    def read(self, batch_id: str) -> list[Trace]:
        """The traces of a batch, oldest first; what cannot be read is left out. "" gives those of no batch."""
        self.catch_up()
        found = []
        for ending in _ENDINGS:
            with contextlib.suppress(OSError):
                for line in self._path(batch_id, ending).read_text("utf-8", "replace").splitlines():
                    with contextlib.suppress(ValueError, TypeError):
                        found.append(from_line(line))
        return found

    def newest(self, batches: int) -> list[list[Trace]]:
        """The traces of the batches that had something to do last, one list a batch, the newest batch first."""
        try:
            files = sorted(self.folder.glob("*.jsonl"), key=_changed, reverse=True)
        except OSError:
            return []
        stems = list(dict.fromkeys(path.name.removesuffix(".jsonl").removesuffix(".old") for path in files))
        return [self._read_stem(stem) for stem in stems[:batches]]

    def forget(self, batch_ids: Iterable[str]) -> None:
        """Delete the traces of these batches, also those that wait to be written. Raises OSError."""
        self.catch_up()
        for batch_id in batch_ids:
            for ending in _ENDINGS:
                self._path(batch_id, ending).unlink(missing_ok=True)

    def _read_stem(self, stem: str) -> list[Trace]:
        return self.read("" if stem == "none" else stem)

    def _path(self, batch_id: str, ending: str = ".jsonl") -> Path:
        # An id comes from the database: whatever it holds, it must not become a path of its own.
        plain = re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z-]{0,63}", batch_id)
        stem = batch_id if plain else hashlib.sha256(batch_id.encode("utf-8", "replace")).hexdigest()[:32]
        return self.folder / f"{stem if batch_id else 'none'}{ending}"

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="traces", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        ends = False
        while not ends:
            batches: dict[str, list[Trace]] = {}
            written: list[threading.Event] = []
            for one in self._gathered():
                if one is None:
                    ends = True
                    break
                if isinstance(one, threading.Event):
                    written.append(one)
                else:
                    batches.setdefault(one.batch, []).append(one)
            for batch_id, traces in batches.items():
                try:
                    self._write(batch_id, traces)
                except OSError:
                    self.lost += len(traces)
            for event in written:
                event.set()

    def _gathered(self) -> Iterator[Trace | threading.Event | None]:
        """Wait for a trace; give it and what comes soon after it."""
        yield self._waiting.get()
        self._hurry.wait(GATHERING_SECONDS)
        self._hurry.clear()
        for _ in range(self._waiting.qsize()):
            yield self._waiting.get()

    def _write(self, batch_id: str, traces: Iterable[Trace]) -> None:
        path = self._path(batch_id)
        if path not in self._made:
            private_folder(self.folder)
            self._made.add(path)
            self._clear_away()
        size = 0
        with contextlib.suppress(FileNotFoundError):
            size = path.stat().st_size
        lines = bytearray()
        for trace in traces:
            line = f"{to_line(trace)}\n".encode("utf-8", "replace")
            if size + len(lines) + len(line) > MOST_BYTES:
                _append(path, lines)
                path.replace(self._path(batch_id, ".old.jsonl"))
                size = 0
                lines.clear()
            lines += line
        _append(path, lines)

    def _clear_away(self) -> None:
        """Delete what is old, and the oldest of what is too much."""
        files = sorted(self.folder.glob("*.jsonl"), key=_changed, reverse=True)
        oldest = time.time() - DAYS * 86400
        for number, path in enumerate(files):
            if number >= 2 * MOST_BATCHES or _changed(path) < oldest:
                with contextlib.suppress(OSError):
                    path.unlink()


def _append(path: Path, lines: bytes | bytearray) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, lines)
    finally:
        os.close(file)


def _changed(path: Path) -> float:
    """Seconds since 1970; 0 for a file that has gone meanwhile."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
