"""Pictures that were pasted: kept as files until they are sent, and no longer."""

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from uploader_gui.core.batch import ENDED_BATCHES, UploadState
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


def tidy(ledger: Ledger, now: datetime) -> frozenset[Path]:
    """Delete the pictures whose batches have ended; gives those that are left. Raises StoreError."""
    folder = places().data / FOLDER
    left = []
    try:
        found = [path for path in folder.iterdir() if path.is_file()]
    except OSError:
        return frozenset()
    with ledger.reading() as connection:
        for path in found:
            rows = connection.execute(_QUESTION, (os.fsencode(path),)).fetchall()
            if any(row["batch"] not in _ENDED for row in rows):
                left.append(path)
                continue
            # Its fingerprints are still being taken, or it was pasted a moment ago.
            taken = all(row["state"] != UploadState.STORED or "sha256" in json.loads(row["digests"]) for row in rows)
            if not (rows and taken) and now.timestamp() - _modified(path) < LOST_AFTER:
                left.append(path)
    remove(path for path in found if path not in left)
    return frozenset(left)


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
