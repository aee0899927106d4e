"""Files that are changed while they are on their way: waited for until they have come to rest, then begun anew.

What was looked at last is what a file is held against at its next turn: no half-saved file is sent, and no mixed one.
Only this process knows of it: what is taken up again by another one, or was paused, is asked about if it has changed.
"""

from dataclasses import dataclass

from uploader_gui.core.problems import Kind

SETTLE = 3.0
"""Seconds for which a file must have stayed the same. FAT notes the time of a change to two of them:
https://learn.microsoft.com/windows/win32/sysinfo/file-times"""
TIMES = 3
"""How often in a row a file is begun anew by itself."""
PATIENCE = 300.0
"""Seconds for which it is waited for a file to come to rest."""

# While a program saves a file it may be another one, none, or closed to others, each for a moment.
UNREST = frozenset({Kind.FILE_CHANGED, Kind.FILE_MISSING, Kind.FILE_LOCKED})


@dataclass(frozen=True, kw_only=True)
class Unrest:
    """How a file has been changed on its way.

    Attributes:
        times: How often while something of it was being sent.
        since: Monotonic seconds since when it is waited for.
    """

    times: int
    since: float


def next_look(before: Unrest | None, now: float, *, sending: bool) -> Unrest | None:
    """A file was changed: how it is waited for; None if a person is asked.

    Args:
        before: How it was until now; None if it has not changed yet.
        now: Monotonic seconds.
        sending: Whether something of it was being sent; else it had not come to rest yet.
    """
    if sending or before is None:
        times = 1 if before is None else before.times + 1
        return None if times > TIMES else Unrest(times=times, since=now)
    return before if now - before.since < PATIENCE else None
