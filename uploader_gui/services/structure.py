"""What is wrong with a service file's keys and values, one by one, in words for the person who wrote it."""

import difflib
import types
import typing
from collections.abc import Iterator
from typing import Any

from pydantic_core import ErrorDetails

from uploader_gui.services import schema
from uploader_gui.services.mistakes import Mistake
from uploader_gui.services.template import UnreadableError

Raw = dict[str, Any]
Location = tuple[int | str, ...]


def place(raw: Any, loc: Location) -> tuple[str, Any, int | str | None]:
    """Follow pydantic's location through the file: key as written, the table that holds it, the last part."""
    key = ""
    holder: Any = None
    last: int | str | None = None
    node = raw
    for part in loc:
        if isinstance(node, dict) and part in node:
            key, holder, last, node = f"{key}.{part}" if key else str(part), node, part, node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            key, holder, last, node = f"{key}[{part}]", node, part, node[part]
        else:
            break
    return key, holder, last


def keys_at(loc: Location) -> list[str]:
    """The keys that a table of the file may have."""
    part, skip = _part_of(schema.Service), False
    for step in loc:
        if skip or part is None or not isinstance(step, str):
            skip = False
            continue
        field = next((field for name, field in part.model_fields.items() if step in {name, field.alias}), None)
        if field is None:
            continue
        skip = _is_table_of_tables(field.annotation)
        part = _part_of(field.annotation)
    return sorted(field.alias or name for name, field in part.model_fields.items()) if part else []


def _part_of(annotation: Any) -> type[schema.Part] | None:
    if isinstance(annotation, type) and issubclass(annotation, schema.Part):
        return annotation
    return next((part for one in typing.get_args(annotation) if (part := _part_of(one)) is not None), None)


def _is_table_of_tables(annotation: Any) -> bool:
    options = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    return any(typing.get_origin(one) is dict for one in options)


def meant(detail: ErrorDetails) -> str | None:
    """The key that an unknown one was probably meant to be."""
    *table, name = detail["loc"]
    return next(iter(difflib.get_close_matches(str(name)[:60], keys_at(tuple(table)), n=1)), None)


_SENTENCES = {
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false, without quotes",
    "int_type": "must be a whole number, without quotes",
    "tuple_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": 'must be a name of small letters, digits and _, at most 40, such as "api_key"',
    "date_type": "must be a date without quotes, such as 2026-11-20",
    "missing": "is missing",
}


def mistakes_in(raw: Raw, detail: ErrorDetails) -> Iterator[Mistake]:
    """Say what is wrong, in our words: pydantic's are for programmers."""
    key, _holder, last = place(raw, detail["loc"])
    kind, context = detail["type"], detail.get("ctx", {})
    error = context.get("error")
    if isinstance(error, UnreadableError):
        for below, expression, text in error.mistakes:
            yield Mistake(key=key + below, expression=expression, text=text)
        return
    text = _SENTENCES.get(kind, "cannot be read")
    if kind == "missing":
        missing = str(detail["loc"][-1])
        key = f"{key}.{missing}" if key else missing
    elif kind == "extra_forbidden":
        close = meant(detail)
        hint = f"did you mean “{close}”?" if close else f"there are: {', '.join(keys_at(detail['loc'][:-1]))}"
        text = f"there is no key “{last}” here; {hint}"
    elif kind == "literal_error":
        expected = str(context["expected"]).replace("'", '"')
        text = f"must be {expected}, without quotes" if expected.isdigit() else f"must be {expected}"
    elif kind in {"greater_than_equal", "less_than_equal"}:
        text = f"must be {context['ge']} or more" if "ge" in context else f"must be {context['le']} or less"
    elif kind == "string_too_long":
        text = f"must not be longer than {context['max_length']} characters"
    elif kind == "too_long":
        text = f"must not hold more than {context['max_length']}"
    elif kind == "value_error":
        text = str(error)
    elif kind == "string_pattern_mismatch" and detail["loc"][-1] == "[key]":
        text = f"“{last}” {text}"
    yield Mistake(key=key, text=text)
