"""A look at the ledger's file for the diagnostics: read only, and whatever can be read of a file in any state.

It does not go through `Ledger`, which takes locks, migrates and starts a thread: this must work where that does not.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_COUNTS = {
    "batch": "SELECT state, count(*) AS count FROM batch GROUP BY state",
    "upload": "SELECT state, count(*) AS count FROM upload GROUP BY state",
}


@dataclass(frozen=True, kw_only=True)
class ProblemSeen:
    """A problem without its words: what the service said, and which file it was, stay behind."""

    kind: str
    step: str = ""
    status: int | None = None
    host: str = ""


@dataclass(frozen=True, kw_only=True)
class FileSeen:
    """An upload, as far as the diagnostics tell of it. Size in bytes."""

    name: str
    size: int
    state: str
    next_step: str
    tries: int
    problem: ProblemSeen | None


@dataclass(frozen=True, kw_only=True)
class BatchSeen:
    """A batch, as far as the diagnostics tell of it.

    Attributes:
        created: ISO 8601, UTC.
        records: The names of what was chosen, and where it is attached.
        person: Who the account is.
    """

    id: str
    created: str
    service: str
    target: str
    state: str
    tries: int
    records: tuple[str, ...]
    person: str
    problem: ProblemSeen | None
    files: tuple[FileSeen, ...]


@dataclass(frozen=True, kw_only=True)
class Glance:
    """What was seen. `counts` are by table and state."""

    version: int
    counts: Mapping[str, Mapping[str, int]]
    batches: tuple[BatchSeen, ...]


def glance(path: Path, *, batches: int, files: int) -> Glance:
    """Look at a ledger.

    Args:
        path: Its file.
        batches: How many are told of, newest first.
        files: How many of each batch.

    Raises:
        sqlite3.Error: There is no file, it cannot be read, or what is in it is no ledger.
    """
    with _reading(path) as connection:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        counts = {
            table: {str(row["state"]): int(row["count"]) for row in connection.execute(question)}
            for table, question in _COUNTS.items()
        }
        newest = connection.execute("SELECT * FROM batch ORDER BY number DESC LIMIT ?", (batches,)).fetchall()
        return Glance(version=version, counts=counts, batches=tuple(_batch(connection, row, files) for row in newest))


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def _batch(connection: sqlite3.Connection, row: sqlite3.Row, files: int) -> BatchSeen:
    named = _json(row["named"])
    found = connection.execute("SELECT * FROM upload WHERE batch = ? ORDER BY number LIMIT ?", (row["id"], files))
    records = [value for value in (named.values() if isinstance(named, dict) else ()) if isinstance(value, str)]
    return BatchSeen(
        id=str(row["id"]),
        created=str(row["created"]),
        service=str(row["service"]),
        target=str(row["target"]),
        state=str(row["state"]),
        tries=int(row["tries"]),
        records=tuple(records + ([row["place"]] if isinstance(row["place"], str) else [])),
        person=str(row["whose"] or ""),
        problem=_trouble(row["problem"]),
        files=tuple(_file(one) for one in found),
    )


def _file(row: sqlite3.Row) -> FileSeen:
    return FileSeen(
        name=str(row["name"]),
        size=int(row["size"]),
        state=str(row["state"]),
        next_step=str(row["next_step"]),
        tries=int(row["tries"]),
        problem=_trouble(row["problem"]),
    )


def _trouble(text: Any) -> ProblemSeen | None:
    facts = _json(text)
    if not isinstance(facts, dict):
        return None
    status = facts.get("status")
    return ProblemSeen(
        kind=str(facts.get("kind", "")),
        step=str(facts.get("step", "")),
        status=status if isinstance(status, int) else None,
        host=str(facts.get("host", "")),
    )


def _json(text: Any) -> Any:
    try:
        return json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None


def account_counts(path: Path) -> dict[str, int]:
    """How many accounts each service has, by its id; none where that cannot be read, which `glance` tells."""
    try:
        with _reading(path) as connection:
            rows = connection.execute("SELECT service, count(*) AS count FROM account GROUP BY service")
            return {str(row["service"]): int(row["count"]) for row in rows}
    except sqlite3.Error:
        return {}
