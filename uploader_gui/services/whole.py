"""Checks that only a whole service file can answer: its names, and what they are filled into."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

from uploader_gui.services import calls, literals, schema, survey
from uploader_gui.services.inspection import Uses, inspect
from uploader_gui.services.mistakes import Mistake
from uploader_gui.services.shape import List, Record, Shape

MAX_CHECKED = 200_000  # characters of expressions, as often as they are checked: each target checks the steps again


class TooMuchError(ValueError):
    """The file has more expressions than can be meant."""


def check(service: schema.Service) -> Iterator[Mistake]:
    """Find what is wrong with a file whose keys are all right.

    Raises:
        TooMuchError: There is too much to check.
    """
    checker = _Checker()
    yield from checker.places(survey.of_account(service))
    yield from checker.places(survey.of_errors(service))
    yield from _check_account(service)
    yield from _check_uploads(service, checker)
    yield from calls.check(service)
    yield from literals.of_values("constants", service.constants)
    for name in service.targets:
        yield from checker.places(survey.of_batch(service, name))
        yield from _check_target(service, name)
    yield from _check_lookups(service, checker)
    yield from _check_links(service)


class _Checker:
    """Checks expressions, and keeps count."""

    def __init__(self) -> None:
        self._checked = 0

    def places(self, places: Iterable[survey.Place]) -> Iterator[Mistake]:
        for place in places:
            yield from literals.of_place(place)
            for expression in place.template.expressions:
                self._checked += len(expression.text)
                if self._checked > MAX_CHECKED:
                    raise TooMuchError("the file has more expressions than a service file can need")
                shape, uses, texts = inspect(expression, place.known)
                first = place.template.parts[0] is expression
                for text in texts or [*_odd_headers(uses), *_misfits(place, shape, first=first)]:
                    yield Mistake(key=place.key, expression=expression.text, text=text)


def _odd_headers(uses: Uses) -> Iterator[str]:
    for path in sorted(uses.seen):
        if path[0] != "headers":
            continue
        if len(path) == 2:
            yield f"all headers at once cannot be used: name the one you need, as headers.{path[1]}.location"
        elif len(path) > 3 or path[2] != path[2].lower():
            small = path[2].lower()
            name = small if re.fullmatch("[a-z_][a-z0-9_]*", small) else f'"{small}"'
            yield f"a header is a text, and its name is in small letters here: headers.{path[1]}.{name}"


def _misfits(place: survey.Place, shape: Shape, *, first: bool) -> Iterator[str]:
    """Say why a value cannot be filled in where its expression stands."""
    kind = place.kind if place.template.whole is not None else "address" if place.kind == "address" else "text"
    if kind == "value":
        return
    lists = isinstance(shape, List)
    if kind == "flat" and isinstance(shape, List) and not isinstance(shape.item, List | Record):
        return
    if kind == "flat" and isinstance(shape, List):
        yield "a list of texts or numbers can stand here, no objects and no lists: take one member of each, as [].id"
    elif lists or isinstance(shape, Record):
        what = "a list" if lists else "an object"
        instead = "use join(', ', …), or take one of it with [0]" if lists else "take one member of it"
        yield f"{what} cannot stand {'inside a text' if kind == 'text' else 'here'}: {instead}"
    elif kind in {"text", "address"} and getattr(shape, "optional", False):
        if kind == "text":
            yield "it may be empty, and something must stand here: add || '' or another value"
        elif not first:
            yield "it may be empty, and a part of an address must not be: add || and a value, or make it required"


def _check_uploads(service: schema.Service, checker: _Checker) -> Iterator[Mistake]:
    """The steps are shared by the targets: a mistake is told once, with the targets it concerns if not all."""
    concerned: dict[Mistake, list[str]] = defaultdict(list)
    for name, target in service.targets.items():
        if "transfer" not in survey.steps_of(service, target):
            yield Mistake(
                key=f"targets.{name}",
                text="there is no transfer, neither here nor for the whole service: add [transfer]",
            )
        for mistake in dict.fromkeys(checker.places(survey.of_upload(service, name))):
            concerned[mistake].append(name)
    for mistake, names in concerned.items():
        everywhere = len(names) == len(service.targets) or mistake.key.startswith("targets.")
        suffix = "" if everywhere else f" (in target {', '.join(names)})"
        yield Mistake(key=mistake.key, expression=mistake.expression, text=mistake.text + suffix)


def _check_account(service: schema.Service) -> Iterator[Mistake]:
    names = [field.id for field in service.account.fields]
    yield from _twice("account.fields", names)
    seen: list[frozenset[str]] = []
    for index, way in enumerate(service.account.ways):
        key = f"account.ways[{index}]"
        for name in way.fields:
            if name not in names:
                yield Mistake(key=f"{key}.fields", text=f"there is no field “{name}” among account.fields")
        if frozenset(way.fields) in seen:
            yield Mistake(key=f"{key}.fields", text="another way has the same fields: which one is meant?")
        if way.basic is None and not way.headers:
            yield Mistake(key=key, text="nothing signs the requests in: a way needs basic or headers")
        seen.append(frozenset(way.fields))
    for name in names:
        if not any(name in way.fields for way in service.account.ways):
            yield Mistake(
                key="account.ways", text=f"the field “{name}” is in no way's fields, so nobody can fill it in"
            )


def _twice(key: str, names: Iterable[str]) -> Iterator[Mistake]:
    met: set[str] = set()
    for name in names:
        if name in met:
            yield Mistake(key=key, text=f"“{name}” is there twice")
        met.add(name)


def _check_target(service: schema.Service, name: str) -> Iterator[Mistake]:
    target, key = service.targets[name], f"targets.{name}"
    yield from literals.of_values(f"{key}.set", target.set)
    if name == "upload" and target.call is not None:
        yield Mistake(
            key=f"{key}.call", text="the target “upload” only stores files: give a target with a call another name"
        )
    yield from _twice(f"{key}.inputs", (one.id for one in target.inputs))
    asked = [one for one in target.inputs if not one.optional and one.default is None]
    if any(one.keep for one in target.inputs) and all(one.keep for one in asked):
        text = "keep must not be said of all that must be filled in: the next files would land on the same record"
        yield Mistake(key=f"{key}.inputs", text=text)
    for one in target.inputs:
        if one.id in target.set:
            yield Mistake(key=f"{key}.set.{one.id}", text="is an input already: target can hold only one of them")
    for index, one in enumerate(target.inputs):
        if one.lookup is not None and one.lookup not in service.lookups:
            there = ", ".join(service.lookups) or "none"
            text = f"there is no lookup “{one.lookup}”; there are: {there}"
            yield Mistake(key=f"{key}.inputs[{index}].lookup", text=text)
        if one.lookup is not None and one.choices:
            yield Mistake(key=f"{key}.inputs[{index}]", text="has a lookup and choices: only one of them can be")
        yield from _twice(f"{key}.inputs[{index}].choices", (choice.id for choice in one.choices))
    taken = {*survey.batch_names(service, target, 0).members, *survey.OTHER_NAMES}
    for index, call in enumerate(target.prepare):
        if call.id in taken:
            yield Mistake(key=f"{key}.prepare[{index}].id", text=f"“{call.id}” already means something else")
        taken.add(call.id)


def _check_lookups(service: schema.Service, checker: _Checker) -> Iterator[Mistake]:
    used: set[str] = set()
    for target in service.targets.values():
        for one in target.inputs:
            if one.lookup in service.lookups and one.lookup is not None:
                used.add(one.lookup)
                yield from checker.places(survey.of_lookup(service, one.lookup, target))
    for name in service.lookups:
        if name not in used:
            yield Mistake(key=f"lookups.{name}", text="no input uses it: name it as an input's lookup, or leave it out")


def _check_links(service: schema.Service) -> Iterator[Mistake]:
    for index, link in enumerate(service.links):
        key = f"links[{index}]"
        names = list(_link_names(link.address))
        for text in _odd_link(link.address):
            yield Mistake(key=f"{key}.address", text=text)
        yield from _twice(f"{key}.address", names)
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
                yield Mistake(key=f"{key}.address", text=f"the target “{name}” has no input “{missing}”")


def _link_names(address: str) -> Iterator[str]:
    for part in address.split("/"):
        if found := re.fullmatch(r"\{([a-z][a-z0-9_]*)\}", part):
            yield found[1]


def _odd_link(address: str) -> Iterator[str]:
    if not re.match(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/", address):
        yield 'must begin with "https://", a host and "/"'
        return
    if re.search(r"[?#\\\s]", address):
        yield "must end before “?” and “#”: only the path is compared"
    *parts, last = address.rstrip("/").split("/")[3:]
    for part in (*parts, "" if last == "*" else last):
        if re.search("[{}*]", part) and not re.fullmatch(r"\{[a-z][a-z0-9_]*\}", part):
            yield f"“{part}” must be a plain word or one {{input}}; * stands only at the end"
