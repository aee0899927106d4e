"""What stands behind the engine's ports in tests: a clock that runs when everybody waits, and a listener."""

import threading
from datetime import UTC, datetime, timedelta

from uploader_gui.engine.events import Event, Finished, StepChanged, Stored, Troubled


class FakeClock:
    """Time that stands still while anybody works, and jumps when somebody waits for it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        """The time, in seconds."""
        return self.now

    def utc(self) -> datetime:
        """The same as a date."""
        return datetime(2026, 11, 20, 12, tzinfo=UTC) + timedelta(seconds=self.now - 1000)

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Let the others have a moment; then the time has passed."""
        notified = condition.wait(0.001)
        if not notified and seconds is not None:
            self.now += seconds


class Heard:
    """Remembers what the engine told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        """Remember an event."""
        self.events.append(event)

    @property
    def finished(self) -> list[Finished]:
        """Batches that ended well."""
        return [event for event in self.events if isinstance(event, Finished)]

    @property
    def stored(self) -> list[Stored]:
        """Files that were stored."""
        return [event for event in self.events if isinstance(event, Stored)]

    @property
    def troubled(self) -> list[Troubled]:
        """What needs a person."""
        return [event for event in self.events if isinstance(event, Troubled)]

    def steps(self) -> list[tuple[str, str, str]]:
        """Upload (or ""), step and state of each change of a step."""
        return [
            (event.upload.id if event.upload else "", event.step.value, event.state.value)
            for event in self.events
            if isinstance(event, StepChanged)
        ]
