"""A saved account, as plain facts: everything but its secrets; and how it may be called."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto
from pathlib import Path

LONGEST_NAME = 100
_HIDDEN = frozenset({"Cc", "Cs", "Co", "Zl", "Zp"})
# A name is shown in lists and questions: none may turn the text around it.
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


class AccountTrouble(StrEnum):
    """Why an account cannot be saved so. `core.words` has a sentence for each."""

    NAME_EMPTY = auto()
    NAME_LONG = auto()
    NAME_SIGNS = auto()
    NAME_TAKEN = auto()
    UNKNOWN = auto()
    KEY_NEEDED = auto()
    CHANGED = auto()


class AccountsError(Exception):
    """An account cannot be saved so.

    Attributes:
        trouble: Why.
        name: What it was to be called, if that is the reason.
    """

    def __init__(self, trouble: AccountTrouble, name: str = "") -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.name = name


PASSPHRASE = "certificate passphrase"  # a name  # noqa: S105  # nosec B105
"""Names the passphrase of a certificate's key among an account's secrets; no service's field can be called so."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate that an account shows to its service.

    Attributes:
        file: Its file (PEM), with those that vouch for it and perhaps its key.
        key: Its key's file, where that is one of its own.
    """

    file: Path
    key: Path | None = None


@dataclass(frozen=True, kw_only=True)
class SavedAccount:
    """One person's sign-in at a service, as it is saved.

    Attributes:
        id: Its own, for ever: the keychain's entries are named by it.
        service: The service's id.
        name: What the person calls it; no other account of the service is called so.
        base: The address its secrets are for.
        fields: The filled fields that are no secrets.
        secrets: The names of the filled fields that are.
        kept: The names of those that lie in the keychain; the others were only for as long as the program ran.
        default: Whether it is the one of its service that is used when none is named.
        whose: Who it is, as the service's check said: "Ann Lee, Acme Sales".
        author: The same as the service itself names it.
        ca_file: A certificate authority's file of its own.
        certificate: What it shows to its service.
        hosts: The service's further hosts that the person agreed to.
        created: When it was added, in UTC.
    """

    id: str
    service: str
    name: str
    base: str
    fields: Mapping[str, str]
    secrets: tuple[str, ...]
    kept: tuple[str, ...]
    default: bool
    whose: str | None
    author: str | None
    ca_file: Path | None
    hosts: tuple[str, ...]
    created: datetime
    certificate: Certificate | None = None


def folded(name: str) -> str:
    """A name as it is compared: neither its case, nor how its signs are put together, nor blanks around it count."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).strip()


def checked_name(name: str) -> str:
    """A name without blanks around it. Raises AccountsError if no account can be called so."""
    name = unicodedata.normalize("NFC", name.strip())
    if any(unicodedata.category(char) in _HIDDEN or unicodedata.bidirectional(char) in _TURNING for char in name):
        raise AccountsError(AccountTrouble.NAME_SIGNS)
    if not any(unicodedata.category(char)[0] in "LNPS" for char in name):
        raise AccountsError(AccountTrouble.NAME_EMPTY)
    if len(name) > LONGEST_NAME:
        raise AccountsError(AccountTrouble.NAME_LONG)
    return name
