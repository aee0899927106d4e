"""Circle's upload whole, with Rails at the other end: JSON in, signed headers, PUT, and ids that Rails resolves."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.cli.harness import CommandLine, Print, print_of
from tests.contract.cases import Case
from tests.real_servers.rails_server import Rails


def facts(found: dict[str, Any]) -> Print:
    """What Rails has, as what identifies a file."""
    return found["filename"], found["byte_size"], found["md5"], found["sha256"]


@pytest.mark.parametrize(("service", "proof"), [("s3", "checked"), ("disk", "size")])
def test_upload(service: str, proof: str, cli: CommandLine, rails: Rails, tmp_path: Path) -> None:
    """Files of all kinds are stored by Rails; both ids that a person can copy lead it to exactly their bytes.

    With its disk Rails gives no header for a checksum, though it holds the bytes against the one it was told.
    """
    paths = [tmp_path / name for name in ("Größe 契約 😀 “a” %20;b.pdf", "empty.txt", "plain.bin", "picture.png")]
    for number, path in enumerate(paths):
        path.write_bytes(os.urandom([70_000, 0, 5 * 2**20, 300][number]))
    cli.environment.setenv("UPLOADER_CIRCLE_ACCESS_TOKEN", rails.token)
    where = ("--service", "circle", "--target", "upload", "--base", rails.base(service))
    result = cli("send", *map(str, paths), *where, "--json")
    assert (result.code, result.problems) == (0, []), result.text or result.err
    stored = result.events("stored")
    assert {line["proof"] for line in stored} == {proof}
    shown = Case(service="circle", target="upload").shown
    expected = Counter(print_of(path, shown(path.name)) for path in paths)
    for name in ("signed_id", "sgid"):
        found = [rails.found(**{name: line["result"][name]}) for line in stored]
        assert Counter(map(facts, found)) == expected
    receipts = Counter((line["size"], line["md5"], line["sha256"]) for line in stored)
    assert receipts == Counter(each[1:] for each in expected)


def test_wrong_token(cli: CommandLine, rails: Rails, tmp_path: Path) -> None:
    """A token that is not taken is told with what the server says of it; nothing was sent."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    cli.environment.setenv("UPLOADER_CIRCLE_ACCESS_TOKEN", "another")
    result = cli("send", str(path), "--service", "circle", "--target", "upload", "--base", rails.base("s3"), "--json")
    assert (result.code, result.problems) == (1, ["signed_out"])
    [line] = result.events("problem")
    assert "Circle does not accept the key of this account." in line["text"]
    assert "The access token is invalid." in line["text"]
