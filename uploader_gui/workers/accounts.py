"""Which accounts there are: the one seam through which they come, whoever keeps them.

A source is asked in an errand's thread, so it may read disks and keychains. Secrets stay on this side: the window gets
faces, and says by an account's key which one it means.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # reading service files brings pydantic, and the window is to be seen first
    from uploader_gui.services.schema import Service

_PREFIX = "UPLOADER_"
_OURS = "UPLOADER_GUI_HOME"


@dataclass(frozen=True, kw_only=True)
class AccountFace:
    """What the window may know of an account.

    Attributes:
        key: Names it among all accounts.
        service: Where it signs in.
        name: What the person calls it; "" for the environment's.
        base: The address it is for.
        default: Whether it is its service's default.
        whose: Who it is, as the service's check said; None while that is not known.
    """

    key: str
    service: "Service"
    name: str
    base: str
    default: bool = False
    whose: str | None = None

    @property
    def label(self) -> str:
        """How lists show it: "Close · Acme Sales"."""
        return f"{self.service.name} · {self.name}" if self.name else self.service.name


@dataclass(frozen=True, kw_only=True)
class KnownAccount:
    """An account that can be used now.

    Attributes:
        service: Where it signs in.
        name: What the person calls it; "" for the environment's.
        base: The address its values are for.
        values: Its filled fields, secrets included.
        default: Whether it is its service's default.
        whose: Who it is, as the service's check said when it was saved.
        author: The same as the service itself names it.
    """

    service: "Service"
    name: str
    base: str
    values: Mapping[str, str] = field(repr=False)
    default: bool = False
    whose: str | None = None
    author: str | None = None

    @property
    def key(self) -> str:
        """Names it among all accounts."""
        return f"{self.service.id}\n{self.name}\n{self.base}"

    @property
    def face(self) -> AccountFace:
        """What the window may know of it."""
        return AccountFace(
            key=self.key,
            service=self.service,
            name=self.name,
            base=self.base,
            default=self.default,
            whose=self.whose,
        )


Source = Callable[[], Sequence[KnownAccount]]
"""Gives the accounts there are now. Called in an errand's thread."""


def take_keys(environment: MutableMapping[str, str]) -> dict[str, str]:
    """Take every account's fields out of an environment, so that no child process gets any of them."""
    names = [name for name in environment if name.startswith(_PREFIX) and name != _OURS]
    return {name: environment.pop(name) for name in names}


def from_environment(keys: Mapping[str, str]) -> Source:
    """The accounts whose fields are in the environment, named as on the command line."""

    def accounts() -> list[KnownAccount]:
        from uploader_gui.services import catalogue  # noqa: PLC0415 - see above

        found = []
        for service_id in catalogue.bundled():
            service = catalogue.find(service_id)
            names = {one.id: f"{_PREFIX}{service.id}_{one.id}".upper() for one in service.account.fields}
            values = {one: keys[name] for one, name in names.items() if keys.get(name)}
            if values:
                base = service.account.base.rstrip("/")
                found.append(KnownAccount(service=service, name="", base=base, values=values, default=True))
        return found

    return accounts


def together(*sources: Source) -> Source:
    """The accounts of several sources, in their order."""
    return lambda: [account for source in sources for account in source()]


def fitting(accounts: Sequence[KnownAccount], *, service: str, base: str, name: str) -> KnownAccount | None:
    """The account that a batch was begun with; None if it is gone. One without a name is told by its address."""
    there = [one for one in accounts if (one.service.id, one.base) == (service, base)]
    named = [one for one in there if one.name == name]
    return next(iter(named or ([] if name else there)), None)
