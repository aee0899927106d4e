"""What an expression does, seen without running it.

The inspector walks a compiled expression's tree the way JMESPath would evaluate it, but over shapes. It finds names
that are not known and the language's traps, and notes which paths of an answer are used: those must be there once the
step has run.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from uploader_gui.core.words import one_line
from uploader_gui.services import functions
from uploader_gui.services.expression import Expression
from uploader_gui.services.shape import (
    ANYTHING,
    BOOLEAN,
    Anything,
    List,
    Path,
    Record,
    Shape,
    Text,
    common,
    given_in,
    item_of,
    maybe,
    shape_of,
    unnoted,
)

Requirement = frozenset[Path]  # at least one of these paths must be there
Node = Mapping[str, Any]


@dataclass
class Uses:
    """What expressions use.

    Attributes:
        seen: Every path that is touched.
        required: Of these, what must be there: of each group at least one.
    """

    seen: set[Path] = field(default_factory=set)
    required: set[Requirement] = field(default_factory=set)


def uses_of(expression: Expression, known: Record) -> Uses:
    """Which paths an expression uses."""
    return inspect(expression, known)[1]


def inspect(expression: Expression, known: Record) -> tuple[Shape, Uses, list[str]]:
    """Give an expression's shape, what it uses, and a sentence for each mistake in it."""
    inspector = _Inspector(known, _bare_quoted(expression))
    shape = inspector.use(expression.tree, known, guarded=False)
    inspector.whole(shape)
    return shape, inspector.uses, list(dict.fromkeys(inspector.mistakes))


def _bare_quoted(expression: Expression) -> set[str]:
    """Names in double quotes that stand alone, where a text may have been meant."""
    row = expression.tokens
    return {
        token["value"]
        for index, token in enumerate(row)
        if token["type"] == "quoted_identifier" and (index == 0 or row[index - 1]["type"] != "dot")
    }


_LITERALS = {"true", "false", "null"}


class _Inspector:
    def __init__(self, known: Record, quoted: set[str]) -> None:
        self.known = known
        self.quoted = quoted
        self.uses = Uses()
        self.mistakes: list[str] = []

    def use(self, node: Node, here: Shape, *, guarded: bool, loose: bool = False) -> Shape:
        """Give the node's shape and note its path as used. `loose`: names here might be meant for outside the list."""
        shape = self._shape(node, here, guarded=guarded, loose=loose)
        self._note(shape, guarded=guarded)
        return shape

    def whole(self, shape: Shape) -> None:
        """Something is used with all that is in it: not so the tables of names, as what is used of them is noted."""
        given = given_in(shape)
        if given is not None:
            members = ", ".join(sorted(given.members)) or "nothing"
            self.mistakes.append(f"it stands for everything at once: name what you need of it (it has: {members})")

    def _note(self, shape: Shape, *, guarded: bool) -> None:
        path = None if isinstance(shape, Record) else shape.path
        if path is not None:
            self.uses.seen.add(path)
            if not guarded:
                self.uses.required.add(frozenset({path}))

    def _shape(self, node: Node, here: Shape, *, guarded: bool, loose: bool) -> Shape:
        kind = node["type"]
        children: Sequence[Any] = node["children"]
        if kind == "field":
            return self._field(node["value"], here, loose=loose)
        if kind in {"current", "identity"}:
            return here
        if kind == "literal":
            return shape_of(node["value"])
        if kind == "subexpression":
            return self._stepped(children, here, guarded=guarded, loose=loose)
        if kind == "index_expression":
            return self._indexed(children, here, guarded=guarded, loose=loose)
        if kind == "pipe":
            left = self.use(children[0], here, guarded=guarded, loose=loose)
            return self._shape(children[1], unnoted(left), guarded=guarded, loose=True)
        if kind in {"projection", "filter_projection", "value_projection"}:
            return self._projected(node, here, guarded=guarded, loose=loose)
        if kind == "flatten":
            return self._flattened(children[0], here, guarded=guarded, loose=loose)
        if kind == "function_expression":
            return self._called(node["value"], children, here, guarded=guarded, loose=loose)
        return self._composed(kind, node, here, guarded=guarded, loose=loose)

    def _composed(self, kind: str, node: Node, here: Shape, *, guarded: bool, loose: bool) -> Shape:
        children: Sequence[Any] = node["children"]
        if kind == "or_expression":
            return self._either(children[0], children[1], here, guarded=guarded, loose=loose)
        if kind == "and_expression":
            self.use(children[0], here, guarded=True, loose=loose)
            return maybe(self.use(children[1], here, guarded=True, loose=loose))
        if kind == "not_expression":
            self.use(children[0], here, guarded=True, loose=loose)
            return BOOLEAN
        if kind == "comparator":
            return self._compared(node["value"], children, here, loose=loose)
        loose = isinstance(here, Anything)
        if kind == "multi_select_list":
            return List(self._mixed([self.use(child, here, guarded=guarded, loose=loose) for child in children]))
        members = {
            child["value"]: unnoted(self.use(child["children"][0], here, guarded=guarded, loose=loose))
            for child in children
        }
        return Record(members, made=True)

    def _stepped(self, children: Sequence[Any], here: Shape, *, guarded: bool, loose: bool) -> Shape:
        if self._not_first(children[0]):
            return ANYTHING
        shape = self._shape(children[0], here, guarded=guarded, loose=loose)
        for child in children[1:]:
            selects = child["type"] in {"multi_select_dict", "multi_select_list"}
            if not selects and child["type"] not in {"field", "subexpression", "index_expression"}:
                self._note(shape, guarded=guarded)
                shape = unnoted(shape)
            before, shape = shape, self._shape(child, shape, guarded=guarded, loose=False)
            path = None if isinstance(before, Record) else before.path
            if selects and path and not any(seen[: len(path)] == path for seen in self.uses.seen):
                self._note(before, guarded=guarded)
        return shape

    def _field(self, name: str, here: Shape, *, loose: bool) -> Shape:
        shown = one_line(name, 60)
        if isinstance(here, Record):
            if name in here.members:
                return here.members[name]
            self.mistakes.append(self._unknown(name, here))
        elif isinstance(here, List):
            self.mistakes.append(
                f"“{shown}” is asked of a list: write [].{shown} for all of them, [0].{shown} for the first"
            )
        elif isinstance(here, Text):
            self.mistakes.append(f"a text, a number or a truth value has no “{shown}”")
        else:
            if loose and name in self.known.members:
                self.mistakes.append(
                    f"“{name}” is looked up in the item here: "
                    f"write root().{name} for the outer one, or @.{name} for the item's own"
                )
            return Anything(None if here.path is None else (*here.path, name))
        return ANYTHING

    def _unknown(self, name: str, here: Record) -> str:
        shown = one_line(name, 60)
        if name in here.hints:
            return here.hints[name]
        if name in _LITERALS:
            return _literal_meant(name)
        if here is not self.known and name in self.known.members:
            return f"“{name}” is not known inside a list or an object: write root().{name}"
        if name in self.quoted:
            return _text_meant(name)
        close = difflib.get_close_matches(shown, here.members, n=1)
        if close:
            return f"“{shown}” is not known here; did you mean “{close[0]}”?"
        members = ", ".join(sorted(here.members))
        return f"“{shown}” is not known here; " + (f"known are: {members}" if members else "there is nothing to name")

    def _not_first(self, node: Node) -> bool:
        if node["type"] == "not_expression":
            self.mistakes.append("“!” takes only the name right after it: write !(a.b) or !(a == b), with parentheses")
        return bool(node["type"] == "not_expression")

    def _indexed(self, children: Sequence[Any], here: Shape, *, guarded: bool, loose: bool) -> Shape:
        shape = self.use(children[0], here, guarded=guarded, loose=loose)
        for child in children[1:]:
            shape = unnoted(shape)
            if isinstance(shape, Text | Record):
                self.mistakes.append("only a list has [0], [1] and so on, and this is none")
                return ANYTHING
            if child["type"] != "slice":
                shape = item_of(shape) if child["value"] in {0, -1} else maybe(item_of(shape))
        return shape

    def _flattened(self, child: Node, here: Shape, *, guarded: bool, loose: bool) -> Shape:
        if self._not_first(child):
            return List(ANYTHING)
        inner = self.use(child, here, guarded=guarded, loose=loose)
        if isinstance(inner, Record | Text):
            self.mistakes.append("[] walks a list, and this is none")
            return List(ANYTHING)
        item = item_of(inner)
        optional = isinstance(inner, List) and inner.optional
        return List(item.item if isinstance(item, List) else item, optional=optional)

    def _projected(self, node: Node, here: Shape, *, guarded: bool, loose: bool) -> Shape:
        base, right, *condition = node["children"]
        if self._not_first(base):
            return List(ANYTHING)
        left = self.use(base, here, guarded=guarded, loose=loose)
        item: Shape = ANYTHING
        if node["type"] == "value_projection":
            if isinstance(left, List | Text):
                self.mistakes.append("* walks the values of an object; a list is walked with []")
            elif isinstance(left, Record):
                self.whole(left)
                item = self._mixed(list(left.members.values())) if left.members else ANYTHING
        elif isinstance(left, Record | Text):
            self.mistakes.append("[] walks a list, and this is none")
        else:
            item = item_of(left)
        if condition:
            self.use(condition[0], item, guarded=True, loose=True)
        walked = self.use(right, item, guarded=guarded, loose=False)
        return List(unnoted(walked), optional=isinstance(left, List) and left.optional)

    def _either(self, left: Node, right: Node, here: Shape, *, guarded: bool, loose: bool) -> Shape:
        mine = self.uses
        self.uses = Uses()
        first = self.use(left, here, guarded=False, loose=loose)
        of_left, self.uses = self.uses, Uses()
        second = self.use(right, here, guarded=guarded, loose=loose)
        of_right, self.uses = self.uses, mine
        self.uses.seen |= of_left.seen | of_right.seen
        self.uses.required |= {group | of_left.seen for group in of_right.required}
        # The left one counts only where it is there; whether it may be null no longer matters.
        if isinstance(first, Text | List) and isinstance(second, Text | List):
            optional = second.optional
            mixed = self._mixed([_certain(first), _certain(second)])
            return maybe(mixed) if optional else mixed
        if isinstance(second, Text) and isinstance(first, Anything):
            return Text() if not second.optional else ANYTHING
        return self._mixed([first, second])

    def _mixed(self, shapes: list[Shape]) -> Shape:
        """What one of several may be. Tables of names do not mix with anything: what is used of them is noted."""
        mixed = common(shapes)
        if given_in(mixed) is None:
            for shape in shapes:
                self.whole(shape)
        return mixed

    def _compared(self, sign: str, children: Sequence[Any], here: Shape, *, loose: bool) -> Shape:
        if self._not_first(children[0]):
            return BOOLEAN
        sides = []
        for child, other in (children, reversed(children)):
            if child["type"] == "field" and not (isinstance(here, Record) and child["value"] in here.members):
                if child["value"] in _LITERALS:
                    self.mistakes.append(_literal_meant(child["value"]))
                elif child["value"] in self.quoted and other["type"] != "literal":
                    self.mistakes.append(_text_meant(child["value"]))
                else:
                    sides.append(self.use(child, here, guarded=True, loose=loose))
            else:
                sides.append(self.use(child, here, guarded=True, loose=loose))
        for side in sides:
            self.whole(side)
        kinds = {side.kind for side in sides if isinstance(side, Text) and side.kind}
        if len(kinds) == 2 and (kinds == {"string", "number"} or sign in {"eq", "ne"}):
            one, other = sorted(functions.PLAIN_WORDS[kind] for kind in kinds)
            self.mistakes.append(
                f"{one} is compared with {other}, which never holds: '5' is a text, `5` and `true` are not"
            )
        return BOOLEAN

    def _called(self, name: str, arguments: Sequence[Any], here: Shape, *, guarded: bool, loose: bool) -> Shape:
        wrong = functions.wrong_call(name, len(arguments))
        if wrong:
            self.mistakes.append(wrong)
        if name == "root" and not wrong:
            return self.known
        inner = guarded or name in functions.GUARDING
        shapes: dict[int, Shape] = {}
        for index, argument in enumerate(arguments):
            if argument["type"] == "expref":
                continue
            if argument["type"] == "field" and argument["value"] in self.quoted and isinstance(here, Anything):
                self.mistakes.append(_text_meant(argument["value"]))
                continue
            shape = self.use(argument, here, guarded=inner, loose=loose or isinstance(here, Anything))
            shapes[index] = unnoted(shape)
            if name not in functions.KEEPING:
                self.whole(shape)
            if not wrong:
                self.mistakes += functions.wrong_argument(name, index, shape, guarded=inner)
        walked = next((shape.item for shape in shapes.values() if isinstance(shape, List)), ANYTHING)
        made = [
            self.use(argument["children"][0], walked, guarded=guarded, loose=True)
            for argument in arguments
            if argument["type"] == "expref"
        ]
        return functions.result(name, list(shapes.values()), [unnoted(one) for one in made])


def _certain(shape: Text | List) -> Text | List:
    return replace(shape, optional=False, path=None)


def _literal_meant(name: str) -> str:
    return f"{name} alone is a name: write `{name}`, between backticks"


def _text_meant(name: str) -> str:
    shown = one_line(name, 60)
    return f'"{shown}" in double quotes is a name: write a text as \'{shown}\', and this name as @."{shown}"'
