"""Puts a service file with mistakes in such an order that the rest of it can be checked as well."""

import re
from typing import Any

from pydantic_core import ErrorDetails

from uploader_gui.services import schema
from uploader_gui.services.mistakes import Mistake
from uploader_gui.services.structure import Location, Raw, meant, place
from uploader_gui.services.template import UnreadableError, compile_body

_NAME = "stand_in"  # will do as a name, as a label and as a text

_STAND_INS: dict[str, Any] = {
    "account": {
        "base": "https://stand.in",
        "fields": [{"id": _NAME, "label": _NAME}],
        "ways": [{"fields": [_NAME], "headers": {_NAME: _NAME}}],
        "check": {"call": "GET /", "shows": _NAME},
    },
    "address": "https://stand.in/",
    "base": "https://stand.in",
    "call": "POST /",
    "check": {"call": "GET /", "shows": _NAME},
    "format": schema.FORMAT,
    "seen_by": "me",
    "ways": [{"fields": [_NAME], "headers": {_NAME: _NAME}}],
}


class Mender:
    """Takes out what is wrong and puts something in where something must be.

    Args:
        raw: The file as parsed; it is changed.
    """

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._touched: list[str] = []
        self._guessed: set[str] = set()
        self._lost: set[str] = set()

    def follows(self, mistake: Mistake) -> bool:
        """Whether a mistake only follows from what was mended, which has been told."""
        if mistake.key in self._guessed and not mistake.expression:
            return True
        if any(mistake.key == key or mistake.key.startswith((f"{key}.", f"{key}[")) for key in self._touched):
            return True
        if _NAME in f"{mistake.key} {mistake.text}":
            return True
        names = {
            *re.findall(r"[A-Za-z_][A-Za-z0-9_]*", mistake.expression),
            *re.findall(r"“(.*?)”", mistake.text),
            *mistake.key.split("."),
        }
        return bool(self._lost & names)

    def mend(self, detail: ErrorDetails) -> bool:
        """Mend one thing; False if that is not possible."""
        loc = detail["loc"]
        key, holder, last = place(self._raw, loc)
        if detail["type"] == "missing":
            return self._put(key, self._raw if holder is None else holder[last], loc)
        if isinstance(holder, dict) and last in holder:
            wrong = holder.pop(last)
            if detail["type"] == "extra_forbidden":
                self._rename(holder, meant(detail), key, wrong)
            elif detail["type"] == "string_pattern_mismatch" and (name := _named(detail, last, wrong)) not in holder:
                holder.update({name: wrong} if loc[-1] == "[key]" else {last: name})
                self._touched.append(key)
            elif isinstance(detail.get("ctx", {}).get("error"), UnreadableError):
                holder[last] = _STAND_INS["call"] if last == "call" else _readable(wrong)
            else:
                self._touched.append(key)
                self._lose(str(last), wrong, loc)
            return True
        if isinstance(holder, list) and isinstance(last, int) and last < len(holder):
            wrong = holder.pop(last)
            self._lost |= {wrong} if isinstance(wrong, str) else set()
            if not holder:
                self._touched.append(key.rpartition("[")[0])
            return True
        return False

    def _put(self, key: str, table: Any, loc: Location) -> bool:
        wanted = loc[-1]
        if not isinstance(table, dict) or not isinstance(wanted, str):
            return False
        self._touched.append(f"{key}.{wanted}" if key else wanted)
        self._lose(wanted, None, loc)
        if wanted == "fields":
            table[wanted] = [{"id": _NAME, "label": _NAME}] if loc[0] == "account" and len(loc) == 2 else [_NAME]
        elif wanted == "targets":
            table[wanted] = [_NAME] if len(loc) > 1 else {_NAME: {}}
        else:
            table[wanted] = _copy(_STAND_INS.get(wanted, _NAME))
        return True

    def _rename(self, table: Raw, name: str | None, key: str, value: Any) -> None:
        """Take what stands under an unknown key for what it was probably meant to be."""
        above, _, written = key.rpartition(".")
        if name is not None and name not in table:
            table[name] = value
            self._guessed.add(f"{above}.{name}" if above else name)
        else:
            self._lost |= {written}

    def _lose(self, name: str, wrong: Any, loc: Location) -> None:
        """Note the names that other parts of the file may use, and that are gone."""
        tables = loc[0] in {"constants", "lookups", "targets"} and len([one for one in loc if one != "[key]"]) == 2
        if len(loc) == 1 or tables or name in {"sign", "transfer", "confirm", "ready"}:
            self._lost |= {name}
        if name in {"account", "fields", "ways"}:
            self._lost |= {"account", "token"}
        if name in {"inputs", "set"}:
            self._lost |= {"target", "named"}
        if name in {"inputs", "lookup", "targets"} or (loc[0] == "targets" and tables):
            self._lost |= {"lookups"}
        if name == "id" and isinstance(wrong, str):
            self._lost |= {wrong}


def _named(detail: ErrorDetails, last: Any, wrong: Any) -> str:
    """The name that a wrong one was probably meant to be."""
    given = str(last if detail["loc"][-1] == "[key]" else wrong).lower()
    return re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9]", "_", given))[:40] or _NAME


def _readable(value: Any) -> Any:
    """The same with something in place of each text that cannot be read."""
    if isinstance(value, dict):
        return {key: _readable(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_readable(member) for member in value]
    try:
        compile_body(value)
    except UnreadableError:
        return _NAME
    return value


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(member) for key, member in value.items()}
    return [_copy(member) for member in value] if isinstance(value, list) else value
