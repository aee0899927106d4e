"""An account as a person fills it in, on its way from the window to the keychain; and why it is not taken so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from uploader_gui.core.accounts import Certificate

if TYPE_CHECKING:  # reading service files brings pydantic, and the window is to be seen first
    from uploader_gui.services.schema import Service


class UnusableError(Exception):
    """What is filled in cannot be used.

    Attributes:
        sentence: What is wrong and what to do; never a secret.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, kw_only=True)
class Draft:
    """An account as it is filled in.

    Attributes:
        service: Where it signs in.
        name: What it is to be called; "": as whose it is.
        base: The address its values are for.
        values: The filled fields, secrets included.
        ca_file: A certificate authority's file of its own.
        certificate: What it shows to its service; its passphrase is among the values.
        agreed: Those of the service's further hosts that its key may go to.
        anew: Whether its secrets are filled in; else those that are saved stay.
    """

    service: "Service"
    name: str
    base: str
    values: Mapping[str, str] = field(repr=False)
    ca_file: Path | None = None
    certificate: Certificate | None = None
    agreed: tuple[str, ...] = ()
    anew: bool = True

    @property
    def secrets(self) -> dict[str, str]:
        """The filled fields that are secret."""
        secret = self.service.account.secret
        return {name: value for name, value in self.values.items() if name in secret}

    @property
    def open_values(self) -> dict[str, str]:
        """The filled fields that are not."""
        secret = self.secrets
        return {name: value for name, value in self.values.items() if name not in secret}


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What a service said of an account.

    Attributes:
        shown: Whose it is, for people; "" if the service does not say.
        author: The same as the service itself names it.
        before: Whose it was known to be, if that is somebody else.
    """

    shown: str
    author: str | None
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class KeychainWaits:
    """The keychain takes its time: it may be asking for its password."""
