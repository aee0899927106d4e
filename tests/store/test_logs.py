"""The log file: bounded, private, one line a record, and no secret in it however it is logged."""

import contextlib
import logging
import os
import stat
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from enum import StrEnum, auto
from pathlib import Path

import pytest

from tests.canaries import leaks
from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.store.logs import LogFile, arisen, last_lines, log_files, log_to_file
from uploader_gui.store.paths import places

KEY = "api_7Qm2xL0vB94kZr1T-canary"
ours = logging.getLogger("uploader_gui.engine.lane")
library = logging.getLogger("somelibrary.part")


pytestmark = pytest.mark.logs_errors


@pytest.fixture
def log() -> Iterator[LogFile]:
    """The program's log, everything of ours in it, and logging as it was afterwards."""
    file = log_to_file(logging.DEBUG)
    yield file
    file.close()


@contextlib.contextmanager
def past_pytest(log: LogFile) -> Iterator[None]:
    """While inside, records go to our log alone: pytest's own handlers raise where arguments do not fit."""
    for logger in (ours, library):
        logger.propagate = False
        logger.addHandler(log)
    yield
    for logger in (ours, library):
        logger.propagate = True
        logger.removeHandler(log)


def text() -> str:
    """All that is in the log."""
    return "".join(path.read_text("utf-8") for path in log_files())


def test_a_line(log: LogFile) -> None:
    """Golden: time in UTC, level, thread, logger and words."""
    ours.warning("%d of %s took %.1f s: %s", 3, Kind.STALLED, 1.25, "retry later")
    (line,) = text().splitlines()
    at, rest = line.split(" ", 1)
    assert at.endswith("Z")
    assert len(at) == len("2026-11-20T14:21:40.123Z")
    assert rest == "WARNING [MainThread] uploader_gui.engine.lane: 3 of STALLED took 1.2 s: retry later"
    assert log.path.parent == places().logs


def test_the_same_when_turned_on_twice(log: LogFile) -> None:
    """A second call gives the same file: no line is written twice."""
    assert log_to_file() is log
    ours.error("once")
    assert len(text().splitlines()) == 1


def test_levels(log: LogFile) -> None:
    """Ours from the level that was asked for; of libraries what they warn of, even where they talk more."""
    library.setLevel(logging.DEBUG)
    try:
        ours.debug("of ours")
        library.info("nothing of this")
        library.warning("of a library")
    finally:
        library.setLevel(logging.NOTSET)
    assert [line.split(": ", 1)[1] for line in text().splitlines()] == ["of ours", "of a library"]
    log.close()
    ours.error("closed")
    assert "closed" not in text()


class Word(StrEnum):
    """An enumeration of ours."""

    PLAIN = auto()


def raised(error: Exception) -> Exception:
    """An exception that was raised, from another one whose text holds the key as well."""
    try:
        try:
            raise OSError(f"cannot read https://a.example/?sig={KEY}")  # noqa: TRY301 - it is to be raised from
        except OSError as cause:
            raise error from cause
    except type(error) as caught:
        return caught


def test_a_key_does_not_get_in(log: LogFile) -> None:
    """As an argument, in the words themselves, in an exception, its cause, its notes, in extra facts: nowhere."""
    error = raised(UploadError(Problem(kind=Kind.REFUSED, said=KEY)))
    error.add_note(KEY)
    with past_pytest(log):
        for logger in (ours, library):
            logger.error("sent %s", KEY)
            logger.error(f"sent {KEY}")  # noqa: G004 - somebody will
            logger.error("%(key)s", {"key": KEY})
            logger.error(KEY)
            logger.error(ValueError(KEY))
            logger.error("%s %r %s", error, {"key": KEY}, [KEY])
            logger.error("%s", Path("/home/ann") / KEY)
            logger.error("failed", exc_info=error)
            logger.error("failed", exc_info=raised(ValueError(KEY)), stack_info=True, extra={"key": KEY})
            logger.error("%d files", KEY)
            logger.error("%s and %s", KEY)  # noqa: PLE1206 - the mistake is meant
            logger.error("x", KEY)  # noqa: PLE1205 - likewise
            logger.error("GET https://user:%s@a.example/%s?x=%s", KEY, KEY, KEY)
            logger.error('b\'%s\' key=%s, "key": "%s"', KEY, KEY, KEY)
    written = text()
    assert len(written.splitlines()) == 2 * 14
    assert not leaks(written.encode(), [KEY, "7Qm2xL0vB94kZr1T"])
    assert "sent …16+" in written
    assert "| UploadError at test_logs.py:" in written
    assert "from OSError at test_logs.py:" in written


def test_words_of_exceptions_and_things_do_not_show(log: LogFile) -> None:
    """Not even plain words: of an exception its kind is told, of any other thing its type."""
    ours.error(
        "%s in %s of %r", ValueError("plain words"), {"plain": "words"}, Path("plain"), exc_info=OSError("words")
    )
    (line,) = log.path.read_text("utf-8").splitlines()
    assert line.endswith(
        "ValueError in (dict) of '(PosixPath)' | OSError at no place".replace("PosixPath", type(Path()).__name__)
    )


def test_a_key_that_looks_like_words(log: LogFile) -> None:
    """A secret that no shape betrays is struck out by its value, once the log has been told of it."""
    log.hide("correct-horse", "battery staple")
    ours.error("signed in with correct-horse, then with %s", "battery staple")
    assert text().rstrip().endswith("signed in with …, then with …")


@pytest.mark.usefixtures("log")
def test_another_handler_spoils_nothing() -> None:
    """A handler that writes tracebacks its own way, and keeps them in the record, does not get them into ours."""
    other = logging.StreamHandler(open(os.devnull, "w"))  # noqa: PTH123, SIM115
    logging.getLogger("uploader_gui").addHandler(other)
    try:
        ours.error("failed", exc_info=raised(ValueError(KEY)))
    finally:
        logging.getLogger("uploader_gui").removeHandler(other)
        other.stream.close()
    assert not leaks(text().encode(), [KEY])


@pytest.mark.parametrize("odd", ["\n", "\r\n", "\u2028", "\x1b[2J", "\u202e", "\x00", "\x85", "\ud800", "\u200b"])
def test_a_line_stays_a_line(log: LogFile, odd: str) -> None:
    """What others say cannot make a second record, clear a terminal or turn the reading direction around."""
    ours.error("said %s", f"end{odd}2026-11-20T00:00:00.000Z ERROR [MainThread] uploader_gui: forged")
    ours.error(f"said end{odd}forged")
    written = log.path.read_bytes()
    assert len(written.decode("utf-8").splitlines()) == 2
    assert written.count(b"\n") == 2
    assert odd not in written.decode("utf-8").replace("\n", "")


def test_it_is_bounded(tmp_path: Path) -> None:
    """However much is logged, there are so many files of so many bytes, the newest lines in the newest."""
    log = LogFile(tmp_path / "x.log", most=2000, files=3)
    for number in range(500):
        log.handle(logging.LogRecord("uploader_gui", logging.INFO, "", 1, "number %d " + "word " * 20, (number,), None))
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["x.log", "x.log.1", "x.log.2"]
    assert all(path.stat().st_size <= 2000 for path in files)
    assert "number 499" in files[0].read_text()
    log.handle(logging.LogRecord("uploader_gui", logging.INFO, "", 1, "word " * 1_000_000, (), None))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 3 * 4000


def test_two_processes_share_it(log: LogFile) -> None:
    """Lines of two processes stand side by side, none of them cut."""
    program = (
        "import logging\n"
        "from uploader_gui.store.logs import log_to_file\n"
        "log_to_file()\n"
        "for number in range(300): logging.getLogger('uploader_gui').warning('other %d end', number)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", program])
    while other.poll() is None:
        ours.warning("mine end")
    assert other.returncode == 0
    lines = text().splitlines()
    assert sum("other" in line for line in lines) == 300
    assert all(line.endswith(" end") for line in lines)
    assert log.path.is_file()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_it_is_private(log: LogFile) -> None:
    """Only its owner may read it."""
    before = os.umask(0)
    try:
        ours.error("x")
    finally:
        os.umask(before)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.path.parent.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there can be no log the program goes on, and nothing of what was logged lands on stderr instead."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("UPLOADER_GUI_HOME", str(tmp_path / "file" / "home"))
    log = log_to_file()
    with past_pytest(log):
        ours.error("key %s", KEY, exc_info=raised(ValueError(KEY)))
        library.warning("key %s %s", KEY)
    log.close()
    assert capsys.readouterr() == ("", "")
    assert last_lines(10) == []


def test_deleted_while_it_is_written(log: LogFile) -> None:
    """Whoever deletes the log gets a new one with the next line."""
    ours.error("first")
    log.path.unlink()
    ours.error("second")
    assert [line.split(": ")[1] for line in last_lines(10)] == ["second"]


def test_warnings_of_python(log: LogFile, capsys: pytest.CaptureFixture[str]) -> None:
    """What Python warns of is a line of the log, redacted, and not one on stderr."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(f"an old call with {KEY}", stacklevel=1)
    assert "py.warnings: …" in text() or "py.warnings:" in text()
    assert not leaks(text().encode(), [KEY])
    assert capsys.readouterr().err == ""
    assert log.path.is_file()


def test_where_an_exception_arose() -> None:
    """Kinds and places, the innermost first, and a circle of causes ends."""
    first, second = raised(ValueError("a")), ValueError("b")
    assert arisen(first).startswith("ValueError at test_logs.py:")
    first.__cause__, second.__cause__ = second, first
    assert arisen(first).count("ValueError") == 2
    assert arisen(ValueError("never raised")) == "ValueError at no place"


def test_many_threads(log: LogFile) -> None:
    """Lines of many threads do not mix."""

    def write() -> None:
        for number in range(100):
            ours.info("word %d end", number)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = text().splitlines()
    assert len(lines) == 800
    assert all(line.endswith(" end") for line in lines)
    assert log.path.is_file()


def test_turning_it_on_is_quick() -> None:
    """It costs a start next to nothing: no file is opened before there is something to write."""
    began = time.perf_counter()
    log = log_to_file()
    spent = time.perf_counter() - began
    assert not log.path.exists()
    log.close()
    assert spent < 0.05
