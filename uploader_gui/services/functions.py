"""What JMESPath's functions and ours take and give, as far as shapes tell."""

import difflib
from collections.abc import Sequence

from uploader_gui.core.words import one_line
from uploader_gui.services.expression import FUNCTIONS
from uploader_gui.services.shape import (
    ANYTHING,
    BOOLEAN,
    NUMBER,
    STRING,
    List,
    Record,
    Shape,
    Text,
    common,
    item_of,
    maybe,
    types_of,
)

GUARDING = frozenset({"not_null", "type"})
"""What they are given may be null."""

KEEPING = frozenset({"length", "map", "max_by", "min_by", "reverse", "sort_by", "to_array", "type"})
"""What goes in comes out with its shape, or nothing of it does."""

PLAIN_WORDS = {"string": "a text", "number": "a number", "boolean": "true or false"}

_GIVES: dict[str, Shape] = {
    **dict.fromkeys(("abs", "ceil", "floor", "length", "sum", "time"), NUMBER),
    **dict.fromkeys(("html", "join", "to_string", "type"), STRING),
    **dict.fromkeys(("contains", "ends_with", "starts_with"), BOOLEAN),
    **dict.fromkeys(("avg", "to_number"), Text(optional=True, kind="number")),
    **dict.fromkeys(("max", "min"), Text(optional=True)),
    **dict.fromkeys(("keys", "split"), List(STRING)),
    "items": List(List(ANYTHING)),
}


def wrong_call(name: str, count: int) -> str:
    """A sentence if there is no such function or it takes another number of values; else ""."""
    known = FUNCTIONS.get(name)
    if known is None:
        close = difflib.get_close_matches(one_line(name, 60), FUNCTIONS, n=1)
        hint = f"; did you mean {close[0]}()?" if close else f"; there are: {', '.join(sorted(FUNCTIONS))}"
        return f"there is no function {one_line(name, 60)}(){hint}"
    signature = known["signature"]
    wanted = len(signature)
    if signature and signature[-1].get("variadic"):
        return "" if count >= wanted else f"{name}() takes {_values(wanted)} or more, not {count}"
    return "" if count == wanted else f"{name}() takes {_values(wanted) if wanted else 'nothing'}, not {count}"


def _values(count: int) -> str:
    return f"{count} value{'s' if count > 1 else ''}"


def wrong_argument(name: str, index: int, shape: Shape, *, guarded: bool) -> list[str]:
    """Sentences about a value that a function cannot take."""
    signature = FUNCTIONS[name]["signature"]
    types = signature[min(index, len(signature) - 1)]["types"]
    if not types:
        return []
    wanted = {one.split("-")[0] for one in types}
    if not wanted & types_of(shape):
        return [f"{name}() takes {_spoken(types)} as value {index + 1}, and this is {_spoken(sorted(types_of(shape)))}"]
    members = {one.partition("-")[2] for one in types if "-" in one}
    if isinstance(shape, List) and members and not isinstance(shape.item, Text) and not members & types_of(shape.item):
        return [f"{name}() takes {_spoken(types)} as value {index + 1}, and this list holds others"]
    if isinstance(shape, List) and isinstance(shape.item, Text) and members and shape.item.kind not in {"", *members}:
        return [f"{name}() takes {_spoken(types)} as value {index + 1}, and this list holds others"]
    if isinstance(shape, Text | List) and shape.optional and not guarded:
        instead = "`[]`" if isinstance(shape, List) else "''"
        return [f"it may be empty, and {name}() needs a value: add || {instead} or another value"]
    return []


_SPOKEN = {
    **PLAIN_WORDS,
    "array": "a list",
    "array-array": "a list of lists",
    "array-number": "a list of numbers",
    "array-string": "a list of texts",
    "object": "an object",
    "expref": "& and what to take of each item",
}


def _spoken(types: Sequence[str]) -> str:
    return " or ".join(_SPOKEN[one] for one in types)


def result(name: str, shapes: Sequence[Shape], made: Sequence[Shape]) -> Shape:
    """The shape of what a function gives.

    Args:
        name: Its name.
        shapes: Of its values.
        made: Of what `&…` takes of each item.
    """
    first: Shape = shapes[0] if shapes else ANYTHING
    if name in {"reverse", "sort", "sort_by"}:
        return first
    if name in {"max_by", "min_by"}:
        return maybe(item_of(first))
    if name == "map":
        return List(made[0] if made else ANYTHING)
    if name == "to_array":
        return first if isinstance(first, List) else List(first)
    if name == "values":
        members = list(first.members.values()) if isinstance(first, Record) else []
        return List(common(members) if members else ANYTHING)
    if name == "not_null":
        return common(shapes) if shapes else ANYTHING
    return _GIVES.get(name, ANYTHING)
