"""Evaluates JMESPath within bounds: whatever a service file asks of whatever answer, it ends soon and stays small.

`[@,@] | [@,@] | …` is short to write and doubles with each step: so every step of an evaluation is counted, and what a
step copies or compares is counted before it does so.
"""

import html
import math
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import jmespath.exceptions
import jmespath.functions
import jmespath.visitor

Scope = dict[str, Any]

MAX_WORK = 1_000_000
CHARACTERS = 16  # this many characters weigh as much as one value


class TooMuchWorkError(Exception):
    """An evaluation goes beyond its bounds."""


def seconds_since_1970(text: str) -> float:
    """Read an ISO 8601 date; one without a zone is UTC. Raises ValueError."""
    read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def weight(value: Any, most: int) -> int:
    """Say how much a value holds, down to its last member; stops counting beyond `most`."""
    total, left = 0, [value]
    while left and total <= most:
        one = left.pop()
        total += 1
        if isinstance(one, str):
            total += len(one) // CHARACTERS
        elif isinstance(one, dict):
            total += sum(len(key) for key in one) // CHARACTERS
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
    return total


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value) // CHARACTERS
    return len(value) if isinstance(value, list | dict) else 0


class Functions(jmespath.functions.Functions):
    """The library's functions and our six."""

    def __init__(self, scope: Scope, spend: Callable[[int], None]) -> None:
        self._scope = scope
        self._spend = spend

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        """Call a function, once what it will walk is counted."""
        arguments = list(resolved_args)
        whole = function_name in {"contains", "join", "to_string"}
        for argument in arguments:
            self._spend(weight(argument, MAX_WORK) if whole else _size(argument))
        return super().call_function(function_name, arguments)

    @jmespath.functions.signature()
    def _func_root(self) -> Scope:
        return self._scope

    @jmespath.functions.signature({"types": ["string"]})
    def _func_time(self, text: str) -> float:
        return seconds_since_1970(text)

    @jmespath.functions.signature({"types": ["string"]}, {"types": ["string"]})
    def _func_split(self, text: str, separator: str) -> list[str]:
        self._spend(text.count(separator))
        return text.split(separator) if separator else list(text)

    @jmespath.functions.signature({"types": ["string"]})
    def _func_html(self, text: str) -> str:
        return html.escape(text)

    @jmespath.functions.signature({"types": ["object"]})
    def _func_items(self, value: dict[str, Any]) -> list[list[Any]]:
        return [[name, member] for name, member in value.items()]

    @jmespath.functions.signature({"types": ["array-array"]})
    def _func_from_items(self, items: list[list[Any]]) -> dict[str, Any]:
        made = {}
        for item in items:
            if len(item) != 2 or not isinstance(item[0], str):
                raise ValueError("not a name and a value")
            self._spend(1)
            made[item[0]] = item[1]
        return made

    @jmespath.functions.signature({"types": ["string"]}, {"types": ["array-string"]})
    def _func_join(self, separator: str, texts: list[str]) -> str:
        self._spend(len(texts) * len(separator) // CHARACTERS)
        return separator.join(texts)

    @jmespath.functions.signature({"types": []})
    def _func_to_number(self, value: Any) -> int | float | None:
        """Read a number as JSON writes it; Python's own reading takes "nan", "infinity" and "1_0" as well."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,4000}(\.[0-9]+)?([eE][+-]?[0-9]+)?", value):
            return None
        if value.lstrip("-").isdigit():
            return int(value)
        return number if math.isfinite(number := float(value)) else None


class Interpreter(jmespath.visitor.TreeInterpreter):
    """The library's interpreter, with a budget. Good for one evaluation."""

    def __init__(self, scope: Scope) -> None:
        self._work = 0
        super().__init__(jmespath.visitor.Options(custom_functions=Functions(scope, self._spend)))

    def _spend(self, amount: int) -> None:
        self._work += amount
        if self._work > MAX_WORK:
            raise TooMuchWorkError

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """Evaluate one node."""
        self._spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """Merge lists: the one place where a list can grow by more than the steps that made it."""
        base = self.visit(node["children"][0], value)
        if isinstance(base, list):
            self._spend(sum(len(one) if isinstance(one, list) else 1 for one in base))
        return super().visit_flatten(_with(node, base), value)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Compare, which walks both sides."""
        sides = [self.visit(child, value) for child in node["children"]]
        self._spend(min(weight(side, MAX_WORK) for side in sides))
        return super().visit_comparator(_with(node, *sides), value)


def _with(node: Any, *values: Any) -> Any:
    """The same node, over values that are there already."""
    return {**node, "children": [{"type": "literal", "value": value, "children": []} for value in values]}
