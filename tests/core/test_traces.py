"""Traces as text, as a line and as a curl command: what helps is readable, and what was struck out can be filled in."""

import dataclasses
import json
import shlex
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uploader_gui.core.curl import curl
from uploader_gui.core.traces import Trace, as_text, from_line, to_line

SIGN = Trace(
    number=3,
    at=datetime(2026, 11, 20, 14, 21, 40, 123000, tzinfo=UTC),
    client="account",
    service="Close",
    step="sign",
    batch="b",
    upload="u",
    method="POST",
    address="https://api.close.com/api/v1/files/…16+/?_limit=10&query=…8+",
    headers=(("Authorization", "Basic …32+"), ("Content-Type", "application/json")),
    kind="json",
    shape="{filename: text 8+, content_type: text 8+}",
    sent=64,
    connected=True,
    status=200,
    answered=(("content-type", "application/json"), ("x-request-id", "r-1")),
    answer="{upload: {url: text 32+, fields: {key: text 64+}}}",
    received=812,
    first=120,
    spent=123,
)
TRANSFER = Trace(
    number=4,
    at=datetime(2026, 11, 20, 14, 21, 41, tzinfo=UTC),
    client="storage",
    step="transfer",
    tries=1,
    method="POST",
    address="https://s3.amazonaws.com/…16+",
    headers=(("Content-Type", "multipart/form-data"),),
    kind="multipart",
    shape="key, policy, x-amz-signature, file",
    sent=2048,
    media_type="text/plain",
    spent=60000,
    problem="stalled",
)


def test_an_answered_request() -> None:
    """Golden: a request with its answer."""
    assert (
        as_text(SIGN)
        == """\
2026-11-20 14:21:40.123 #3 sign: POST https://api.close.com/api/v1/files/…16+/?_limit=10&query=…8+ -> 200 in 123 ms, \
first byte after 120 ms; new connection
  > Authorization: Basic …32+
  > Content-Type: application/json
  > json, 64 bytes: {filename: text 8+, content_type: text 8+}
  < content-type: application/json
  < x-request-id: r-1
  < body, 812 bytes: {upload: {url: text 32+, fields: {key: text 64+}}}"""
    )


def test_a_request_without_an_answer() -> None:
    """Golden: what went wrong, the how-manieth try it was, and what was sent."""
    assert (
        as_text(TRANSFER)
        == """\
2026-11-20 14:21:41.000 #4 transfer: POST https://s3.amazonaws.com/…16+ -> no answer (stalled) in 60000 ms; \
no connection, try 2
  > Content-Type: multipart/form-data
  > multipart, 2048 bytes: key, policy, x-amz-signature, file"""
    )


def test_curl_for_an_account() -> None:
    """Golden: every gap is a variable with its meaning; the key is one as well."""
    assert (
        curl(SIGN)
        == """\
# $PART: a part of the path that is not shown
# $QUERY_QUERY: the value of query in the query, percent-encoded
# $UPLOADER_KEY: what signs the account in, as the header carries it
# $JSON: the body, {filename: text 8+, content_type: text 8+}
curl --globoff --include \\
  --request POST \\
  --url https://api.close.com/api/v1/files/"${PART}"/'?'_limit=10'&'query="${QUERY_QUERY}" \\
  --header Authorization': ''Basic '"${UPLOADER_KEY}" \\
  --header Content-Type': 'application/json \\
  --data-raw "${JSON}\""""
    )


def test_curl_for_storage() -> None:
    """Golden: the signed address is one variable, the fields stand in their order, and the file comes last."""
    assert (
        curl(TRANSFER)
        == """\
# $SIGNED_URL: the address that the service signed for the upload
# $FIELD_KEY: the value of the field key
# $FIELD_POLICY: the value of the field policy
# $FIELD_X_AMZ_SIGNATURE: the value of the field x-amz-signature
# $FILE: the path of the file, without quotation marks in it
curl --globoff --include \\
  --request POST \\
  --url "${SIGNED_URL}" \\
  --form-string key="${FIELD_KEY}" \\
  --form-string policy="${FIELD_POLICY}" \\
  --form-string x-amz-signature="${FIELD_X_AMZ_SIGNATURE}" \\
  --form file=@"${FILE}"';type=text/plain'"""
    )


@pytest.mark.parametrize("kind", ["", "json", "form", "multipart", "file", "bytes"])
@given(method=st.text(max_size=10), address=st.text(max_size=60), name=st.text(max_size=10), value=st.text(max_size=20))
def test_nothing_in_a_curl_command_is_run_by_the_shell(
    kind: str, method: str, address: str, name: str, value: str
) -> None:
    """Even of texts that were never redacted a shell makes words and nothing else: no $(…), no ;, no new line."""
    trace = dataclasses.replace(
        SIGN, kind=kind, method=method, address=address, headers=((name, value),), shape=f"{name}, {value}"
    )
    lines = curl(trace).split("\n")
    while lines[0].startswith("# $"):
        lines.pop(0)
    words = shlex.split("\n".join(lines).replace(" \\\n  ", " "))
    assert words[:4] == ["curl", "--globoff", "--include", "--request"]
    assert words[4] == method


@pytest.mark.skipif(sys.platform == "win32", reason="there is no POSIX shell")
def test_a_shell_takes_it_as_it_is_meant() -> None:
    """A real shell hands curl exactly what the trace says, quotes, dollars and all, and what is filled in whole."""
    odd = "a'b\"c$(touch x)`y`\\ ;&|*?~!#{1,2}"
    trace = dataclasses.replace(SIGN, address=f"https://a.example/…8+/{odd}", headers=(("X-Odd", odd),), kind="")
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{curl(trace)}"
    ran = subprocess.run(["sh", "-c", script], env={"PART": odd}, capture_output=True, check=True, timeout=20)
    assert ran.stdout.decode().split("\0")[4:8] == [
        "--url",
        f"https://a.example/{odd}/{odd}",
        "--header",
        f"X-Odd: {odd}",
    ]


def test_a_line_and_back() -> None:
    """What is written is read again as it was."""
    for trace in (SIGN, TRANSFER):
        assert "\n" not in to_line(trace)
        assert from_line(to_line(trace)) == trace


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", "{}", "null", to_line(SIGN)[:-1], json.dumps({**json.loads(to_line(SIGN)), "more": 1}),
     json.dumps({**json.loads(to_line(SIGN)), "status": "x"}), json.dumps({**json.loads(to_line(SIGN)), "at": "x"}),
     json.dumps({**json.loads(to_line(SIGN)), "headers": [1]})],
)  # fmt: skip
def test_what_is_no_trace(line: str) -> None:
    """A line that was cut off or changed is refused, and never half believed."""
    with pytest.raises((ValueError, TypeError)):
        from_line(line)
