"""The engine's small parts: waits, expiry, storage's answers, limits, media types, form fields."""

import base64
import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.core.batch import Upload
from uploader_gui.core.problems import Kind
from uploader_gui.engine import storage_error
from uploader_gui.engine.expiry import seconds_left
from uploader_gui.engine.http import Answer
from uploader_gui.engine.limits import check_files, check_one, policy_range, without_largest
from uploader_gui.engine.media_type import UNKNOWN, fits, media_type
from uploader_gui.engine.retry import LONGEST_TOLD_WAIT, Policy, told_wait
from uploader_gui.engine.signed import pairs
from uploader_gui.services import catalogue
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import flow
from uploader_gui.services.template import Template

NOON = "Fri, 20 Nov 2026 12:00:00 GMT"
Maker = Callable[..., Upload]


def _answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    return Answer(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=body)


# ------------------------------------------------------------------------------------------------------ waits
@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "24"}, 24),
        ({"retry-after": "Fri, 20 Nov 2026 12:00:30 GMT", "date": NOON}, 30),
        ({"retry-after": "Fri, 20 Nov 2026 11:00:00 GMT", "date": NOON}, 0),
        ({"ratelimit": "limit=100, remaining=0, reset=5"}, 5),
        ({"ratelimit": '"default";r=0;t=7'}, 7),
        ({"ratelimit": "limit=100, remaining=0, reset=5", "retry-after": "60"}, 5),
        ({"ratelimit-reset": "9"}, 9),
        ({"retry-after": "999999999"}, LONGEST_TOLD_WAIT),
        ({"retry-after": "soon"}, None),
        ({"ratelimit": "limit=100, remaining=99, reset=55", "retry-after": "3"}, 3),
        ({"ratelimit": '"burst";r=5;t=1, "day";r=0;t=50, "hour";r=0;t=20'}, 50),
        ({"retry-after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, None),
        ({"ratelimit": "nonsense"}, None),
        ({}, None),
    ],
)
def test_a_service_says_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    """Each form of it is read; nonsense is as good as nothing, and nobody waits for years."""
    assert told_wait(headers) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "ratelimit", "ratelimit-reset", "date"]), st.text(max_size=60)))
def test_any_header_is_survived(headers: dict[str, str]) -> None:
    """Whatever a server writes there, the wait is none or a sensible number."""
    wait = told_wait(headers)
    assert wait is None or 0 <= wait <= LONGEST_TOLD_WAIT


def test_waits_double_and_end() -> None:
    """1, 2, 4, 8 … up to the longest, scattered over their upper half."""
    late, early = Policy(jitter=lambda: 1.0), Policy(jitter=lambda: 0.0)
    assert [late.wait(tried) for tried in range(1, 9)] == [1, 2, 4, 8, 16, 32, 60, 60]
    assert [early.wait(tried) for tried in (1, 2, 8)] == [0.5, 1, 30]
    assert late.wait(5000) == 60


# ----------------------------------------------------------------------------------------------------- expiry
@pytest.mark.parametrize(
    ("value", "left"),
    [
        (600, 600),
        ("600", 600),
        ("2026-11-20T12:05:00Z", 300),
        ("2026-11-20T13:05:00+01:00", 300),
        ("2026-11-20T12:05:00", 300),
        (None, None),
    ],
)
def test_expiry_is_read_against_the_services_own_clock(value: Any, left: float | None) -> None:
    """Seconds or a date; a date counts from the answer's Date, whatever the clock here says."""
    template = Template.read("${answer.expires}")
    assert seconds_left(template, {"answer": {"expires": value}}, {"date": NOON}) == left


def test_a_date_without_a_clock_says_nothing() -> None:
    """No Date in the answer: our own clock is not asked instead."""
    template = Template.read("${answer.expires}")
    assert seconds_left(template, {"answer": {"expires": "2026-11-20T12:05:00Z"}}, {}) is None


@pytest.mark.parametrize("value", ["tomorrow", [], {}, True, "9999-99-99"])
def test_nonsense_is_no_expiry(value: Any) -> None:
    """What is neither seconds nor a date is an answer that is not as expected."""
    with pytest.raises(ExpressionError):
        seconds_left(Template.read("${answer.expires}"), {"answer": {"expires": value}}, {"date": NOON})


def test_a_fixed_expiry_needs_no_answer() -> None:
    """Close's sixty seconds stand in the file."""
    assert seconds_left(60, {}, {}) == 60


# -------------------------------------------------------------------------------------------- storage's answers
def _xml(code: str, **more: str) -> bytes:
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in {"Code": code, **more}.items())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{inside}</Error>'.encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, _xml("EntityTooLarge", ProposedSize="11", MaxSizeAllowed="10"), Kind.FILE_TOO_LARGE),
        (400, _xml("EntityTooSmall", ProposedSize="1", MinSizeAllowed="5"), Kind.FILE_TOO_SMALL),
        (413, b"", Kind.FILE_TOO_LARGE),
        (400, _xml("BadDigest"), Kind.DAMAGED),
        (400, _xml("InvalidDigest"), Kind.DAMAGED),
        (
            403,
            _xml("AccessDenied", Message="Invalid according to Policy: Policy Condition failed"),
            Kind.STORAGE_REFUSED,
        ),
        (403, _xml("SignatureDoesNotMatch"), Kind.STORAGE_REFUSED),
        (400, _xml("RequestTimeout"), Kind.SERVICE_DOWN),
        (503, _xml("SlowDown"), Kind.SERVICE_DOWN),
        (500, b"", Kind.SERVICE_DOWN),
        (501, _xml("NotImplemented"), Kind.STORAGE_REFUSED),
        (429, b"", Kind.RATE_LIMITED),
        (307, b"", Kind.REDIRECTED),
    ],
)
def test_what_storage_means(status: int, body: bytes, kind: Kind) -> None:
    """S3's codes and plain statuses are told apart by what a person can do."""
    problem = storage_error.problem_of(
        _answer(status, body), service="Close", name="a.pdf", size=11, host="s3", again=False
    )
    assert problem.kind is kind
    if b"MaxSizeAllowed" in body:
        assert problem.limit == 10


@pytest.mark.parametrize(
    ("status", "body", "expired"),
    [
        (403, _xml("AccessDenied", Message="Invalid according to Policy: Policy expired."), True),
        (403, _xml("AccessDenied", Message="Request has expired"), True),
        (400, _xml("ExpiredRequest", Message="x"), True),
        (400, _xml("ExpiredToken", Message="x"), True),
        (410, b"", True),
        (404, b"", True),
        (401, b"", True),
        (400, _xml("EntityTooLarge"), False),
        (400, _xml("BadDigest"), False),
        (500, b"expired", False),
    ],
)
def test_when_a_new_address_may_help(status: int, body: bytes, expired: bool) -> None:
    """Refusals that expired signatures get are worth signing again; others are not."""
    assert storage_error.expired(_answer(status, body)) is expired


def test_a_second_expiry_is_told_as_that() -> None:
    """After signing again the sentence says that it expired, not that storage has a quarrel with the file."""
    body = _xml("AccessDenied", Message="Request has expired")
    problem = storage_error.problem_of(_answer(403, body), service="C", name="a", size=1, host="s3", again=True)
    assert problem.kind is Kind.LINK_EXPIRED


@pytest.mark.parametrize(
    ("answer", "etag"),
    [
        (_answer(200, etag='"abc"'), "abc"),
        (_answer(200, etag='W/"abc"'), "abc"),
        (_answer(200, etag="abc"), "abc"),
        (_answer(201, b"<PostResponse><ETag>&quot;abc&quot;</ETag></PostResponse>"), "abc"),
        (
            _answer(
                201, b'<PostResponse xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ETag>abc</ETag></PostResponse>'
            ),
            "abc",
        ),
        (_answer(201, b"<PostResponse><ETag>x</ETag></PostResponse>", etag='"abc"'), "abc"),
        (_answer(204), None),
        (_answer(200, etag='""'), None),
        (_answer(201, b"<not xml"), None),
    ],
)
def test_where_the_etag_is(answer: Answer, etag: str | None) -> None:
    """The header's, else the XML's (radosgw writes it without quotes), else none."""
    assert storage_error.etag_of(answer) == etag


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><Error><Code>&a;</Code></Error>',
        b"<Error>" + b"<Code>" * 100_000,
        b"\xff\xfe<Error>",
        b"<Error><Code>a</Error>",
        b"{}",
    ],
)
def test_hostile_xml_is_nothing(body: bytes) -> None:
    """What declares entities, is too long or is no XML has no elements, and raises nothing."""
    assert storage_error.read_xml(_answer(400, body)).elements == {}


# ------------------------------------------------------------------------------------------------------ limits
def _policy(*conditions: Any) -> list[tuple[str, str]]:
    document = json.dumps({"expiration": "2026-11-20T12:00:00Z", "conditions": list(conditions)})
    return [("key", "k"), ("Policy", base64.b64encode(document.encode()).decode())]


def test_a_policys_range_is_found() -> None:
    """S3 would refuse it after the last byte; the policy says so before the first."""
    assert policy_range(_policy({"bucket": "b"}, ["eq", "$key", "k"], ["content-length-range", 1, "10485760"])) == (
        1,
        10485760,
    )


@pytest.mark.parametrize(
    "fields",
    [
        [],
        [("policy", "no base64!")],
        [("policy", base64.b64encode(b"[]").decode())],
        [("policy", base64.b64encode(b"[" * 100_000).decode())],
        _policy(["content-length-range", "x", 3]),
        _policy("content-length-range"),
        _policy({"content-length-range": 3}),
    ],
)
def test_a_policy_without_a_range_says_nothing(fields: list[tuple[str, str]]) -> None:
    """Whatever stands there instead of a policy is left to storage."""
    assert policy_range(fields) is None


def test_limits_are_exact(upload_of: Maker) -> None:
    """A file of exactly the limit goes, one byte more does not."""
    upload = upload_of(bytes(10))
    assert check_one(upload, "S", 10, None) is None
    over = check_one(upload, "S", 9, None)
    assert over is not None
    assert (over.kind, over.size, over.limit) == (Kind.FILE_TOO_LARGE, 10, 9)
    under = check_one(upload, "S", None, None, least=11)
    assert under is not None
    assert under.kind is Kind.FILE_TOO_SMALL


def test_types_are_held_against_families(upload_of: Maker) -> None:
    """image/* takes every image; anything that is no list of texts says nothing."""
    upload = upload_of(b"x", name="a.png", media_type="image/png")
    assert check_one(upload, "S", None, ["application/pdf", "image/*"]) is None
    refused = check_one(upload, "S", None, ["application/pdf"])
    assert refused is not None
    assert refused.kind is Kind.FILE_TYPE
    assert refused.detail == "application/pdf"
    assert check_one(upload, "S", "10 MB", {"not": "a list"}) is None


def test_a_batch_has_limits_of_its_own(upload_of: Maker) -> None:
    """WhatsApp takes 25 MB together: two files below it may be above it."""
    whatsapp = flow(catalogue.find("close"), "whatsapp_log")
    small = upload_of(b"x")
    half = [dataclasses.replace(small, size=12_500_000, id=name) for name in "ab"]
    assert list(check_files(whatsapp, half)) == []
    more = [half[0], dataclasses.replace(small, size=12_500_001, id="c")]
    assert [problem.kind for problem in check_files(whatsapp, more)] == [Kind.BATCH_TOO_LARGE]


def test_the_largest_are_left_out_of_what_does_not_go_together(upload_of: Maker) -> None:
    """As few as it takes, and the others stay in their order; where nothing is limited none is left out."""
    one, whatsapp = upload_of(b"x"), flow(catalogue.find("close"), "whatsapp_log")

    def left(*mega: int) -> list[int]:
        files = [dataclasses.replace(one, id=str(number), size=size * 1_000_000) for number, size in enumerate(mega)]
        return [upload.size // 1_000_000 for upload in without_largest(whatsapp, files)]

    assert left(12, 13) == [12, 13]
    assert left(3, 12, 11, 2) == [3, 11, 2]
    assert left(3, 30, 24, 2) == [3, 2]
    assert left(30, 30) == []
    assert without_largest(flow(catalogue.find("close"), "note"), [one]) == [one]


# ------------------------------------------------------------------------------------------------- media types
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.CSV", "text/csv"),
        ("photo.webp", "image/webp"),
        ("archive.tar.gz", "application/gzip"),
        ("no ending", UNKNOWN),
        (".hidden", UNKNOWN),
        ("a.unheardof", UNKNOWN),
        ("ü.PDF", "application/pdf"),
    ],
)
def test_types_come_from_our_own_table(name: str, expected: str) -> None:
    """The same on every machine, whatever the system's own table says."""
    assert media_type(name) == expected


def test_families() -> None:
    """A family is a prefix up to the slash, not a word."""
    assert fits("image/png", "image/*")
    assert not fits("imagex/png", "image/*")
    assert not fits("image/png", "image/pngx")


# ------------------------------------------------------------------------------------------------- form fields
@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a": "1", "b": 2}, [("a", "1"), ("b", "2")]),
        ([{"name": "a", "value": "1"}, {"key": "b", "value": "2"}], [("a", "1"), ("b", "2")]),
        ([{"a": "1"}, {"b": "2"}], [("a", "1"), ("b", "2")]),
        ([[{"name": "a", "value": "1"}], {"b": "2"}], [("a", "1"), ("b", "2")]),
        (None, []),
        ({}, []),
        ({"a": True}, [("a", "true")]),
    ],
)
def test_fields_come_in_several_shapes(given: Any, expected: list[tuple[str, str]]) -> None:
    """An object, a list of name (or key) and value, and lists of these; order kept."""
    assert pairs(given) == expected


@pytest.mark.parametrize("given", ["text", [1], {"a": None}, {"a": {"b": 1}}, [{"a\r\nb": "x"}], {"a": ["x"]}])
def test_other_fields_are_refused(given: Any) -> None:
    """What is no field, or would break out of its header, is not used."""
    with pytest.raises(ValueError, match="no "):
        pairs(given)
