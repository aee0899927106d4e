"""Which services there are."""

import functools
from pathlib import Path

from uploader_gui.core.places import resources
from uploader_gui.services.check import ServiceFileError, read
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


def bundled() -> tuple[str, ...]:
    """The ids of the services that come with the program, sorted."""
    return tuple(sorted(path.stem for path in (resources() / "services").glob("*.toml")))


def read_file(path: Path) -> Service:
    """Read and check a service file.

    Raises:
        OSError: It cannot be read.
        ServiceFileError: It has mistakes.
    """
    return read(path.name, path.read_bytes())


@functools.cache
def find(service_id: str) -> Service:
    """Find a service by its id.

    Raises:
        UnknownServiceError: There is none.
        ServiceFileError: Its file has mistakes.
    """
    known = bundled()
    if service_id not in known:
        raise UnknownServiceError(service_id, known)
    return read_file(resources() / "services" / f"{service_id}.toml")


__all__ = ["ServiceFileError", "UnknownServiceError", "bundled", "find", "read_file"]
