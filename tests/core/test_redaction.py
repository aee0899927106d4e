"""What may be shown of addresses, headers, forms and JSON; that nothing else ever is, and that what helps stays."""

import json
import re
import secrets
import string
import uuid
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.core import redacted_headers, redaction
from uploader_gui.core.harmless import harmless
from uploader_gui.core.places import resources

TOKENS = {
    "base64": lambda: secrets.token_urlsafe(18),
    "hex": lambda: secrets.token_hex(12),
    "uuid": lambda: str(uuid.uuid4()),
    "capitals": lambda: "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(20)),
    "jwt": lambda: f"eyJhbGciOiJIUzI1NiJ9.{secrets.token_urlsafe(24)}.{secrets.token_urlsafe(16)}",
    "rails": lambda: f"eyJfcmFpbHMiOnsi{secrets.token_urlsafe(20)}--{secrets.token_hex(20)}",
    "licence": lambda: "-".join(secrets.token_hex(3).upper() for _ in range(4)),
}
# A value that can be told from everything that is shown by itself.
ODD = st.sampled_from("αβγδεζ\"'&=;/%+ ,:-{}[]<>\\\n🦊")
VALUES = st.text(ODD, min_size=1, max_size=30).map(lambda text: f"ξ{text}ξ")


@pytest.mark.parametrize("kind", TOKENS)
def test_tokens_are_not_harmless(kind: str) -> None:
    """What services use for keys, ids and tokens is struck out of a path, alone and percent-encoded."""
    for _ in range(300):
        token = TOKENS[kind]()
        for written in (token, quote(token, safe=""), "".join(f"%{ord(char):02x}" for char in token)):
            shown = redaction.address(f"https://api.example.com/v1/files/{written}/commit")
            assert re.fullmatch(r"https://api\.example\.com/v1/files/[^/]*…\d+\+/commit", shown), (token, shown)
            assert token not in shown


def test_the_words_of_every_service_file_stay() -> None:
    """What a path of a service file says in words is shown: a trace without it would help nobody."""
    calls = [
        call
        for path in (resources() / "services").glob("*.toml")
        for call in re.findall(r'"(?:GET|POST|PUT|PATCH|DELETE) (/[^"]*)"', path.read_text("utf-8"))
    ]
    assert len(calls) > 30
    for call in calls:
        plain = re.sub(r"\$\{[^}]*\}", "1002", call)
        assert redaction.path(plain) == plain


@pytest.mark.parametrize(
    "text",
    ["v1", "oauth2", "direct_uploads", "2026-11-20", "X-Amz-Security-Token", "Content-Disposition", "eu-central-1",
     "attachable_sgid", "AWSAccessKeyId", "x-goog-meta-name", "presigned-post", "chat_room_messages"],
)  # fmt: skip
def test_names_of_the_trade_are_harmless(text: str) -> None:
    """Words, versions, dates, regions and the names that signing uses are shown."""
    assert harmless(text)


ADDRESSES = {
    "https://user:pw@app.close.com:8443/api/v1/lead/?_limit=10&query=secret#frag":
        "https://app.close.com:8443/api/v1/lead/?_limit=10&query=…4+",
    "https://s3.eu-central-1.amazonaws.com/files/2f3c9a1b77aa/Offer%20Q3.pdf?X-Amz-Date=20261120T142140Z&X-Amz-Signature=f00dfeed":
        "https://s3.eu-central-1.amazonaws.com/files/…8+/…8+.pdf?x-amz-date=20261120T142140Z&x-amz-signature=…8+",
    "https://api.close.com/lead/lead_4xM3kJ2nB9pQzzz8/": "https://api.close.com/lead/lead_…16+/",
    "https://[::1]:8080/x": "https://[::1]:8080/x",
    "https://d111111abcdef8.cloudfront.net/": "https://…8+.cloudfront.net/",
    "https://a.example/x;session=1?eyJhbGciOi": "https://a.example/…8+?…8+",
    "https://a.example/?%58-Amz-Signature=x%26y&a%5Bb%5D=1": "https://a.example/?x-amz-signature=…4+&…4+=…",
    "https://a.example/?page=SELECT": "https://a.example/?page=…4+",
    "file:///etc/passwd": "…16+",
    "https://[": "…8+",
    "": "…",
}  # fmt: skip


@pytest.mark.parametrize("url", ADDRESSES)
def test_addresses(url: str) -> None:
    """Golden: what is left of an address."""
    assert redaction.address(url) == ADDRESSES[url]


def test_headers_that_are_sent() -> None:
    """Golden: of what is sent only types and lengths show, and by which scheme an account is signed in."""
    given_headers = [
        ("Authorization", "Basic YXBpOg=="), ("X-API-KEY", "abcdef"), ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-MD5", "rL0Y20zC+Fzt72VPzMSk2A=="), ("Accept", "application/json"), ("X-Request-Id", "abcdef"),
    ]  # fmt: skip
    assert redacted_headers.headers(given_headers) == (
        ("Authorization", "Basic …8+"), ("X-API-KEY", "…4+"), ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-MD5", "…16+"), ("Accept", "application/json"), ("X-Request-Id", "…4+"),
    )  # fmt: skip


def test_headers_that_are_answered() -> None:
    """Golden: of an answer what support asks for shows; cookies do not, and where it points to only as an address."""
    answered = {
        "content-type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "etag": '"0123456789abcdef0123456789abcdef"', "server": "nginx", "x-request-id": "Root=1-67a-b",
        "date": "Fri, 20 Nov 2026 14:21:40 GMT", "retry-after": "24", "ratelimit": "limit=100, remaining=0, reset=3",
        "x-ratelimit-remaining": "7", "set-cookie": "session=abcdefgh", "location": "/login?next=abc",
        "www-authenticate": 'Bearer realm="x"', "allow": "GET, POST", "x-note": "hello",
    }  # fmt: skip
    shown = dict(redacted_headers.headers(answered.items(), answered=True))
    struck = {
        "set-cookie": "…16+",
        "location": "/login",
        "www-authenticate": "Bearer …8+",
        "x-note": "…4+",
    }
    assert shown == {**answered, **struck}


@pytest.mark.parametrize("name", ["x-request-id", "etag", "server", "location", "allow", "retry-after"])
def test_a_server_that_repeats_a_key_does_not_make_it_harmless(name: str) -> None:
    """What was struck out of a request is struck out of its answer as well, wherever a server puts it."""
    key = "0123456789abcdef0123456789abcdef"
    sent = (("Authorization", f"Bearer {key}"),)
    struck = redacted_headers.struck_of("https://a.example/x?token=plain-words-here", sent)
    for said in (key, f"/{key}", f"/{key}?x", "plain-words-here"):
        shown = redacted_headers.headers([(name, said)], answered=True, struck=struck)[0][1]
        assert key not in shown
        assert "plain-words-here" not in shown


def test_shapes() -> None:
    """Golden: of JSON names, types and lengths."""
    value = {
        "id": "abc", "list": [{"url": "x" * 50, "n": 1}, 2], "none": None, "ann@example.com": True, "empty": "",
        "deep": {"a": {"b": {"c": {"d": 1}}}}, "no": [],
    }  # fmt: skip
    assert redaction.shape(value) == (
        "{id: text, list: [2 of {url: text 32+, n: number}], none: null, …8+: yes or no, empty: no text, "
        "deep: {a: {b: {c: more}}}, no: []}"
    )
    assert redaction.shape_of(b"<html>") == ""
    assert redaction.shape_of(b"[" * 100_000) == ""
    assert len(redaction.shape([{f"name_{number}": "x" for number in range(20)}] * 9)) <= redaction.MOST_SHAPE


@given(st.lists(st.tuples(st.text(max_size=20), VALUES), max_size=8), VALUES)
def test_no_value_of_a_query_comes_out(pairs: list[tuple[str, str]], value: str) -> None:
    """Whatever the names: no query value, no user, no password, no fragment is in what is shown."""
    url = f"https://{quote(value, safe='')}:{quote(value, safe='')}@a.example/x?{urlencode(pairs)}#{quote(value)}"
    shown = redaction.address(url)
    for secret in (value, *(one for _name, one in pairs)):
        assert secret not in shown
        assert quote(secret, safe="") not in shown
    assert "ξ" not in shown
    assert "%CE%BE" not in shown.upper()


@given(st.lists(st.tuples(st.text(max_size=20), st.text(min_size=1, max_size=40)), max_size=8))
def test_no_value_of_an_unknown_header_comes_out(pairs: list[tuple[str, str]]) -> None:
    """A header that nobody thought of shows its name at most."""
    for (name, value), (shown, text) in zip(
        pairs, redacted_headers.headers([(f"x-{n}", v) for n, v in pairs]), strict=True
    ):
        assert redaction.MARK.fullmatch(text)
        assert value not in text or value in "…0123456789+"
        assert redaction.MARK.fullmatch(shown) or shown == f"x-{name}"


@given(st.sampled_from([*redacted_headers.ASKED, *redacted_headers.ANSWERED]), VALUES)
def test_known_headers_show_nothing_odd(name: str, value: str) -> None:
    """A known header whose value is not as it should be is struck out like any other."""
    for answered in (False, True):
        assert "ξ" not in redacted_headers.headers([(name, value)], answered=answered)[0][1]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | VALUES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_no_value_of_json_comes_out(value: object) -> None:
    """Texts do not show, nor do numbers: the digits of a shape are lengths only."""
    shown = redaction.shape(value)
    assert "ξ" not in shown
    assert redaction.shape_of(json.dumps(value).encode()) in {shown, redaction.shape(json.loads(json.dumps(value)))}


@given(st.lists(st.text(max_size=30), max_size=40))
def test_names_of_fields_are_names(names: list[str]) -> None:
    """A field whose name is no word is a mark; the text is bounded."""
    shown = redaction.fields(names)
    assert len(shown) < 25 * 70
    assert all(harmless(one, joints="._-:") or redaction.MARK.fullmatch(one) for one in shown.split(", ") if names)


@given(st.text(max_size=3000))
def test_any_address_can_be_redacted(url: str) -> None:
    """Nothing raises, whatever an address is; what is shown is one bounded line."""
    for text in (url, f"https://a.example/{url}"):
        shown = redaction.address(text)
        assert len(shown) < 6000
        assert shown.isprintable()
