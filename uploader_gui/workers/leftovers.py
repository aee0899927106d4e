"""What earlier runs left: taken up once it is known that the accounts are still the same, and told until then."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from uploader_gui.core.batch import BatchEvent
from uploader_gui.core.cancel import CancelToken
from uploader_gui.workers.bridge import Bridge
from uploader_gui.workers.errands import Errands
from uploader_gui.workers.facts import Gone, Left, Why

if TYPE_CHECKING:
    from uploader_gui.workers.works import Works

LOOK_AGAIN = 15_000
"""Milliseconds after which it is tried again to take up what could not be, for want of a network."""


class Leftovers(QObject):
    """Takes batches up.

    Args:
        wishes: Where the ledger is asked.
        questions: Where servers are asked.
        bridge: Tells the window.
        failed: Told of what went wrong otherwise.
        parent: Its owner.
    """

    def __init__(
        self,
        wishes: Errands,
        questions: Errands,
        bridge: Bridge,
        failed: Callable[[Exception], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._wishes = wishes
        self._questions = questions
        self._bridge = bridge
        self._failed = failed
        self._works: Works | None = None
        self._waiting: list[Left] = []
        # Those being looked at or put back: a look that began before may still call them left when they no longer are.
        self._under_way: set[str] = set()
        self._missed: set[str] = set()  # of these, those that a later look was about: looked at once more afterwards
        self._over: set[str] = set()  # ended by a person, whatever is still being found out about them
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOK_AGAIN)
        self._soon.timeout.connect(self.look_again)

    def take_up(self, works: "Works") -> None:
        """Take up everything that nobody else is at work on."""
        from uploader_gui.workers import taking  # noqa: PLC0415 - brings the engine, after the first paint

        self._works = works

        def left(everything: list[Left]) -> None:
            found = [one for one in everything if one.batch.id not in self._under_way]
            self._missed |= {one.batch.id for one in everything} & self._under_way
            for one in found:
                self._bridge.tell(one)
            again = {one.batch.id for one in found}
            waiting, self._waiting = [one for one in self._waiting if one.batch.id not in again], []
            self._check(works, [*waiting, *found])

        self._wishes.ask(lambda _: taking.left_over(works), left)

    def again(self, works: "Works", left: Left, then: Callable[[], object]) -> None:
        """Try one again: its account may be there now.

        Args:
            works: The engine room.
            left: The batch.
            then: Told when the accounts were read anew.
        """
        from uploader_gui.workers import taking  # noqa: PLC0415 - see above

        def look(_cancel: CancelToken) -> list[Left]:
            works.solving.read_accounts()
            return [taking.anew(works, left)]

        def looked(found: list[Left]) -> None:
            then()
            self._check(works, found)

        self._forget(left)
        self._wishes.ask(look, looked)

    def end(self, works: "Works", left: Left, *, attached: bool) -> None:
        """End one: it is given up, or a person has seen it attached."""
        from uploader_gui.workers import taking  # noqa: PLC0415 - see above

        event = BatchEvent.FOUND_ATTACHED if attached else BatchEvent.CANCELLED

        def ended(gone: bool) -> None:
            self._over.add(left.batch.id)
            if gone:
                self._bridge.tell(Gone(batch_id=left.batch.id))

        self._forget(left)
        self._wishes.ask(lambda _: taking.end(works, left.batch, left.uploads, event), ended)

    def stop(self) -> None:
        """The program ends."""
        self._soon.stop()
        self._works = None

    @Slot()
    def look_again(self) -> None:
        """There may be a network now."""
        left, self._waiting = self._waiting, []
        if self._works is not None:
            self._check(self._works, left)

    def _forget(self, left: Left) -> None:
        self._waiting = [one for one in self._waiting if one.batch.id != left.batch.id]

    def _check(self, works: "Works", left: list[Left]) -> None:
        from uploader_gui.workers import taking  # noqa: PLC0415 - see above

        left = [one for one in left if one.batch.id not in self._under_way]
        ids = {one.batch.id for one in left}
        self._under_way |= ids
        if left:
            self._questions.ask(
                lambda cancel: list(taking.checked(works, left, cancel)),
                lambda found: self._checked(works, found),
                lambda error: self._ended(ids, error),
            )

    def _ended(self, ids: set[str], error: Exception | None = None) -> None:
        self._under_way -= ids
        missed, self._missed = self._missed & ids, self._missed - ids
        if missed and self._works is not None:
            self.take_up(self._works)
        if error is not None:
            self._failed(error)

    def _checked(self, works: "Works", left: list[Left]) -> None:
        back: set[str] = set()
        for one in left:
            if one.batch.id in self._over:
                back.add(one.batch.id)
                continue
            if one.why is Why.NOT_CHECKED and one.problem is None:
                self._restore(works, one)
            else:
                back.add(one.batch.id)
                self._bridge.tell(one)
                if one.why is Why.NOT_CHECKED:
                    self._waiting.append(one)
        if self._waiting:
            self._soon.start()
        self._ended(back)

    def _restore(self, works: "Works", left: Left) -> None:
        from uploader_gui.workers import taking  # noqa: PLC0415 - see above

        ids = {left.batch.id}
        self._wishes.ask(
            lambda _: taking.restore(works, left), lambda _: self._ended(ids), lambda error: self._ended(ids, error)
        )
