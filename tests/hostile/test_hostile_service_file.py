"""Service files that mean ill, made by hand and by the hundred: refused or harmless, in bounded time and memory."""

import base64
import contextlib
import random
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.places import resources
from uploader_gui.core.problems import UploadError
from uploader_gui.engine.asking import request_for
from uploader_gui.engine.http import Request
from uploader_gui.engine.origin import origin_of
from uploader_gui.engine.rehearsal import Exchanged, rehearse
from uploader_gui.engine.session import Account, AccountError
from uploader_gui.engine.upload import PollLater
from uploader_gui.services import calls, check
from uploader_gui.services.assumed import assumed
from uploader_gui.services.check import ServiceFileError
from uploader_gui.services.flow import flow
from uploader_gui.services.review import key_hosts
from uploader_gui.services.schema import Service

BASE = (Path(__file__).parents[1] / "services" / "gallery" / "base.toml").read_text("utf-8")
BUNDLED = [path.read_text("utf-8") for path in sorted((resources() / "services").glob("*.toml"))]
CANARY = "canary-9fK2pQ7x"
PATIENCE = 20.0  # seconds; a file is read in a fraction of one

BY_HAND = {
    "deep arrays": BASE.replace('name = "Acme"', "name = " + "[" * 5000 + "]" * 5000),
    "deep tables": BASE + "\n[" + ".".join("a" for _ in range(3000)) + "]\n",
    "deep inline tables": BASE.replace('id = "acme"', "id = " + "{a=" * 2000 + "1" + "}" * 2000),
    "a huge expression": BASE.replace("${file.name}", "${" + "file.name || " * 20_000 + "file.name}"),
    "deep brackets": BASE.replace("${file.name}", "${" + "(" * 10_000 + "file.name" + ")" * 10_000 + "}"),
    "many expressions": BASE.replace("${file.name}", "${file.name}" * 50_000),
    "the key in a body": BASE.replace("${file.name}", "${account.key}"),
    "the key by another way": BASE.replace("${file.name}", "${values(account)}"),
    "the whole account": BASE.replace("${file.name}", "${to_string(root().account)}"),
    "the token in a body": BASE.replace("${file.name}", "${token}"),
    "the key in an address": BASE.replace('"POST /uploads"', '"POST /uploads/${account.key}"'),
    "the key to storage": BASE.replace('headers = "${sign.headers}"', 'headers = { X = "${account.key}" }'),
    "a foreign host": BASE.replace('"POST /uploads"', '"POST https://evil.example/uploads"'),
    "a host from an answer": BASE.replace('"GET /deals"', '"GET ${account.user}"'),
    "not encrypted": BASE.replace("https://api.acme.example/v1", "http://api.acme.example/v1"),
    "a user in the base": BASE.replace("https://api.acme.example/v1", "https://api.acme.example@evil.example/v1"),
    "a path trick in the id": BASE.replace('id = "acme"', 'id = "../../close"'),
    "a path in the id": BASE.replace('id = "acme"', 'id = "a/b"'),
    "an absolute id": BASE.replace('id = "acme"', 'id = "/etc/passwd"'),
    "a device's name": BASE.replace('id = "acme"', 'id = "con"'),
    "another device's name": BASE.replace('id = "acme"', 'id = "lpt1"'),
    "our own name": BASE.replace('id = "acme"', 'id = "gui"'),
    "a null in the id": BASE.replace('id = "acme"', 'id = "a\\u0000b"'),
    "a line break in a header": BASE.replace("${account.key}", "${account.key}\\r\\nX-Bad: 1"),
    "a header that frames": BASE.replace("X-Key", "Transfer-Encoding"),
    "host as a header": BASE.replace("X-Key", "Host"),
    "terminal commands in the name": BASE.replace('name = "Acme"', 'name = "Acme\\u001b[31m"'),
    "direction marks in the name": BASE.replace('name = "Acme"', 'name = "Acme\\u202e"'),
    "a file of a megabyte": BASE + "#" + "x" * 2**20,
    "not a text": "\x00\x01\x02",
    "an endless number": BASE.replace("format = 1", "format = 1" + "0" * 100_000),
}


def _read(text: str) -> Service | None:
    """Read a file within its time; None if it is refused, in words that a terminal can show."""
    began = time.monotonic()
    try:
        return check.read("evil.toml", text.encode("utf-8", "surrogateescape"))
    except ServiceFileError as error:
        told = str(error)
        assert told.startswith("evil.toml: ")
        assert len(told) < 200_000
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", told)
        assert "Traceback" not in told
        return None
    finally:
        assert time.monotonic() - began < PATIENCE


def _check_harmless(service: Service) -> None:
    """Whatever its calls are filled in with: they go to its own hosts, and carry no secret of the account's."""
    secret = [field.id for field in service.account.fields if field.secret]
    values = {field.id: CANARY if field.id in secret else "public" for field in service.account.fields}
    account = Account(service=service, base=service.account.base, values=values)
    hosts = {host.lower() for host in key_hosts(service)}
    for scope in _scopes(account):
        for _key, call in calls.of_service(service):
            began = time.monotonic()
            try:
                request = request_for(call, scope, base=account.base, service=service.name, step="x", signed=())
            except UploadError:
                continue
            finally:
                assert time.monotonic() - began < PATIENCE
            body = request.body if isinstance(request.body, bytes) else b""
            assert CANARY not in request.url + str(request.headers) + body.decode("utf-8", "replace")
            origin = origin_of(request.url)
            # What lies elsewhere is refused when it is sent: the client asks for every request.
            assert origin is None or origin[1] in hosts or origin not in account.origins


def _check_tried(service: Service) -> None:
    """Each of its targets is played through to an end or a problem, in bounded time; its key goes nowhere else."""
    secret = {field.id for field in service.account.fields if field.secret}
    for name in service.targets:
        began, chosen = time.monotonic(), flow(service, name)
        inputs = {one.id: [one.id] if one.list else one.id for one in chosen.target.inputs}
        seen: list[Request] = []

        def told(event: object, seen: list[Request] = seen) -> None:
            if isinstance(event, Exchanged):
                seen.append(event.request)

        way = service.account.ways[0]
        values = {field: CANARY if field in secret else "public" for field in way.fields}
        account = Account(service=service, base=service.account.base, values=values)
        path = Path(__file__)
        facts = path.stat()
        upload = Upload(
            id="u", batch_id="b", given=path.name, file=str(path), name=path.name, size=facts.st_size,
            modified=facts.st_mtime_ns, media_type="text/x-python", width=1, height=1,
        )  # fmt: skip
        batch = Batch(
            id="b", service=service.id, target=name, inputs=inputs, named={}, created=datetime.now(UTC), attaches=True
        )
        with contextlib.suppress(UploadError, PollLater, AccountError):
            rehearse(chosen, account, batch, [upload], assumed(chosen, inputs, upload.media_type), told)
        assert time.monotonic() - began < PATIENCE
        for request in seen:
            origin = origin_of(request.url)
            assert origin is not None
            carries = CANARY in str(request.headers) or base64.b64encode(CANARY.encode()).decode()[:10] in str(
                request.headers
            )
            assert not carries or origin in account.origins


def _scopes(account: Account) -> list[dict[str, Any]]:
    """What a service may have answered: nothing, everything, and what it should not."""
    nasty: Any = "https://evil.example/\r\nX-Bad: 1"
    deep: Any = 1
    for _ in range(50):
        deep = {"a": deep, "url": nasty, "id": [deep]}
    known = {"constants": {}, "now": "2026-11-20T12:00:00+00:00", "account": account.public}
    names = (
        "target",
        "file",
        "files",
        "batch",
        "named",
        "sign",
        "transfer",
        "confirm",
        "ready",
        "page",
        "item",
        "part",
    )
    return [{**known, **dict.fromkeys(names, value)} for value in (None, nasty, deep, [deep] * 3, {"url": nasty})]


@pytest.mark.parametrize("name", BY_HAND)
def test_made_by_hand(name: str) -> None:
    """Each of these is refused with a sentence, or does no harm."""
    service = _read(BY_HAND[name])
    if service is not None:
        _check_harmless(service)
        _check_tried(service)
    assert service is None or name in HARMLESS, "it is refused"


# The secret is not in what these know; an address from an answer is held against the hosts when it is used.
HARMLESS = {"the whole account", "a host from an answer"}

VALUES = [
    '"${account.api_key}"', '"${account.key}"', '"${values(account)}"', '"${root()}"', '"${token}"',
    '"${to_string(@)}"',
    '"https://evil.example/${sign.url}"', '"http://127.0.0.1/"', '"file:///etc/passwd"', '"POST //evil.example/x"',
    '"GET ${sign.url}"', '"../../x"', '"\\u202e\\u001b[2J"', '"${' + "[].[" * 200 + '}"', '"${join(`\\"x\\"`, files)}"',
    "1e400", "-1", "99999999999999999999", "true", "[]", "{}", '""', '"x\\r\\ny"', '"${sort_by(files, &file)}"',
    '"${max_by(values(root()), &@)}"', '"${files[*].*.*.*[]}"', "nan", "1979-05-27", "[[[[]]]]",
]  # fmt: skip


def _mutated(luck: random.Random) -> str:
    """A good file with some of its lines changed for the worse."""
    lines = luck.choice([BASE, *BUNDLED]).splitlines()
    for _ in range(luck.randint(1, 6)):
        at = luck.randrange(len(lines))
        how = luck.random()
        if how < 0.55 and "=" in lines[at]:
            lines[at] = f"{lines[at].split('=')[0]}= {luck.choice(VALUES)}"
        elif how < 0.7:
            lines.insert(at, lines[luck.randrange(len(lines))])
        elif how < 0.8:
            del lines[at]
        elif how < 0.9:
            lines[at] = lines[at].replace("${", luck.choice(["${account.api_key || ", "${root().", "${to_array("]))
        else:
            cut = luck.randrange(len(lines[at]) + 1)
            lines[at] = lines[at][:cut] + luck.choice(["\x00", "\u202e", '"', "${", "}", "'''", "\\"]) + lines[at][cut:]
    return "\n".join(lines)


@pytest.mark.parametrize("chunk", range(20))
def test_made_by_the_hundred(chunk: int) -> None:
    """Five hundred in all: a good file changed for the worse. Its seed names it."""
    for seed in range(chunk * 25, chunk * 25 + 25):
        try:
            service = _read(_mutated(random.Random(seed)))
            if service is not None:
                _check_harmless(service)
                _check_tried(service)
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
