"""What is known of a value before the program runs, and what an expression does to it.

The inspector walks a compiled expression's tree the way JMESPath would evaluate it, but over shapes. It finds names
that are not known, and notes which paths of an answer are used: those must be there once the step has run.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uploader_gui.services.expression import Expression, Functions, tokens

Path = tuple[str, ...]
Requirement = frozenset[Path]  # at least one of these paths must be there


@dataclass(frozen=True)
class Text:
    """A text, number or truth value. `path` is set where its use is to be noted."""

    optional: bool = False
    path: Path | None = None


@dataclass(frozen=True)
class Record:
    """An object whose members are all known. `hints` say why a name that one might expect is none."""

    members: Mapping[str, "Shape"]
    hints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class List:
    """A list of things of one shape."""

    item: "Shape"
    path: Path | None = None


@dataclass(frozen=True)
class Anything:
    """Part of somebody else's answer. `path` says of which, where that is known."""

    path: Path | None = None


Shape = Text | Record | List | Anything
ANYTHING = Anything()
TEXT = Text()


@dataclass
class Uses:
    """What expressions use.

    Attributes:
        seen: Every path that is touched.
        required: Of these, what must be there: of each group at least one.
    """

    seen: set[Path] = field(default_factory=set)
    required: set[Requirement] = field(default_factory=set)

    def add(self, other: "Uses") -> None:
        """Take over what another expression uses."""
        self.seen |= other.seen
        self.required |= other.required


def uses_of(expression: Expression, known: Record) -> Uses:
    """Which paths an expression uses."""
    return inspect(expression, known)[1]


def inspect(expression: Expression, known: Record) -> tuple[Shape, Uses, list[str]]:
    """Give an expression's shape, what it uses, and a sentence for each mistake in it."""
    inspector = _Inspector(known)
    shape = inspector.use(expression.tree, known, guarded=False)
    return shape, inspector.uses, [*_quoted_words(expression.text), *inspector.mistakes]


_COMPARATORS = {"eq", "ne", "lt", "lte", "gt", "gte"}


def _quoted_words(text: str) -> list[str]:
    """Find `x == "word"`: double quotes make a name in JMESPath, so this compares with a name."""
    row = tokens(text)
    found = []
    for index, token in enumerate(row):
        if token["type"] != "quoted_identifier":
            continue
        before = row[index - 1]["type"] if index else ""
        after = row[index + 1]["type"] if index + 1 < len(row) else ""
        if before in _COMPARATORS or (after in _COMPARATORS and before != "dot"):
            found.append(f"\"{token['value']}\" in double quotes is a name; write the text as '{token['value']}'")
    return found


_LIST_FUNCTIONS = {"keys", "values", "split", "sort", "sort_by", "reverse", "map", "to_array", "merge_lists"}
_TEXT_FUNCTIONS = {
    "abs", "avg", "ceil", "contains", "ends_with", "floor", "html", "join", "length",
    "starts_with", "sum", "time", "to_number", "to_string", "type",
}  # fmt: skip
_GUARDING_FUNCTIONS = {"type", "not_null"}


class _Inspector:
    def __init__(self, known: Record) -> None:
        self.known = known
        self.uses = Uses()
        self.mistakes: list[str] = []

    def use(self, node: Mapping[str, Any], here: Shape, *, guarded: bool, loose: bool = False) -> Shape:
        """Give the node's shape and note its path as used. `loose`: names here might be meant for outside the list."""
        shape = self._shape(node, here, guarded=guarded, loose=loose)
        self._note(shape, guarded=guarded)
        return shape

    def _shape(self, node: Mapping[str, Any], here: Shape, *, guarded: bool, loose: bool) -> Shape:
        kind = node["type"]
        children: Sequence[Any] = node["children"]
        if kind == "field":
            return self._field(node["value"], here, loose=loose)
        if kind in {"current", "identity"}:
            return here
        if kind == "literal":
            return _shape_of_literal(node["value"])
        if kind == "subexpression":
            if children[0]["type"] == "not_expression":
                self._not_before_dot()
            shape = self._shape(children[0], here, guarded=guarded, loose=loose)
            for child in children[1:]:
                if child["type"] not in {"field", "subexpression", "index_expression"}:
                    self._note(shape, guarded=guarded)
                    shape = _unnoted(shape)
                shape = self._shape(child, shape, guarded=guarded, loose=False)
            return shape
        if kind == "index_expression":
            return self._indexed(children, here, guarded=guarded, loose=loose)
        if kind == "pipe":
            left = self.use(children[0], here, guarded=guarded, loose=loose)
            return self._shape(children[1], _unnoted(left), guarded=guarded, loose=True)
        if kind in {"projection", "filter_projection", "value_projection"}:
            return self._projected(node, here, guarded=guarded, loose=loose)
        if kind == "flatten":
            inner = self.use(children[0], here, guarded=guarded, loose=loose)
            item = _item(inner)
            return List(_item(item) if isinstance(item, List) else item)
        return self._composed(node, here, guarded=guarded, loose=loose)

    def _composed(self, node: Mapping[str, Any], here: Shape, *, guarded: bool, loose: bool) -> Shape:
        kind = node["type"]
        children: Sequence[Any] = node["children"]
        if kind == "or_expression":
            return self._either(children[0], children[1], here, guarded=guarded, loose=loose)
        if kind == "and_expression":
            self.use(children[0], here, guarded=True, loose=loose)
            return _maybe(self.use(children[1], here, guarded=True, loose=loose))
        if kind in {"comparator", "not_expression"}:
            for child in children:
                self.use(child, here, guarded=True, loose=loose)
            return TEXT
        if kind == "multi_select_list":
            shapes = [self.use(child, here, guarded=guarded, loose=_inside(here)) for child in children]
            return List(shapes[0] if all(shape == shapes[0] for shape in shapes) else _common(shapes))
        if kind == "multi_select_dict":
            return Record(
                {
                    child["value"]: _unnoted(self.use(child["children"][0], here, guarded=guarded, loose=_inside(here)))
                    for child in children
                }
            )
        if kind == "function_expression":
            return self._called(node["value"], children, here, guarded=guarded)
        if kind == "expref":
            return self.use(children[0], here, guarded=True, loose=True)
        for child in children:
            if isinstance(child, dict):
                self.use(child, here, guarded=guarded, loose=loose)
        return ANYTHING

    def _not_before_dot(self) -> None:
        self.mistakes.append("“!” binds tighter than “.”: write !(a.b) instead of !a.b")

    def _note(self, shape: Shape, *, guarded: bool) -> None:
        path = getattr(shape, "path", None)
        if path is not None:
            self.uses.seen.add(path)
            if not guarded:
                self.uses.required.add(frozenset({path}))

    def _field(self, name: str, here: Shape, *, loose: bool) -> Shape:
        if isinstance(here, Record):
            if name in here.members:
                return here.members[name]
            self.mistakes.append(self._unknown(name, here))
            return ANYTHING
        if isinstance(here, List):
            self.mistakes.append(f"“{name}” is asked of a list: write [].{name}")
            return ANYTHING
        if isinstance(here, Text):
            self.mistakes.append(f"a text or number has no “{name}”")
            return ANYTHING
        if loose and name in self.known.members:
            self.mistakes.append(
                f"“{name}” inside a list is the item's own: write root().{name} for the outer one, @.{name} for this"
            )
        return Anything(None if here.path is None else (*here.path, name))

    def _unknown(self, name: str, here: Record) -> str:
        if name in here.hints:
            return here.hints[name]
        if here is not self.known and name in self.known.members:
            return f"“{name}” is not known inside a list: write root().{name}"
        close = difflib.get_close_matches(name, here.members, n=1)
        if close:
            return f"“{name}” is not known here; did you mean “{close[0]}”?"
        members = ", ".join(sorted(here.members)) or "nothing"
        return f"“{name}” is not known here; known are: {members}"

    def _indexed(self, children: Sequence[Any], here: Shape, *, guarded: bool, loose: bool) -> Shape:
        if children[0]["type"] == "not_expression":
            self._not_before_dot()
        left = self.use(children[0], here, guarded=guarded, loose=loose)
        if isinstance(left, Text | Record):
            self.mistakes.append("only a list can be indexed")
            return ANYTHING
        return _unnoted(left) if children[1]["type"] == "slice" else _item(left)

    def _projected(self, node: Mapping[str, Any], here: Shape, *, guarded: bool, loose: bool) -> Shape:
        left = self.use(node["children"][0], here, guarded=guarded, loose=loose)
        item: Shape = ANYTHING
        if node["type"] == "value_projection":
            if isinstance(left, List | Text):
                self.mistakes.append("“*” walks an object's values; a list is walked with []")
        elif isinstance(left, Record | Text):
            self.mistakes.append("“[]” walks a list, and this is none")
        else:
            item = _item(left)
        if node["type"] == "filter_projection":
            self.use(node["children"][2], item, guarded=True, loose=True)
        right = node["children"][1]
        return List(_unnoted(self.use(right, item, guarded=guarded, loose=False)))

    def _either(
        self, left: Mapping[str, Any], right: Mapping[str, Any], here: Shape, *, guarded: bool, loose: bool
    ) -> Shape:
        mine = self.uses
        self.uses = Uses()
        first = self.use(left, here, guarded=False, loose=loose)
        of_left, self.uses = self.uses, Uses()
        second = self.use(right, here, guarded=guarded, loose=loose)
        of_right, self.uses = self.uses, mine
        self.uses.seen |= of_left.seen | of_right.seen
        self.uses.required |= {group | of_left.seen for group in of_right.required}
        if isinstance(first, Text) and isinstance(second, Text):
            return Text(optional=second.optional)
        if isinstance(second, Text) and isinstance(first, Anything):
            return Text(optional=second.optional) if not second.optional else ANYTHING
        return _unnoted(second) if first == second else _common([first, second])

    def _called(self, name: str, arguments: Sequence[Any], here: Shape, *, guarded: bool) -> Shape:
        known = Functions.FUNCTION_TABLE.get(name)
        if known is None:
            close = difflib.get_close_matches(name, Functions.FUNCTION_TABLE, n=1)
            hint = f"; did you mean {close[0]}()?" if close else ""
            self.mistakes.append(f"there is no function {name}(){hint}")
        elif (wrong := _wrong_count(known["signature"], len(arguments))) is not None:
            self.mistakes.append(f"{name}() takes {wrong}, not {len(arguments)}")
        if name == "root":
            return self.known
        guarding = guarded or name in _GUARDING_FUNCTIONS
        shapes: list[Shape] = []
        for argument in arguments:
            if argument["type"] == "expref":
                lists = [shape for shape in shapes if isinstance(shape, List)]
                later = [] if lists else [self._listed(other, here) for other in arguments if other is not argument]
                item = next((shape.item for shape in [*lists, *later] if isinstance(shape, List)), ANYTHING)
                self.use(argument["children"][0], item, guarded=True, loose=True)
            else:
                shapes.append(self.use(argument, here, guarded=guarding, loose=_inside(here)))
        if name in _LIST_FUNCTIONS:
            return List(ANYTHING)
        return TEXT if name in _TEXT_FUNCTIONS else ANYTHING

    def _listed(self, node: Mapping[str, Any], here: Shape) -> Shape:
        """Give an argument's shape without noting anything twice."""
        return _Inspector(self.known).use(node, here, guarded=True)


def _wrong_count(signature: Sequence[Mapping[str, Any]], count: int) -> str | None:
    if signature and signature[-1].get("variadic"):
        return None if count >= len(signature) else f"at least {len(signature)}"
    return None if count == len(signature) else str(len(signature))


def _inside(here: Shape) -> bool:
    return isinstance(here, Anything)


def _item(shape: Shape) -> Shape:
    return shape.item if isinstance(shape, List) else ANYTHING


def _unnoted(shape: Shape) -> Shape:
    """The same without its path: its use has been noted."""
    if isinstance(shape, Anything):
        return ANYTHING
    if isinstance(shape, List):
        return List(shape.item)
    return Text(optional=shape.optional) if isinstance(shape, Text) else shape


def _maybe(shape: Shape) -> Shape:
    return Text(optional=True) if isinstance(shape, Text) else _unnoted(shape)


def _common(shapes: Sequence[Shape]) -> Shape:
    if all(isinstance(shape, List) for shape in shapes):
        return List(ANYTHING)
    if all(isinstance(shape, Text) for shape in shapes):
        return Text(optional=any(shape.optional for shape in shapes if isinstance(shape, Text)))
    return ANYTHING


def _shape_of_literal(value: Any) -> Shape:
    if value is None:
        return Text(optional=True)
    if isinstance(value, list):
        return List(ANYTHING)
    if isinstance(value, dict):
        return Record({key: _shape_of_literal(member) for key, member in value.items()})
    return TEXT
