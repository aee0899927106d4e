"""How values are written into what is sent, and how much of them may be."""

import math
from typing import Any

from uploader_gui.services.evaluation import CHARACTERS
from uploader_gui.services.expression import ExpressionError

MAX_DEPTH = 200
MAX_WEIGHT = 500_000  # values, or characters by sixteen: far beyond any body, and soon reached by one that doubles
MAX_CHARACTERS = MAX_WEIGHT * CHARACTERS

TOO_MUCH = "it makes too much of what is there"


def as_text(value: Any) -> str:
    """Write a value inside a text as JSON would, a string as it is.

    Raises:
        ExpressionError: There is nothing, a list or an object.
    """
    if isinstance(value, str):
        return _sendable(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        raise ExpressionError("nothing is there")
    if isinstance(value, float) and math.isfinite(value):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        try:
            return str(value)
        except ValueError:
            pass  # thousands of digits
    if isinstance(value, int | float):
        raise ExpressionError("it is no number that can be written")
    raise ExpressionError("a list or an object cannot stand inside a text")


def _sendable(text: str) -> str:
    """Refuse what UTF-8 cannot say: halves of characters, as in names of files that are not text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        return text
    raise ExpressionError("it holds half a character, which cannot be sent")


def without_nothing(value: Any, *, depth: int = 0) -> Any:
    """Leave out members that are None, at any depth; empty texts, lists and objects stay.

    Raises:
        ExpressionError: There is something in it that JSON cannot say.
    """
    if depth > MAX_DEPTH:
        raise ExpressionError("it is nested too deeply")
    if isinstance(value, dict):
        return {
            _sendable(key): without_nothing(member, depth=depth + 1)
            for key, member in value.items()
            if member is not None
        }
    if isinstance(value, list):
        return [without_nothing(member, depth=depth + 1) for member in value if member is not None]
    if isinstance(value, str):
        return _sendable(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ExpressionError("it is no number that can be written")
    return value
