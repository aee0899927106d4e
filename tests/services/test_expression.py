"""Expressions: what is added to JMESPath, what is refused, and that no error tells a value."""

from typing import Any

import pytest

from uploader_gui.services.expression import Expression, ExpressionError, seconds_since_1970

SECRET = "hunter2-hunter2"


def value(text: str, **known: Any) -> Any:
    """An expression's value over these names."""
    return Expression(text).value(known)


def test_own_functions() -> None:
    """root() sees outside the list that is walked; time(), split() and html() do what their names say."""
    known = {"wanted": "b", "list": [{"id": "a"}, {"id": "b", "wanted": "x"}]}
    assert value("list[?id == wanted]", **known) == []
    assert value("list[?id == root().wanted].id", **known) == ["b"]
    assert value("split(a, ',')", a="x,y,") == ["x", "y", ""]
    assert value("split(a, '')", a="xy") == ["x", "y"]
    assert value("html(a)", a="<b>&\"'") == "&lt;b&gt;&amp;&quot;&#x27;"
    assert value("time(a)", a="1970-01-02T00:00:00Z") == 86400
    assert value("time(a)", a="1970-01-02T01:00:00+01:00") == 86400
    assert value("time(a)", a="1970-01-02") == seconds_since_1970("1970-01-02T00:00:00") == 86400


def test_names_that_are_known_only_then() -> None:
    """items() and from_items() read and make members whose names a person says (JMESPath's JEP 13)."""
    record = {"cover": [{"id": 1}], "title": "x"}
    assert value("items(a)[?@[0] == root().field][1][]", a=record, field="cover") == [{"id": 1}]
    assert value("items(a)", a={}) == []
    assert value("from_items([[field, {id: new}]])", field="cover", new=2) == {"cover": {"id": 2}}
    assert value("from_items(items(a))", a=record) == record
    assert value("from_items(`[]`)") == {}


@pytest.mark.parametrize(
    ("text", "number"),
    [("5", 5), ("-5", -5), ("2.5", 2.5), ("1e3", 1000.0), ("nan", None), ("inf", None), ("1_0", None), ("٣", None),
     ("", None), ("1e999", None), (" 5", None), ("9" * 5000, None), (True, None), (None, None), ([], None), (7, 7)],
)  # fmt: skip
def test_to_number(text: Any, number: float | None) -> None:
    """Numbers are read as JSON writes them, not as Python does."""
    assert value("to_number(a)", a=text) == number


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("abs(a)", {"a": SECRET}),
        ("join(a, b)", {"a": [SECRET], "b": SECRET}),
        ("join(', ', a)", {"a": [{"key": SECRET}]}),
        ("time(a)", {"a": SECRET}),
        ("time(a)", {"a": "0001-01-01T00:00:00+99:99"}),
        ("length(a)", {"a": None}),
        ("a < b", {"a": SECRET, "b": 5}),
        ("sort_by(a, &b)", {"a": [{"b": SECRET}, {"b": 5}]}),
        ("max_by(a, &b)", {"a": [{"b": [SECRET]}]}),
        ("sum(a)", {"a": [SECRET]}),
        ("floor(a)", {"a": float("inf")}),
        ("contains(a, b)", {"a": SECRET, "b": 5}),
        ("merge(a, b)", {"a": {}, "b": SECRET}),
        ("items(a)", {"a": SECRET}),
        ("from_items(a)", {"a": [SECRET]}),
        ("from_items(a)", {"a": [[SECRET]]}),
        ("from_items(a)", {"a": [[1, SECRET]]}),
        ("from_items(a)", {"a": [["x", SECRET, 2]]}),
        ("nothing(a)", {"a": SECRET}),
        ("join(a)", {"a": SECRET}),
    ],
)
def test_errors_tell_no_value(text: str, known: dict[str, Any]) -> None:
    """The library's errors print values, which may be keys: ours never do, and nothing is chained to them."""
    with pytest.raises(ExpressionError) as caught:
        Expression(text).value(known)
    assert str(caught.value) == "it does not fit what is there"
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_bounds_of_reading() -> None:
    """Expressions that are too long or too deep are refused with a sentence."""
    with pytest.raises(ExpressionError, match="longer than 2000 characters"):
        Expression("a" * 2001)
    for text in ("(" * 900 + "a" + ")" * 900, "[" * 900, "!" * 1900 + "a", "a" + ".a" * 30 + "|a" * 100, "{a:" * 400):
        with pytest.raises(ExpressionError) as caught:
            Expression(text)
        assert str(caught.value) in {"it is nested deeper than 60", "it ends too early"}
        assert caught.value.expression == text


def test_the_sentence_shows_no_control_character() -> None:
    """What is quoted of an expression that cannot be read is plain text."""
    with pytest.raises(ExpressionError) as caught:
        Expression("a \x1b[31m\u202e b")
    assert str(caught.value).isprintable()
