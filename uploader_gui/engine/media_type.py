"""A file's media type, from a table that comes with the program.

The system's own table differs from machine to machine: .docx and .webp are missing on some, and Excel changes .csv.
"""

import functools
import tomllib

from uploader_gui.core.places import resources

UNKNOWN = "application/octet-stream"


@functools.cache
def _table() -> dict[str, str]:
    table = tomllib.loads((resources() / "media_types.toml").read_text(encoding="utf-8"))
    return {ending: media_type for media_type, endings in table.items() for ending in endings}


def media_type(name: str) -> str:
    """The type of a file by its name's last ending; UNKNOWN if the table does not have it."""
    before, point, ending = name.rpartition(".")
    return _table().get(ending.lower(), UNKNOWN) if before and point else UNKNOWN


def fits(media_type: str, allowed: str) -> bool:
    """Whether a type is an allowed one, such as "application/pdf" or "image/*"."""
    if allowed.endswith("/*"):
        return media_type.startswith(allowed[:-1])
    return media_type == allowed
