"""What a thing was at which time, so that a list can lag behind what was done.

Real services often answer lists from a copy or an index that is seconds old, while the thing itself is there already.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

# Set by a fault for the time in which one request is answered.
lag: ContextVar[float] = ContextVar("lag", default=0.0)
"""How many seconds behind the request is that is being answered."""


class History(Generic[Key, Value]):
    """Things by their ids, with all that each of them has been.

    Reading gives what is, or for a request that lags behind, what was known then. Values are never changed in place:
    that would change the past as well.

    Args:
        clock: Gives seconds since the epoch.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._states: dict[Key, list[tuple[float, Value | None]]] = {}

    def start_with(self, key: Key, value: Value) -> None:
        """Enter a thing that has always been there, and so is in a list that lags too."""
        self._states[key] = [(float("-inf"), value)]

    def put(self, key: Key, value: Value) -> None:
        """Enter a new thing, or what has become of a known one."""
        self._states.setdefault(key, []).append((self._clock(), value))

    def remove(self, key: Key) -> None:
        """Let a thing be gone from now on."""
        self._states.setdefault(key, []).append((self._clock(), None))

    def get(self, key: Key) -> Value | None:
        """The thing; None when there is none."""
        behind, states = lag.get(), self._states.get(key, [])
        if behind:
            states = [(at, value) for at, value in states if at + behind <= self._clock()]
        return states[-1][1] if states else None

    def values(self) -> list[Value]:
        """All things, in the order in which they were first entered."""
        return [value for value in map(self.get, self._states) if value is not None]
