"""How strings, addresses and bodies of a service file are filled in while the program runs."""

import math
import time
from typing import Any

import pytest

from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.template import Address, Template, as_text, compile_body, fill_body, without_nothing

KNOWN: dict[str, Any] = {
    "text": "a/b",
    "number": 5,
    "big": 10**30,
    "ratio": 2.5,
    "whole": 2.0,
    "yes": True,
    "empty": "",
    "none": None,
    "list": [1, None, "x"],
    "object": {"a": None, "b": {"c": None, "d": [None, {"e": None}]}},
    "users": "${number} $${text} {{x}}",
}


def filled(source: str) -> Any:
    """A template's value over what is known here."""
    return Template.read(source).value(KNOWN)


@pytest.mark.parametrize("name", ["text", "number", "big", "ratio", "yes", "empty", "none", "list", "object"])
def test_a_lone_expression_keeps_its_type(name: str) -> None:
    """A string that is nothing but one expression is the value itself, whatever its type."""
    assert filled(f"${{{name}}}") is KNOWN[name]
    assert filled(f"${{ {name} }}") is KNOWN[name]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("plain", "plain"),
        ("", ""),
        ("n=${number}", "n=5"),
        ("${number}${number}", "55"),
        ("${big}!", f"{10**30}!"),
        ("${ratio} ${whole}", "2.5 2"),
        ("${yes} ${`false`}", "true false"),
        ("<${empty}>", "<>"),
        ("$${text}", "${text}"),
        ("$$${text}", "$${text}"),
        ("$ {text} $", "$ {text} $"),
        ("${'}'} ${'{'}", "} {"),
        ('${`"}"`}}', "}}"),
        (r"${'it\'s }'}", "it's }"),
        ("${{a: text}.a} }", "a/b }"),
        ('${"text"}.', "a/b."),
        ("${to_string({a: `{}`})}.", '{"a":{}}.'),
    ],
)
def test_text(source: str, text: str) -> None:
    """Braces nest and hide in quotes; `$${` is a plain `${`; numbers and truth values read as JSON writes them."""
    assert filled(source) == text


@pytest.mark.parametrize("source", ["a ${none}", "a ${list}", "a ${object}", "a ${nowhere.at.all}"])
def test_nothing_inside_a_text(source: str) -> None:
    """Null, a list or an object inside a longer text is a problem, never the words "None" or "[...]"."""
    with pytest.raises(ExpressionError):
        filled(source)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**5000, None, [], {}], ids=range(7))
def test_no_text(value: Any) -> None:
    """What JSON cannot say as a text or number is refused."""
    with pytest.raises(ExpressionError):
        as_text(value)


def test_users_texts_are_not_expanded() -> None:
    """One pass: what a person typed or a service answered may hold ${ } and stays as it is."""
    assert filled("${users}") == KNOWN["users"]
    assert filled("> ${users}") == "> ${number} $${text} {{x}}"
    assert fill_body(compile_body({"a": "${users}", "b": ["x${users}"]}), KNOWN)["b"] == ["x${number} $${text} {{x}}"]
    assert (
        Address.read("GET /${users}")
        .url("https://x", KNOWN)
        .endswith("/%24%7Bnumber%7D%20%24%24%7Btext%7D%20%7B%7Bx%7D%7D")
    )


def test_body() -> None:
    """What is null is left out at any depth, in objects and lists; empty texts, lists and objects stay."""
    body = compile_body(
        {
            "kept": {"text": "${empty}", "list": [], "object": {}, "number": 0, "no": False},
            "gone": "${none}",
            "list": ["${none}", "${number}", ["${none}"], "${list}"],
            "object": "${object}",
        }
    )
    assert fill_body(body, KNOWN) == {
        "kept": {"text": "", "list": [], "object": {}, "number": 0, "no": False},
        "list": [5, [], [1, "x"]],
        "object": {"b": {"d": [{}]}},
    }
    assert fill_body(None, KNOWN) is None
    assert without_nothing([None, {"a": None}]) == [{}]


@pytest.mark.parametrize("value", [math.nan, [math.inf], {"a": "\ud800"}, {"\udcff": 1}])
def test_body_that_cannot_be_sent(value: Any) -> None:
    """What JSON in UTF-8 cannot say is refused before anything is sent."""
    with pytest.raises(ExpressionError):
        fill_body(compile_body("${x}"), {"x": value})


@pytest.mark.parametrize(
    ("call", "url"),
    [
        ("GET /a/", "https://h/v1/a/"),
        ("GET /a/${text}/b", "https://h/v1/a/a%2Fb/b"),
        ("GET /a/${number}?x=${text}&y=1", "https://h/v1/a/5?x=a%2Fb&y=1"),
        ("GET /a/${'ä ?#&=%+'}", "https://h/v1/a/%C3%A4%20%3F%23%26%3D%25%2B"),
        ("GET /a/${'...'}", "https://h/v1/a/..."),
        ("GET https://other/${text}", "https://other/a%2Fb"),
        ("GET https://other:8443", "https://other:8443"),
        ("PUT ${'https://s3/x?sig=%2F&a=/b'}", "https://s3/x?sig=%2F&a=/b"),
        ("PUT ${'//s3/x'}", "https://s3/x"),
        ("PUT ${'/x/y'}", "https://h/v1/x/y"),
        ("PUT ${'https://s3/'}${text}", "https://s3/a%2Fb"),
    ],
)
def test_address(call: str, url: str) -> None:
    """Each expression is one percent-encoded segment; a leading one stands verbatim; `//host` means https."""
    assert Address.read(call).url("https://h/v1/", KNOWN) == url


@pytest.mark.parametrize("value", [None, "", ".", "..", [], {}, "\ud800", math.nan])
def test_address_that_leads_elsewhere(value: Any) -> None:
    """A segment that is missing, empty, a dot or two would lead to another address than was meant."""
    with pytest.raises(ExpressionError):
        Address.read("GET /a/${x}/b").url("https://h", {"x": value})


@pytest.mark.parametrize("value", [None, "", [], {}])
def test_no_address(value: Any) -> None:
    """An answer without the address to send to is a problem, not a request to the base."""
    with pytest.raises(ExpressionError):
        Address.read("PUT ${x}").url("https://h", {"x": value})


DOUBLING = " | ".join(["[@, @]"] * 50)
HOSTILE = [
    DOUBLING,
    f"{DOUBLING} | to_string(@)",
    f"({DOUBLING}) == ({DOUBLING})",
    f"contains({DOUBLING}, `1`)",
    " | ".join(["[@, @][]"] * 50),
    "to_array(@) | " + " | ".join(["[@, @][]"] * 50),
    " | ".join(["{a: @, b: @}"] * 50),
    "split('a,a', ',') | " + " | ".join(["[join(',', @), join(',', @)]"] * 40),
    " | ".join(["map(&[@, @], to_array(@))[]"] * 40),
    "list[].root().list[].root().list[].root().list[].root().list[].root().list[].root().list[].root().list",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_doubles_ends_soon(text: str) -> None:
    """An expression that doubles with every step is stopped, or what comes of it is, within time and memory."""
    known = {"list": list(range(100))}
    began = time.monotonic()
    with pytest.raises(ExpressionError):
        fill_body(compile_body({"a": f"${{{text}}}", "b": f"x${{to_string({text})}}"}), known)
    assert time.monotonic() - began < 5


def test_many_large_texts_in_one() -> None:
    """A text of many large ones is stopped before it fills the memory."""
    with pytest.raises(ExpressionError):
        Template.read("${x}" * 1000).value({"x": "a" * 1_000_000})


def test_deep_answer() -> None:
    """An answer that is nested beyond reason is refused, not a crash."""
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    with pytest.raises(ExpressionError):
        fill_body(compile_body("${x}"), {"x": deep})
    with pytest.raises(ExpressionError):
        Template.read("${to_string(x)}").value({"x": [deep] * 2000})


def test_ordinary_sizes() -> None:
    """Hundreds of files with an old list of thousands, and a text of a megabyte, are far from any bound."""
    known = {
        "files": [{"file": {"name": f"file {number}.pdf", "size": number}} for number in range(500)],
        "old": [{"name": f"old {number}.pdf", "size": number} for number in range(5000)],
        "text": "a" * 1_000_000,
    }
    body = compile_body(
        {"all": "${[old, files[?file.size > `5`].{name: file.name, size: file.size}][]}", "text": "${text}"}
    )
    assert len(fill_body(body, known)["all"]) == 5494
