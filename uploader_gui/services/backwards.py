"""Expressions walked backwards: what must an answer be for an expression to be content with it?

Made up from what stands in the expression: texts are named after their place (`sign.id`), a comparison gives the value
it is compared with, a list has one item. What cannot be told stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uploader_gui.services.expression import FUNCTIONS

Node = Mapping[str, Any]
DATE = "2030-01-01T00:00:00+00:00"
_TYPES: Mapping[str, Any] = {"string": "text", "number": 1, "array": [], "object": {}, "boolean": True}
_OPPOSITE = {"eq": "ne", "ne": "eq", "lt": "gte", "gte": "lt", "gt": "lte", "lte": "gt"}
_MIRRORED = {"eq": "eq", "ne": "ne", "lt": "gt", "gt": "lt", "lte": "gte", "gte": "lte"}
_MAKING = frozenset({"join", "split", "time"})
"""Functions whose result is no place in an answer, and whose values are."""


@dataclass(frozen=True)
class Slot:
    """A place in an answer that is being made.

    Attributes:
        holder: The object or list it is in.
        key: Where in it.
        path: The names on the way, for what is made up.
    """

    holder: Any
    key: Any
    path: tuple[str, ...]

    def get(self) -> Any:
        """What is there; None: nothing yet."""
        return self.holder.get(self.key) if isinstance(self.holder, dict) else self.holder[self.key]

    def put(self, value: Any) -> None:
        """Fill it with a value, or a text of its own for None; not if something is there: what matters comes first."""
        if self.get() is None:
            self.holder[self.key] = ".".join(self.path) if value is None else value

    def member(self, name: str) -> "Slot":
        """A member of the object that is there, from now on."""
        if not isinstance(self.get(), dict):
            self.holder[self.key] = {}
        return Slot(self.get(), name, (*self.path, name))

    def item(self) -> "Slot":
        """The first of the list that is there, from now on."""
        if not isinstance(self.get(), list) or not self.get():
            self.holder[self.key] = [None]
        return Slot(self.get(), 0, self.path)


class Each(Slot):
    """What an expression gives of each item of a list: a list, whose item is that place."""

    def item(self) -> Slot:
        """The place itself."""
        return Slot(self.holder, self.key, self.path)


@dataclass(frozen=True, kw_only=True)
class Backwards:
    """Walks expressions backwards.

    Attributes:
        names: Where the known names lead in answers: "sign", "answer", "item".
        known: The names that are known without any answer, with their values.
        headers: The answers' headers, by step.
    """

    names: Mapping[str, Slot]
    known: Mapping[str, Any]
    headers: dict[str, dict[str, Any]] = field(repr=False)

    def wish(self, node: Node, value: Any = None, here: Slot | None = None) -> None:
        """Let an expression give a value, or a text for None, where an answer says it; `here` is the current item."""
        kind, children = node["type"], node["children"]
        if kind in {"multi_select_list", "multi_select_dict"}:
            for child in children:
                self.wish(child["children"][0] if kind.endswith("dict") else child, None, here)
        elif kind == "function_expression":
            self._arguments(node, here)
        elif kind == "or_expression":
            self.wish(children[0], value, here)
            if self.slot(children[0], here) is None:
                self.wish(children[1], value, here)
        elif kind == "and_expression":
            self.truth(children[0], here, yes=True)
            self.wish(children[1], value, here)
        elif kind in {"comparator", "not_expression"}:
            self.truth(node, here, yes=True)
        elif kind == "pipe":
            self.wish(children[1], value, self.slot(children[0], here))
        elif kind == "flatten" or kind.endswith("projection"):
            self._each(node, None if isinstance(value, list) else value, here)
        elif (slot := self.slot(node, here)) is not None:
            slot.put(value)
        elif children and isinstance(children[0], dict):
            self.wish(children[0], None, here)

    def _each(self, node: Node, value: Any, here: Slot | None) -> None:
        """Let each item of a list give a value."""
        children = node["children"]
        listed = None if node["type"] == "flatten" else self.slot(children[0], here)
        if node["type"] == "flatten":
            self.wish(children[0], None, here)
        elif listed is None:
            # Of the files, or of a list that the expression makes itself.
            self.wish(children[0], None, here)
            self.wish(children[1], None, None)
        else:
            if node["type"] == "filter_projection":
                self.truth(children[2], listed.item(), yes=True)
            self.wish(children[1], value, listed.item())

    def _arguments(self, node: Node, here: Slot | None) -> None:
        """Let a function's values be such as it takes."""
        signature, walked = FUNCTIONS[node["value"]]["signature"], None
        takes_each = any(child["type"] == "expref" for child in node["children"])
        for index, child in enumerate(node["children"]):
            types = signature[min(index, len(signature) - 1)]["types"]
            if child["type"] == "expref":
                self.wish(child["children"][0], None, walked)
                continue
            slot = self.slot(child, here)
            if slot is not None and "string" not in types and any(one.startswith("array") for one in types):
                walked = slot.item()
                if not takes_each:
                    walked.put(1 if "array-string" not in types and "array-number" in types else None)
            else:
                self.wish(child, DATE if node["value"] == "time" else _sample(types), here)

    def truth(self, node: Node, here: Slot | None = None, *, yes: bool) -> None:
        """Let a condition hold, or not."""
        kind, children = node["type"], node["children"]
        if kind == "not_expression":
            self.truth(children[0], here, yes=not yes)
        elif kind in {"and_expression", "or_expression"}:
            both = kind == ("and_expression" if yes else "or_expression")
            for child in children if both else children[:1]:
                self.truth(child, here, yes=yes)
        elif kind == "comparator":
            self._compare(node["value"] if yes else _OPPOSITE[node["value"]], children, here)
        elif kind == "function_expression" and len(children) == 2 and yes:
            # contains(), starts_with(), ends_with(): the very text is all of these.
            self._compare("eq", children, here)
        elif yes and (slot := self.slot(node, here)) is not None:
            slot.put(True)

    def _compare(self, how: str, children: Sequence[Node], here: Slot | None) -> None:
        left, right = children
        value = self._value(right)
        if value is None:
            left, value, how = right, self._value(left), _MIRRORED[how]
        slot = self.slot(left, here)
        if slot is None or value is None:
            return
        if left["type"] == "function_expression" and left["value"] == "type":
            value = _TYPES.get(str(value))
        if how in {"eq", "gte", "lte"}:
            slot.put(value)
        elif how in {"gt", "lt"} and isinstance(value, int | float):
            slot.put(value + (1 if how == "gt" else -1))

    def _value(self, node: Node) -> Any:
        """What an expression is without any answer: a literal, a constant, an input; None if it needs one."""
        if node["type"] == "literal":
            return node["value"]
        path = node["children"] if node["type"] == "subexpression" else [node]
        value: Any = self.known
        for index, one in enumerate(path):
            if index == 0 and one.get("value") == "root":
                continue
            value = value.get(one["value"]) if one["type"] == "field" and isinstance(value, Mapping) else None
        return value

    def slot(self, node: Node, here: Slot | None = None) -> Slot | None:
        """The place in an answer that an expression reads; None if it reads none."""
        kind, children = node["type"], node["children"]
        if kind == "field":
            return self.names.get(node["value"]) if here is None else here.member(node["value"])
        if kind in {"current", "identity"}:
            return here
        if kind in {"subexpression", "pipe"}:
            return self._stepped(children, here)
        if kind in {"flatten", "or_expression"}:
            return next((found for child in children if (found := self.slot(child, here)) is not None), None)
        if kind == "index_expression":
            listed = self.slot(children[0], here)
            return None if listed is None else listed.item()
        if kind.endswith("projection"):
            return self._walked(node, here)
        if kind == "and_expression":
            return self.slot(children[1], here)
        if kind == "function_expression" and children and node["value"] not in _MAKING:
            return self.slot(children[0], here)
        return None

    def _walked(self, node: Node, here: Slot | None) -> Slot | None:
        children = node["children"]
        listed = self.slot(children[0], here)
        if listed is None:
            found = self.slot(children[1]) if _walks_files(children[0]) else None
        else:
            if node["type"] == "filter_projection":
                self.truth(children[2], listed.item(), yes=True)
            found = self.slot(children[1], listed.item())
        return None if found is None else Each(found.holder, found.key, found.path)

    def _stepped(self, children: Sequence[Node], here: Slot | None) -> Slot | None:
        first, rest = children[0], children[1:]
        name = first.get("value") if first["type"] == "field" and here is None else None
        if name == "headers" and len(rest) == 2:
            step, header = (str(one.get("value")) for one in rest)
            return Slot(self.headers.setdefault(step, {}), header.lower(), (step, header))
        if name == "transfer" and rest[0].get("value") != "body":
            return None  # status and ETag are the engine's to say
        outside = _walks_files(first) or first.get("value") == "root"
        slot = None if outside else self.slot(first, here)
        for child in rest:
            if slot is None and not outside:
                return None
            slot, outside = self.slot(child, slot), False
        return slot


def _sample(types: Sequence[str]) -> Any:
    """Something of a type that a function takes; None: a text will do."""
    if not types or any(one == "string" or one.startswith("array") for one in types):
        return None
    return 1 if "number" in types else {} if "object" in types else None


def _walks_files(node: Node) -> bool:
    """Whether an expression is `files`, `files[]` or `files[0]`: what is in them is known by the steps' names."""
    while node["type"] in {"flatten", "index_expression", "projection"} and node["children"]:
        node = node["children"][0]
    return bool(node["type"] == "field" and node["value"] == "files")
