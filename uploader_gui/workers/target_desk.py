"""What the window wants to know of where files go: records that are found and named, targets that are remembered."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from uploader_gui.workers.errands import Errand, Errands
from uploader_gui.workers.facts import Destination
from uploader_gui.workers.room import Room, Told, nobody

if TYPE_CHECKING:  # brings the engine, after the first paint
    from uploader_gui.core.remembered import Remembered
    from uploader_gui.engine.lookup import Found
    from uploader_gui.workers.remembering import Recalled


class TargetDesk:
    """Every call returns at once.

    Args:
        room: The engine room.
        wishes: Where the ledger is asked.
        questions: Where servers are asked.
    """

    def __init__(self, room: Room, wishes: Errands, questions: Errands) -> None:
        self._room = room
        self._wishes = wishes
        self._questions = questions

    def search(
        self,
        where: Destination,
        lookup: str,
        text: str,
        then: "Callable[[list[Found]], object]",
        failed: Callable[[Exception], object],
        *,
        place: str = "search",
    ) -> Errand:
        """Find records; a newer search takes the place of an older one."""
        return self._questions.ask(
            lambda cancel: self._room.there.questions.search(where, lookup, text, cancel),
            then,
            failed,
            place=f"search {place}",
        )

    def give_up(self, question: Errand) -> None:
        """Stop a search; nobody is told of it any more."""
        self._questions.give_up(question)

    def name(
        self,
        where: Destination,
        then: "Callable[[Destination], object]",
        failed: Callable[[Exception], object],
    ) -> Errand:
        """Find out what the records that are filled in are called; a newer question takes the place of an older one."""
        return self._questions.ask(
            lambda cancel: self._room.there.questions.named(where, cancel), then, failed, place="name"
        )

    def recall(self, then: "Callable[[list[Recalled]], object]") -> None:
        """The targets that are remembered: the pinned ones, then the last ones."""
        if self._room.works is not None:
            self._wishes.ask(lambda _: self._room.there.memory.recalled(), then, place="recall")

    def pin(self, where: Destination, *, pinned: bool, then: Told = nobody) -> None:
        """Pin a target, or take its pin back."""
        self._room.wish(lambda works: works.memory.pin(where, pinned=pinned), then)

    def forget_target(self, what: "Remembered", then: Told = nobody) -> None:
        """Remember a target no longer."""
        self._room.wish(lambda works: works.memory.forget_target(what), then)
