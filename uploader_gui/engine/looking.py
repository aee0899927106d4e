"""What becomes of attaches whose answer got lost: when the service is looked at, and what a look means."""

from uploader_gui.core.batch import BatchEvent, BatchState, Step, advance, nameless
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.entry import Entry, Look
from uploader_gui.engine.keeping import Keeper
from uploader_gui.engine.patience import NETWORK_LOOK, Patience
from uploader_gui.engine.telling import Teller
from uploader_gui.engine.verify import Looked, Sight


class Looking:
    """Decides about batches whose attach is unknown.

    Found: attached. Absent twice, the second time when the server has surely come to rest: attached again, but never
    where that sends something to people. Everything else is a person's.

    Args:
        clock: Time.
        keeper: Keeps changes.
        teller: Tells them.
        patience: How long a look that could not be had waits.
    """

    def __init__(self, clock: Clock, keeper: Keeper, teller: Teller, patience: Patience) -> None:
        self._clock = clock
        self._keeper = keeper
        self._teller = teller
        self._patience = patience

    def begin(self, entry: Entry) -> None:
        """Begin to look, now."""
        now = self._clock.monotonic()
        problem = entry.batch.problem
        # What was accepted and then not seen may be there all the same: it is looked for, but not done again.
        accepted = problem is not None and problem.kind is Kind.APPEND_INCOMPLETE
        entry.look = Look(since=now, due=now, again=not (accepted or entry.flow.target.sends))

    def looked(self, entry: Entry, token: CancelToken, seen: Looked | None, problem: Problem | None) -> None:
        """A look has ended; None if it could not be had, and `problem` says why. One from before tells nothing."""
        look = entry.look
        if entry.batch.state is not BatchState.ATTACH_UNKNOWN or look is None or look.under_way is not token:
            return
        look.under_way = None
        if seen is None:
            settled = self._had_none(entry, look, problem)
        elif seen.sight is Sight.FOUND:
            settled = self._found(entry, seen)
        elif seen.sight is Sight.ABSENT:
            settled = self._absent(entry, look)
        else:
            settled = False
        if not settled:
            self.ask_a_person(entry)

    def ask_a_person(self, entry: Entry) -> None:
        """Look no more: a person says what became of it."""
        entry.look = None
        problem = entry.batch.problem or Problem(
            kind=Kind.ATTACH_UNKNOWN, service=entry.flow.service.name, step=Step.ATTACH
        )
        self._teller.failed(entry, None, Step.VERIFY, problem)

    def _had_none(self, entry: Entry, look: Look, problem: Problem | None) -> bool:
        wait = None
        if problem is not None:
            self._patience.met(problem)
        look.offline = problem is not None and self._patience.offline(problem)
        if look.offline:
            # However long that takes: without a network nobody could look, and a person is no better off.
            wait = NETWORK_LOOK
        elif problem is not None:
            limited = problem.kind is Kind.RATE_LIMITED
            look.failed, look.limited = look.failed + (not limited), look.limited + limited
            wait = self._patience.wait(problem, {"tries": look.failed, "limited": look.limited})
        if problem is not None and wait is not None:
            self._patience.gate(entry.session, problem, wait)
        look.due = None if wait is None else self._clock.monotonic() + wait
        return wait is not None

    def _found(self, entry: Entry, seen: Looked) -> bool:
        if seen.thing is not None:
            of_others = self._keeper.claimed(entry)
            if not entry.flow.same_is_certain and any(thing.startswith(nameless("")) for thing in of_others):
                # An earlier batch made something here that nobody has named: this may be it.
                return False
            if not self._keeper.claim(entry, seen.thing):
                return False
        entry.look = None
        self._keeper.end(entry, entry.batch, BatchEvent.FOUND_ATTACHED)
        self._teller.done(entry, None, Step.VERIFY)
        self._teller.finished(entry, attached=True)
        return True

    def _absent(self, entry: Entry, look: Look) -> bool:
        verify = entry.flow.target.verify
        assert verify is not None  # noqa: S101 - only batches of such targets are looked for
        now = self._clock.monotonic()
        look.absent += 1
        look.failed = look.limited = 0
        if look.absent == 1 or now < look.since + verify.settle:
            look.due = max(now + 1, look.since + verify.settle)
            return True
        if not look.again or entry.batch.tries + 1 >= self._patience.tries:
            return False
        entry.look = None
        again = advance(entry.batch, BatchEvent.FOUND_ABSENT, tries=entry.batch.tries + 1, problem=None)
        self._keeper.batch(entry, again, "found absent")
        self._teller.done(entry, None, Step.VERIFY)
        return True
