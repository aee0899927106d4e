"""Answers made up for expressions: each expression is content with what was made for it."""

from typing import Any

import pytest

from uploader_gui.services.backwards import Backwards, Slot
from uploader_gui.services.expression import Expression, ExpressionError

KNOWN = {"target": {"field": "documents", "none": None}, "constants": {"most": 5}}


def made(text: str, what: str, value: Any = None) -> tuple[Any, dict[str, Any]]:
    """What an expression gives on the answers that were made up for it, and these answers."""
    answers: dict[str, Any] = {}
    headers: dict[str, Any] = {}
    names = {name: Slot(answers, name, (name,)) for name in ("sign", "answer", "draft", "transfer")}
    walk = Backwards(names=names, known=KNOWN, headers=headers)
    tree = Expression(text).tree
    if what == "wish":
        walk.wish(tree, value)
    else:
        walk.truth(tree, yes=what == "holds")
    files = [{"sign": answers.get("sign")}]
    scope = {**KNOWN, **answers, "headers": headers, "files": files}
    try:
        return Expression(text).value(scope), answers
    except ExpressionError:  # as the engine has it, a condition that cannot be evaluated does not hold
        return None, answers


@pytest.mark.parametrize(
    ("text", "gives"),
    [
        ("sign.upload.url", "sign.upload.url"),
        ("answer.data[0].id", "answer.data.id"),
        ("answer.data[].id", ["answer.data.id"]),
        ("answer.data[*].id", ["answer.data.id"]),
        ("answer.data[-1]", "answer.data"),
        ("answer.data | [0].id", "answer.data.id"),
        ("answer.name || answer.email", "answer.name"),
        ("target.none || answer.email", "answer.email"),
        ("answer.items[?kind == 'file'].id", ["answer.items.id"]),
        ("answer.items[?kind == 'file'] | [0].id", "answer.items.id"),
        ("answer.items[?!hidden && size > `4`].id | [0]", "answer.items.id"),
        ("draft.fields[?name == root().target.field].value[]", ["draft.fields.value"]),
        ("files[].{id: sign.id}", [{"id": "sign.id"}]),
        ("files[0].sign.id", "sign.id"),
        ("root().sign.id", "sign.id"),
        ("[draft.attachments[], files[].sign.id][]", ["draft.attachments", "sign.id"]),
        ("join(', ', answer.tags)", "answer.tags"),
        ("join('-', answer.tags[].name)", "answer.tags.name"),
        ("to_string(answer.id)", "answer.id"),
        ("length(answer.list)", len("answer.list")),
        ("sum(answer.sizes)", 1),
        ("abs(answer.size)", 1),
        ("sort_by(answer.list, &at)[0].at", "answer.list.at"),
        ("split(answer.path, '/')[0]", "answer.path"),
        ("time(answer.until)", 1893456000),
        ("answer.ok && answer.id", "answer.id"),
        ("headers.sign.location", "sign.location"),
        ("transfer.body.key", "transfer.body.key"),
    ],
)  # fmt: skip
def test_content(text: str, gives: Any) -> None:
    """It gives what was wished for: a text named after its place, where nothing else is said."""
    assert made(text, "wish")[0] == gives


@pytest.mark.parametrize(
    "text",
    [
        "answer.status == 'PROCESSED'",
        "(answer.processing_status || answer.processingStatus) == 'PROCESSED'",
        "'done' == answer.state",
        "answer.ok",
        "!(answer.pending)",
        "answer.count > `3`",
        "`3` < answer.count",
        "answer.count >= constants.most",
        "answer.name == target.field",
        "answer.a == 'x' && answer.b == 'y'",
        "answer.a == 'x' || answer.b == 'y'",
        "!(answer.state != 'ready')",
        "contains(answer.state, 'ready')",
        "starts_with(answer.state, 'rea')",
        "type(answer.detail) == 'array'",
        "answer.items[?state == 'done']",
    ],
)
def test_conditions(text: str) -> None:
    """A condition can be made to hold and, by other answers, not to."""
    assert made(text, "holds")[0] not in (None, False, [], {}, "")
    assert made(text, "does not hold")[0] in (None, False, [], {}, "")


def test_what_matters_comes_first() -> None:
    """What is there is not changed by a later wish, and an object may still grow."""
    answers: dict[str, Any] = {}
    walk = Backwards(names={"sign": Slot(answers, "sign", ("sign",))}, known=KNOWN, headers={})
    walk.wish(Expression("sign.fields").tree, {"key": "a"})
    walk.wish(Expression("sign.fields").tree)
    walk.wish(Expression("sign.fields.id").tree)
    assert answers == {"sign": {"fields": {"key": "a", "id": "sign.fields.id"}}}
