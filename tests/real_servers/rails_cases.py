"""What Rails' direct uploads do, case by case: with its files in S3, as Circle keeps them, and with its own disk.

The answers are those of Rails 6.1 and radosgw. Where the practice service answers otherwise, the case says why.
"""

import base64
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.real_servers.sides import said, send

HELLO = b"hello"
Headers = Mapping[str, str | None]


def md5(content: bytes) -> str:
    """The checksum as Rails asks for it."""
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, kw_only=True)
class Side:
    """Whoever answers as Circle does."""

    base: str
    token: str
    attach: Callable[[str], str]

    def sign(self, *, token: str | None = None, **changes: Any) -> requests.Response:
        """Ask for an upload; None leaves something out."""
        blob = {
            "key": "",
            "filename": "a.txt",
            "content_type": "text/plain",
            "byte_size": len(HELLO),
            "checksum": md5(HELLO),
        }
        wanted = {name: value for name, value in (blob | changes).items() if value is not None}
        return self.ask({"blob": wanted}, token)

    def ask(self, body: Any, token: str | None = None) -> requests.Response:
        """Send a body to be signed."""
        sent = self.token if token is None else token
        headers = {"Authorization": f"Bearer {sent}"} if sent else {}
        return send("POST", f"{self.base}/api/headless/v1/direct_uploads", json=body, headers=headers)

    def put(self, signed: Any, content: bytes = HELLO, changes: Headers | None = None) -> str:
        """Send bytes to the place that was signed, with headers changed or, by None, left out."""
        direct = signed["direct_upload"]
        given = direct["headers"] | dict(changes or {})
        headers = {name: value for name, value in given.items() if value is not None}
        return said(send("PUT", direct["url"], data=content, headers=headers))


Do = Callable[[Side], str]


@dataclass(frozen=True, kw_only=True)
class Case:
    """What Rails on S3 answers; and by side who answers otherwise, and why."""

    name: str
    answer: str
    do: Do
    otherwise: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def expected(self, side: str) -> str:
        """What this side answers."""
        return self.otherwise[side][0] if side in self.otherwise else self.answer


CASES: list[Case] = []
DISK = "the disk service has checks of its own"


def case(
    name: str, answer: str, disk: str | None = None, practice: tuple[str, str] | None = None
) -> Callable[[Do], Do]:
    """Make a function a case."""
    otherwise = {"practice": practice} if practice else {}
    if disk is not None:
        otherwise["disk"] = (disk, DISK)

    def add(do: Do) -> Do:
        CASES.append(Case(name=name, answer=answer, do=do, otherwise=otherwise))
        return do

    return add


@case("no token", "401")
def _(side: Side) -> str:
    return said(side.sign(token=""))


@case("wrong token", "401")
def _(side: Side) -> str:
    return said(side.sign(token="another"))


@case("no blob", "400")
def _(side: Side) -> str:
    return said(side.ask({}))


@case("blob with no checksum", "500", practice=("422", "an error of Rails' own; nobody learns from that"))
def _(side: Side) -> str:
    return said(side.sign(checksum=None))


@case("headers of the answer", "Content-Disposition Content-MD5 Content-Type", "Content-Type")
def _(side: Side) -> str:
    return " ".join(sorted(side.sign().json()["direct_upload"]["headers"]))


SHAPE = (
    "attachable_sgid byte_size checksum content_type created_at direct_upload filename id key metadata service_name "
    "signed_id url"
)


@case("the answer's names", SHAPE)
def _(side: Side) -> str:
    return " ".join(sorted(side.sign().json()))


@case("upload, then attach", "200 then attached", "204 then attached")
def _(side: Side) -> str:
    signed = side.sign().json()
    return f"{side.put(signed)} then {side.attach(signed['signed_id'])}"


@case("an empty file", "200 then attached", "204 then attached")
def _(side: Side) -> str:
    signed = side.sign(byte_size=0, checksum=md5(b"")).json()
    return f"{side.put(signed, b'')} then {side.attach(signed['signed_id'])}"


@case("5 MiB", "200 then attached", "204 then attached")
def _(side: Side) -> str:
    content = os.urandom(5 * 2**20)
    signed = side.sign(byte_size=len(content), checksum=md5(content)).json()
    return f"{side.put(signed, content)} then {side.attach(signed['signed_id'])}"


@case("the name that is shown", "a-b-c-d-e-f “h” 契約 😀 é.txt")
def _(side: Side) -> str:
    filename: str = side.sign(filename=" a%b$c|d:e;f “h” 契約 😀 é.txt ").json()["filename"]
    return filename


@case("names of all kinds", "200 then attached", "204 then attached")
def _(side: Side) -> str:
    signed = side.sign(filename='dört "ça" 契約 😀; a=b%20.txt').json()
    return f"{side.put(signed)} then {side.attach(signed['signed_id'])}"


@case("the same PUT again", "200 then 200", "204 then 204")
def _(side: Side) -> str:
    signed = side.sign().json()
    return f"{side.put(signed)} then {side.put(signed)}"


@case("other bytes, then the right ones", "400 BadDigest then 200 then attached", "422 then 204 then attached")
def _(side: Side) -> str:
    signed = side.sign().json()
    return f"{side.put(signed, b'HELLO')} then {side.put(signed)} then {side.attach(signed['signed_id'])}"


WRONG = "403 SignatureDoesNotMatch"
for name, content in (("one byte short", b"hell"), ("one byte over", b"hello!")):

    @case(name, WRONG, "422")
    def _(side: Side, content: bytes = content) -> str:
        return side.put(side.sign().json(), content)


CHANGES: tuple[tuple[str, Headers, str, str], ...] = (
    ("other Content-Type", {"Content-Type": "image/png"}, WRONG, "422"),
    ("Content-Type with a parameter", {"Content-Type": "text/plain; charset=utf-8"}, WRONG, "204"),
    ("no Content-Type", {"Content-Type": None}, WRONG, "422"),
    ("no Content-MD5", {"Content-MD5": None}, WRONG, "204"),
    ("an account's token sent along", {"Authorization": "Bearer x"}, "400 InvalidArgument", "204"),
)
for name, changes, answer, disk in CHANGES:

    @case(name, answer, disk)
    def _(side: Side, changes: Headers = changes) -> str:
        return side.put(side.sign().json(), changes=changes)


@case(
    "no Content-Disposition",
    "200",
    "204",
    practice=(WRONG, "Rails does not sign it here; other versions may, and leaving out what was given is a mistake"),
)
def _(side: Side) -> str:
    return side.put(side.sign().json(), changes={"Content-Disposition": None})


@case("checksum declared in hex", "400 InvalidDigest", "422")
def _(side: Side) -> str:
    return side.put(side.sign(checksum=hashlib.md5(HELLO, usedforsecurity=False).hexdigest()).json())


@case("upload address changed", WRONG, "404")
def _(side: Side) -> str:
    signed = side.sign().json()
    url = signed["direct_upload"]["url"]
    changed = url.replace("X-Amz-Signature=", "X-Amz-Signature=0") if "X-Amz" in url else f"{url}0"
    return side.put({"direct_upload": {**signed["direct_upload"], "url": changed}})


@case("attach before the upload", "not uploaded")
def _(side: Side) -> str:
    return side.attach(side.sign().json()["signed_id"])


@case("attach with a changed signed_id", "not found")
def _(side: Side) -> str:
    signed = side.sign().json()
    side.put(signed)
    return side.attach(f"{signed['signed_id']}0")


@case("attach with the sgid for the signed_id", "not found")
def _(side: Side) -> str:
    signed = side.sign().json()
    side.put(signed)
    return side.attach(signed["attachable_sgid"])
