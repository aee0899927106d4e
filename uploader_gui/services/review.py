"""What a service file would do, as facts for the person who is about to trust it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from uploader_gui.services import schema, survey


@dataclass(frozen=True, kw_only=True)
class Review:
    """What a person must know before a service file is used.

    Attributes:
        keys_go_to: The hosts that get the key.
        own_address: Whether the key goes to an address that each customer fills in, too.
        bytes_go_to: The hosts that get the files, as far as the file names them.
        bytes_go_anywhere: Whether the service itself says, each time, where files go.
        targets: By who sees what is attached there: "me", "team", "members", "customer", "public".
        sends: The targets by which something goes out to people at once.
        experimental: The targets whose form is guessed.
    """

    keys_go_to: tuple[str, ...]
    own_address: bool
    bytes_go_to: tuple[str, ...]
    bytes_go_anywhere: bool
    targets: dict[str, tuple[str, ...]]
    sends: tuple[str, ...]
    experimental: tuple[str, ...]


def review(service: schema.Service) -> Review:
    """Say what a service file would do."""
    places = list(_transfers(service))
    seen = {one.seen_by for one in service.targets.values()}
    return Review(
        keys_go_to=key_hosts(service),
        own_address=bool(service.account.base_help),
        bytes_go_to=tuple(sorted({place for place in places if place is not None})),
        bytes_go_anywhere=None in places,
        targets={
            who: tuple(one.label for one in service.targets.values() if one.seen_by == who)
            for who in ("public", "customer", "members", "team", "me")
            if who in seen
        },
        sends=tuple(one.label for one in service.targets.values() if one.sends),
        experimental=tuple(one.label for one in service.targets.values() if one.experimental),
    )


def key_hosts(service: schema.Service) -> tuple[str, ...]:
    """The hosts that get an account's key: the service's own, if it has one for all, and those it lists."""
    base = () if service.account.base_help else (urlsplit(service.account.base).netloc,)
    return tuple(dict.fromkeys((*base, *service.hosts)))


def _transfers(service: schema.Service) -> Iterator[str | None]:
    """Where each target's files go: a host, or None where the service says it each time."""
    for target in service.targets.values():
        transfer: schema.Transfer = survey.steps_of(service, target)["transfer"]
        first = transfer.call.template.parts[0]
        if not isinstance(first, str):
            yield None
        elif first.startswith("/"):
            yield None if service.account.base_help else urlsplit(service.account.base).netloc
        else:
            yield urlsplit(first).netloc
