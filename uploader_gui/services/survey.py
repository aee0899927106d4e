"""Which expressions a service file holds, and which names each of them may use.

The checks and the flow read a file through this one list, so that what is checked is what is run.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from uploader_gui.services import schema
from uploader_gui.services.digests import OF_NAME
from uploader_gui.services.shape import ANYTHING, NUMBER, STRING, Anything, List, Record, Shape, Text, shape_of
from uploader_gui.services.template import Address, Template, templates

UPLOAD_STEPS = ("sign", "transfer", "confirm", "ready")
OTHER_NAMES = (*UPLOAD_STEPS, "answer", "file", "granted", "headers", "id", "item", "page", "part", "search", "token")
"""Names that mean something in some expressions of a batch, or might be taken for it."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """One template of a file.

    Attributes:
        key: Where it stands, as `targets.note.json`.
        step: The step or other part it belongs to.
        template: What stands there.
        known: The names it may use.
        kind: What it is filled into.
    """

    key: str
    step: str
    template: Template
    known: Record
    kind: "Filled" = "value"


Filled = Literal["value", "flat", "scalar", "text", "address"]
"""What may come of a template: anything; a text or a list of them; a text or nothing; a text; a part of an address."""

_SIGNS_IN = "“token” is secret: it may be used only where the account signs in"
TOKEN = {"token": _SIGNS_IN}

Names = Mapping[str, Shape]


def _answer(step: str) -> Anything:
    return Anything((step,))


def account_names(service: schema.Service, *, secrets: bool) -> Record:
    """The account's fields; its secret ones only where credentials are made."""
    hidden = {field.id for field in service.account.fields if field.secret and not secrets}
    return Record(
        {
            field.id: Text(optional=len(service.account.ways) > 1, kind="string")
            for field in service.account.fields
            if field.id not in hidden
        },
        hints={name: f"“{name}” is secret: it may be used only where the account signs in" for name in hidden},
    )


def _outer(service: schema.Service) -> dict[str, Shape]:
    return {
        "account": account_names(service, secrets=False),
        "constants": Record({name: shape_of(value) for name, value in service.constants.items()}),
        "now": STRING,
    }


def target_names(target: schema.Target) -> Record:
    """A target's inputs and the values it sets."""
    members: dict[str, Shape] = {name: shape_of(value) for name, value in target.set.items()}
    for one in target.inputs:
        path = ("target", one.id)
        text = Text(optional=one.optional, path=path, kind="string")
        members[one.id] = List(STRING, path, optional=one.optional) if one.list else text
    return Record(members)


def _named(target: schema.Target) -> Record:
    return Record({one.id: Text(optional=one.optional, kind="string") for one in target.inputs})


FILE = Record(
    {
        **dict.fromkeys(("name", "stem", "type", "modified"), STRING),
        "size": NUMBER,
        **{name: Text(path=("file", name), kind="string") for name in OF_NAME},
        **{name: Anything(("file", name)) for name in ("width", "height")},
    }
)
BATCH = Record({"id": STRING, "names": List(STRING), "count": NUMBER, "size": NUMBER})
PAGE = Record({"number": NUMBER, "skip": NUMBER, "cursor": Text(optional=True)})


def steps_of(service: schema.Service, target: schema.Target) -> dict[str, Any]:
    """The upload steps of a target, in order: its own where it has one, else the service's."""
    steps = {name: getattr(target, name) or getattr(service, name) for name in UPLOAD_STEPS}
    return {name: step for name, step in steps.items() if step is not None}


def _answers(steps: Mapping[str, Any], before: str | None) -> Record:
    """Names of the upload steps that ran before the step `before` (None: all ran)."""
    members: dict[str, Shape] = {}
    hints: dict[str, str] = {}
    ran = True
    for name in UPLOAD_STEPS:
        ran = ran and name != before
        if name not in steps:
            hints[name] = f"“{name}” is not known: there is no [{name}] in this file"
        elif not ran:
            hints[name] = f"“{name}” is not known yet: it runs later"
        elif name == "transfer":
            members[name] = Record(
                {
                    "status": NUMBER,
                    "etag": Text(optional=True, kind="string"),
                    "body": Anything(("transfer", "body")),
                }
            )
        else:
            members[name] = _answer(name)
    headers: dict[str, Shape] = {name: Anything(("headers", name)) for name in members}
    return Record({**members, "headers": Record(headers)}, hints)


def upload_names(service: schema.Service, target: schema.Target, before: str | None) -> Record:
    """What is known in an upload's step."""
    answers = _answers(steps_of(service, target), before)
    return Record(
        {**_outer(service), "target": target_names(target), "file": FILE, **answers.members},
        {
            **answers.hints,
            "files": "“files” is not known here: this is for one file: write file",
            **TOKEN,
        },
    )


def batch_names(service: schema.Service, target: schema.Target, prepared: int | None = None) -> Record:
    """What is known in a batch's calls, after the first `prepared` calls of `prepare` (None: all)."""
    answers = _answers(steps_of(service, target), None)
    files = List(Record({"file": FILE, **answers.members}, answers.hints))
    ready = target.prepare if prepared is None else target.prepare[:prepared]
    return Record(
        {
            **{call.id: _answer(call.id) for call in ready if call.id not in OTHER_NAMES},
            **_outer(service),
            "target": target_names(target),
            "named": _named(target),
            "files": files,
            "batch": BATCH,
        },
        {
            "file": "“file” is not known here: this is for all files together: write files[].file",
            **{name: f"“{name}” is not known here: write files[].{name}" for name in UPLOAD_STEPS},
            **{call.id: f"“{call.id}” is not known yet: it runs later" for call in target.prepare[len(ready) :]},
            **TOKEN,
        },
    )


def _with(known: Record, **more: Shape) -> Record:
    return Record({**known.members, **more}, {key: text for key, text in known.hints.items() if key not in more})


def _values(key: str, step: str, values: Any, known: Record, kind: Filled = "value") -> Iterator[Place]:
    if isinstance(values, dict):
        for name, member in values.items():
            yield from _values(f"{key}.{name}", step, member, known, kind)
    elif isinstance(values, list):
        for index, member in enumerate(values):
            yield from _values(f"{key}[{index}]", step, member, known, "scalar" if kind == "flat" else kind)
    else:
        for template in templates(values):
            yield Place(key=key, step=step, template=template, known=known, kind=kind)


def _address(key: str, step: str, call: Address, known: Record) -> Place:
    return Place(key=f"{key}.call", step=step, template=call.template, known=known, kind="address")


def _call(key: str, step: str, call: schema.Call, known: Record) -> Iterator[Place]:
    yield _address(key, step, call.call, known)
    yield from _values(f"{key}.query", step, call.query, known, "flat")
    yield from _values(f"{key}.headers", step, call.headers, known, "scalar")
    yield from _values(f"{key}.json", step, call.body_json, known)
    yield from _values(f"{key}.form", step, call.form, known, "flat")


def _keys(
    key: str, step: str, part: Any, names: tuple[str, ...], known: Record, kind: Filled = "value"
) -> Iterator[Place]:
    for name in names:
        template = getattr(part, name)
        if isinstance(template, Template):
            yield Place(key=f"{key}.{name}", step=step, template=template, known=known, kind=kind)


def of_account(service: schema.Service) -> Iterator[Place]:
    """The expressions of [account]."""
    outer = {key: value for key, value in _outer(service).items() if key != "account"}
    known = Record({**outer, "account": account_names(service, secrets=True)})
    for index, way in enumerate(service.account.ways):
        key = f"account.ways[{index}]"
        fields = {one.id for one in service.account.fields}
        hints = {name: f"“{name}” is not one of this way's fields" for name in fields - {*way.fields}}
        mine = _with(known, account=Record({name: STRING for name in way.fields if name in fields}, hints))
        none = "“token” is not known: this way has no token, which tells how to get one"
        missing = {"token": none}
        signed = _with(mine, token=STRING) if way.token else Record(mine.members, missing)
        if way.basic:
            yield from _keys(f"{key}.basic", "account", way.basic, ("user", "password"), signed, "text")
        yield from _values(f"{key}.headers", "account", way.headers, signed, "text")
        if way.token:
            yield from _call(f"{key}.token", "token", way.token, mine)
            got = _with(mine, answer=_answer("answer"))
            yield from _keys(f"{key}.token", "token", way.token, ("value", "expires"), got)
            if way.token.refresh:
                again = _with(mine, granted=_answer("granted"))
                yield from _call(f"{key}.token.refresh", "token", way.token.refresh, again)
                got = _with(again, answer=_answer("answer"))
                yield from _keys(f"{key}.token.refresh", "token", way.token.refresh, ("value", "expires"), got)
    check = service.account.check_
    public = Record(_outer(service), TOKEN)
    yield from _call("account.check", "check", check, public)
    shown = _with(public, answer=_answer("answer"))
    yield from _keys("account.check", "check", check, ("shows", "author"), shown, "text")


def of_errors(service: schema.Service) -> Iterator[Place]:
    """The expressions of [[errors]]."""
    known = Record({"status": NUMBER, "answer": Anything()})
    for index, rule in enumerate(service.errors):
        yield from _keys(f"errors[{index}]", "errors", rule, ("when", "text"), known)


def of_lookup(service: schema.Service, name: str, target: schema.Target) -> Iterator[Place]:
    """The expressions of a lookup, as one target uses it."""
    lookup, key = service.lookups[name], f"lookups.{name}"
    known = Record({**_outer(service), "target": target_names(target)}, TOKEN)
    paged = _with(known, search=STRING, page=PAGE)
    yield from _call(key, "lookup", lookup, paged)
    answered = _with(paged, answer=_answer("answer"))
    yield from _keys(key, "lookup", lookup, ("items", "more", "next"), answered)
    yield from _keys(key, "lookup", lookup, ("id", "label"), _with(known, item=_answer("item")), "text")
    if lookup.one:
        yield from _call(f"{key}.one", "lookup", lookup.one, _with(known, id=STRING))
        yield from _keys(
            f"{key}.one", "lookup", lookup.one, ("item",), _with(known, id=STRING, answer=_answer("answer"))
        )


def of_upload(service: schema.Service, target_id: str) -> Iterator[Place]:
    """The expressions of the steps that each file of a target takes, in order, then its result."""
    target = service.targets[target_id]
    for name, step in steps_of(service, target).items():
        key = f"targets.{target_id}.{name}" if getattr(target, name) else name
        known = upload_names(service, target, name)
        answered = _with(known, answer=_answer(name))
        if name == "transfer":
            yield _address(key, name, step.call, known)
            yield from _values(f"{key}.fields", name, step.fields, known)
            yield from _values(f"{key}.headers", name, step.headers, known)
            continue
        yield from _call(key, name, step, known)
        if name == "sign":
            yield from _keys(key, name, step, ("expires", "max_size", "types"), answered)
        if name == "ready":
            yield from _keys(key, name, step, ("done",), _with(known, answer=ANYTHING))
            for index, rule in enumerate(step.failed):
                yield from _keys(f"{key}.failed[{index}]", name, rule, ("when", "text"), _with(known, answer=ANYTHING))
    known = upload_names(service, target, None)
    result = target.result or service.result
    key = f"targets.{target_id}.result" if target.result else "result"
    yield from _keys(key, "result", result, ("link",), known)
    for name, template in result.values.items():
        yield Place(key=f"{key}.values.{name}", step="result", template=template, known=known)
    cleanup = target.cleanup or service.cleanup
    if cleanup is not None:
        yield from _call(f"targets.{target_id}.cleanup" if target.cleanup else "cleanup", "cleanup", cleanup, known)


def _found(key: str, found: schema.Found, known: Record) -> Iterator[Place]:
    looking = _with(known, page=PAGE)
    yield from _call(key, "verify", found, looking)
    yield from _keys(key, "verify", found, ("items", "more", "next"), _with(looking, answer=Anything()))
    yield from _keys(key, "verify", found, ("id", "same"), _with(known, item=Anything()))


def of_batch(service: schema.Service, target_id: str) -> Iterator[Place]:
    """The expressions of a target's own part: inputs, calls before the attach, the attach, the look afterwards."""
    target, key = service.targets[target_id], f"targets.{target_id}"
    simple = Record({**_outer(service), "target": target_names(target), "named": _named(target), "batch": BATCH}, TOKEN)
    yield from _keys(key, "shown", target, ("place", "opens", "record"), simple, "text")
    for index, one in enumerate(target.inputs):
        known = Record({"constants": _outer(service)["constants"], "batch": BATCH}, TOKEN)
        kind: Filled = "flat" if one.list else "scalar"
        yield from _keys(f"{key}.inputs[{index}]", "inputs", one, ("default",), known, kind)
    for index, call in enumerate(target.prepare):
        known = batch_names(service, target, index)
        yield from _call(f"{key}.prepare[{index}]", "prepare", call, known)
        if call.found is not None:
            yield from _found(f"{key}.prepare[{index}].found", call.found, known)
    known = batch_names(service, target)
    for index, rule in enumerate(target.ensure):
        yield from _keys(f"{key}.ensure[{index}]", "prepare", rule, ("when", "text"), known)
    attach = target.attach
    if attach is None:
        return
    yield from _call(key, "attach", attach, known)
    yield from _keys(key, "attach", target, ("accepted",), _with(known, answer=Anything()))
    verify = target.verify
    if verify is None:
        return
    key = f"{key}.verify"
    looking = _with(known, page=PAGE)
    yield from _call(key, "verify", verify, looking)
    answered = _with(looking, answer=Anything())
    yield from _keys(key, "verify", verify, ("items", "more", "next"), answered)
    yield from _keys(key, "verify", verify, ("before",), known)
    part = Anything()
    if verify.items is None and verify.before is not None:
        yield from _keys(key, "verify", verify, ("parts",), answered)
        yield from _keys(key, "verify", verify, ("id",), _with(known, part=part))
    else:
        yield from _keys(key, "verify", verify, ("id", "parts", "by"), _with(known, item=Anything()))
        yield from _keys(key, "verify", verify, ("made",), _with(known, answer=Anything()))
    files = known.members["files"]
    mine = files.item.members if isinstance(files, List) and isinstance(files.item, Record) else {}
    yield from _keys(key, "verify", verify, ("same",), _with(known, part=part, **mine))
