"""The guide to service files: its example runs, its expressions give what it says, no key is left out."""

import json
import re
import types
import typing
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.harness import CommandLine, print_of
from tests.services.doubles.acme import DEAL, Acme
from tests.services.doubles.double import KEY
from uploader_gui.core.places import resources
from uploader_gui.services import schema, survey
from uploader_gui.services.expression import OWN_FUNCTIONS, Expression

README = (resources() / "services" / "README.md").read_text("utf-8")
KNOWN = {
    "files": [
        {"file": {"name": "a.pdf", "size": 10}, "sign": {"id": 7}},
        {"file": {"name": "b.png", "size": 20}, "sign": {"id": 8}},
    ],
    "target": {"text": "Hello", "field": "cover"},
    "answer": {"ok": False, "error": "no", "fields": {"cover": [1]}, "pages": None},
}


def section(title: str) -> str:
    """A part of the guide, without its heading."""
    [found] = re.findall(rf"^## {title}$(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    return str(found)


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example as a file."""
    [text] = re.findall(r"^```toml$(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    path = tmp_path / "acme.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def acme() -> Iterator[Acme]:
    """The service of the example."""
    with Acme() as double:
        yield double
        assert not double.errors, "\n".join(double.errors)


def test_the_example_runs(cli: CommandLine, acme: Acme, example: Path, tmp_path: Path) -> None:
    """It is checked, added, and sends files to a deal whose address was pasted; a lost answer is found again."""
    assert (cli("services", "check", str(example)).code, cli.results[-1].err) == (0, "")
    assert cli("services", "add", str(example), "--yes").code == 0
    papers = [tmp_path / name for name in ("Offer & terms.pdf", "ü😀.txt")]
    for number, path in enumerate(papers):
        path.write_bytes(b"%PDF" * (number + 1))
    for lost in (False, True):
        cli.environment.setenv("UPLOADER_ACME_API_KEY", KEY)
        if lost:
            acme.lost.add(f"/v1/deals/{DEAL}/notes")
        where = ("--service", "acme", "--base", f"{acme.origin}/v1", "--json")
        link = ("--link", f"https://app.acme.example/deals/{DEAL}/timeline")
        result = cli("send", *map(str, papers), *where, *link, *(("--again",) if lost else ()))
        assert (result.code, result.problems) == (0, []), result.text or result.err
        assert [line["proof"] for line in result.events("stored")] == ["checked", "checked"]
    wanted = Counter(print_of(path) for path in papers)
    assert acme.prints == [wanted, wanted]


def test_the_example_refuses(cli: CommandLine, acme: Acme, example: Path, tmp_path: Path) -> None:
    """Its sentences reach the person: a virus, a deal that is not there."""
    assert cli("services", "add", str(example), "--yes").code == 0
    path = tmp_path / "virus.txt"
    path.write_bytes(b"x")
    for deal, sentence in ((DEAL, "Acme found a virus in it."), ("8", "There is no such deal")):
        cli.environment.setenv("UPLOADER_ACME_API_KEY", KEY)
        where = ("--service", "acme", "--base", f"{acme.origin}/v1", "--target", "note", "--set", f"deal={deal}")
        result = cli("send", str(path), *where, "--json")
        assert result.code == 1
        assert sentence in result.text
    assert not acme.attached


def rows() -> list[Any]:
    """The table of expressions: what is written, what it gives."""
    table = section("Expressions").partition("| expression | gives | |")[2]
    found = re.findall(r"^\| (`+)(.+?)\1 \| `(.+?)` \|", table, re.MULTILINE)
    return [pytest.param(text.replace("\\|", "|").strip(), gives, id=text) for _ticks, text, gives in found]


@pytest.mark.parametrize(("text", "gives"), rows())
def test_expressions_give_what_the_guide_says(text: str, gives: str) -> None:
    """Each row of the table, evaluated."""
    assert Expression(text).value(KNOWN) == json.loads(gives)


def test_there_are_rows() -> None:
    """The table is found, and our own functions and names are told of."""
    assert len(rows()) >= 12
    told = section("Expressions")
    assert all(f"`{name}(" in told for name in OWN_FUNCTIONS)
    assert all(name in told for name in (*survey.UPLOAD_STEPS, *survey.OTHER_NAMES))
    assert all(name in told for name in survey.FILE.members)


def parts(part: type[schema.Part]) -> Iterator[type[schema.Part]]:
    """A table of the file and all below it."""
    yield part
    for field in part.model_fields.values():
        for below in _parts_in(field.annotation):
            yield from parts(below)


def _parts_in(annotation: Any) -> Iterator[type[schema.Part]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        if issubclass(annotation, schema.Part):
            yield annotation
        return
    for one in typing.get_args(annotation):
        yield from _parts_in(one)


def test_every_key_has_its_line() -> None:
    """No key of the format is missing in the guide's tables, and none is there that the format does not have."""
    told = section("Every key")
    first_cells = "\n".join(line.split("|")[1] for line in told.splitlines() if line.startswith("| `"))
    inside = "\n".join(line for line in told.splitlines() if line.startswith("| `"))
    known = {field.alias or name for part in parts(schema.Service) for name, field in part.model_fields.items()}
    missing = {key for key in known if not re.search(rf"`([a-z_]+\.)*{key}`", inside)}
    assert not missing
    named = {path.split(".")[-1] for path in re.findall(r"`([a-z_.]+)`", first_cells)}
    assert named <= known, named - known
