"""The gallery of bad service files: what a person who writes one reads about each mistake, word for word."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from uploader_gui.services import check
from uploader_gui.services.check import ServiceFileError, read
from uploader_gui.services.mistakes import MOST

GALLERY = Path(__file__).parent / "gallery"
BASE = (GALLERY / "base.toml").read_text()


def cases(*names: str) -> list[Any]:
    """The cases of these files of the gallery."""
    return [
        pytest.param(case, id=f"{name}: {case['about']}")
        for name in names
        for case in tomllib.loads((GALLERY / f"{name}.toml").read_text())["case"]
    ]


def changed(case: dict[str, Any]) -> bytes:
    """The base file with a case's changes, each of which fits exactly once."""
    text: str = case.get("text", BASE)
    for old, new in case.get("change", []):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text.encode()


def mistakes_of(content: bytes) -> str:
    """What a person reads about a bad file."""
    with pytest.raises(ServiceFileError) as caught:
        read("acme.toml", content)
    return str(caught.value)


@pytest.mark.parametrize("case", cases("structure", "meaning", "expressions"))
def test_bad_file(case: dict[str, Any]) -> None:
    """Each bad file gives exactly these sentences, each with file, key and expression, and no others."""
    expected = [f"acme.toml: {line}" for line in case["says"].splitlines()]
    assert mistakes_of(changed(case)).splitlines() == expected


@pytest.mark.parametrize("case", [pytest.param({"change": []}, id="base"), *cases("good")])
def test_good_file(case: dict[str, Any]) -> None:
    """What only looks like a mistake is taken."""
    assert read("acme.toml", changed(case)).id == "acme"


@pytest.mark.parametrize("case", cases("structure", "meaning", "expressions"))
def test_no_jargon(case: dict[str, Any]) -> None:
    """No sentence is pydantic's or Python's: they are for programmers."""
    jargon = r"Input should|validat|NoneType|\bNone\b|dict|tuple|instance|\bstr\b|pydantic|Traceback|Error\b|stand_in"
    assert not re.search(jargon, case["says"])


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (BASE.encode("utf-16"), "the file is not UTF-8 text: save it as UTF-8"),
        (BASE.encode().replace(b"Acme", b"Acm\xe9"), "the file is not UTF-8 text: save it as UTF-8"),
        (b"#" * (check.MAX_FILE + 1), "the file is larger than 256 KiB, far more than a service file can need"),
        (b"x = " + b"[" * 5000, "the file is nested too deeply"),
        (b"x = " + b"{a = " * 5000, "the file is nested too deeply"),
        (b".".join([b"a"] * 50000) + b" = 1", "the file is nested too deeply"),
        (b"[" + b".".join([b"a"] * 50000) + b"]", "the file is nested too deeply"),
        (b"\x00", "the file is not TOML: Invalid statement (at line 1, column 1)"),
        (b"x = " + b"9" * 5000, "the file is not TOML: "),
    ],
    ids=["UTF-16", "Latin-1", "too large", "lists", "tables", "dotted key", "dotted table", "binary", "huge number"],
)
def test_no_service_file_at_all(content: bytes, sentence: str) -> None:
    """What is no text, no TOML or no reasonable size gives one sentence, quickly."""
    assert mistakes_of(content).startswith(f"acme.toml: {sentence}")


def test_deep_body() -> None:
    """A body that is nested beyond reason is refused with its key, not with a crash."""
    deep = "[" * 60 + "]" * 60
    says = mistakes_of(BASE.replace('type = "${file.type}" }', f"deep = {deep} }}").encode())
    assert re.fullmatch(r"acme\.toml: sign\.json\.deep(\[0\])+: is nested deeper than 40", says)


def test_windows_editors() -> None:
    """A byte order mark and Windows' line ends, as Notepad writes them, do no harm."""
    assert read("acme.toml", BASE.replace("\n", "\r\n").encode("utf-8-sig")).name == "Acme"


def test_thousands_of_mistakes() -> None:
    """A file full of mistakes is refused soon, with the first hundred of them."""
    many = "\n".join(f"wrong_{number} = {number}" for number in range(9000))
    lines = mistakes_of(f"{many}\n{BASE}".encode()).splitlines()
    assert len(lines) == MOST + 1
    assert lines[-1] == "acme.toml: there are more mistakes: mend these first"


def test_too_much_to_check() -> None:
    """A file whose targets and expressions multiply beyond reason is refused, not checked for hours."""
    fields = "\n".join(f'f{number} = "${{{"file.name || " * 40}file.name}}"' for number in range(300))
    targets = "\n".join(f'[targets.t{number}]\nlabel = "T"\nplace = "p"\nseen_by = "me"' for number in range(90))
    content = BASE.replace('json = { name = "${file.name}", type = "${file.type}" }', f"[sign.json]\n{fields}\n[sign2]")
    content = content.replace('[sign2]\nexpires = "60 s"', "") + targets
    assert mistakes_of(content.encode()) == "acme.toml: the file has more expressions than a service file can need"


def test_mistakes_are_safe_to_print() -> None:
    """What a stranger's file holds cannot steer the terminal that shows its mistakes."""
    content = BASE.replace('name = "Acme"', 'name = "Acme"\n"\\u001b[31m\\u202eevil" = 1')
    content = content.replace("${file.name}", "${'\\u001b[2J' || nowhere}", 1)
    says = mistakes_of(content.encode())
    assert all(line.isprintable() for line in says.splitlines())
    assert "“[31mevil”" in says
