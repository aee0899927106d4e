"""Finds records for the fields of a target: what a field needs to know first, and a search the next one stops."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from uploader_gui.gui import notices
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Destination

if TYPE_CHECKING:
    from uploader_gui.gui.found_list import Pick
    from uploader_gui.services.schema import Input
    from uploader_gui.workers.errands import Errand


class Record(Protocol):
    """A record as the engine finds it."""

    @property
    def id(self) -> str:
        """What the service calls it."""

    @property
    def label(self) -> str:
        """What people call it."""


class Finder:
    """Searches in the name of the account that is chosen.

    Args:
        desk: Asks the service.
        where: Gives what is filled in so far; None while no account is chosen.
        address: Takes a record's address over that was pasted into a field: gives what is wrong with it, or "".
    """

    def __init__(
        self,
        desk: Desk,
        where: "Callable[[], Destination | None]",
        address: "Callable[[Input, str], str] | None" = None,
    ) -> None:
        self._desk = desk
        self._where = where
        self._address = address
        self._errands: dict[str, Errand] = {}

    def uses(self, one: "Input") -> "tuple[Input, ...]":
        """The other inputs that a field's search uses."""
        from uploader_gui.services.depending import used_by  # noqa: PLC0415 - brings pydantic

        where = self._where()
        flow = None if where is None else self._desk.flows.get((where.service, where.target))
        return () if flow is None else used_by(flow, one)

    def has_addresses(self, one: "Input") -> bool:
        """Whether the service's records have addresses that can be pasted into this field."""
        where = self._where()
        flow = None if where is None else self._desk.flows.get((where.service, where.target))
        return flow is not None and any(f"{{{one.id}}}" in link.address for link in flow.service.links)

    def find(
        self,
        one: "Input",
        text: str,
        then: "Callable[[Sequence[Pick]], object]",
        failed: Callable[[str], object],
    ) -> None:
        """Search; an older search of the same field is stopped, and nobody is told of it.

        Args:
            one: For what.
            text: What the person typed; "" for all.
            then: Told what was found.
            failed: Told why it could not be searched, in words.
        """
        where = self._where()
        self.give_up(one)
        if where is None or one.lookup is None:
            return

        from uploader_gui.gui.found_list import Pick  # noqa: PLC0415 - comes with the field that asks

        def found(records: "Sequence[Record]") -> None:
            self._errands.pop(one.id, None)
            then([Pick(value=each.id, name=each.label) for each in records])

        def not_found(error: Exception) -> None:
            self._errands.pop(one.id, None)
            failed(notices.of_error(error).text)

        place = f"{one.id} of {id(self)}"  # the same field may be shown in the details as well
        self._errands[one.id] = self._desk.target_desk.search(where, one.lookup, text, found, not_found, place=place)

    def give_up(self, one: "Input") -> None:
        """Stop the search of a field."""
        errand = self._errands.pop(one.id, None)
        if errand is not None:
            self._desk.target_desk.give_up(errand)

    def give_up_all(self) -> None:
        """Stop all searches."""
        for errand in self._errands.values():
            self._desk.target_desk.give_up(errand)
        self._errands.clear()

    def take_address(self, one: "Input", address: str) -> str:
        """Take over an address that was pasted into a field; gives what is wrong with it, or ""."""
        return "" if self._address is None else self._address(one, address)
