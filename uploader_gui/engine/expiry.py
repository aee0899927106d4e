"""How long something a service gave is good for. Its dates are read against its own clock, never against ours."""

from collections.abc import Mapping

from uploader_gui.engine.retry import http_date
from uploader_gui.services.expression import ExpressionError, Scope, seconds_since_1970
from uploader_gui.services.template import Template

MANY_SECONDS = 1e9


def seconds_left(expires: int | Template | None, scope: Scope, headers: Mapping[str, str]) -> float | None:
    """Seconds from the answer on; None if the file or the answer does not say.

    Args:
        expires: A service file's `expires`: seconds, or an expression that gives seconds or an ISO date.
        scope: With `answer`.
        headers: The answer's, for its Date.

    Raises:
        ExpressionError: The answer's value is neither.
    """
    value = expires.value(scope) if isinstance(expires, Template) else expires
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < MANY_SECONDS:
        return float(value)
    if isinstance(value, str):
        if value.isascii() and value.isdecimal() and len(value) < 10:
            return float(value)
        try:
            at = seconds_since_1970(value)
        except (ValueError, OverflowError):
            raise ExpressionError("it is neither seconds nor a date") from None
        now = http_date(headers.get("date", ""))
        return None if now is None else at - now.timestamp()
    raise ExpressionError("it is neither seconds nor a date")
