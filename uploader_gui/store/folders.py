"""The folders that files were last chosen from: a small file of their own, of no worth to anybody else."""

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from uploader_gui.store.paths import places, private_folder

NAME = "folders.json"
MOST = 5
MOST_BYTES = 64 * 1024


def folders() -> tuple[Path, ...]:
    """Those that are still there, the last one first; none where they cannot be read."""
    try:
        with (places().data / NAME).open("rb") as file:
            found = json.loads(file.read(MOST_BYTES).decode("utf-8", "surrogateescape"))
    except (OSError, ValueError, RecursionError):
        return ()
    given = [Path(one) for one in found if isinstance(one, str)] if isinstance(found, list) else []
    return tuple(path for path in given[:MOST] if path.is_absolute() and os.path.isdir(path))  # noqa: PTH112 - raises nothing


def remember(chosen: Iterable[Path]) -> None:
    """Keep these, the last one first; whole or not at all. Raises OSError."""
    folder = private_folder(places().data)
    content = json.dumps([str(path) for path in chosen][:MOST]).encode("utf-8")
    handle, half = tempfile.mkstemp(dir=folder, suffix=".half")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(half).replace(folder / NAME)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
