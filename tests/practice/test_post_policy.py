"""The strictness of signed POST forms, case by case as AWS answers them.

The policies are signed here by code of the test's own, as a vendor's back end would.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from uploader_gui.practice import PracticeService

Fields = dict[str, str]
Code = Callable[[httpx.Response], tuple[int, str]]
DENIED = (403, "AccessDenied")
INVALID = (400, "InvalidArgument")


def hmac256(key: bytes, text: str) -> bytes:
    """HMAC-SHA256."""
    return hmac.digest(key, text.encode(), "sha256")


@pytest.fixture
def form(practice: PracticeService, moment: list[float]) -> Callable[..., Fields]:
    """Make a form signed by Signature Version 4 with any fields and conditions."""

    def make(
        fields: Fields | None = None, conditions: list[Any] | None = None, *, seconds: float = 300, secret: str = ""
    ) -> Fields:
        signer = practice._vendors["kizen"]._signer  # type: ignore[union-attr]
        now = datetime.fromtimestamp(moment[0], UTC)
        scope = f"{now:%Y%m%d}/{signer.region}/s3/aws4_request"
        sent = {
            "key": "there/a.txt",
            "Content-Type": "text/plain",
            "x-amz-algorithm": "AWS4-HMAC-SHA256",
            "x-amz-credential": f"{signer.access_key}/{scope}",
            "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
            **(fields or {}),
        }
        end = datetime.fromtimestamp(moment[0] + seconds, UTC).isoformat().replace("+00:00", "Z")
        listed = [{"bucket": signer.bucket}, *({name: value} for name, value in sent.items())]
        policy = json.dumps({"expiration": end, "conditions": listed if conditions is None else conditions})
        sent["policy"] = base64.b64encode(policy.encode()).decode()
        key = hmac256(b"AWS4" + (secret or signer.secret).encode(), f"{now:%Y%m%d}")
        for part in (signer.region, "s3", "aws4_request"):
            key = hmac256(key, part)
        sent["x-amz-signature"] = hmac256(key, sent["policy"]).hex()
        return sent

    return make


@pytest.fixture
def post(practice: PracticeService) -> Callable[..., httpx.Response]:
    """Send a form, the file last."""

    def send(fields: Fields, content: bytes = b"hello", **more: Any) -> httpx.Response:
        url = f"{practice.origin}/storage/kizen/"
        return httpx.post(url, data=fields, files={"file": ("name.txt", content)}, **more)

    return send


def any_of(practice: PracticeService, *more: Any) -> list[Any]:
    """Conditions that take any value for the usual fields, and what is given beside them."""
    bucket = practice._vendors["kizen"]._signer.bucket  # type: ignore[union-attr]
    usual = ("x-amz-algorithm", "x-amz-credential", "x-amz-date")
    return [{"bucket": bucket}, *(["starts-with", f"${name}", ""] for name in usual), *more]


KEY = ["starts-with", "$key", ""]
TYPE = ["starts-with", "$Content-Type", ""]


@pytest.mark.parametrize(
    ("fields", "status"),
    [({}, 204), ({"success_action_status": "200"}, 200), ({"success_action_status": "201"}, 201)],
)
def test_all_fields_listed(
    practice: PracticeService,
    form: Callable[..., Fields],
    post: Callable[..., httpx.Response],
    fields: Fields,
    status: int,
) -> None:
    """A form that was filled in as told is stored, and answered with the status it asks for."""
    answer = post(form(fields))
    md5 = hashlib.md5(b"hello", usedforsecurity=False).hexdigest()
    assert answer.status_code == status
    assert answer.headers["ETag"] == f'"{md5}"'
    assert answer.headers["Location"] == f"{practice.origin}/storage/kizen/there/a.txt"
    assert (answer.text != "") == (status == 201)
    if status == 201:
        assert "<Key>there/a.txt</Key>" in answer.text
        assert "<Bucket>kizen-practice-files</Bucket>" in answer.text
        assert md5 in answer.text
        assert answer.headers["Location"] in answer.text
    [stored] = practice.world.stored("kizen")
    assert (stored.key, stored.type, stored.size, stored.md5) == ("there/a.txt", "text/plain", 5, md5)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([KEY, TYPE], None),
        ([KEY, ["starts-with", "$Content-Type", "text/"]], None),
        ([KEY, ["starts-with", "$Content-Type", "image/"]], DENIED),
        ([KEY, ["eq", "$Content-Type", "text/plain"]], None),
        ([KEY, ["eq", "$Content-Type", "image/png"]], DENIED),
        ([["eq", "$key", "elsewhere"], TYPE], DENIED),
        ([["starts-with", "$key", "elsewhere/"], TYPE], DENIED),
        ([KEY, TYPE, {"acl": "private"}], DENIED),
        ([KEY], DENIED),
        ([KEY, TYPE, ["content-length-range", 5, 5]], None),
        ([KEY, TYPE, ["content-length-range", 0, 4]], (400, "EntityTooLarge")),
        ([KEY, TYPE, ["content-length-range", 6, 9]], (400, "EntityTooSmall")),
        ([KEY, TYPE, {"bucket": "another"}], DENIED),
        ([KEY, TYPE, {"x-amz-date": "20200101T000000Z"}], DENIED),
        ([KEY, TYPE, ["like", "$key", ""]], (400, "InvalidPolicyDocument")),
    ],
)
def test_conditions(
    practice: PracticeService,
    form: Callable[..., Fields],
    post: Callable[..., httpx.Response],
    code: Code,
    conditions: list[Any],
    expected: tuple[int, str] | None,
) -> None:
    """Every condition of the policy is held against what was sent, and every field needs a condition."""
    answer = post(form(conditions=any_of(practice, *conditions)))
    assert (None if answer.status_code == 204 else code(answer)) == expected
    assert len(practice.world.stored("kizen")) == (expected is None)


def test_sizes_are_told(
    practice: PracticeService, form: Callable[..., Fields], post: Callable[..., httpx.Response]
) -> None:
    """Who sends too much reads how much it was and how much is allowed."""
    answer = post(form(conditions=any_of(practice, KEY, TYPE, ["content-length-range", 0, 4])))
    assert "<ProposedSize>5</ProposedSize><MaxSizeAllowed>4</MaxSizeAllowed>" in answer.text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"acl": "private"}, DENIED),
        ({"x-amz-meta-note": "hello"}, DENIED),
        ({"x-ignore-note": "hello"}, None),
        ({"Content-Type": "image/png"}, DENIED),
        ({"Content-Type": None}, DENIED),
        ({"key": None}, INVALID),
        ({"policy": None, "x-amz-signature": None}, DENIED),
        ({"x-amz-signature": None}, INVALID),
        ({"x-amz-signature": "0" * 64}, (403, "SignatureDoesNotMatch")),
        ({"policy": base64.b64encode(b'{"expiration":"2099-01-01T00:00:00Z","conditions":[]}').decode()},
         (403, "SignatureDoesNotMatch")),
        ({"x-amz-credential": "AKIANOBODY/20270115/eu-central-1/s3/aws4_request"}, (403, "InvalidAccessKeyId")),
        ({"x-amz-date": "20200101T000000Z"}, DENIED),
        ({"x-ignore-much": "x" * 20_000}, (400, "MaxPostPreDataLengthExceeded")),
    ],
)  # fmt: skip
def test_changed_after_signing(
    practice: PracticeService,
    form: Callable[..., Fields],
    post: Callable[..., httpx.Response],
    code: Code,
    change: dict[str, str | None],
    expected: tuple[int, str] | None,
) -> None:
    """A form that was altered, cut or added to after it was signed is refused with the code that S3 gives."""
    fields = {name: value for name, value in (form() | change).items() if value is not None}
    answer = post(fields)
    assert (None if answer.status_code == 204 else code(answer)) == expected
    assert len(practice.world.stored("kizen")) == (expected is None)


def test_wrong_secret(form: Callable[..., Fields], post: Callable[..., httpx.Response], code: Code) -> None:
    """A signature under another secret is refused."""
    assert code(post(form(secret="not the secret"))) == (403, "SignatureDoesNotMatch")


def test_field_names_in_other_case(form: Callable[..., Fields], post: Callable[..., httpx.Response]) -> None:
    """Field names mean the same in capital letters."""
    assert post({name.upper(): value for name, value in form().items()}).status_code == 204


def test_expired(
    form: Callable[..., Fields], post: Callable[..., httpx.Response], code: Code, later: Callable[[float], None]
) -> None:
    """A form works until its last second and not after."""
    fields = form(seconds=60)
    later(59)
    assert post(fields).status_code == 204
    later(1)
    answer = post(fields)
    assert code(answer) == DENIED
    assert "Invalid according to Policy: Policy expired." in answer.text


def test_file_name_in_key(
    practice: PracticeService, form: Callable[..., Fields], post: Callable[..., httpx.Response]
) -> None:
    """${filename} in a key stands for the file's own name."""
    assert post(form({"key": "there/${filename}"})).status_code == 204
    assert practice.world.stored("kizen")[0].key == "there/name.txt"


def test_key_with_quotes_and_umlauts(
    practice: PracticeService, form: Callable[..., Fields], post: Callable[..., httpx.Response]
) -> None:
    """A key is text, whatever is in it."""
    key = 'there/Größe "1" & <2>.txt'
    assert post(form({"key": key, "success_action_status": "201"})).status_code == 201
    assert practice.world.stored("kizen")[0].key == key


@pytest.mark.parametrize(
    ("names_after", "expected"), [(["x-ignore-late"], None), (["Content-Type"], DENIED), (["key"], INVALID)]
)
def test_fields_after_the_file(
    practice: PracticeService, form: Callable[..., Fields], code: Code, names_after: list[str], expected: Any
) -> None:
    """What comes after the file counts as not sent."""
    fields = form() | {"x-ignore-late": "late"}
    ordered: list[tuple[str, Any]] = [
        (name, (None, value)) for name, value in fields.items() if name not in names_after
    ]
    ordered.append(("file", ("name.txt", b"hello")))
    ordered += [(name, (None, fields[name])) for name in names_after]
    answer = httpx.post(f"{practice.origin}/storage/kizen/", files=ordered)
    assert (None if answer.status_code == 204 else code(answer)) == expected


def test_no_file(practice: PracticeService, form: Callable[..., Fields], code: Code) -> None:
    """A form without a file is refused, where some servers store an empty object."""
    answer = httpx.post(f"{practice.origin}/storage/kizen/", files={n: (None, v) for n, v in form().items()})
    assert code(answer) == INVALID
    assert "POST requires exactly one file upload per request." in answer.text


def test_no_form(practice: PracticeService, code: Code) -> None:
    """A body that is no multipart/form-data is refused."""
    url = f"{practice.origin}/storage/kizen/"
    assert code(httpx.post(url, json={})) == (412, "PreconditionFailed")
    head = {"Content-Type": "multipart/form-data; boundary=B"}
    for body in (
        b"",
        b"nothing",
        b"--B\r\nno header\r\n\r\nx\r\n--B--\r\n",
        b"--B\r\n\r\nx\r\n--B--\r\n",
        b"--Bx\r\n\r\n",
    ):
        assert code(httpx.post(url, content=body, headers=head)) == (400, "MalformedPOSTRequest")


def test_chunked(practice: PracticeService, code: Code) -> None:
    """A form of unknown length is refused."""
    head = {"Content-Type": "multipart/form-data; boundary=B"}
    answer = httpx.post(f"{practice.origin}/storage/kizen/", content=iter([b"--B--\r\n"]), headers=head)
    assert code(answer) == (411, "MissingContentLength")


@pytest.mark.parametrize("name", ["Authorization", "X-API-KEY", "X-BUSINESS-ID", "X-USER-ID", "api-key", "user-id"])
def test_credentials_of_an_account(
    practice: PracticeService, form: Callable[..., Fields], post: Callable[..., httpx.Response], code: Code, name: str
) -> None:
    """An account's credentials at the storage are refused, and the request is on record."""
    assert code(post(form(), headers={name: "secret"})) == INVALID
    assert name.lower() in practice.world.requests[-1].headers
    assert practice.world.stored("kizen") == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, None),
        ({"signature": "AAAA"}, (403, "SignatureDoesNotMatch")),
        ({"AWSAccessKeyId": "AKIANOBODY"}, (403, "InvalidAccessKeyId")),
        ({"Content-Disposition": "attachment"}, DENIED),
        ({"Content-Type": "image/png"}, DENIED),
        ({"key": "temporary/elsewhere"}, DENIED),
        ({"acl": "public-read"}, DENIED),
        ({"success_action_status": None}, DENIED),
        ({"signature": None}, INVALID),
    ],
)
def test_signature_version_2(
    sign: Callable[..., Any],
    code: Code,
    change: dict[str, str | None],
    expected: tuple[int, str] | None,
) -> None:
    """Close's older kind of form is held to the same rules."""
    upload = sign("close", b"hello")["upload"]
    fields = {name: value for name, value in (upload["fields"] | change).items() if value is not None}
    answer = httpx.post(upload["url"], data=fields, files={"file": ("a.txt", b"hello")})
    assert (None if answer.status_code == 201 else code(answer)) == expected


def test_cut_in_mid_body(
    practice: PracticeService, form: Callable[..., Fields], raw: Callable[..., bytes], until: Callable[..., None]
) -> None:
    """A form whose connection ends before its body is never stored, and leaves nothing on the disk."""
    head = b"".join(
        f'--B\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form().items()
    )
    head += b'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    request = f"POST /storage/kizen/ HTTP/1.1\r\nHost: 127.0.0.1:{practice.port}\r\nContent-Length: 9999999\r\n"
    request += "Content-Type: multipart/form-data; boundary=B\r\n\r\n"
    assert raw(request.encode() + head + b"x" * 100_000) == b""
    folder = practice.folder
    assert folder
    until(lambda: not [*folder.glob("incoming*")])
    assert practice.world.stored("kizen") == []
    assert practice.world.requests[-1].status is None
