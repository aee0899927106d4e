"""What holds for every expression and every service file, however it came to be."""

import copy
import datetime as dt
import re
import tomllib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from uploader_gui.core.places import resources
from uploader_gui.services import check
from uploader_gui.services.check import ServiceFileError, read
from uploader_gui.services.expression import FUNCTIONS, Expression, ExpressionError
from uploader_gui.services.flow import _reduced
from uploader_gui.services.inspection import Requirement, inspect, uses_of
from uploader_gui.services.shape import ANYTHING, NUMBER, STRING, Anything, List, Record, Text
from uploader_gui.services.template import Template, compile_body, fill_body

quick = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)

NAMES = ("sign", "file", "files", "target", "name", "text", "tags", "a", "b", "c", "size", "outer", "nowhere")
FILE = Record({"name": STRING, "size": NUMBER, "md5": Text(path=("file", "md5"), kind="string")})
SIGN = Anything(("sign",))
KNOWN = Record(
    {
        "sign": SIGN,
        "file": FILE,
        "files": List(Record({"file": FILE, "sign": SIGN})),
        "target": Record(
            {
                "text": Text(optional=True, path=("target", "text"), kind="string"),
                "tags": List(STRING, ("target", "tags"), optional=True),
            }
        ),
        "outer": ANYTHING,
    }
)
SECRET = "s3cr3t-v4lue"

literals = st.sampled_from(
    ["'x'", "''", "`1`", "`true`", "`null`", "`[]`", "`{}`", '`[1, "a"]`', '"a"', '"a-b"', "@", "*"]
)
names = st.sampled_from(NAMES)


def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One rule of the grammar around smaller expressions."""
    two = st.tuples(inner, inner)
    signs = st.sampled_from(["||", "&&", "|", "==", "!=", "<", ">="])
    functions = st.sampled_from(sorted(FUNCTIONS))
    return st.one_of(
        st.tuples(inner, names).map(lambda it: f"{it[0]}.{it[1]}"),
        two.map(lambda it: f"{it[0]}.[{it[1]}]"),
        two.map(lambda it: f"{it[0]}.{{a: {it[1]}, b: {it[0]}}}"),
        st.tuples(
            inner, st.sampled_from(["[]", "[0]", "[-1]", "[5]", "[*]", "[1:]", "[::-1]", ".*", "[].sign", "[0][1]"])
        ).map("".join),
        two.map(lambda it: f"{it[0]}[?{it[1]}]"),
        st.tuples(inner, signs, inner).map(lambda it: f"{it[0]} {it[1]} {it[2]}"),
        inner.map(lambda it: f"!{it}"),
        inner.map(lambda it: f"({it})"),
        two.map(lambda it: f"[{it[0]}, {it[1]}]"),
        st.tuples(functions, inner).map(lambda it: f"{it[0]}({it[1]})"),
        st.tuples(functions, inner, inner).map(lambda it: f"{it[0]}({it[1]}, {it[2]})"),
        st.tuples(st.sampled_from(["sort_by", "max_by", "min_by"]), inner, inner).map(
            lambda it: f"{it[0]}({it[1]}, &{it[2]})"
        ),
        two.map(lambda it: f"map(&{it[0]}, {it[1]})"),
    )


expressions = st.recursive(st.one_of(names, literals), larger, max_leaves=12)
scraps = st.lists(
    st.sampled_from(
        [
            *"[](){}.,:@*&|!<>=?-+'\"`\\ 0\n",
            "||",
            "&&",
            "==",
            "[?",
            "[]",
            "a",
            "sign",
            "'x'",
            "`1`",
            "sort_by(",
            "&",
            "é",
            "\ud800",
        ]
    ),
    max_size=30,
).map("".join)
texts = st.one_of(expressions, scraps, st.text(max_size=60))
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from([SECRET, "2026-11-20", 10**400]),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=5)),
    max_leaves=20,
)


def compiled(text: str) -> Expression:
    """The expression; the example does not count if it cannot be read."""
    try:
        return Expression(text)
    except ExpressionError:
        assume(condition=False)
        raise


def refusal(make: Callable[[], Any]) -> ExpressionError | None:
    """The ExpressionError that comes of it, if one does. Anything else fails the test."""
    try:
        make()
    except ExpressionError as error:
        return error
    return None


@quick
@given(texts)
def test_reading(text: str) -> None:
    """Any text is an expression or an ExpressionError with a plain sentence."""
    for make in (lambda: Expression(text), lambda: Template.read(f"x${{{text}}}y")):
        error = refusal(make)
        assert error is None or str(error).isprintable()


@quick
@given(texts, values)
def test_evaluation(text: str, data: Any) -> None:
    """Over any JSON the outcome is a value or an ExpressionError that tells nothing of the data."""
    expression = compiled(text)
    scope = {**(data if isinstance(data, dict) else {}), "sign": data, "files": [data], "secret": SECRET}
    body = compile_body({"a": f"x${{{text}}}"})
    for make in (lambda: expression.value(scope), lambda: fill_body(body, scope)):
        error = refusal(make)
        if error is not None:
            assert SECRET not in str(error)
            assert error.__cause__ is error.__context__ is None


@quick
@given(
    texts,
    st.sampled_from([KNOWN, Record({}), Record({"a": KNOWN, "sign": List(List(Text()))}), Record({"a": ANYTHING})]),
)
def test_inspection(text: str, known: Record) -> None:
    """Any expression can be inspected over any names, and what is said about it is plain text."""
    _shape, uses, mistakes = inspect(compiled(text), known)
    assert all(mistake.isprintable() for mistake in mistakes)
    assert all(group <= uses.seen for group in uses.required)


members = st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(".".join)
small = st.recursive(
    st.one_of(st.none(), st.integers(0, 2), st.sampled_from(["", "x", "y"])),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=5,
)
answers = st.fixed_dictionaries({"a": small, "b": small, "c": small})
files = st.fixed_dictionaries({"name": st.text(max_size=3), "size": st.integers(0, 9), "md5": st.just("0f")})
scopes = st.fixed_dictionaries(
    {
        "sign": answers,
        "file": files,
        "files": st.lists(st.fixed_dictionaries({"file": files, "sign": answers}), min_size=1, max_size=3),
        "target": st.fixed_dictionaries(
            {
                "text": st.one_of(st.none(), st.text(max_size=3)),
                "tags": st.one_of(st.none(), st.lists(st.text(max_size=3))),
            }
        ),
    }
)


# Ways through the files and answers that people write, each with places for two paths.
WAYS = """
sign.{0}                                sign.[{0}, {1}]                         sign.{{x: {0}, y: {1}}}.x
root().sign.{0}                         @.sign.{0}                              (sign).{0}
sign | {0}                              sign.{0}[0]                             sign.{0}[].{1}
sign.{0}.*                              sign.{0}[?{1}]                          file.md5
target.text                             target.tags[0]                          files[].sign.{0}
files[0].sign.{0}                       files[?sign.{0}].sign.{1}               files[?sign.{0} == 'x'].file.md5
files[].{{x: sign.{0}, y: sign.{1}}}    files[].[sign.{0}, sign.{1}][]          files | [0].sign.{0}
files[-1:].sign.{0}                     sort_by(files, &file.name)[].sign.{0}   reverse(files)[].sign.{0}
map(&sign.{0}, files)                   map(&sign, files)[].{0}                 max_by(files, &file.size).sign.{0}
to_array(files)[].sign.{0}              (files || files)[0].sign.{0}            [files, files][][].sign.{0}
{{x: files}}.x[].sign.{0}               not_null(sign.{0}, sign.{1})            files[].to_string(sign.{0})
length(files[?sign.{0}])                type(sign.{0})                          keys(sign.{0} || `{{}}`)
(sign.{0} || sign.{1}).a                sign.{0} && sign.{1}                    sign.{0} || 'none'
sign.{0}.{{x: 'there'}}                 !(sign.{0})                             [sign][].{0}
"""
ways = st.tuples(st.sampled_from(re.split(r"\s{2,}|\n", WAYS.strip())), members, members).map(
    lambda it: it[0].format(it[1], it[2])
)
likely = st.recursive(
    ways,
    lambda inner: st.tuples(
        st.sampled_from(
            ["({0}) || ({1})", "({0}) && ({1})", "[{0}, {1}]", "{{a: {0}, b: {1}}}", "({0}) == ({1})", "!({0})"]
        ),
        inner,
        inner,
    ).map(lambda it: it[0].format(it[1], it[2])),
    max_leaves=4,
)


def completed(scope: dict[str, Any], required: set[Requirement]) -> dict[str, Any]:
    """The same with something wherever something must be: what an answer that the flow takes looks like."""
    made = copy.deepcopy(scope)
    for holder in (made, *made["files"]):
        for path in sorted(min(group) for group in required):
            at = holder if path[0] in holder else made
            for name in path[:-1]:
                at[name] = at[name] if isinstance(at.get(name), dict) else {}
                at = at[name]
            at[path[-1]] = "there" if at.get(path[-1]) is None else at[path[-1]]
    return made


def outcome(expression: Expression, scope: dict[str, Any]) -> str:
    """What an evaluation gives, comparable even where it holds nan."""
    try:
        return repr(expression.value(scope))
    except ExpressionError as error:
        return str(error)


def check_what_is_kept(expression: Expression, scope: dict[str, Any]) -> None:
    """Hold an evaluation over whole answers against one over what the flow keeps of them."""
    uses = uses_of(expression, KNOWN)
    scope = completed(scope, uses.required)
    paths = [path[1:] for path in uses.seen if path[0] == "sign"]
    kept = copy.deepcopy(scope)
    for holder in (kept, *kept["files"]):
        holder["sign"] = _reduced(holder["sign"], paths)
    if ("target", "text") not in uses.seen:
        kept["target"]["text"] = "never looked at"
    if ("file", "md5") not in uses.seen:
        for one in (kept["file"], *[one["file"] for one in kept["files"]]):
            one["md5"] = None
    assert outcome(expression, kept) == outcome(expression, scope)


@settings(quick, max_examples=200)
@given(st.one_of(likely, likely, likely, expressions), scopes)
def test_what_is_kept_is_enough(text: str, scope: dict[str, Any]) -> None:
    """An expression without mistakes gives the same over whole answers as over what the flow keeps of them."""
    expression = compiled(text)
    assume(not inspect(expression, KNOWN)[2])
    check_what_is_kept(expression, scope)


ANSWER = {"a": {"a": "x", "b": ["y", {"a": "z"}], "c": 1}, "b": [{"a": "x", "b": {"a": 1}}, {"a": None}], "c": "x"}
WHOLE = {
    "sign": ANSWER,
    "file": {"name": "n", "size": 1, "md5": "0f"},
    "files": [{"file": {"name": name, "size": 2, "md5": "0f"}, "sign": {**ANSWER, "c": name}} for name in ("z", "x")],
    "target": {"text": "t", "tags": ["u"]},
}


@pytest.mark.parametrize("way", re.split(r"\s{2,}|\n", WAYS.strip()))
def test_each_way_keeps_enough(way: str) -> None:
    """The same for each way through files and answers by itself, over answers that have everything."""
    for first in ("a", "b", "c", "a.b"):
        for second in ("a", "b", "c"):
            expression = Expression(way.format(first, second))
            assert not inspect(expression, KNOWN)[2]
            check_what_is_kept(expression, WHOLE)


paths = st.lists(names, min_size=1, max_size=3).map(".".join)
walks = st.one_of(
    st.tuples(st.sampled_from(["file", "sign", "target"]), paths).map(".".join),
    st.tuples(st.just("files[]"), st.sampled_from(["file", "sign"]), paths).map(".".join),
    st.tuples(st.just("files[].{a: file.name, b: sign"), paths).map(lambda it: f"{it[0]}.{it[1]}}}"),
    st.tuples(st.just("files[0]"), st.sampled_from(["file", "sign"]), paths).map(".".join),
)


@quick
@given(walks, scopes)
def test_what_is_required_is_enough(text: str, scope: dict[str, Any]) -> None:
    """A path or projection without mistakes never fails, and gives no null, where all it requires is there."""
    expression = compiled(text)
    shape, uses, mistakes = inspect(expression, KNOWN)
    assume(not mistakes)
    scope = completed(scope, uses.required)
    found = expression.value(scope)
    assert found is not None
    if text.startswith("files[]"):
        assert isinstance(shape, List)
        assert len(found) == len(scope["files"])
        made = [one for one in found if isinstance(one, dict) and set(one) == {"a", "b"} and "{a:" in text]
        assert None not in [*found, *(one["b"] for one in made)]


SOURCES = {path.stem: tomllib.loads(path.read_text()) for path in sorted((resources() / "services").glob("*.toml"))}
ODD: list[Any] = [
    0, 1, -1, 2.5, float("nan"), True, "", "x", "${", "${a}", "${files}", "${answer.x || y}", "POST /x", "GET ${x}",
    "https://x", [], [1], ["x"], {}, {"a": 1}, {"id": "x"}, [{}], [[{"a": {}}]], 10**30, "a" * 3000, "\u202e",
    dt.date(2026, 11, 20), dt.datetime(2026, 11, 20, tzinfo=dt.UTC), dt.time(12),
]  # fmt: skip


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a file, as what holds it and its key."""
    found: list[tuple[Any, Any]] = []
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        found += [(value, key), *places(member)]
    return found


def mutated(draw: Callable[[Any], Any]) -> dict[str, Any]:
    """One of the four files with some of its keys and values deleted, replaced, moved or doubled."""
    raw = copy.deepcopy(SOURCES[draw(st.sampled_from(sorted(SOURCES)))])
    for _ in range(draw(st.integers(1, 4))):
        all_places = places(raw)
        holder, key = all_places[draw(st.integers(0, len(all_places) - 1))]
        how = draw(st.sampled_from(["delete", "replace", "rename", "copy", "double"]))
        if how == "delete":
            del holder[key]
        elif how == "replace":
            holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
        elif how == "copy":
            other, name = all_places[draw(st.integers(0, len(all_places) - 1))]
            holder[key] = copy.deepcopy(other[name])
        elif isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            value = copy.deepcopy(holder[key]) if how == "double" else holder.pop(key)
            holder[draw(st.sampled_from(["x", "Äb c", "", f"{key}s", f"{key}"[:-1], "call", "json", "inputs"]))] = value
    return raw


@settings(quick, max_examples=80)
@given(st.data())
def test_reading_files(data: st.DataObject) -> None:
    """Whatever is changed in a good file, it is read, or refused with sentences of ours that name keys."""
    raw = mutated(data.draw)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "_parsed", lambda _content: raw)
        try:
            read("x.toml", b"")
        except ServiceFileError as error:
            says = str(error)
            assert says
            assert all(line.isprintable() for line in says.splitlines())
            assert not re.search(r"cannot be read$|Input should|pydantic|NoneType|stand_in", says, re.MULTILINE), says
