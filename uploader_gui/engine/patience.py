"""How long what failed waits for its next try, and which accounts are asked nothing for now."""

from collections.abc import Mapping

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, Kind, Problem
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Session

RATE_LIMIT_TRIES = 30
NETWORK_LOOK = 15.0
"""Seconds after which it is tried whether the network is back, should nobody have told."""


class Patience:
    """Says when something is tried again.

    Args:
        clock: Time.
        policy: How often and how far apart.
    """

    def __init__(self, clock: Clock, policy: Policy) -> None:
        self._clock = clock
        self._policy = policy
        self._gates: dict[int, float] = {}

    @property
    def tries(self) -> int:
        """Tries of one step in a row, the first included."""
        return self._policy.tries

    def wait(self, problem: Problem, tried: Mapping[str, int]) -> float | None:
        """Seconds until it is worth another try; None if a person must look at it."""
        if problem.kind not in PASSING:
            return None
        if tried["tries"] >= self._policy.tries or tried["limited"] >= RATE_LIMIT_TRIES:
            return None
        own = self._policy.wait(max(tried["tries"], 1))
        # Never sooner than our own wait: "try again in 0 seconds" would be a storm.
        return own if problem.wait is None else max(own, problem.wait)

    def gate(self, session: Session, problem: Problem, wait: float) -> None:
        """A service that asks to wait is asked nothing for that account until then; the others go on."""
        if problem.kind is Kind.RATE_LIMITED:
            key, until = id(session), self._clock.monotonic() + wait
            self._gates[key] = max(until, self._gates.get(key, until))

    def opens(self, session: Session, now: float) -> float:
        """Monotonic seconds from which an account may be asked again; `now` if it may be."""
        return self._gates.get(id(session), now)


def counted(thing: Upload | Batch, problem: Problem) -> dict[str, int]:
    """One more try of its class: being told to wait does not wear out the patience for failures."""
    if problem.kind is Kind.RATE_LIMITED:
        return {"tries": thing.tries, "limited": thing.limited + 1}
    return {"tries": thing.tries + 1, "limited": thing.limited}
