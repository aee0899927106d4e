"""Signed POST forms, case by case. See storage_cases."""

import base64
import hashlib
import re
from typing import Any

from tests.real_servers.sides import Fields, Side, said, send
from tests.real_servers.storage_cases import DENIED, HELLO, KEY, NOTHING, V2, case, kept

FINE = "204, 5 bytes of text/plain"
TYPED = {"Content-Type": "text/plain"}
MD5_OF_OTHER = base64.b64encode(hashlib.md5(b"HELLO", usedforsecurity=False).digest()).decode()
CODE = "Ceph has one code for all that is wrong with a form's signature"


def posted(side: Side, fields: Fields, content: bytes | None = HELLO, after: Fields | None = None) -> str:
    """Send a form; what was answered, and what was stored."""
    answer = side.post(fields, content, after)
    return f"{said(answer)}, {kept(side, fields.get('key', KEY))}"


# ------------------------------------------------------------------------------------------ forms that are fine
@case("POST all fields listed", FINE)
def _(side: Side) -> str:
    return posted(side, side.form(TYPED))


@case("POST signed by Signature Version 2", FINE)
def _(side: Side) -> str:
    return posted(side, side.form(TYPED, signature=V2))


for status in ("200", "201"):

    @case(f"POST success_action_status={status}", f"{status}, 5 bytes of text/plain")
    def _(side: Side, status: str = status) -> str:
        return posted(side, side.form({**TYPED, "success_action_status": status}))


@case(
    "POST 201 carries ETag and place",
    "ETag in XML quoted, header ETag, header Location",
    radosgw=("ETag in XML bare, no header ETag, no header Location", "Ceph's own way"),
)
def _(side: Side) -> str:
    answer = side.post(side.form({**TYPED, "success_action_status": "201"}))
    tag = re.search("<ETag>(.*?)</ETag>", answer.text)
    assert tag is not None, answer.text
    bare = hashlib.md5(HELLO, usedforsecurity=False).hexdigest()
    assert bare in tag[1]
    assert f"<Key>{KEY}</Key>" in answer.text
    assert f"<Bucket>{side.forms.name}</Bucket>" in answer.text
    headers = ", ".join(f"{'' if name in answer.headers else 'no '}header {name}" for name in ("ETag", "Location"))
    return f"ETag in XML {'bare' if tag[1] == bare else 'quoted'}, {headers}"


@case(
    "POST success_action_redirect",
    "303, 5 bytes of text/plain",
    practice=("204, 5 bytes of text/plain", "no service asks for it, and the program follows no redirect"),
)
def _(side: Side) -> str:
    return posted(side, side.form({**TYPED, "success_action_redirect": "http://127.0.0.1/done"}))


@case("POST key with ${filename}", "204, 5 bytes of binary/octet-stream")
def _(side: Side) -> str:
    answer = side.post(side.form(key="there/${filename}"))
    return f"{said(answer)}, {kept(side, 'there/name.txt')}"


@case("POST key not ASCII, with quotes", FINE)
def _(side: Side) -> str:
    return posted(side, side.form(TYPED, key='dört/"ça" 契約.txt'))


@case("POST Content-Type by starts-with", FINE)
def _(side: Side) -> str:
    return posted(side, side.form(TYPED, [["starts-with", "$Content-Type", "text/"]]))


@case("POST x-ignore- field", FINE)
def _(side: Side) -> str:
    return posted(side, {**side.form(TYPED), "x-ignore-me": "yes"})


@case("POST field names in other case", FINE)
def _(side: Side) -> str:
    fields = {name.upper(): value for name, value in side.form(TYPED).items()}
    return f"{said(side.post(fields))}, {kept(side)}"


@case("POST an empty file", "204, 0 bytes of text/plain")
def _(side: Side) -> str:
    return posted(side, side.form(TYPED), b"")


@case("POST Content-MD5 of other bytes", f"400 BadDigest, {NOTHING}", radosgw=(FINE, "Ceph does not read this field"))
def _(side: Side) -> str:
    return posted(side, side.form({**TYPED, "Content-MD5": MD5_OF_OTHER}))


# ------------------------------------------------------------------------------------------ forms that are refused
for name, bounds, aws in (
    ("in", [5, 5], FINE),
    ("over", [0, 4], f"400 EntityTooLarge, {NOTHING}"),
    ("under", [6, 9], f"400 EntityTooSmall, {NOTHING}"),
):

    @case(f"POST length {name} the range", aws)
    def _(side: Side, bounds: list[int] = bounds) -> str:
        return posted(side, side.form(TYPED, [TYPED, ["content-length-range", *bounds]]))


REFUSED: dict[str, list[Any]] = {
    "Content-Type not by starts-with": [["starts-with", "$Content-Type", "image/"]],
    "Content-Type not eq": [{"Content-Type": "image/png"}],
    "listed field not sent": [TYPED, {"acl": "private"}],
    "key not eq": [TYPED, ["eq", "$key", "elsewhere"]],
    "key not by starts-with": [TYPED, ["starts-with", "$key", "elsewhere/"]],
    "field not in the policy": [],
}
for name, conditions in REFUSED.items():

    @case(f"POST {name}", f"{DENIED}, {NOTHING}")
    def _(side: Side, conditions: list[Any] = conditions) -> str:
        return posted(side, side.form(TYPED, conditions))


@case("POST x-amz-meta- not in the policy", f"{DENIED}, {NOTHING}")
def _(side: Side) -> str:
    return posted(side, {**side.form(TYPED), "x-amz-meta-note": "hello"})


@case("POST listed field after the file", f"{DENIED}, {NOTHING}")
def _(side: Side) -> str:
    fields = side.form({**TYPED, "acl": "private"})
    return posted(side, fields, after={"acl": fields.pop("acl")})


@case("POST key after the file", f"400 InvalidArgument, {NOTHING}")
def _(side: Side) -> str:
    fields = side.form(TYPED)
    return posted(side, fields, after={"key": fields.pop("key")})


@case(
    "POST no file",
    f"400 InvalidArgument, {NOTHING}",
    radosgw=("204, 2 bytes of text/plain", "Ceph takes the end of the form for the file"),
)
def _(side: Side) -> str:
    return posted(side, side.form(TYPED), None)


WRONG = f"403 SignatureDoesNotMatch, {NOTHING}"
ONE_CODE = (f"{DENIED}, {NOTHING}", CODE)


@case("POST signature changed", WRONG, radosgw=ONE_CODE)
def _(side: Side) -> str:
    return posted(side, {**side.form(TYPED), "x-amz-signature": "0" * 64})


@case("POST Signature Version 2 changed", WRONG, radosgw=ONE_CODE)
def _(side: Side) -> str:
    return posted(side, {**side.form(TYPED, signature=V2), "signature": base64.b64encode(b"0" * 20).decode()})


@case("POST policy changed", WRONG, radosgw=ONE_CODE)
def _(side: Side) -> str:
    fields = side.form(TYPED)
    policy = base64.b64decode(fields["policy"]) + b" "
    return posted(side, {**fields, "policy": base64.b64encode(policy).decode()})


for version in ("s3v4", V2):

    @case(f"POST secret key wrong ({version})", WRONG, radosgw=ONE_CODE)
    def _(side: Side, version: str = version) -> str:
        return posted(side, side.form(TYPED, signature=version, secret="another"))

    @case(f"POST access key unknown ({version})", f"403 InvalidAccessKeyId, {NOTHING}", radosgw=ONE_CODE)
    def _(side: Side, version: str = version) -> str:
        return posted(side, side.form(TYPED, signature=version, access_key="AKIANOBODY"))

    @case(f"POST policy expired ({version})", f"{DENIED}, {NOTHING}")
    def _(side: Side, version: str = version) -> str:
        return posted(side, side.form(TYPED, signature=version, seconds=-10))


@case("POST x-amz-date not the policy's", f"{DENIED}, {NOTHING}")
def _(side: Side) -> str:
    return posted(side, {**side.form(TYPED), "x-amz-date": "20200101T000000Z"})


@case("POST no policy, no signature", f"{DENIED}, {NOTHING}")
def _(side: Side) -> str:
    return posted(side, {"key": KEY, **TYPED})


@case("POST chunked, no Content-Length", f"411 MissingContentLength, {NOTHING}")
def _(side: Side) -> str:
    kind = {"Content-Type": "multipart/form-data; boundary=xyz"}
    answer = send("POST", side.post_url, data=iter([b"--xyz--\r\n"]), headers=kind)
    return f"{said(answer)}, {kept(side)}"
