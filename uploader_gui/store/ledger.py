"""The ledger: every change of a batch or an upload is here before it is acted on, but for what is posted.

One thread writes, for everybody, in the order in which changes are asked for.
"""

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState, Upload
from uploader_gui.core.ports import Holder
from uploader_gui.store import rows
from uploader_gui.store.database import BUSY_SECONDS, StoreError, Trouble, connect, explained
from uploader_gui.store.locks import Locks

Given = TypeVar("Given")
_FOUND = (
    "named LIKE ? ESCAPE '!' OR place LIKE ? ESCAPE '!' OR ended LIKE ? ESCAPE '!' OR id IN "
    "(SELECT batch FROM upload WHERE name LIKE ? ESCAPE '!' OR given LIKE ? ESCAPE '!' OR digests LIKE ? ESCAPE '!')"
)
_HOLDER = (
    "SELECT id FROM batch WHERE record = ? AND id <> ? AND state IN ('attaching', 'attach_unknown') ORDER BY number"
)
_FORGET = (
    "UPDATE upload SET result = '{}' WHERE good_until < ? AND result <> '{}' "
    "AND batch IN (SELECT id FROM batch WHERE state IN ('attached', 'stored', 'cancelled'))"
)
Job = Callable[[sqlite3.Connection], Any]


class Ledger:
    """The batches on disk.

    Args:
        path: The database file.

    Raises:
        StoreError: It cannot be used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._locks = Locks(path.parent / "locks")
        self._writer = connect(path)
        self._writer.row_factory = sqlite3.Row
        self._stale = False
        self._guard = threading.Lock()
        self._closed = False
        self._jobs: queue.SimpleQueue[tuple[Job, bool, Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="ledger")
        self._thread.start()

    def close(self) -> None:
        """Finish what was asked for, close the file and let all batches go. What is asked for later is refused."""
        with self._guard:
            closed, self._closed = self._closed, True
            if not closed:
                self._jobs.put(None)
        if not closed:
            self._thread.join()
            self._empty_log()
            self._writer.close()
        self._locks.release_all()

    @property
    def closed(self) -> bool:
        """Whether it takes no changes any more."""
        return self._closed

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    # ----------------------------------------------------------------------------------------------- writing
    def add(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a new batch with its uploads. Raises StoreError."""
        self.add_all([(batch, uploads)], at)

    def add_all(self, new: Sequence[tuple[Batch, Sequence[Upload]]], at: datetime) -> None:
        """Keep new batches, each with its uploads: all of them or, with StoreError, none."""

        def job(connection: sqlite3.Connection) -> None:
            for batch, uploads in new:
                _insert(connection, "batch", rows.of_batch(batch))
                _insert_uploads(connection, uploads)
                _note(connection, batch.id, None, at, "added")

        self.write(job)

    def save(
        self,
        batch: Batch | None,
        uploads: Iterable[Upload],
        at: datetime,
        line: tuple[str, str | None, str],
        *,
        durable: bool = False,
    ) -> None:
        """Keep a change, as `core.ports.Ledger` says. Raises StoreError."""
        changed = tuple(uploads)

        def job(connection: sqlite3.Connection) -> None:
            if batch is not None:
                _update(connection, "batch", rows.of_batch(batch))
            for upload in changed:
                _update(connection, "upload", rows.of_upload(upload))
            _note(connection, line[0], line[1], at, line[2])
            self._stale = self._stale or (batch is not None and batch.state in ENDED_BATCHES)

        self.write(job, durable=durable)

    def post(self, upload: Upload, at: datetime, line: tuple[str, str | None, str]) -> Future[None]:
        """Have an upload kept, as `core.ports.Ledger` says. Raises StoreError."""

        def job(connection: sqlite3.Connection) -> None:
            _update(connection, "upload", rows.of_upload(upload))
            _note(connection, line[0], line[1], at, line[2])

        return self._ask(job)

    def begin_attach(self, batch: Batch, at: datetime, line: tuple[str, str | None, str]) -> Holder | None:
        """Keep a batch that begins to be attached, as `core.ports.Ledger` says. Raises StoreError."""

        def job(connection: sqlite3.Connection) -> str | None:
            row = connection.execute(_HOLDER, (batch.record, batch.id)).fetchone()
            if row is not None and batch.record:
                return str(row["id"])
            _update(connection, "batch", rows.of_batch(batch))
            _note(connection, line[0], line[1], at, line[2])
            return None

        holder = self.write(job)
        return None if holder is None else Holder(batch_id=holder, alive=self.held(holder))

    def part(self, kept: Batch, parted: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a batch some of whose uploads become a batch of their own, held from now on. Raises StoreError."""
        # Held before it is there to be seen: nobody else takes it up.
        self.hold(parted.id)

        def job(connection: sqlite3.Connection) -> None:
            _insert(connection, "batch", rows.of_batch(parted))
            for upload in uploads:
                _update(connection, "upload", rows.of_upload(upload))
            _update(connection, "batch", rows.of_batch(kept))
            _note(connection, parted.id, None, at, f"parted from {kept.id}")
            _note(connection, kept.id, None, at, f"{len(uploads)} files parted")

        self.write(job)

    def extend(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep new uploads of a batch that is there already. Raises StoreError."""

        def job(connection: sqlite3.Connection) -> None:
            _insert_uploads(connection, uploads)
            _update(connection, "batch", rows.of_batch(batch))
            _note(connection, batch.id, None, at, f"{len(uploads)} files more")

        self.write(job)

    def forget_results(self, now: datetime) -> None:
        """Delete links and ids that are good no longer, of batches that have ended. Raises StoreError."""
        at = now.isoformat(timespec="milliseconds")
        self.write(lambda connection: connection.execute(_FORGET, (at,)))

    def claim(self, record: str, thing: str, batch_id: str) -> bool:
        """Claim what an attach made for one batch; False if another one has it. Raises StoreError."""

        def job(connection: sqlite3.Connection) -> bool:
            connection.execute("INSERT OR IGNORE INTO claim VALUES (?, ?, ?)", (record, thing, batch_id))
            row = connection.execute(
                "SELECT batch FROM claim WHERE record = ? AND thing = ?", (record, thing)
            ).fetchone()
            return bool(row["batch"] == batch_id)

        return self.write(job)

    def remove(self, batch_ids: Sequence[str]) -> None:
        """Forget batches with all that belongs to them. Raises StoreError."""

        def job(connection: sqlite3.Connection) -> None:
            connection.executemany("DELETE FROM batch WHERE id = ?", [(one,) for one in batch_ids])
            self._stale = True

        self.write(job)

    # --------------------------------------------------------------------------------------- who works on what
    def hold(self, batch_id: str) -> bool:
        """Begin to work on a batch; False if another process does. Read it only afterwards. Raises StoreError."""
        with explained(self.path):
            return self._locks.hold(batch_id)

    def held(self, batch_id: str) -> bool:
        """Whether a process works on a batch. Raises StoreError."""
        with explained(self.path):
            return self._locks.held(batch_id)

    def held_elsewhere(self, batch_id: str) -> bool:
        """Whether another process works on a batch. Raises StoreError."""
        with explained(self.path):
            return self._locks.held_elsewhere(batch_id)

    def release(self, *batch_ids: str) -> None:
        """Let batches go."""
        self._locks.release(*batch_ids)

    # ----------------------------------------------------------------------------------------------- reading
    def claimed(self, record: str) -> dict[str, str]:
        """What was claimed on a record: thing to batch. Raises StoreError."""
        with self.reading() as connection:
            found = connection.execute("SELECT thing, batch FROM claim WHERE record = ?", (record,))
            return {row["thing"]: row["batch"] for row in found}

    def batches(
        self, *, ended: bool | None = None, search: str = "", newest: int | None = None, like: str = ""
    ) -> list[Batch]:
        """Batches in the order they were added (newest first if limited).

        Args:
            ended: Only those that have ended, or only those that have not; None: all.
            search: Only those with this text in a file's name, path or digest, in the record's name, or in the date
                they ended ("2026-11-20", in UTC).
            newest: At most so many, newest first.
            like: Only those whose id begins so.

        Raises:
            StoreError: The file cannot be read.
        """
        where, values = ["1 = 1"], list[Any]()
        if ended is not None:
            # All states by name, not "NOT IN": so the index finds the few open ones among many that have ended.
            states = sorted(state.value for state in BatchState if (state in ENDED_BATCHES) == ended)
            where.append(f"state IN ({', '.join('?' for _ in states)})")
            values += states
        if like:
            where.append("substr(id, 1, ?) = ?")
            values += [len(like), like]
        if search:
            like = f"%{search.replace('!', '!!').replace('%', '!%').replace('_', '!_')}%"
            where.append(f"({_FOUND})")
            values += [like] * _FOUND.count("?")
        order = "number" if newest is None else f"number DESC LIMIT {int(newest)}"
        # Values are bound; the text is made of nothing but constants.
        question = f"SELECT * FROM batch WHERE {' AND '.join(where)} ORDER BY {order}"  # noqa: S608  # nosec B608
        with self.reading() as connection:
            found = connection.execute(question, values).fetchall()
            return [rows.batch_of(row, _upload_ids(connection, row["id"])) for row in found]

    def uploads(self, batch_id: str) -> tuple[Upload, ...]:
        """A batch's uploads, in order. Raises StoreError."""
        with self.reading() as connection:
            found = connection.execute("SELECT * FROM upload WHERE batch = ? ORDER BY number", (batch_id,))
            return tuple(rows.upload_of(row) for row in found)

    def journal(self, batch_id: str) -> list[tuple[datetime, str | None, str]]:
        """A batch's history: when, which upload, what. Raises StoreError."""
        with self.reading() as connection:
            found = connection.execute("SELECT * FROM journal WHERE batch = ? ORDER BY number", (batch_id,))
            return [(datetime.fromisoformat(row["at"]), row["upload"], row["event"]) for row in found]

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that only reads, for other modules of the store too. Raises StoreError, inside as well."""
        with (
            explained(self.path),
            contextlib.closing(sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)) as connection,
        ):
            connection.row_factory = sqlite3.Row
            try:
                yield connection
            except (ValueError, KeyError, TypeError):
                # What is in a row is nothing this program wrote.
                raise StoreError(Trouble.DAMAGED, self.path) from None

    # ---------------------------------------------------------------------------------------- the one thread
    def write(self, job: Callable[[sqlite3.Connection], Given], *, durable: bool = False) -> Given:
        """Run a job in the one thread that writes, as one transaction; for other modules of the store too.

        Args:
            job: What it raises undoes all it did, and is raised here.
            durable: On the disk itself before this returns.

        Raises:
            StoreError: It cannot be kept.
        """
        return self._ask(job, durable=durable).result()

    def _ask(self, job: Callable[[sqlite3.Connection], Given], *, durable: bool = False) -> Future[Given]:
        future: Future[Given] = Future()
        with self._guard:
            if self._closed:
                # An errand that outlived the window: nobody would ever answer it.
                raise StoreError(Trouble.UNREACHABLE, self.path)
            self._jobs.put((job, durable, future))
        return future

    def _work(self) -> None:
        while (asked := self._jobs.get()) is not None:
            job, durable, future = asked
            try:
                with explained(self.path):
                    future.set_result(self._transaction(job, durable=durable))
            except BaseException as error:  # noqa: BLE001 - whoever asked is told, whatever it is
                future.set_exception(error)
            if self._stale:
                self._empty_log()

    def _empty_log(self) -> None:
        """Empty the write-ahead log, which still holds the signed addresses of batches that have ended.

        Else it does so for as long as anybody has the ledger open. While somebody reads it is left for the next time.
        """
        with contextlib.suppress(sqlite3.Error):
            self._writer.execute("PRAGMA busy_timeout = 100")
            try:
                self._stale = bool(self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])
            finally:
                self._writer.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000:.0f}")

    def _transaction(self, job: Callable[[sqlite3.Connection], Given], *, durable: bool) -> Given:
        connection = self._writer
        if durable:
            connection.execute("PRAGMA synchronous = FULL")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                given = job(connection)
                connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            return given
        finally:
            if durable:
                connection.execute("PRAGMA synchronous = NORMAL")


def _insert(connection: sqlite3.Connection, table: str, columns: Mapping[str, Any]) -> None:
    names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
    # The names of table and columns are our own.
    question = f"INSERT INTO {table} ({names}) VALUES ({marks})"  # noqa: S608  # nosec B608
    connection.execute(question, tuple(columns.values()))


def _insert_uploads(connection: sqlite3.Connection, uploads: Sequence[Upload]) -> None:
    if uploads:
        columns = rows.of_upload(uploads[0])
        names, marks = ", ".join(columns), ", ".join("?" for _ in columns)
        question = f"INSERT INTO upload ({names}) VALUES ({marks})"  # noqa: S608  # nosec B608 - likewise
        connection.executemany(question, (tuple(rows.of_upload(upload).values()) for upload in uploads))


def _update(connection: sqlite3.Connection, table: str, columns: Mapping[str, Any]) -> None:
    settings = ", ".join(f"{name} = ?" for name in columns)
    question = f"UPDATE {table} SET {settings} WHERE id = ?"  # noqa: S608  # nosec B608
    connection.execute(question, (*columns.values(), columns["id"]))


def _note(connection: sqlite3.Connection, batch: str, upload: str | None, at: datetime, event: str) -> None:
    connection.execute(
        "INSERT INTO journal (batch, upload, at, event) VALUES (?, ?, ?, ?)",
        (batch, upload, at.isoformat(timespec="milliseconds"), event),
    )


def _upload_ids(connection: sqlite3.Connection, batch_id: str) -> tuple[str, ...]:
    found = connection.execute("SELECT id FROM upload WHERE batch = ? ORDER BY number", (batch_id,))
    return tuple(row["id"] for row in found)
