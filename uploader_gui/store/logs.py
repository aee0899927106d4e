"""The program's log file: small, for its owner only, one line a record, and nothing secret in any of them.

What is written is made here from the parts of a record that are known to be harmless, whoever logs and however:
`log.error("unexpected %s", anything)` cannot get a secret past it.
"""

import contextlib
import enum
import logging
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from uploader_gui.core.lines import told, visible
from uploader_gui.core.scrub import Scrubber
from uploader_gui.store.paths import places, private_folder

NAME = "uploader-gui.log"
OURS = "uploader_gui"
MOST_BYTES = 1_000_000
FILES = 5
MOST_PLACES = 12
_NUMBERS = (bool, int, float, type(None))


class LogFile(logging.Handler):
    """Writes records to a file that is begun anew when it is full; older ones are `NAME.1` to `NAME.4`.

    The file is open only while a line is written. So two processes may share it, and it may be deleted at any time.
    What cannot be written is left out, silently: a log that fails must not take the program along.

    Args:
        path: The newest file.
        most: Bytes of one file.
        files: How many there are at most.
    """

    def __init__(self, path: Path, *, most: int = MOST_BYTES, files: int = FILES) -> None:
        super().__init__()
        self.path = path
        self._most = most
        self._files = files
        self._scrub = Scrubber()
        self._undo: list[tuple[logging.Logger, int]] = []

    def hide(self, *secrets: str) -> None:
        """Strike these values out of every line from now on, should they look like words."""
        self._scrub.add(*secrets)

    def filter(self, record: logging.LogRecord) -> bool:
        """Of libraries only what they warn of."""
        return record.levelno >= logging.WARNING or record.name == OURS or record.name.startswith(f"{OURS}.")

    def format(self, record: logging.LogRecord) -> str:
        """A record as one line, redacted: time in UTC, level, thread, logger, message, and where an exception arose."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        parts = [at.replace("+00:00", "Z"), record.levelname, f"[{told(record.threadName or '')}]"]
        # A logger's name holds points; it is shown as the names of its modules.
        parts.append(".".join(told(one) for one in record.name.split(".")) + ":")
        parts.append(told(_message(record)))
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(f"| {arisen(record.exc_info[1])}")
        return self._scrub(" ".join(parts))

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        with contextlib.suppress(Exception):
            line = f"{self.format(record)}\n".encode("utf-8", "replace")
            if self._full(len(line)):
                self._begin_anew()
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(file, line)
            finally:
                os.close(file)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say nothing: logging would print the record's arguments on stderr."""

    def close(self) -> None:
        """Take the log file out of logging again."""
        if self._undo:
            logging.captureWarnings(capture=False)
        logging.getLogger().removeHandler(self)
        for logger, level in self._undo:
            logger.setLevel(level)
        self._undo.clear()
        super().close()

    def begin(self, level: int) -> None:
        """Take part in logging: our own records from `level` on, those of libraries from WARNING on."""
        ours = logging.getLogger(OURS)
        self._undo.append((ours, ours.level))
        ours.setLevel(level)
        logging.getLogger().addHandler(self)
        # Python's warnings become records as well, instead of lines on stderr.
        logging.captureWarnings(capture=True)

    def _full(self, more: int) -> bool:
        try:
            return self.path.stat().st_size + more > self._most
        except FileNotFoundError:
            return False

    def _begin_anew(self) -> None:
        """Each file takes the next name; the oldest goes. Raises OSError: then nothing is written any more."""
        for number in range(self._files - 1, 0, -1):
            newer = self._numbered(number - 1)
            if newer.exists():
                newer.replace(self._numbered(number))

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path


_turning_on = threading.Lock()
_on: list[LogFile] = []


def log_to_file(level: int = logging.INFO) -> LogFile:
    """Begin to write the log file, where the program keeps it. Called again it gives the same one.

    Opens no file before there is a line to write, and raises nothing: where it cannot be written, nothing is.
    """
    with _turning_on:
        if _on and _on[0].path.parent == places().logs:
            return _on[0]
        for old in _on:
            old.close()
        _on.clear()
        folder = places().logs
        with contextlib.suppress(OSError):
            private_folder(folder)
        log = LogFile(folder / NAME)
        log.begin(level)
        _on.append(log)
        return log


def log_files() -> list[Path]:
    """The log's files that are there, oldest first."""
    newest = places().logs / NAME
    found = [newest.with_name(f"{NAME}.{number}") for number in range(FILES - 1, 0, -1)]
    return [path for path in (*found, newest) if path.is_file()]


def last_lines(count: int) -> list[str]:
    """The last lines of the log, oldest first; as many as can be read."""
    lines: list[str] = []
    for path in reversed(log_files()):
        if len(lines) >= count:
            break
        with contextlib.suppress(OSError):
            lines = path.read_text("utf-8", "replace").splitlines() + lines
    return lines[-count:]


def _message(record: logging.LogRecord) -> str:
    """The record's words with its arguments, each shown as far as its type says that it is harmless."""
    if not isinstance(record.msg, str):
        return str(_shown(record.msg))
    if not record.args:
        return record.msg
    args = record.args
    shown: Any = (
        {key: _shown(value) for key, value in args.items()}
        if isinstance(args, Mapping)
        else tuple(_shown(value) for value in args)
    )
    try:
        return str(record.msg % shown)
    except (TypeError, ValueError, KeyError):  # "%d" of what is shown as a text, or arguments that do not fit
        return record.msg


def _shown(value: object) -> Any:
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, _NUMBERS):
        return value
    if isinstance(value, str):
        return told(value)
    if isinstance(value, BaseException):
        return type(value).__name__
    return f"({type(value).__name__})"


def arisen(error: BaseException) -> str:
    """Where an exception arose: kinds and places in the code, through all its causes, and none of its words."""
    told_of, seen = list[str](), set[int]()
    one: BaseException | None = error
    while one is not None and id(one) not in seen and len(told_of) < 5:
        seen.add(id(one))
        told_of.append(f"{type(one).__name__} at {_places(one.__traceback__)}")
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return visible(" from ".join(told_of))


def _places(trace: TracebackType | None) -> str:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(found[-MOST_PLACES:])) or "no place"
