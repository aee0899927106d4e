"""Who will see what is attached; and that a person knows it, before what strangers see is sent there the first time."""

from typing import TYPE_CHECKING

from uploader_gui.core.translation import gettext as _
from uploader_gui.workers.facts import Destination
from uploader_gui.workers.remembering import record_inputs

if TYPE_CHECKING:
    from uploader_gui.services.flow import Flow

OUTSIDE = frozenset({"members", "customer", "public"})
"""Those who see it and are not one's own people."""


def outside(flow: "Flow") -> bool:
    """Whether others than one's own people see what goes there at once.

    Not what sends: that waits for a word each time, whatever was said before.
    """
    return flow.target.seen_by in OUTSIDE and not flow.target.sends


class Known:
    """Where a person knows who sees it: each target with its record, as long as the window is open."""

    def __init__(self) -> None:
        self._known: set[object] = set()

    def asks(self, flow: "Flow | None", where: Destination | None) -> bool:
        """Whether a person must say that they know, before files go there."""
        return flow is not None and where is not None and outside(flow) and _place(flow, where) not in self._known

    def say(self, flow: "Flow | None", where: Destination | None) -> None:
        """They know."""
        if flow is not None and where is not None:
            self._known.add(_place(flow, where))


def _place(flow: "Flow", where: Destination) -> object:
    picked = sorted((name, repr(value)) for name, value in record_inputs(flow, where.inputs).items())
    return where.account, where.service, where.target, tuple(picked)


def here(who: str, *, attaches: bool) -> str:
    """Who sees what goes to a target: all of them are told, as what is said of none is taken for the best."""
    if attaches:
        return {
            "me": _("Only you see what is attached here."),
            "team": _("Your team sees what is attached here."),
            "members": _("The members see what is attached here."),
            "customer": _("The customer sees what is attached here."),
            "public": _("Everybody sees what is attached here."),
        }[who]
    return {
        "me": _("Only you see what is uploaded here."),
        "team": _("Your team sees what is uploaded here."),
        "members": _("The members see what is uploaded here."),
        "customer": _("The customer sees what is uploaded here."),
        "public": _("Everybody sees what is uploaded here."),
    }[who]


def there(who: str) -> str:
    """Who will see what is about to go there."""
    return {
        "me": _("Only you will see it there."),
        "team": _("Your team will see it there."),
        "members": _("The members will see it there."),
        "customer": _("The customer will see it there."),
        "public": _("Everybody will see it there."),
    }[who]


def by(who: str) -> str:
    """Who will see what goes out."""
    return {
        "me": _("only you see it"),
        "team": _("your team sees it"),
        "members": _("the members see it"),
        "customer": _("the customer sees it"),
        "public": _("everybody sees it"),
    }[who]
