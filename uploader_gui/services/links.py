"""The address of a record, as people copy it from their browser: which target it means, and its inputs."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from uploader_gui.services.schema import Service


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What a pasted address says: the targets it fits, best first, and the inputs it fills."""

    targets: tuple[str, ...]
    inputs: Mapping[str, str]


def read_link(service: Service, address: str) -> Linked | None:
    """Read the address of a record; None if it is not one of this service's."""
    try:
        given = urlsplit(address.strip())
        host = _host(given)
    except ValueError:
        return None
    if given.scheme != "https" or given.username is not None:
        return None
    parts = [host, *[unquote(part) for part in given.path.split("/") if part]]
    if any(part in {".", ".."} or not part.isprintable() for part in parts):
        return None
    for link in service.links:
        pattern = urlsplit(link.address)
        wanted = [_host(pattern), *[part for part in pattern.path.split("/") if part]]
        inputs = _match(wanted, parts)
        if inputs is not None:
            return Linked(targets=link.targets, inputs=inputs)
    return None


def _host(address: SplitResult) -> str:
    """Host and port; https's own port is as good as none. Raises ValueError."""
    port = address.port
    return (address.hostname or "") + (f":{port}" if port not in {None, 443} else "")


def _match(wanted: list[str], parts: list[str]) -> dict[str, str] | None:
    open_ended = wanted[-1] == "*"
    fixed = wanted[:-1] if open_ended else wanted
    if len(parts) < len(fixed) or (len(parts) > len(fixed) and not open_ended):
        return None
    inputs = {}
    for pattern, part in zip(fixed, parts, strict=False):
        if pattern.startswith("{") and pattern.endswith("}"):
            inputs[pattern[1:-1]] = part
        elif pattern != part:
            return None
    return inputs
