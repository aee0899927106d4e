"""Checks that only a whole service file can answer; every mistake at once, each with its key and a sentence."""

import difflib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pydantic
from pydantic_core import ErrorDetails

from uploader_gui.services import schema, survey
from uploader_gui.services.shape import List, Record, Text, inspect


@dataclass(frozen=True, kw_only=True, order=True)
class Mistake:
    """One thing that is wrong with a service file.

    Attributes:
        key: Where, as `targets.note.json`; "" if it concerns the whole file.
        expression: The `${ … }` concerned, without its braces; "" if none.
        text: A sentence.
    """

    key: str
    expression: str = ""
    text: str

    def __str__(self) -> str:
        """Key, expression and sentence in one line."""
        return ": ".join(part for part in (self.key, self.expression and f"${{{self.expression}}}", self.text) if part)


class ServiceFileError(Exception):
    """A service file cannot be used.

    Attributes:
        name: The file's name.
        mistakes: All that is wrong with it.
    """

    def __init__(self, name: str, mistakes: Iterable[Mistake]) -> None:
        self.name = name
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(f"{name}: {mistake}" for mistake in self.mistakes))


MAX_FILE = 256 * 1024


def read(name: str, content: bytes) -> schema.Service:
    """Read and check a service file.

    Args:
        name: The file's name, for messages.
        content: Its bytes.

    Raises:
        ServiceFileError: With every mistake that was found.
    """
    if len(content) > MAX_FILE:
        raise ServiceFileError(name, [Mistake(key="", text=f"the file is larger than {MAX_FILE // 1024} KiB")])
    try:
        raw = tomllib.loads(content.decode())
    except UnicodeDecodeError:
        raise ServiceFileError(name, [Mistake(key="", text="the file is not UTF-8 text")]) from None
    except tomllib.TOMLDecodeError as error:
        raise ServiceFileError(name, [Mistake(key="", text=f"the file is not TOML: {error}")]) from None
    except RecursionError:
        raise ServiceFileError(name, [Mistake(key="", text="the file is nested too deeply")]) from None
    written = raw.get("format")
    if isinstance(written, int) and written > schema.FORMAT:
        text = f"the file has format {written} and needs a newer program: this one reads format {schema.FORMAT}"
        raise ServiceFileError(name, [Mistake(key="format", text=text)])
    mistakes, service = _read_keys(raw)
    if service is not None:
        mistakes += _sorted(check(service))
    if mistakes or service is None:
        raise ServiceFileError(name, mistakes)
    return service


def _read_keys(raw: dict[str, Any]) -> tuple[list[Mistake], schema.Service | None]:
    """Read what can be read. What is wrong is left out and read again, so that the rest is checked as well."""
    found: list[Mistake] = []
    for _ in range(20):
        try:
            return found, schema.Service.model_validate(raw)
        except pydantic.ValidationError as error:
            details = error.errors(include_url=False, include_input=False)
            found += [mistake for mistake in map(_mistake_in(raw), details) if mistake not in found]
            left_out = [_leave_out(raw, detail) for detail in details]
            if not all(left_out):
                break
        except RecursionError:
            return [*found, Mistake(key="", text="the file is nested too deeply")], None
    return found, None


def _place(raw: Any, loc: tuple[int | str, ...]) -> tuple[str, Any, int | str | None]:
    """Follow pydantic's location through the file: key as written, the table that holds it, the last part."""
    key = ""
    holder: Any = None
    last: int | str | None = None
    node = raw
    for part in loc:
        if isinstance(node, dict) and part in node:
            key, holder, last, node = f"{key}.{part}" if key else str(part), node, part, node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            key, holder, last, node = f"{key}[{part}]", node, part, node[part]
        else:
            break
    return key, holder, last


def _leave_out(raw: dict[str, Any], detail: ErrorDetails) -> bool:
    """Take the wrong value out of the file; False if something needed is missing, which cannot be mended so."""
    if detail["type"] == "missing":
        return False
    _key, holder, last = _place(raw, detail["loc"])
    if isinstance(holder, dict) and last in holder:
        del holder[last]
        return True
    if isinstance(holder, list) and isinstance(last, int):
        # Keep the others' places: an empty table has no wrong value of its own.
        return False
    return detail["type"] == "extra_forbidden"


_KEYS = sorted(
    {
        field.alias or name
        for part in vars(schema).values()
        if isinstance(part, type) and issubclass(part, schema.Part)
        for name, field in part.model_fields.items()
    }
)

_SENTENCES = {
    "string_type": "must be a text in quotes",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "tuple_type": "must be a list in square brackets",
    "list_type": "must be a list in square brackets",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "too_short": "must not be empty",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": 'must be a name of small letters, digits and _, such as "api_key"',
    "date_type": "must be a date such as 2026-11-20",
    "date_from_datetime_inexact": "must be a date such as 2026-11-20",
}


def _mistake_in(raw: dict[str, Any]) -> Any:
    def mistake(detail: ErrorDetails) -> Mistake:
        key, _holder, _last = _place(raw, detail["loc"])
        kind, context = detail["type"], detail.get("ctx", {})
        if kind == "missing":
            missing = str(detail["loc"][-1])
            return Mistake(key=f"{key}.{missing}" if key else missing, text="is missing")
        if kind == "extra_forbidden":
            name = str(detail["loc"][-1])
            close = difflib.get_close_matches(name, _KEYS, n=1)
            hint = f"; did you mean “{close[0]}”?" if close else ""
            return Mistake(key=key, text=f"there is no key “{name}” here{hint}")
        if kind == "literal_error":
            return Mistake(key=key, text=f"must be {str(context['expected']).replace(chr(39), chr(34))}")
        if kind == "greater_than_equal":
            return Mistake(key=key, text=f"must be {context['ge']} or more")
        if kind == "value_error":
            return Mistake(key=key, text=str(context["error"]))
        return Mistake(key=key, text=_SENTENCES.get(kind, detail["msg"]))

    return mistake


def _sorted(mistakes: Iterable[Mistake]) -> list[Mistake]:
    return sorted(dict.fromkeys(mistakes))


def check(service: schema.Service) -> Iterator[Mistake]:
    """Find what is wrong with a file whose keys are all right."""
    yield from _check_places(survey.of_account(service))
    yield from _check_places(survey.of_errors(service))
    yield from _check_account(service)
    yield from _check_uploads(service)
    yield from _check_calls(service)
    for name in service.targets:
        yield from _check_places(survey.of_batch(service, name))
        yield from _check_target(service, name)
    yield from _check_lookups(service)
    yield from _check_links(service)


def _check_places(places: Iterable[survey.Place]) -> Iterator[Mistake]:
    for place in places:
        for expression in place.template.expressions:
            shape, _uses, texts = inspect(expression, place.known)
            for text in texts:
                yield Mistake(key=place.key, expression=expression.text, text=text)
            if texts:
                continue
            first = place.kind == "address" and place.template.parts[0] is expression
            alone = place.template.whole is not None and place.kind == "value"
            if alone:
                continue
            if isinstance(shape, List | Record):
                yield Mistake(
                    key=place.key,
                    expression=expression.text,
                    text="a list or an object cannot stand inside a text: use join(', ', …) or take one member",
                )
            elif isinstance(shape, Text) and shape.optional and not first:
                yield Mistake(
                    key=place.key,
                    expression=expression.text,
                    text="it may be empty, and something must stand here: add || '' or another value",
                )


def _check_uploads(service: schema.Service) -> Iterator[Mistake]:
    """The steps are shared by the targets: a mistake is told once, with the targets it concerns if not all."""
    concerned: dict[Mistake, list[str]] = defaultdict(list)
    for name, target in service.targets.items():
        if "transfer" not in survey.steps_of(service, target):
            yield Mistake(key=f"targets.{name}", text="there is no transfer, neither here nor for the whole service")
        for mistake in dict.fromkeys(_check_places(survey.of_upload(service, name))):
            concerned[mistake].append(name)
    for mistake, names in concerned.items():
        everywhere = len(names) == len(service.targets) or mistake.key.startswith("targets.")
        suffix = "" if everywhere else f" (in target {', '.join(names)})"
        yield Mistake(key=mistake.key, expression=mistake.expression, text=mistake.text + suffix)


def _check_account(service: schema.Service) -> Iterator[Mistake]:
    names = [field.id for field in service.account.fields]
    for name in {name for name in names if names.count(name) > 1}:
        yield Mistake(key="account.fields", text=f"“{name}” is there twice")
    seen: list[frozenset[str]] = []
    for index, way in enumerate(service.account.ways):
        for name in way.fields:
            if name not in names:
                yield Mistake(key=f"account.ways[{index}].fields", text=f"there is no field “{name}”")
        if frozenset(way.fields) in seen:
            yield Mistake(key=f"account.ways[{index}].fields", text="another way has the same fields")
        seen.append(frozenset(way.fields))
    for name in names:
        if not any(name in way.fields for way in service.account.ways):
            yield Mistake(key="account.fields", text=f"“{name}” belongs to no way to sign in")


def _calls(service: schema.Service) -> Iterator[tuple[str, schema.Call]]:
    for owner, prefix in ((service, ""), *((target, f"targets.{name}.") for name, target in service.targets.items())):
        for name in ("sign", "confirm", "ready"):
            if (step := getattr(owner, name)) is not None:
                yield f"{prefix}{name}", step
    for name, target in service.targets.items():
        for index, call in enumerate(target.prepare):
            yield f"targets.{name}.prepare[{index}]", call
        if target.attach:
            yield f"targets.{name}", target.attach
        if target.verify:
            yield f"targets.{name}.verify", target.verify
    for name, lookup in service.lookups.items():
        yield f"lookups.{name}", lookup
    yield "account.check", service.account.check_


def _check_calls(service: schema.Service) -> Iterator[Mistake]:
    for key, call in _calls(service):
        if call.call.method == "GET" and (call.body_json is not None or call.form is not None):
            yield Mistake(key=key, text="a GET carries no body: use query, or POST")


def _check_target(service: schema.Service, name: str) -> Iterator[Mistake]:
    target, key = service.targets[name], f"targets.{name}"
    if name == "upload" and target.call is not None:
        yield Mistake(key=key, text="the target “upload” only stores files: it has no call")
    ids = [one.id for one in target.inputs]
    for twice in sorted({one for one in ids if ids.count(one) > 1 or one in target.set}):
        yield Mistake(key=f"{key}.inputs", text=f"“{twice}” is there twice")
    for index, one in enumerate(target.inputs):
        if one.lookup is not None and one.lookup not in service.lookups:
            yield Mistake(key=f"{key}.inputs[{index}].lookup", text=f"there is no lookup “{one.lookup}”")
        if one.lookup is not None and one.choices:
            yield Mistake(key=f"{key}.inputs[{index}]", text="an input has a lookup or choices, not both")
    taken = {
        "account",
        "batch",
        "constants",
        "files",
        "named",
        "now",
        "target",
        "answer",
        "item",
        "part",
        "page",
        "search",
    }
    for index, call in enumerate(target.prepare):
        if call.id in taken | set(survey.UPLOAD_STEPS) | {before.id for before in target.prepare[:index]}:
            yield Mistake(key=f"{key}.prepare[{index}].id", text=f"“{call.id}” already means something else")


def _check_lookups(service: schema.Service) -> Iterator[Mistake]:
    used: set[str] = set()
    for target in service.targets.values():
        for one in target.inputs:
            if one.lookup in service.lookups and one.lookup is not None:
                used.add(one.lookup)
                yield from _check_places(survey.of_lookup(service, one.lookup, target))
    for name in service.lookups:
        if name not in used:
            yield Mistake(key=f"lookups.{name}", text="no input uses it")


def _check_links(service: schema.Service) -> Iterator[Mistake]:
    for index, link in enumerate(service.links):
        key = f"links[{index}]"
        names = re.findall(r"\{([a-z][a-z0-9_]*)\}", link.address)
        if not link.address.startswith("https://") or "{" in link.address.split("/")[2]:
            yield Mistake(key=f"{key}.address", text='must begin with "https://" and a host')
        for name in link.targets:
            target = service.targets.get(name)
            if target is None:
                yield Mistake(key=f"{key}.targets", text=f"there is no target “{name}”")
                continue
            if target.sends:
                text = f"“{name}” sends: it must be chosen by hand, never by pasting an address"
                yield Mistake(key=f"{key}.targets", text=text)
            known = {one.id for one in target.inputs}
            for missing in [one for one in names if one not in known]:
                yield Mistake(key=f"{key}.address", text=f"“{name}” has no input “{missing}”")
