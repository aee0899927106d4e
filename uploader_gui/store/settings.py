"""The settings' file: written whole or not at all; one that is damaged never keeps the program from starting."""

import contextlib
import dataclasses
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uploader_gui.core.settings import Settings, from_values
from uploader_gui.store.paths import places, private_folder

NAME = "settings.json"
MOST_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True)
class Read:
    """What was read.

    Attributes:
        settings: As they hold now.
        damaged: The file could not be used, or some of it.
        lost: Which settings could not be used; none, though damaged: all of them.
    """

    settings: Settings
    damaged: bool = False
    lost: tuple[str, ...] = ()


def settings_path() -> Path:
    """Where the file lies."""
    return places().config / NAME


def read() -> Read:
    """Read the settings; where there are none, or none that can be used, the usual ones hold. Raises nothing."""
    try:
        with settings_path().open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Read(settings=Settings())
    except OSError:
        return Read(settings=Settings(), damaged=True)
    found = _parsed(content)
    if found is None:
        return Read(settings=Settings(), damaged=True)
    settings, lost = from_values(found)
    return Read(settings=settings, damaged=bool(lost), lost=lost)


def write(settings: Settings) -> None:
    """Keep the settings. What a newer version has written beside them stays; a damaged file is kept as `NAME.damaged`.

    Raises:
        OSError: They cannot be written.
    """
    path = settings_path()
    private_folder(path.parent)
    before: dict[str, Any] = {}
    with contextlib.suppress(FileNotFoundError):
        parsed = _parsed(path.read_bytes())
        if parsed is None:
            path.replace(path.with_name(f"{NAME}.damaged"))
        before = parsed or {}
    text = json.dumps({**before, **dataclasses.asdict(settings)}, indent=2, ensure_ascii=False)
    descriptor, half = tempfile.mkstemp(dir=path.parent, suffix=".half")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        Path(half).replace(path)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise


def _parsed(content: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(content.decode("utf-8")) if len(content) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
