"""What happened in a schedule, for whoever reads why it failed."""

from typing import Any


class Killed(BaseException):
    """A process ends at this very point, as by kill -9. Nothing of the engine may catch it."""


class Wrong(BaseException):
    """Something is as it must never be. Nothing of the engine may catch it."""


class Trace:
    """Lines, made into text only when somebody reads them."""

    def __init__(self) -> None:
        self._lines: list[tuple[float, str, str, tuple[Any, ...]]] = []

    def note(self, now: float, who: str, text: str, *facts: Any) -> None:
        """Note what happened; `text` has a `%s` for each fact."""
        self._lines.append((now, who, text, facts))

    def text(self, most: int = 400) -> str:
        """The last lines."""
        lines = [f"{now:10.2f}  {who:<7} {text % facts}" for now, who, text, facts in self._lines[-most:]]
        if len(self._lines) > most:
            lines.insert(0, f"… {len(self._lines) - most} lines before")
        return "\n".join(lines)
