"""What passes between the window and the engine room about service files: facts that are quick to import."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Own:
    """A service file of the person's own.

    Attributes:
        id: Its service's id: the file's name.
        name: What people call it; None if it cannot be used.
        mistakes: Why it cannot, a line each; none, though it cannot: it is not named as its id says.
        replaces: It stands for a service that comes with the program.
    """

    id: str
    name: str | None
    mistakes: tuple[str, ...] = ()
    replaces: bool = False


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A service file that somebody may want to add: what it would do, or what is wrong with it.

    Attributes:
        file: The file's name.
        mistakes: What is wrong with it, a line each, with its place; then nothing else is known.
        id: The service's id.
        name: What people call it.
        own_address: Whether the key goes to an address that each customer fills in, too.
        keys_go_to: The hosts that get the key.
        bytes_go_to: The hosts that get the files, as far as the file names them.
        bytes_go_anywhere: Whether the service itself says, each time, where files go.
        targets: What can be attached to, by who sees it: "public", "customer", "members", "team", "me".
        sends: The targets by which something goes out to people.
        experimental: The targets whose form is guessed.
        replaces: The name of the service it takes the place of, "" if that has none; None if it is new.
        replaces_bundled: That one comes with the program.
        new_hosts: The hosts that would get the key for the first time.
        gone_hosts: Those that would not get it any more.
        shared: A variable of the environment that holds another service's key as well, and that service's name: it
            cannot be added so.
        content: The file, as it was read and is shown here.
    """

    file: str
    mistakes: tuple[str, ...] = ()
    id: str = ""
    name: str = ""
    own_address: bool = False
    keys_go_to: tuple[str, ...] = ()
    bytes_go_to: tuple[str, ...] = ()
    bytes_go_anywhere: bool = False
    targets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sends: tuple[str, ...] = ()
    experimental: tuple[str, ...] = ()
    replaces: str | None = None
    replaces_bundled: bool = False
    new_hosts: tuple[str, ...] = ()
    gone_hosts: tuple[str, ...] = ()
    shared: tuple[str, str] | None = None
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, kw_only=True)
class Removed:
    """A service file of the person's own is gone.

    Attributes:
        name: What people called it.
        again: The program's own service of this id is there again.
        accounts: The accounts that stay, and are of no use without it.
        batches: How many batches cannot go on without it.
    """

    name: str
    again: bool
    accounts: tuple[str, ...] = ()
    batches: int = 0
