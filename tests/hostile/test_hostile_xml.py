"""XML from storage that means ill: entities that grow or lead elsewhere are never expanded, whatever the encoding."""

import os
import tracemalloc
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from uploader_gui.core.problems import Kind
from uploader_gui.engine import storage_error
from uploader_gui.engine.http import MAX_ANSWER, Answer

SECRET = "of-this-computer-4kP9"
LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))
ELSEWHERE = '<!DOCTYPE a [<!ENTITY e SYSTEM "file://{path}">]><Error><Code>&e;</Code></Error>'
BOMBS = {
    "billion laughs": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><Error><Code>&l9;</Code></Error>',
    "quadratic": f'<!DOCTYPE a [<!ENTITY a "{"x" * 20_000}">]><Error><Code>{"&a;" * 9000}</Code></Error>',
    "in an attribute": f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><Error a="&l9;"><Code>A</Code></Error>',
    "by parameter": "<!DOCTYPE a [<!ENTITY % p \"<!ENTITY c 'EntityTooLarge'>\">%p;]><Error><Code>&c;</Code></Error>",
    "after a comment": f'<!--{"x" * 20_000}--><!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><Error>&l9;</Error>',
    "elsewhere": ELSEWHERE,
    "a document type elsewhere": '<!DOCTYPE a SYSTEM "file://{path}"><Error><Code>A</Code></Error>',
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1")


def _answer(body: bytes) -> Answer:
    return Answer(status=400, headers={}, body=body)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("kind", BOMBS)
def test_entities(kind: str, encoding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """None gets as far as a parser, which is what expands them; storage's answer counts by its status alone."""
    path = tmp_path / "secret"
    path.write_text(SECRET)
    body = BOMBS[kind].replace("{path}", str(path)).encode(encoding)
    with monkeypatch.context() as patch:
        patch.setattr(ET, "fromstring", lambda _body: pytest.fail("it was parsed"))
        assert storage_error.read_xml(_answer(body)).elements == {}
        problem = storage_error.problem_of(_answer(body), service="C", name="a", size=1, host="s3", again=False)
    assert problem.kind is Kind.STORAGE_REFUSED
    assert SECRET not in repr(problem)


@pytest.mark.parametrize("declared", ["utf-8", "latin-1", "utf-7", "utf-16", "cp037", "idna", "hex", "nobody-knows"])
def test_encodings(declared: str) -> None:
    """An encoding that XML names itself is no way around: it gives the elements or nothing, and never raises."""
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    hidden = f'{head}+ADwAIQ-DOCTYPE a [+ADwAIQ-ENTITY c "A">]><Error><Code>&c;</Code></Error>'.encode()
    assert storage_error.read_xml(_answer(hidden)).elements == {}
    plain = storage_error.read_xml(_answer(f"{head}<Error><Code>A</Code></Error>".encode())).elements
    assert plain in ({}, {"Code": "A"})
    assert plain or declared not in {"utf-8", "latin-1"}


@pytest.mark.parametrize(
    "body",
    [
        b"<Error>" + b"<a>" * 21_000,
        b"<Error>" + b"<a>" * 9000 + b"</a>" * 9000 + b"</Error>",
        b"<Error " + b" ".join(b'a%d="1"' % number for number in range(6000)) + b"/>",
        b"<Error>" + b"<Code>A</Code>" * 4000 + b"</Error>",
        b"<Error><Code>" + b"&#65;" * 12_000 + b"</Code></Error>",
        b"<Error><Code>" + b"x" * MAX_ANSWER,
        os.urandom(MAX_ANSWER),
    ],
    ids=["deep", "deep and whole", "attributes", "many", "references", "8 MiB", "noise"],
)
def test_large(body: bytes) -> None:
    """Depth, width and length cost some megabytes at most."""
    tracemalloc.start()
    try:
        storage_error.read_xml(_answer(body))
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 16 * 2**20
