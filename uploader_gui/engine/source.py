"""Files on this computer: which there are, what they were when they were added, and whether they still are."""

import contextlib
import os
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.engine.cloud import elsewhere, provider
from uploader_gui.engine.locked import is_locked

# What systems and office programs leave lying about; nobody means to send these.
IGNORED_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini", ".localized", "icon\r", ".directory"})
IGNORED_BEGINNINGS = ("~$", "._", ".~lock.")
IGNORED_ENDINGS = (".crdownload", ".part", ".partial")
IGNORED_FOLDERS = frozenset({"__macosx", ".git", ".trash", "$recycle.bin", ".spotlight-v100", ".fseventsd"})


@dataclass(frozen=True, kw_only=True)
class Source:
    """A file as it was when it was added.

    Attributes:
        given: The path as the person gave it; inside a given folder, continued with `/`.
        path: Where it lies.
        name: Its name, as valid Unicode.
        size: Bytes.
        modified: Nanoseconds since 1970.
        width: Pixels, where it is a picture and somebody has looked.
        height: Likewise.
    """

    given: str
    path: Path
    name: str
    size: int
    modified: int
    width: int | None = None
    height: int | None = None


def ignored(name: str) -> bool:
    """Whether a file of this name inside a folder is left out."""
    low = name.lower()
    return low in IGNORED_NAMES or low.startswith(IGNORED_BEGINNINGS) or low.endswith(IGNORED_ENDINGS)


def hidden(entry: "os.DirEntry[str]") -> bool:
    """Whether file managers do not show it by themselves: whoever gives its folder has not seen it.

    By its name, as everywhere on Unix; on Windows by its attribute, on macOS by its flag (`man chflags`) as well.
    """
    if entry.name.startswith("."):
        return True
    if sys.platform == "linux":
        return False
    with contextlib.suppress(OSError):
        facts = entry.stat(follow_symlinks=False)
        attributes, flags = getattr(facts, "st_file_attributes", 0), getattr(facts, "st_flags", 0)
        return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN or flags & stat.UF_HIDDEN)
    return False


def meant(folder: Path | str, told: Callable[[str], None]) -> Iterator["os.DirEntry[str]"]:
    """The files and folders in a folder that are meant when it is given, by their names.

    Links are not followed, what systems and programs leave lying about is passed over, and what is hidden is left out.

    Args:
        folder: Where.
        told: Told of what is hidden, by its name.

    Raises:
        OSError: It cannot be read.
    """
    with os.scandir(folder) as entries:
        inside = sorted(entries, key=lambda entry: entry.name)
    for entry in inside:
        if entry.is_dir(follow_symlinks=False):
            if entry.name.lower() in IGNORED_FOLDERS:
                continue
        elif not entry.is_file(follow_symlinks=False) or ignored(entry.name):
            continue
        if hidden(entry):
            told(entry.name)
        else:
            yield entry


def find(given: str, told: Callable[[str], None] = lambda _name: None) -> Iterator[Source]:
    """Find the file of this path, or all files of this folder that are `meant`, sorted.

    Args:
        given: The path as the person gave it.
        told: Told of what is hidden inside it, by its name.

    Raises:
        UploadError: It is not there or cannot be read.
    """
    path = Path(given)
    try:
        is_folder = path.is_dir()
        if not is_folder:
            yield look(given, path)
            return
        yield from _walk(given, path, told)
    except OSError as error:
        raise UploadError(unreadable(error, path.name or given, path)) from None


def _walk(given: str, folder: Path, told: Callable[[str], None]) -> Iterator[Source]:
    for entry in meant(folder, told):
        below = f"{given.rstrip('/')}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(below, Path(entry.path), told)
        else:
            yield look(below, Path(entry.path))


def look(given: str, path: Path) -> Source:
    """Note what a file is now, and that it can be read.

    Raises:
        UploadError: It is not there, is no file, or cannot be read; or it would have to be fetched from a cloud.
    """
    name = unicode_name(path.name or given)
    facts = readable(path, name)
    return Source(given=given, path=path, name=name, size=facts.st_size, modified=facts.st_mtime_ns)


def readable(path: Path | str, name: str, facts: os.stat_result | None = None) -> os.stat_result:
    """See that a file can be read; gives what the system says of it.

    Args:
        path: Where it lies: a Path or a text, as one of a hundred thousand costs more than all that is asked here.
        name: Its name, for what is wrong.
        facts: What the system says, where that was just asked.

    Raises:
        UploadError: It is not there, is no file, or cannot be read; or it would have to be fetched from a cloud.
    """
    try:
        if facts is None:
            facts = os.stat(path)  # noqa: PTH116 - of ten thousand files, half the time of Path's
        if not stat.S_ISREG(facts.st_mode):
            raise UploadError(Problem(kind=Kind.FILE_UNREADABLE, name=name, detail="it is not a file"))
        check_here(facts, path, name)
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        raise UploadError(unreadable(error, name, path)) from None
    return facts


def unicode_name(name: str) -> str:
    """Make a name that can be sent: bytes that are no valid text become a replacement sign."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def check_here(facts: os.stat_result, path: Path | str, name: str) -> None:
    """Raise UploadError if a file's content is not on this disk; it is not read to find out."""
    if elsewhere(facts, os.path.basename(path)):  # noqa: PTH119 - see `readable`
        whose = provider(Path(path).absolute())
        raise UploadError(Problem(kind=Kind.FILE_IN_CLOUD, name=name, size=facts.st_size, detail=whose))


def unreadable(error: OSError, name: str, path: Path | str) -> Problem:
    """Say why a file cannot be read."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return Problem(kind=Kind.FILE_MISSING, name=unicode_name(name))
    if is_locked(error, str(path)):
        return Problem(kind=Kind.FILE_LOCKED, name=unicode_name(name))
    denied = isinstance(error, PermissionError)
    detail = "no permission" if denied else (error.strerror or "reading failed").lower()
    return Problem(kind=Kind.FILE_UNREADABLE, name=unicode_name(name), detail=detail)


def unchanged(facts: os.stat_result, size: int, modified: int) -> bool:
    """Whether a file is still what it was: same size, same time of change."""
    return facts.st_size == size and facts.st_mtime_ns == modified
