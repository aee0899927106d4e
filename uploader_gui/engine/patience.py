"""How long what failed waits for its next try, and which hosts and accounts are asked nothing for now."""

from collections.abc import Hashable, Mapping

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.ports import Clock
from uploader_gui.core.problems import PASSING, Kind, Problem
from uploader_gui.engine.origin import Origin, near
from uploader_gui.engine.retry import Policy
from uploader_gui.engine.session import Session

RATE_LIMIT_TRIES = 30
DAMAGE_TRIES = 3
"""How often a file is sent in a row of which storage says that it came damaged: what stays so is no accident."""
NETWORK_LOOK = 15.0
"""Seconds after which it is tried whether the network is back, should nobody have told."""
PROXY_PATIENCE = 600.0
"""Seconds for which a proxy that answers, but not for a host, may stand for a network that is not there."""
PROXY_LAPSE = 60.0
"""Seconds after which its next such answer is another matter: whatever came between, somebody was heard of."""


class Patience:
    """Says when something is tried again.

    Args:
        clock: Time.
        policy: How often and how far apart.
        waits_for_network: Whether what fails for want of a network waits for it, however long that takes.
    """

    def __init__(self, clock: Clock, policy: Policy, *, waits_for_network: bool = False) -> None:
        self._clock = clock
        self._policy = policy
        self._waits_for_network = waits_for_network
        self._gates: dict[Hashable, float] = {}
        self._dark: dict[Origin | None, float] = {}
        self._by_proxy: dict[str, tuple[float, float]] = {}
        self._network = True

    @property
    def tries(self) -> int:
        """Tries of one step in a row, the first included."""
        return self._policy.tries

    def wait(self, problem: Problem, tried: Mapping[str, int]) -> float | None:
        """Seconds until it is worth another try; None if a person must look at it."""
        if problem.kind not in {*PASSING, Kind.DAMAGED}:
            return None
        most = DAMAGE_TRIES if problem.kind is Kind.DAMAGED else self._policy.tries
        if tried["tries"] >= most or tried["limited"] >= RATE_LIMIT_TRIES:
            return None
        own = self._policy.wait(max(tried["tries"], 1))
        # Never sooner than our own wait: "try again in 0 seconds" would be a storm.
        return own if problem.wait is None else max(own, problem.wait)

    # -------------------------------------------------------------------------------------------- the network
    def network(self, *, there: bool) -> None:
        """What the system says: whether there is a network. Once it is back nothing waits for it any more."""
        self._network = there
        if there:
            self._dark.clear()
            self._by_proxy.clear()

    def met(self, problem: Problem) -> None:
        """Hear of a problem, before it is asked what comes of it."""
        if _proxy_answered(problem):
            now = self._clock.monotonic()
            since, last = self._by_proxy.get(problem.host, (now, now))
            self._by_proxy[problem.host] = since if now - last <= PROXY_LAPSE else now, now

    def offline(self, problem: Problem) -> bool:
        """Whether something waits until there is a network again, and uses up no tries.

        Nothing of it has gone out, and it may well be the network that is not there: the name is not known, or there is
        no way out; or a proxy is on the way, behind which one looks like the other; or the system says there is none.
        A proxy that answers for a long time that it cannot reach a host, while the system says nothing of the kind, is
        right: then it is the host, which a person is told of.
        """
        if not self._waits_for_network or problem.sent:
            return False
        if problem.kind is Kind.NO_NETWORK:
            return True
        if self._network and _proxy_answered(problem):
            now = self._clock.monotonic()
            return now - self._by_proxy.get(problem.host, (now, now))[0] < PROXY_PATIENCE
        return problem.kind in {Kind.UNREACHABLE, Kind.STALLED, Kind.CONNECTION_LOST} and (
            problem.proxied or not (self._network or near(("https", problem.host, 443)))
        )

    # ------------------------------------------------------------------------------------------------- gates
    def gate(self, session: Session, problem: Problem, wait: float) -> None:
        """Ask nothing for a while where that was asked for, or where there is no way to.

        A service that asks to wait is asked nothing under that address, whoever's account it is; where its file says
        that it counts by account, nothing for that account. What storage asks for counts for all accounts of the
        service that sends them there. The others go on. Where there is no network one look in a while is enough.

        Args:
            session: In whose name it was asked.
            problem: What was answered.
            wait: Seconds.
        """
        until, host = self._clock.monotonic() + wait, session.host
        by_service = host is None or problem.host in {"", host[1]}
        if self.offline(problem):
            if by_service:
                self._dark[host] = max(until, self._dark.get(host, until))
        elif problem.kind is Kind.RATE_LIMITED or (problem.kind is Kind.SERVICE_DOWN and problem.wait is not None):
            counts = session.account.service.account.rate_limit if problem.kind is Kind.RATE_LIMITED else "host"
            key = session.alone if counts == "account" and by_service else host
            self._gates[key] = max(until, self._gates.get(key, until))

    def opens(self, session: Session, now: float) -> float:
        """Monotonic seconds from which an account may be asked again; `now` if it may be."""
        if not self._gates and not self._dark:
            return now
        gates = self._gates.get(session.host, now), self._gates.get(session.alone, now)
        return max(now, *gates, self._dark.get(session.host, now))


def _proxy_answered(problem: Problem) -> bool:
    """Whether a proxy is there and says that it cannot reach the host: 502, 503 or 504."""
    return problem.proxied and problem.status is not None


def counted(thing: Upload | Batch, problem: Problem) -> dict[str, int]:
    """One more try of its class: being told to wait does not wear out the patience for failures."""
    if problem.kind is Kind.RATE_LIMITED:
        return {"tries": thing.tries, "limited": thing.limited + 1}
    return {"tries": thing.tries + 1, "limited": thing.limited}
