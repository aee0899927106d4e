"""A service, or whoever took it over, that means ill: nothing leaks, hangs, fills the memory or is rendered."""

import gzip
import json
import re
import resource
import socket
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.cli.fixtures import Pace
from tests.cli.harness import CommandLine, Result
from tests.hostile.server import Ill, Respond, Seen, answer, endless

KEY = "api_canary.7hQ2m0xVw4"
KINDS = {
    "check": ("GET", "/api/v1/me/"),
    "lookup": ("GET", "/api/v1/lead/"),
    "sign": ("POST", "/api/v1/files/upload/"),
    "verify": ("GET", "/api/v1/activity/note/"),
    "attach": ("POST", "/api/v1/activity/note/"),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Some file."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(b"content " * 500)
    return path


def send(cli: CommandLine, ill: Ill, file: Path, *more: str) -> Result:
    """Send a file to the service that means ill."""
    cli.environment.setenv("UPLOADER_CLOSE_API_KEY", KEY)
    return cli(
        "send", str(file), "--service", "close", "--base", ill.base, "--target", "note", "--set", "lead=lead_1", *more
    )


def check_nothing_leaked(ill: Ill, result: Result) -> None:
    """Whatever happened: somebody else never got the key, and nobody reads it."""
    for seen in ill.taken:
        assert not seen.signed_in
        assert KEY.encode() not in seen.head + seen.body
    assert KEY not in result.out + result.err


def test_it_goes_well(cli: CommandLine, ill: Ill, file: Path) -> None:
    """The servers of these tests are enough for a whole flow, so what fails below fails for its own reason."""
    result = send(cli, ill, file)
    assert result.code == 0, result.err
    assert [seen.path for seen in ill.taken] == ["/bucket"]
    assert all(seen.signed_in for seen in ill.seen)
    check_nothing_leaked(ill, result)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", KINDS)
def test_no_redirect_takes_the_key_away(kind: str, status: int, cli: CommandLine, ill: Ill, file: Path) -> None:
    """Every kind of request, every kind of redirect: whoever it points to is never asked."""
    ill.calls[KINDS[kind]] = answer({}, status, {"Location": f"{ill.other}/stolen"})
    result = send(cli, ill, file, "--json")
    assert not [seen for seen in ill.taken if "stolen" in seen.path]
    check_nothing_leaked(ill, result)
    if kind not in {"check", "verify"}:
        assert result.code in {1, 3}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_takes_the_bytes_away(status: int, cli: CommandLine, ill: Ill, file: Path) -> None:
    """Storage that sends the file on is not followed either."""
    ill.calls["POST", "/api/v1/bucket"] = answer({}, status, {"Location": f"{ill.other}/stolen"})
    _sign(ill, f"{ill.base}/bucket")
    result = send(cli, ill, file, "--json")
    assert result.code == 1
    assert not ill.taken
    assert not [seen for seen in ill.seen if seen.path == "/api/v1/bucket" and seen.signed_in]


def _sign(ill: Ill, url: object, **fields: object) -> None:
    upload = {"url": url, "fields": {"key": "k", **fields}}
    ill.calls[KINDS["sign"]] = answer({"upload": upload, "download": {"url": "https://app.close.com/x/"}})


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://files.example/in", "gopher://files.example/", "javascript:alert(1)", "data:,x",
        "http://files.example/in", "https://user:secret@files.example/in", "files.example/in",
        "https://", "https://files.example:99999/", "https://[::1", "http://127.0.0.1.files.example/", "", "\n", 5,
        None, ["https://files.example/"], {"url": "https://files.example/"}, "https://files.example/\r\nX-Bad: 1",
    ],
)  # fmt: skip
def test_upload_addresses_that_are_none(url: object, cli: CommandLine, ill: Ill, file: Path) -> None:
    """Another scheme, not encrypted, with a sign-in, no address at all: refused before a connection is made."""
    _sign(ill, url)
    result = send(cli, ill, file, "--json")
    assert (result.code, ill.taken) == (1, [])
    assert set(result.problems) <= {"address_refused", "unexpected_answer", "no_network"}
    assert ("POST", "/api/v1/activity/note/") not in {(seen.method, seen.path) for seen in ill.seen}


def test_an_upload_address_at_the_service_gets_no_key(cli: CommandLine, ill: Ill, file: Path) -> None:
    """The service names itself as storage: it gets the bytes, by the client that knows no key."""
    ill.calls["POST", "/api/v1/bucket"] = answer({}, 201)
    _sign(ill, f"{ill.base}/bucket")
    result = send(cli, ill, file)
    assert result.code == 0, result.err
    [bytes_sent] = [seen for seen in ill.seen if seen.path == "/api/v1/bucket"]
    assert not bytes_sent.signed_in
    assert b"content content" in bytes_sent.body


@pytest.mark.parametrize("field", ["x\r\nX-Bad: 1", 'x"; filename="evil', "x\0y"])
def test_form_fields_cannot_break_out(field: str, cli: CommandLine, ill: Ill, file: Path) -> None:
    """Names and values of form fields stay what they are: no header, no second file comes of them."""
    upload = {"url": f"{ill.other}/bucket", "fields": {field: field}}
    ill.calls[KINDS["sign"]] = answer({"upload": upload, "download": {"url": "https://app.close.com/x/"}})
    result = send(cli, ill, file)
    for seen in ill.taken:
        assert b"\r\nx-bad" not in seen.head.lower()
        heads = re.findall(rb"(?m)^Content-Disposition: (.*)\r$", seen.body)
        assert sum(b'; filename="' in head for head in heads) == 1
    assert result.code in {0, 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("how", ["headers", "json", "gzip", "chunks", "one header"])
def test_endless_answers_end(how: str, kind: str, cli: CommandLine, ill: Ill, file: Path, pace: Pace) -> None:
    """Headers, JSON, chunks without end, and a bomb of a few bytes: given up soon, in little memory."""
    pace.stall = 2
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
    bomb = gzip.compress(b"[" + b"0," * 20_000_000)
    ill.calls[KINDS[kind]] = {
        "headers": endless(ok, b"X-More: " + b"a" * 60_000 + b"\r\n"),
        "one header": endless(ok + b"X-Long: ", b"a" * 60_000),
        "json": endless(ok + b"Content-Length: 10737418240\r\n\r\n[", b"0," * 30_000),
        "chunks": endless(ok + b"Transfer-Encoding: chunked\r\n\r\n", b"8000\r\n" + b"0," * 0x4000 + b"\r\n"),
        "gzip": _bomb(ok, bomb),
    }[how]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = send(cli, ill, file, "--json")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150_000 if sys.platform == "linux" else True, f"{grown} kB"
    check_nothing_leaked(ill, result)
    assert result.code in {0, 1, 3}


def _bomb(head: bytes, bomb: bytes) -> Respond:
    def respond(connection: socket.socket, _seen: Seen) -> None:
        lines = b"Content-Encoding: gzip\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(bomb)
        connection.sendall(head + lines + bomb)

    return respond


NASTY = "<b>Globex</b>\x1b[31m\x07\u202eevil\u2066\u200b\x00\r\nfake: line\t" + "x" * 5000


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_what_a_service_says_is_not_obeyed(more: tuple[str, ...], cli: CommandLine, ill: Ill, file: Path) -> None:
    """Terminal commands, direction marks, line breaks and HTML in a record's name: plain text in one line."""
    ill.calls[KINDS["lookup"]] = answer({"id": "lead_1", "display_name": NASTY})
    result = send(cli, ill, file, *more)
    assert result.code == 0, result.err
    _check_plain(result)
    _check_plain(cli("history"))


@pytest.mark.parametrize("more", [(), ("--json",)])
@pytest.mark.parametrize("kind", ["lookup", "sign", "attach"])
def test_what_a_service_says_of_an_error(
    kind: str, more: tuple[str, ...], cli: CommandLine, ill: Ill, file: Path
) -> None:
    """Its words are a quotation, shortened, and it cannot speak in ours; a key it repeats is struck out."""
    ill.calls[KINDS[kind]] = answer({"error": f"{KEY} {NASTY}"}, 404 if kind == "lookup" else 422)
    result = send(cli, ill, file, *more)
    assert result.code == 1
    assert KEY not in result.out + result.err
    _check_plain(result)
    assert "Close says: “" in (result.text if more else result.err)
    assert KEY not in cli("queue").out


def _check_plain(result: Result) -> None:
    text = result.out + result.err
    assert "x" * 400 not in text, "it is shortened"
    for line in text.splitlines():
        assert not line.startswith("fake:")
    shown = text if not result.out.startswith("{") else "".join(map(_texts, text.splitlines()))
    odd = {char for char in shown if unicodedata.category(char) in {"Cc", "Cf"} and char != "\n"}
    assert not odd


def _texts(line: str) -> str:
    """The texts of a JSON line that are ours to say: titles and sentences."""
    if not line.startswith("{"):
        return line
    facts = json.loads(line)
    return " ".join(str(facts.get(name, "")) for name in ("title", "text"))
