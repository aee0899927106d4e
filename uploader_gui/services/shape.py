"""What is known of a value before the program runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Union

Path = tuple[str, ...]
Kind = Literal["string", "number", "boolean", ""]


@dataclass(frozen=True)
class Text:
    """A text, number or truth value.

    Attributes:
        optional: It may be null.
        path: Set where its use is to be noted.
        kind: Which of the three, as JMESPath calls them; "" where that is not known.
    """

    optional: bool = False
    path: Path | None = None
    kind: Kind = ""


@dataclass(frozen=True)
class Record:
    """An object whose members are all known.

    Attributes:
        members: Their shapes.
        hints: Why a name that one might expect is none.
        made: An expression made it. Those that are given are never used as a whole: what is used of them is noted.
    """

    members: Mapping[str, "Shape"]
    hints: Mapping[str, str] = field(default_factory=dict)
    made: bool = False


@dataclass(frozen=True)
class List:
    """A list of things of one shape."""

    item: "Shape"
    path: Path | None = None
    optional: bool = False


@dataclass(frozen=True)
class Anything:
    """Part of somebody else's answer. `path` says of which, where that is known."""

    path: Path | None = None


Shape = Union[Text, Record, List, Anything]  # noqa: UP007 - Record and List refer to it before it is there
ANYTHING = Anything()
TEXT = Text()
STRING = Text(kind="string")
NUMBER = Text(kind="number")
BOOLEAN = Text(kind="boolean")


def item_of(shape: Shape) -> Shape:
    """What a list holds."""
    return shape.item if isinstance(shape, List) else ANYTHING


def unnoted(shape: Shape) -> Shape:
    """The same without its path: its use has been noted."""
    if isinstance(shape, Anything):
        return ANYTHING
    return replace(shape, path=None) if isinstance(shape, List | Text) and shape.path else shape


def maybe(shape: Shape) -> Shape:
    """The same, or null."""
    shape = unnoted(shape)
    return replace(shape, optional=True) if isinstance(shape, List | Text) else shape


def common(shapes: Sequence[Shape]) -> Shape:
    """What holds for all of them."""
    first, *others = shapes
    if all(same(first, other) for other in others):
        return unnoted(first)
    lists = [shape for shape in shapes if isinstance(shape, List)]
    if len(lists) == len(shapes):
        return List(common([one.item for one in lists]), optional=any(one.optional for one in lists))
    texts = [shape for shape in shapes if isinstance(shape, Text)]
    if len(texts) == len(shapes):
        kinds = {one.kind for one in texts}
        return Text(optional=any(one.optional for one in texts), kind=kinds.pop() if len(kinds) == 1 else "")
    return ANYTHING


def same(first: Shape, second: Shape, compared: set[tuple[int, int]] | None = None) -> bool:
    """Whether two shapes are equal. Parts may be shared many times over: each pair is compared once."""
    compared = set() if compared is None else compared
    pair = (id(first), id(second))
    if first is second or pair in compared:
        return True
    compared.add(pair)
    if isinstance(first, List) and isinstance(second, List):
        return first.optional == second.optional and same(first.item, second.item, compared)
    if isinstance(first, Record) and isinstance(second, Record):
        mine, other = first.members, second.members
        return mine.keys() == other.keys() and all(same(mine[name], other[name], compared) for name in mine)
    if isinstance(first, Text) and isinstance(second, Text):
        return unnoted(first) == unnoted(second)
    return isinstance(first, Anything) and isinstance(second, Anything)


def given_in(shape: Shape) -> Record | None:
    """The first record in it that no expression made."""
    left, met = [shape], set()
    while left:
        one = left.pop()
        if id(one) in met:
            continue
        met.add(id(one))
        if isinstance(one, List):
            left.append(one.item)
        elif isinstance(one, Record):
            if not one.made:
                return one
            left.extend(one.members.values())
    return None


def types_of(shape: Shape) -> set[str]:
    """The JMESPath types that it may have, null aside."""
    if isinstance(shape, List):
        return {"array"}
    if isinstance(shape, Record):
        return {"object"}
    if isinstance(shape, Text):
        return {shape.kind} if shape.kind else {"string", "number", "boolean"}
    return {"array", "object", "string", "number", "boolean"}


def shape_of(value: Any) -> Shape:
    """The shape of a value that stands in the file."""
    if value is None:
        return Text(optional=True)
    if isinstance(value, list):
        return List(common([shape_of(one) for one in value]) if value else ANYTHING)
    if isinstance(value, dict):
        return Record({key: shape_of(member) for key, member in value.items()}, made=True)
    if isinstance(value, bool):
        return BOOLEAN
    return STRING if isinstance(value, str) else NUMBER
