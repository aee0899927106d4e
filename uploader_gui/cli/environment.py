"""An account from the environment: `UPLOADER_<SERVICE>_<FIELD>`."""

import os

from uploader_gui.cli.exits import WrongUseError
from uploader_gui.engine.session import Account, AccountError, check_account
from uploader_gui.services.schema import Service


def variable(service: Service, field: str) -> str:
    """The variable that holds an account's field."""
    return f"UPLOADER_{service.id}_{field}".upper()


def account(service: Service, *, base: str | None, name: str | None) -> Account:
    """Take the account out of the environment, so that no child process gets it.

    Args:
        service: The service.
        base: Another address of it; None for its own.
        name: The account that was asked for by name, if any.

    Raises:
        WrongUseError: The fields are not those of one way to sign in, or cannot be used.
    """
    values = {}
    for field in service.account.fields:
        value = os.environ.pop(variable(service, field.id), "")
        if value:
            values[field.id] = value
    if name is not None:
        raise WrongUseError(f"there is no account “{name}”. {_how(service)}")
    if not values:
        raise WrongUseError(f"there is no key for {service.name}. {_how(service)}")
    found = Account(service=service, base=base or service.account.base, values=values)
    try:
        check_account(found)
    except AccountError as error:
        raise WrongUseError(f"{error.sentence} {_how(service)}") from None
    return found


def _how(service: Service) -> str:
    ways = " or ".join(" and ".join(variable(service, field) for field in way.fields) for way in service.account.ways)
    return f"Set {ways}."
