"""An account from the environment: `UPLOADER_<SERVICE>_<FIELD>`."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from uploader_gui.cli.exits import WrongUseError
from uploader_gui.core import words
from uploader_gui.core.translation import gettext as _
from uploader_gui.services.variables import OURS, PREFIX, shared_variable, variable

if TYPE_CHECKING:
    from uploader_gui.engine.session import Account
    from uploader_gui.services.schema import Service


def take_keys() -> dict[str, str]:
    """Take every account's fields out of the environment, so that no child process gets any of them."""
    names = [name for name in os.environ if name.startswith(PREFIX) and name != OURS]
    return {name: os.environ.pop(name) for name in names}


def given(service: "Service", keys: Mapping[str, str]) -> bool:
    """Whether any field of a service's account is in the environment."""
    return any(keys.get(variable(service, field.id)) for field in service.account.fields)


def account(service: "Service", keys: Mapping[str, str], *, base: str | None) -> "Account":
    """Make the account.

    Args:
        service: The service.
        keys: What `take_keys` gave.
        base: Another address of it; None for its own.

    Raises:
        WrongUseError: The fields are not those of one way to sign in, or cannot be used.
    """
    # Here, because it brings the HTTP library, and what is mistyped is told at once.
    from uploader_gui.engine.session import Account, AccountError, check_account  # noqa: PLC0415

    address = address_of(service, base)
    fields = {field.id: keys.get(variable(service, field.id), "") for field in service.account.fields}
    values = {field: value for field, value in fields.items() if value}
    if not values:
        raise no_key(service)
    shared = shared_variable(service)
    if shared is not None:
        raise WrongUseError(
            _(
                "the variable {variable} is {other}'s as well, whose key must not go to {name}. "
                "Give the service another id, or add an account: {how_to_add}"
            ).format(variable=shared[0], other=shared[1], name=service.name, how_to_add=how_to_add(service))
        )
    found = Account(service=service, base=address.rstrip("/"), values=values)
    try:
        check_account(found)
    except AccountError as error:
        raise WrongUseError(f"{error.sentence} {how(service)}") from None
    return found


def address_of(service: "Service", base: str | None) -> str:
    """The service's address: the one that was given, else its own.

    Raises:
        WrongUseError: It cannot be used, or none was given and each customer has another.
    """
    if base is not None:
        return checked_base(base)
    if service.account.base_help:
        wanted = words.plain(service.account.base_help, 1000)
        raise WrongUseError(
            _("{name} has an address of its own for each customer. Give it with --base: {wanted}").format(
                name=service.name, wanted=wanted
            )
        )
    return service.account.base


def checked_base(base: str) -> str:
    """An address that a key may go to. Raises WrongUseError."""
    from uploader_gui.engine.origin import origin_of, safe  # noqa: PLC0415 - likewise

    if (origin := origin_of(base)) is None or not safe(origin) or "?" in base or "#" in base:
        raise WrongUseError(
            _(
                "--base takes an address that begins with https:// (http:// only on this computer), not “{base}”."
            ).format(base=base)
        )
    return base.rstrip("/")


def no_key(service: "Service") -> WrongUseError:
    """What to say where there is neither a key in the environment nor an account."""
    return WrongUseError(
        _("there is no key for {name}. {how} Or add an account: {how_to_add}").format(
            name=service.name, how=how(service), how_to_add=how_to_add(service)
        )
    )


def how(service: "Service") -> str:
    """How keys come from the environment."""
    both, either = _(" and "), _(", or ")
    ways = either.join(both.join(variable(service, field) for field in way.fields) for way in service.account.ways)
    return _("Set {variables} in the environment.").format(variables=ways)


def how_to_add(service: "Service") -> str:
    """The command that adds an account."""
    return f"uploader-gui accounts add --service {service.id}"
