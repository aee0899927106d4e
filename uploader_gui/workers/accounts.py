"""Which accounts there are: the one seam through which they come, whoever keeps them.

A source is asked in an errand's thread, so it may read disks. Secrets stay on this side: the window gets faces, and
says by an account's key which one it means.
"""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.accounts import Certificate
from uploader_gui.core.batch import Batch
from uploader_gui.core.words import Sentence
from uploader_gui.services.variables import OURS, PREFIX, shared_variable, variable

if TYPE_CHECKING:  # reading service files brings pydantic, and the window is to be seen first
    from uploader_gui.services.schema import Service


class Origin(StrEnum):
    """Who keeps an account."""

    SAVED = auto()
    ENVIRONMENT = auto()
    PRACTICE = auto()


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why an account cannot be used now.

    Attributes:
        sentence: The reason, and the way out.
        fill_in: Its key must be filled in again; else it is worth another try.
        of_all: It is the keychain's own, and so the other accounts' as well.
    """

    sentence: Sentence
    fill_in: bool = False
    of_all: bool = False


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
        origin: Who keeps it.
        filled: The names of its filled fields.
        open_values: Those that are no secrets, with their values.
        ca_file: A certificate authority's file of its own.
        certificate: What it shows to its service.
        unagreed: Hosts that its service file names, and its key does not go to: its person has not agreed.
        only_now: Its key is kept until the program ends, and no longer.
        waits: Its key is being asked for.
        trouble: Why it cannot be used now.
    """

    key: str
    service: "Service"
    name: str
    base: str
    default: bool = False
    whose: str | None = None
    origin: Origin = Origin.ENVIRONMENT
    filled: frozenset[str] = frozenset()
    open_values: Mapping[str, str] = field(default_factory=dict, hash=False)
    ca_file: Path | None = None
    certificate: Certificate | None = None
    unagreed: tuple[str, ...] = ()
    only_now: bool = False
    waits: bool = False
    trouble: Trouble | None = None

    @property
    def label(self) -> str:
        """How lists show it: "Close · Acme Sales"."""
        own = self.name and self.name != self.service.name
        return f"{self.service.name} · {self.name}" if own else self.service.name

    @property
    def ready(self) -> bool:
        """Whether it can be used now."""
        return not self.waits and self.trouble is None


@dataclass(frozen=True, kw_only=True)
class KnownAccount:
    """An account, with its secrets if it can be used now.

    Attributes:
        service: Where it signs in.
        name: What the person calls it; "" for the environment's.
        base: The address its values are for.
        values: Its filled fields, secrets included; without them while it is not ready.
        default: Whether it is its service's default.
        whose: Who it is, as the service's check said when it was saved.
        author: The same as the service itself names it.
        id: The saved account's own, which its batches name; "" for others.
        origin: Who keeps it.
        filled: The names of its filled fields, where not all values are known.
        ca_file: A certificate authority's file of its own.
        certificate: What it shows to its service.
        agreed: Those of the service's further hosts that its person agreed to; None: all of them.
        only_now: Its key is kept until the program ends, and no longer.
        waits: Its key is being asked for.
        trouble: Why it cannot be used now.
    """

    service: "Service"
    name: str
    base: str
    values: Mapping[str, str] = field(repr=False)
    default: bool = False
    whose: str | None = None
    author: str | None = None
    id: str = ""
    origin: Origin = Origin.ENVIRONMENT
    filled: frozenset[str] = frozenset()
    ca_file: Path | None = None
    certificate: Certificate | None = None
    agreed: frozenset[str] | None = None
    only_now: bool = False
    waits: bool = False
    trouble: Trouble | None = None

    @property
    def key(self) -> str:
        """Names it among all accounts."""
        return self.id or f"{self.service.id}\n{self.name}\n{self.base}"

    @property
    def ready(self) -> bool:
        """Whether it can be used now."""
        return not self.waits and self.trouble is None

    @property
    def face(self) -> AccountFace:
        """What the window may know of it."""
        secret = self.service.account.secret
        return AccountFace(
            key=self.key,
            service=self.service,
            name=self.name,
            base=self.base,
            default=self.default,
            whose=self.whose,
            origin=self.origin,
            filled=self.filled or frozenset(self.values),
            open_values={name: value for name, value in self.values.items() if name not in secret},
            ca_file=self.ca_file,
            certificate=self.certificate,
            unagreed=() if self.agreed is None else tuple(one for one in self.service.hosts if one not in self.agreed),
            only_now=self.only_now,
            waits=self.waits,
            trouble=self.trouble,
        )


Source = Callable[[], Sequence[KnownAccount]]
"""Gives the accounts there are now. Called in an errand's thread."""


def take_keys(environment: MutableMapping[str, str]) -> dict[str, str]:
    """Take every account's fields out of an environment, so that no child process gets any of them."""
    names = [name for name in environment if name.startswith(PREFIX) and name != OURS]
    return {name: environment.pop(name) for name in names}


def from_environment(keys: Mapping[str, str]) -> Source:
    """The accounts whose fields are in the environment, named as on the command line."""

    def accounts() -> list[KnownAccount]:
        from uploader_gui.services import catalogue  # noqa: PLC0415 - see above

        found = []
        for service_id in catalogue.known():
            try:
                service = catalogue.find(service_id)
            except (catalogue.UnknownServiceError, catalogue.ServiceFileError):
                continue  # told where the services are read
            names = {one.id: variable(service, one.id) for one in service.account.fields}
            values = {one: keys[name] for one, name in names.items() if keys.get(name)}
            # What is another service's key as well goes to neither by itself; nor does one whose address nobody said.
            if values and not service.account.base_help and shared_variable(service) is None:
                base = service.account.base.rstrip("/")
                found.append(KnownAccount(service=service, name="", base=base, values=values, default=True))
        return found

    return accounts


def together(*sources: Source) -> Source:
    """The accounts of several sources, in their order."""
    return lambda: [account for source in sources for account in source()]


def fitting(accounts: Sequence[KnownAccount], batch: Batch) -> KnownAccount | None:
    """The account that a batch was begun with, or another one of the same person at the same address.

    Whoever goes on with the batch asks the service whose it is. None if there is no such, or the batch's own account
    has another address now: its files lie at the former one.
    """
    there = [one for one in accounts if one.service.id == batch.service]
    mine = next((one for one in there if one.id and one.id == batch.account), None)
    if mine is not None:
        return mine if mine.base == batch.base else None
    here = sorted((one for one in there if one.base == batch.base), key=lambda one: not one.default)
    # Of the address of an account that is gone nobody has said that the environment's keys may go there.
    others = [
        one for one in here if not one.id and (not batch.account or one.base == one.service.account.base.rstrip("/"))
    ]
    return next(iter([*others, *(one for one in here if one.id and same_person(batch, one))]), None)


def same_person(batch: Batch, account: KnownAccount) -> bool:
    """Whether an account is that of whoever began a batch, as far as both have said who they are."""
    if batch.author is None and batch.whose is None:
        return True
    if batch.author and account.author:
        return batch.author == account.author
    return account.whose is not None and account.whose == batch.whose
