"""Which services there are: those that come with the program, and the person's own."""

import contextlib
import os
import tempfile
from pathlib import Path

from uploader_gui.core.places import resources
from uploader_gui.services.check import MAX_FILE, ServiceFileError, read
from uploader_gui.services.place import look_in, own_folder
from uploader_gui.services.schema import Service


class UnknownServiceError(Exception):
    """There is no service of this id.

    Attributes:
        known: The ids there are.
    """

    def __init__(self, service_id: str, known: tuple[str, ...]) -> None:
        super().__init__(service_id)
        self.service_id = service_id
        self.known = known


class BundledServiceError(Exception):
    """A service of this id comes with the program: it is replaced on purpose only, and cannot be removed."""


# What was read, by path, with its file's time of change and size.
_read: dict[Path, tuple[tuple[int, int], Service]] = {}


def bundled() -> tuple[str, ...]:
    """The ids of the services that come with the program, sorted."""
    return tuple(sorted(path.stem for path in (resources() / "services").glob("*.toml")))


def own() -> tuple[str, ...]:
    """The ids of the person's own services, sorted; some may stand for a bundled one."""
    folder = own_folder()
    if folder is None:
        return ()
    with contextlib.suppress(OSError):
        return tuple(sorted(path.stem for path in folder.glob("*.toml")))
    return ()


def known() -> tuple[str, ...]:
    """The ids of all services, sorted."""
    return tuple(sorted({*bundled(), *own()}))


def read_file(path: Path) -> Service:
    """Read and check a service file.

    Raises:
        OSError: It cannot be read.
        ServiceFileError: It has mistakes.
    """
    return read(path.name, content_of(path))


def content_of(path: Path) -> bytes:
    """A file's bytes, but no more than shows that it is too large. Raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)


def find(service_id: str) -> Service:
    """Find a service by its id: the person's own before the program's.

    Raises:
        UnknownServiceError: There is none.
        ServiceFileError: Its file has mistakes, or is not named as its id says.
    """
    ids = known()
    if service_id not in ids:
        raise UnknownServiceError(service_id, ids)
    path = _path(service_id)
    if not path.is_file():  # a pipe among them would be waited for, by every command
        raise UnknownServiceError(service_id, tuple(one for one in ids if one != service_id))
    try:
        facts = path.stat()
        stamp = (facts.st_mtime_ns, facts.st_size)
        before = _read.get(path)
        if before is None or before[0] != stamp:
            before = (stamp, read_file(path))
            _read[path] = before
    except OSError:
        raise UnknownServiceError(service_id, tuple(one for one in ids if one != service_id)) from None
    if before[1].id != service_id:
        # Else a file could pass itself off as another service.
        raise UnknownServiceError(service_id, tuple(one for one in ids if one != service_id))
    return before[1]


def _path(service_id: str) -> Path:
    folder = own_folder()
    if folder is not None and service_id in own():
        return folder / f"{service_id}.toml"
    return resources() / "services" / f"{service_id}.toml"


def add(service: Service, content: bytes, *, replace: bool = False) -> Path:
    """Keep a service file of the person's own; an earlier one of the same id is replaced. Gives its new place.

    Args:
        service: What `read` made of it.
        content: Its bytes.
        replace: Whether it may take the place of a bundled service.

    Raises:
        BundledServiceError: It has the id of a bundled one, and may not.
        OSError: It cannot be written.
    """
    folder = own_folder()
    assert folder is not None  # noqa: S101 - whoever can add has said where
    if service.id in bundled() and not replace:
        raise BundledServiceError(service.id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{service.id}.toml"
    # Whole or not at all.
    descriptor, half = tempfile.mkstemp(dir=folder, suffix=".half")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(half).replace(path)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
    return path


def remove(service_id: str) -> None:
    """Remove a service of the person's own; a bundled one that it stood for is there again.

    Raises:
        UnknownServiceError: There is none of this id.
        BundledServiceError: It comes with the program.
        OSError: It cannot be removed.
    """
    folder = own_folder()
    if folder is None or service_id not in own():
        if service_id in bundled():
            raise BundledServiceError(service_id)
        raise UnknownServiceError(service_id, known())
    (folder / f"{service_id}.toml").unlink()


__all__ = [
    "BundledServiceError",
    "ServiceFileError",
    "UnknownServiceError",
    "add",
    "bundled",
    "content_of",
    "find",
    "known",
    "look_in",
    "own",
    "read",
    "read_file",
    "remove",
]
