"""The database file: opened, brought up to date, and what to do when it cannot be used."""

import contextlib
import errno
import os
import sqlite3
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from pathlib import Path

from uploader_gui.core.ports import LedgerError
from uploader_gui.store.migrations import MIGRATIONS

BUSY_SECONDS = 10.0
_ASIDE, _STAMP = "-damaged-", "%Y-%m-%d-%H%M%S"


class Trouble(StrEnum):
    """Why a database cannot be used."""

    DAMAGED = auto()
    NEWER = auto()
    LOCKED = auto()
    FULL = auto()
    READ_ONLY = auto()
    UNREACHABLE = auto()


class StoreError(LedgerError):
    """The database cannot be used.

    Attributes:
        trouble: Why.
        path: Its file.
    """

    def __init__(self, trouble: Trouble, path: Path) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.path = path


def trouble_of(error: sqlite3.Error | OSError) -> Trouble:
    """Say what an error of SQLite or of the system means for the file."""
    if isinstance(error, OSError):
        return {errno.ENOSPC: Trouble.FULL, errno.EROFS: Trouble.READ_ONLY, errno.EACCES: Trouble.READ_ONLY}.get(
            error.errno or 0, Trouble.UNREACHABLE
        )
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return {
        sqlite3.SQLITE_BUSY: Trouble.LOCKED,
        sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
        sqlite3.SQLITE_FULL: Trouble.FULL,
        sqlite3.SQLITE_IOERR: Trouble.FULL,
        sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
        sqlite3.SQLITE_CANTOPEN: Trouble.UNREACHABLE,
        sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    }.get(code, Trouble.DAMAGED)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's and the system's errors into StoreError."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise StoreError(trouble_of(error), path) from None
    except UnicodeDecodeError:
        # SQLite quotes what is damaged in its message, and Python cannot read that.
        raise StoreError(Trouble.DAMAGED, path) from None


def connect(path: Path) -> sqlite3.Connection:
    """Open the database file, made if it is not there, and bring it up to date.

    A copy is made before each migration: `NAME.v3.bak` is the file as version 3 left it.

    Raises:
        StoreError: It cannot be used.
    """
    with explained(path):
        _make_private(path)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            _bring_up_to_date(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def _make_private(path: Path) -> None:
    """The file holds names of customers and, while a batch is open, signed addresses: for its owner only."""
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if hasattr(os, "fchmod") and stat.S_IMODE(os.fstat(file).st_mode) & 0o077:
            # One that was put back from a copy.
            with contextlib.suppress(OSError):
                os.fchmod(file, 0o600)
    finally:
        os.close(file)


def _version(connection: sqlite3.Connection) -> int:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > len(MIGRATIONS):
        raise StoreError(Trouble.NEWER, path)
    if version == len(MIGRATIONS):
        return
    for number in range(version + 1, len(MIGRATIONS) + 1):
        if version:  # of a new file there is nothing to keep
            _copy(connection, path.with_name(f"{path.name}.v{number - 1}.bak"))
        connection.execute("BEGIN IMMEDIATE")
        try:
            # Another process may have been faster.
            if _version(connection) < number:
                for statement in MIGRATIONS[number - 1]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def _copy(connection: sqlite3.Connection, path: Path) -> None:
    _make_private(path)
    with contextlib.closing(sqlite3.connect(path)) as copy:
        connection.backup(copy)


def set_aside(path: Path, now: datetime) -> Path:
    """Move a damaged database out of the way, with its date in its name; gives its new place.

    Raises:
        OSError: It cannot be moved.
    """
    aside = path.with_name(f"{path.stem}{_ASIDE}{now.astimezone(UTC).strftime(_STAMP)}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def last_set_aside(path: Path) -> datetime | None:
    """When a database of this path was last set aside that still lies there; None if none does."""
    found = []
    for aside in path.parent.glob(f"{path.stem}{_ASIDE}*{path.suffix}"):
        with contextlib.suppress(ValueError):
            stamp = aside.stem.removeprefix(f"{path.stem}{_ASIDE}")
            # The name says the second in which it was: all of that one counts.
            found.append(datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC) + timedelta(seconds=1))
    return max(found, default=None)
