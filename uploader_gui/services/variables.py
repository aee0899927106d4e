"""The variables of the environment that hold an account's fields: `UPLOADER_<SERVICE>_<FIELD>`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # most commands read no service file before they have to
    from uploader_gui.services.schema import Service

PREFIX = "UPLOADER_"
OURS = "UPLOADER_GUI_HOME"


def variable(service: "Service", field: str) -> str:
    """The variable that holds an account's field."""
    return f"{PREFIX}{service.id}_{field}".upper()


def shared_variable(service: "Service", *, added: bool = False) -> tuple[str, str] | None:
    """A variable that would hold another service's field as well, and that service's name.

    `close_api` with a field `key` would be given what the person means for `close` and its `api_key`.

    Args:
        service: One of the person's own; of the others it is known that they share none.
        added: Whether it is only about to be added.
    """
    from uploader_gui.services import catalogue  # noqa: PLC0415 - most commands need no other service

    if not added and service.id not in catalogue.own():
        return None
    mine = {variable(service, field.id) for field in service.account.fields}
    for other in catalogue.known():
        if other == service.id:
            continue
        try:
            found = catalogue.find(other)
        except (catalogue.UnknownServiceError, catalogue.ServiceFileError):
            continue
        both = mine & {variable(found, field.id) for field in found.account.fields}
        if both:
            return min(both), found.name
    return None
