"""When something is tried again, and how long is waited before."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_TOLD_WAIT = 3600.0
_QUOTA = re.compile(r"(?:remaining=|;\s*r=)(\d{1,9})\s*[,;]\s*(?:reset=|t=)(\d{1,9}(?:\.\d{1,9})?)")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """How often and how far apart.

    Attributes:
        tries: Tries of one step in a row, the first included.
        first: Seconds before the second try; each later wait is twice as long.
        longest: Seconds at most.
        jitter: Gives a number from 0 to 1, so that many clients do not come back at the same moment.
    """

    tries: int = 5
    first: float = 1.0
    longest: float = 60.0
    jitter: Callable[[], float] = random.random

    def wait(self, tried: int) -> float:
        """Seconds to wait after `tried` failures: between half and all of the doubled time."""
        full = min(self.longest, self.first * 2.0 ** min(30, max(0, tried - 1)))
        return full * (0.5 + 0.5 * self.jitter())


def told_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds an answer asks to wait; None if it does not say.

    Read in this order: `RateLimit: limit=100, remaining=0, reset=5` (https://developer.close.com/api/overview/rate-limits)
    or its newer form `"name";r=0;t=5`, of several exhausted ones the longest; `Retry-After` in seconds or as a date
    (RFC 9110 section 10.2.3) against the answer's own Date; and `RateLimit-Reset`.
    """
    resets = [float(reset) for left, reset in _QUOTA.findall(headers.get("ratelimit", "")) if int(left) == 0]
    if resets:
        return _bounded(max(resets))
    after = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,15}(\.\d{1,9})?", after):
        return _bounded(float(after))
    if after and (at := http_date(after)) is not None:
        now = http_date(headers.get("date", "")) or datetime.now(UTC)
        return _bounded((at - now).total_seconds())
    reset = headers.get("ratelimit-reset", "").strip()
    return _bounded(float(reset)) if re.fullmatch(r"\d{1,15}(\.\d{1,9})?", reset) else None


def http_date(text: str) -> datetime | None:
    """Read a date of an HTTP header; None if it is none."""
    try:
        read = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), LONGEST_TOLD_WAIT)
