"""An account from the environment: `UPLOADER_<SERVICE>_<FIELD>`."""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from uploader_gui.cli.exits import WrongUseError

if TYPE_CHECKING:
    from uploader_gui.engine.session import Account
    from uploader_gui.services.schema import Service

_PREFIX = "UPLOADER_"
_OURS = "UPLOADER_GUI_"


def variable(service: "Service", field: str) -> str:
    """The variable that holds an account's field."""
    return f"{_PREFIX}{service.id}_{field}".upper()


def take_keys() -> dict[str, str]:
    """Take every account's fields out of the environment, so that no child process gets any of them."""
    names = [name for name in os.environ if name.startswith(_PREFIX) and not name.startswith(_OURS)]
    return {name: os.environ.pop(name) for name in names}


def account(service: "Service", keys: Mapping[str, str], *, base: str | None, name: str | None) -> "Account":
    """Make the account.

    Args:
        service: The service.
        keys: What `take_keys` gave.
        base: Another address of it; None for its own.
        name: The account that was asked for by name, if any.

    Raises:
        WrongUseError: The fields are not those of one way to sign in, or cannot be used.
    """
    # Here, because it brings the HTTP library, and what is mistyped is told at once.
    from uploader_gui.engine.origin import origin_of, safe  # noqa: PLC0415
    from uploader_gui.engine.session import Account, AccountError, check_account  # noqa: PLC0415

    if base is not None and ((origin := origin_of(base)) is None or not safe(origin)):
        raise WrongUseError(
            f"--base takes an address that begins with https:// (http:// only on this computer), not “{base}”."
        )
    fields = {field.id: keys.get(variable(service, field.id), "") for field in service.account.fields}
    values = {field: value for field, value in fields.items() if value}
    if name is not None:
        raise WrongUseError(f"there is no account “{name}”. {_how(service)}")
    if not values:
        raise WrongUseError(f"there is no key for {service.name}. {_how(service)}")
    found = Account(service=service, base=(base or service.account.base).rstrip("/"), values=values)
    try:
        check_account(found)
    except AccountError as error:
        raise WrongUseError(f"{error.sentence} {_how(service)}") from None
    return found


def _how(service: "Service") -> str:
    ways = ", or ".join(" and ".join(variable(service, field) for field in way.fields) for way in service.account.ways)
    return f"Set {ways} in the environment."
