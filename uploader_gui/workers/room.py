"""The engine room as the window's side has it: there once it is open, and wished of in the ledger's thread."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from uploader_gui.core.batch import GoneError
from uploader_gui.core.cancel import CancelToken
from uploader_gui.workers.errands import Errands

if TYPE_CHECKING:
    from uploader_gui.workers.works import Works

Told = Callable[[Any], object]


def nobody(_told: object) -> None:
    """Tell nobody."""


class Room:
    """Where the engine room is found.

    Args:
        wishes: Where the ledger is asked.

    Attributes:
        works: The engine room; None until it is open.
    """

    def __init__(self, wishes: Errands) -> None:
        self.works: Works | None = None
        self._wishes = wishes

    @property
    def there(self) -> "Works":
        """The engine room, for what is asked only once it is open."""
        assert self.works is not None  # noqa: S101 - nothing is asked for before it is open
        return self.works

    def wish(self, wish: "Callable[[Works], Any]", then: Told = nobody) -> None:
        """Wish something of it; what is wished of a batch that is gone since comes too late, and False is told."""

        def wished(_cancel: CancelToken) -> object:
            try:
                return wish(self.there)
            except GoneError:
                return False  # what the person saw is gone since: too late

        if self.works is not None:
            self._wishes.ask(wished, then)
