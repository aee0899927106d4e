"""What a service file would take the place of, and which hosts would get the key that did not get it before."""

import contextlib
from dataclasses import dataclass

from uploader_gui.services import catalogue
from uploader_gui.services.review import key_hosts
from uploader_gui.services.schema import Service


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """The service that is there now.

    Attributes:
        own: It is the person's own; else it comes with the program.
        name: What people call it; None if its file has mistakes.
        new_hosts: The hosts that would get the key for the first time.
        gone_hosts: Those that would not get it any more.
    """

    own: bool
    name: str | None
    new_hosts: tuple[str, ...]
    gone_hosts: tuple[str, ...]


def replaced(service: Service) -> Replaced | None:
    """What a service file would take the place of; None if its id is a new one."""
    if service.id not in catalogue.known():
        return None
    name: str | None = None
    hosts: tuple[str, ...] = ()
    with contextlib.suppress(catalogue.ServiceFileError, catalogue.UnknownServiceError):
        found = catalogue.find(service.id)
        name, hosts = found.name, key_hosts(found)
    now = key_hosts(service)
    return Replaced(
        own=service.id in catalogue.own(),
        name=name,
        new_hosts=tuple(sorted(set(now) - set(hosts))),
        gone_hosts=tuple(host for host in hosts if host not in now),
    )
