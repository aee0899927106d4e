"""A ledger in memory that keeps what `store.ledger.Ledger` keeps, as the same rows, and can be cut off at any write."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from uploader_gui.core.batch import ENDED_BATCHES, Batch, BatchState, Upload
from uploader_gui.core.ports import Holder, LedgerError
from uploader_gui.store import rows

Row = dict[str, Any]
Line = tuple[str, str | None, str]
HOLDING = frozenset({BatchState.ATTACHING.value, BatchState.ATTACH_UNKNOWN.value})
ENDED = frozenset(state.value for state in ENDED_BATCHES)


@dataclass
class Shelf:
    """The disk: what outlives every process. Rows are never changed, only replaced."""

    batches: dict[str, Row] = field(default_factory=dict)
    uploads: dict[str, Row] = field(default_factory=dict)
    lines: dict[str, list[tuple[str | None, str]]] = field(default_factory=dict)
    claims: dict[tuple[str, str], str] = field(default_factory=dict)
    soft: list[list[Callable[[], None]]] = field(default_factory=list)

    def upload_ids(self, batch_id: str) -> tuple[str, ...]:
        """A batch's uploads, in order."""
        return tuple(one for one, row in self.uploads.items() if row["batch"] == batch_id)

    def read(self, batch_id: str) -> tuple[Batch, tuple[Upload, ...]]:
        """A batch with its uploads, as another process reads them."""
        ids = self.upload_ids(batch_id)
        return rows.batch_of(self.batches[batch_id], ids), tuple(rows.upload_of(self.uploads[one]) for one in ids)

    def open(self) -> list[str]:
        """The batches that have not ended."""
        return [one for one, row in self.batches.items() if row["state"] not in ENDED]

    def last_line(self, batch_id: str) -> str:
        """The last line of a batch's journal that is about the batch itself."""
        return next((event for upload, event in reversed(self.lines[batch_id]) if upload is None), "")

    def put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        """Change one row, so that it can be lost with the power."""
        if key in table:
            before = table[key]
            self.soft[-1].append(lambda: table.__setitem__(key, before))
        else:
            self.soft[-1].append(lambda: table.pop(key, None))
        table[key] = value

    def note(self, batch_id: str, upload_id: str | None, event: str) -> None:
        """Add a line to the journal."""
        lines = self.lines.setdefault(batch_id, [])
        lines.append((upload_id, event))
        self.soft[-1].append(lambda: lines.__delitem__(-1))

    def lose(self, writes: int) -> int:
        """Lose the newest writes with the power, as far as they were not on the disk itself; give how many."""
        lost = 0
        while self.soft and lost < writes:
            for undo in reversed(self.soft.pop()):
                undo()
            lost += 1
        return lost


class Watch(Protocol):
    """Whoever is told of each write: before it (who may refuse it) and after it."""

    def before(self, line: Line) -> None:
        """A write is about to happen; may raise LedgerError, or whatever ends a process."""

    def row(self, table: str, old: Row | None, new: Row, line: Line) -> None:
        """One row changes."""

    def after(self, line: Line) -> None:
        """A write has happened; may raise whatever ends a process."""


class Posted(Future[None]):
    """A write that is done when somebody waits for it.

    Args:
        do: Does it, and all before it.
    """

    def __init__(self, do: Callable[[], None]) -> None:
        super().__init__()
        self._do = do

    def result(self, timeout: float | None = None) -> None:
        """Do it."""
        self._do()
        return super().result(timeout)


class Kept:
    """One process's way to the ledger: what `core.ports.Ledger` says.

    Args:
        shelf: The disk.
        watch: Told of each write.
        alive: Whether a process is at work on a batch.
    """

    def __init__(self, shelf: Shelf, watch: Watch, alive: Callable[[str], bool]) -> None:
        self._shelf = shelf
        self._watch = watch
        self._alive = alive
        self._posted: list[tuple[Upload, Line, Posted]] = []
        self._refused: set[str] = set()

    def add(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a new batch with its uploads."""
        del at
        line = (batch.id, None, "added")
        self._begin(line)
        self._put_batch(batch, line)
        for upload in uploads:
            self._put_upload(upload, line)
        self._end(line)

    def add_all(self, new: Sequence[tuple[Batch, Sequence[Upload]]], at: datetime) -> None:
        """Keep new batches: nobody adds several here."""
        for batch, uploads in new:
            self.add(batch, uploads, at)

    def save(
        self,
        batch: Batch | None,
        uploads: Iterable[Upload],
        at: datetime,
        line: Line,
        *,
        durable: bool = False,
    ) -> None:
        """Keep a change."""
        del at
        self._begin(line)
        if batch is not None:
            self._put_batch(batch, line)
        for upload in uploads:
            self._put_upload(upload, line)
        self._end(line, durable=durable)

    def post(self, upload: Upload, at: datetime, line: Line) -> "Posted":
        """Have an upload kept: as late as can be, when somebody waits for it or something else is to be kept."""
        del at
        posted = Posted(self._catch_up)
        self._posted.append((upload, line, posted))
        return posted

    def posted(self, upload_id: str) -> Row | None:
        """What is to be kept of an upload; None: nothing that is not kept."""
        rows_of_it = [rows.of_upload(upload) for upload, _line, _posted in self._posted if upload.id == upload_id]
        return rows_of_it[-1] if rows_of_it else None

    def _catch_up(self) -> None:
        while self._posted:
            upload, line, posted = self._posted.pop(0)
            try:
                self._start(line)
                self._put_upload(upload, line)
                self._end(line)
            except LedgerError as error:
                self._refused.add(upload.id)
                posted.set_exception(error)
            else:
                posted.set_result(None)

    def begin_attach(self, batch: Batch, at: datetime, line: Line) -> Holder | None:
        """Keep a batch that begins to be attached, unless another one holds its record."""
        del at
        self._begin(line)
        holder = self._holder(batch)
        if holder is not None:
            return Holder(batch_id=holder, alive=self._alive(holder))
        self._put_batch(batch, line)
        self._end(line)
        return None

    def part(self, kept: Batch, parted: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep a batch some of whose uploads become a batch of their own."""
        del at
        line = (parted.id, None, f"parted from {kept.id}")
        self._begin(line)
        self._put_batch(parted, line)
        for upload in uploads:
            self._put_upload(upload, line)
        self._put_batch(kept, line)
        self._shelf.note(kept.id, None, f"{len(uploads)} files parted")
        self._end(line)

    def extend(self, batch: Batch, uploads: Sequence[Upload], at: datetime) -> None:
        """Keep new uploads of a batch that is there already."""
        del at
        line = (batch.id, None, f"{len(uploads)} files more")
        self._begin(line)
        for upload in uploads:
            self._put_upload(upload, line)
        self._put_batch(batch, line)
        self._end(line)

    def claim(self, record: str, thing: str, batch_id: str) -> bool:
        """Claim what an attach made for one batch; False if another one has it."""
        line = (batch_id, None, f"claims {thing}")
        self._begin(line)
        if (record, thing) not in self._shelf.claims:
            self._shelf.put(self._shelf.claims, (record, thing), batch_id)
        self._watch.after(line)
        return self._shelf.claims[record, thing] == batch_id

    def claimed(self, record: str) -> Mapping[str, str]:
        """What was claimed on a record: thing to batch."""
        return {thing: batch for (of, thing), batch in self._shelf.claims.items() if of == record}

    def _holder(self, batch: Batch) -> str | None:
        """Another batch that has the record of this one."""
        for other, row in self._shelf.batches.items():
            if batch.record and other != batch.id and row["record"] == batch.record and row["state"] in HOLDING:
                return other
        return None

    def _begin(self, line: Line) -> None:
        self._catch_up()
        self._start(line)

    def _start(self, line: Line) -> None:
        self._watch.before(line)
        self._shelf.soft.append([])

    def _end(self, line: Line, *, durable: bool = False) -> None:
        self._shelf.note(*line)
        if durable:
            self._shelf.soft.clear()
        self._watch.after(line)

    def _put_batch(self, batch: Batch, line: Line) -> None:
        self._put("batch", self._shelf.batches, rows.of_batch(batch), line)

    def _put_upload(self, upload: Upload, line: Line) -> None:
        self._put("upload", self._shelf.uploads, rows.of_upload(upload), line)

    def _put(self, name: str, table: dict[str, Row], row: Row, line: Line) -> None:
        old = table.get(row["id"])
        # Until somebody waits for what was refused, more may be kept: whole rows, so that no part of one is missing.
        if row["id"] not in self._refused:
            self._watch.row(name, old, row, line)
        self._shelf.put(table, row["id"], row)
