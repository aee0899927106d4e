"""Pictures that were pasted: kept as files until they are sent, and no longer."""

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Collection, Iterable
from datetime import datetime
from pathlib import Path

from uploader_gui.core.batch import ENDED_BATCHES, UploadState
from uploader_gui.store.database import last_set_aside
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.paths import places, private_folder

FOLDER = "pasted"
LOST_AFTER = 24 * 3600.0
"""Seconds after which a picture that belongs to no batch, or to one that has ended, is surely wanted no more."""
_ENDED = frozenset(one.value for one in ENDED_BATCHES)
_QUESTION = """
    SELECT batch.state AS batch, upload.state AS state, upload.digests AS digests
    FROM upload JOIN batch ON batch.id = upload.batch WHERE upload.path = ?
"""


def keep(content: bytes, name: str, ending: str) -> Path:
    """Keep a picture under a name that no other one has: written whole, or not at all. Raises OSError."""
    folder = private_folder(places().data / FOLDER)
    handle, part = tempfile.mkstemp(prefix=".", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # no other copy is left of it
        return _named(folder, part, name, ending)
    finally:
        with contextlib.suppress(OSError):
            Path(part).unlink()


def _named(folder: Path, part: str, name: str, ending: str) -> Path:
    number = 1
    while True:
        path = folder / f"{name}{'' if number == 1 else f' ({number})'}{ending}"
        try:
            # Made, not replaced: of two that paste in the same second each has its own.
            with path.open("xb"):
                pass
        except FileExistsError:
            number += 1
            continue
        os.replace(part, path)  # noqa: PTH105 - Path.replace says the same
        return path


def remove(paths: Iterable[Path]) -> None:
    """Delete pasted pictures, and nothing else."""
    folder = places().data / FOLDER
    for path in paths:
        if path.parent == folder:
            with contextlib.suppress(OSError):
                path.unlink()


def discard(ledger: Ledger, paths: Iterable[Path]) -> None:
    """Delete pictures that are not sent after all; one that an open batch has stays with it. Raises StoreError."""
    with ledger.reading() as connection:
        remove([path for path in paths if all(row["batch"] in _ENDED for row in _rows(connection, path))])


def tidy(ledger: Ledger, now: datetime, *, but: Collection[Path] = ()) -> frozenset[Path]:
    """Delete the pictures whose batches have ended; gives those that are left. Raises StoreError.

    While a damaged ledger that was set aside lies there, what may have been in one of its batches stays: somebody may
    still want to send it.

    Args:
        ledger: Where the batches are.
        now: In UTC.
        but: Those of no batch that still wait to be sent, however long they do.
    """
    folder = places().data / FOLDER
    left = []
    try:
        found = [path for path in folder.iterdir() if path.is_file()]
    except OSError:
        return frozenset()
    aside = last_set_aside(ledger.path)
    with ledger.reading() as connection:
        for path in found:
            rows = _rows(connection, path)
            if (not rows and path in but) or any(row["batch"] not in _ENDED for row in rows):
                left.append(path)
                continue
            if not rows and aside is not None and _modified(path) <= aside.timestamp():
                left.append(path)
                continue
            # Its digests are still being taken, or it was pasted a moment ago.
            taken = all(row["state"] != UploadState.STORED or "sha256" in json.loads(row["digests"]) for row in rows)
            if not (rows and taken) and now.timestamp() - _modified(path) < LOST_AFTER:
                left.append(path)
    remove(path for path in found if path not in left)
    return frozenset(left)


def _rows(connection: sqlite3.Connection, path: Path) -> list[sqlite3.Row]:
    return connection.execute(_QUESTION, (os.fsencode(path),)).fetchall()


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
