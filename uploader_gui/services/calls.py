"""Checks of the calls of a service file: what they carry, and that their parts go together."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from urllib.parse import urlsplit

from uploader_gui.services import schema
from uploader_gui.services.mistakes import Mistake
from uploader_gui.services.template import Address

BODILESS = frozenset({"GET"})


def of_service(service: schema.Service) -> Iterator[tuple[str, schema.Call]]:
    """Every call, with its key; the transfers, which carry the bytes, are not among them."""
    for prefix, owner in _owners(service):
        for name in ("sign", "confirm", "ready", "cleanup"):
            if (step := getattr(owner, name)) is not None:
                yield f"{prefix}{name}", step
    for name, target in service.targets.items():
        yield from _of_batch(f"targets.{name}", target)
    for name, lookup in service.lookups.items():
        yield f"lookups.{name}", lookup
        if lookup.one:
            yield f"lookups.{name}.one", lookup.one
    yield from _of_account(service.account)


def _of_batch(key: str, target: schema.Target) -> Iterator[tuple[str, schema.Call]]:
    for index, call in enumerate(target.prepare):
        yield f"{key}.prepare[{index}]", call
        if call.found is not None:
            yield f"{key}.prepare[{index}].found", call.found
    if target.attach:
        yield key, target.attach
    if target.verify:
        yield f"{key}.verify", target.verify


def _of_account(account: schema.Account) -> Iterator[tuple[str, schema.Call]]:
    for index, way in enumerate(account.ways):
        if way.token:
            yield f"account.ways[{index}].token", way.token
            if way.token.refresh:
                yield f"account.ways[{index}].token.refresh", way.token.refresh
    yield "account.check", account.check_


def _owners(service: schema.Service) -> Iterator[tuple[str, schema.Service | schema.Target]]:
    yield "", service
    for name, target in service.targets.items():
        yield f"targets.{name}.", target


def check(service: schema.Service) -> Iterator[Mistake]:
    """Find calls whose parts do not go together."""
    own: set[tuple[str | None, int]] = {(host, 443) for host in service.hosts}
    if not service.account.base_help:
        own.add(_place(service.account.base))
    for key, call in of_service(service):
        yield from _check_host(f"{key}.call", call.call, own)
        carries = call.body_json is not None or call.form is not None
        if call.body_json is not None and call.form is not None:
            yield Mistake(key=key, text="a call has json or form, not both")
        if call.call.method in BODILESS and carries:
            yield Mistake(key=key, text="a GET carries no body: put the values into query, or use POST")
    for prefix, owner in _owners(service):
        if owner.transfer is not None and owner.transfer.auth:
            yield from _check_host(f"{prefix}transfer.call", owner.transfer.call, own)
        if owner.transfer is not None:
            yield from _check_transfer(f"{prefix}transfer", owner.transfer)
    for name, target in service.targets.items():
        yield from _check_attach(f"targets.{name}", target)
        if target.verify is not None and target.verify.by is not None and service.account.check_.author is None:
            text = "nobody knows who the account is: add author to account.check, the id that this names"
            yield Mistake(key=f"targets.{name}.verify.by", text=text)


def _check_host(key: str, address: Address, own: AbstractSet[tuple[str | None, int]]) -> Iterator[Mistake]:
    """The account's key goes along: only to the service's own hosts."""
    first = address.template.parts[0]
    host, port = _place(first) if isinstance(first, str) else (None, 0)
    if host is not None and (host, port) not in own:
        shown = host if port == 443 else f"{host}:{port}"
        yield Mistake(key=key, text=f"the key would go to {shown}: if that is the service's own, name it in hosts")


def _place(url: str) -> tuple[str | None, int]:
    """Host and port of an address; no host where it is a path."""
    parts = urlsplit(url)
    try:
        return parts.hostname, parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return parts.hostname, -1


def _check_transfer(key: str, transfer: schema.Transfer) -> Iterator[Mistake]:
    if transfer.call.method not in {"POST", "PUT", "PATCH"}:
        yield Mistake(key=f"{key}.call", text="a transfer carries the file: use POST, PUT or PATCH")
    if transfer.fields is not None and transfer.body != "form":
        yield Mistake(key=f"{key}.fields", text='only a form has fields: add body = "form", or leave fields out')


def _check_attach(key: str, target: schema.Target) -> Iterator[Mistake]:
    if target.call is None:
        for name in ("query", "headers", "json", "form", "success", "accepted", "prepare", "ensure", "verify"):
            if getattr(target, "body_json" if name == "json" else name):
                yield Mistake(key=f"{key}.{name}", text="belongs to a call, and this target has none: add call")
    verify = target.verify
    if verify is not None and (verify.items is None) == (verify.before is None):
        text = "needs either items (the call makes a new thing) or before (it adds to a thing that was there)"
        yield Mistake(key=f"{key}.verify", text=text)
    for name in ("by", "made"):
        if verify is not None and verify.items is None and getattr(verify, name) is not None:
            text = "belongs to items: what adds to a thing that was there makes none"
            yield Mistake(key=f"{key}.verify.{name}", text=text)
