"""The targets that are remembered: kept, pinned, forgotten, and given as they are now."""

from uploader_gui.core.ports import Clock
from uploader_gui.core.remembered import Remembered
from uploader_gui.store import remembered
from uploader_gui.store.ledger import Ledger
from uploader_gui.workers import remembering
from uploader_gui.workers.facts import Destination
from uploader_gui.workers.known import Known
from uploader_gui.workers.plan import place
from uploader_gui.workers.remembering import Recalled


class Memory:
    """Remembers targets.

    Args:
        ledger: Where they are kept.
        known: Services and accounts.
        clock: Time.
    """

    def __init__(self, ledger: Ledger, known: Known, clock: Clock) -> None:
        self._ledger = ledger
        self._known = known
        self._clock = clock

    def recalled(self) -> list[Recalled]:
        """The targets that are remembered, as they are now. Raises StoreError."""
        return remembering.recalled(remembered.remembered(self._ledger), self._known.accounts, self._known.flows)

    def pin(self, where: Destination, *, pinned: bool) -> None:
        """Pin a target, or take its pin back. Raises StoreError, and NotYetError if its account is gone."""
        if pinned:
            self.remember(where, pinned=True)
        else:
            remembered.unpin(self._ledger, self._remembered(where, pinned=False))

    def forget_target(self, what: Remembered) -> None:
        """Remember a target no longer. Raises StoreError."""
        remembered.forget(self._ledger, what)

    def remember(self, where: Destination, *, pinned: bool) -> None:
        """Remember a target. Raises StoreError, and NotYetError if its account is gone."""
        remembered.remember(self._ledger, self._remembered(where, pinned=pinned))

    def _remembered(self, where: Destination, *, pinned: bool) -> Remembered:
        what = self._known.flows[where.service, where.target]
        said = place(what, {**where.remembered, **where.named})
        return remembering.remembered(
            what, self._known.account(where.account), where, said, self._clock.utc(), pinned=pinned
        )
