"""Limits are held to the byte: what is exactly as large as allowed arrives, one byte more is refused unsent."""

import hashlib
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, attached, print_of
from tests.contract.cases import Case
from uploader_gui.practice import post_policy

KIZEN_FIELD = Case(service="kizen", target="record_field")
HAUFE_MESSAGE = Case(service="haufe", target="message")
WHATSAPP = Case(service="close", target="whatsapp_log")
KNOWLEDGE = Case(service="kizen", target="knowledge_source")

MB, MIB = 10**6, 2**20


def sized(folder: Path, name: str, size: int) -> Path:
    """Write a file of this size that is not all zeros."""
    path = folder / name
    with path.open("wb") as file:
        file.write(hashlib.sha256(name.encode()).digest()[: min(size, 32)])
        file.truncate(size)
    return path


@pytest.mark.parametrize(("case", "most"), [(KIZEN_FIELD, 10 * MB), (HAUFE_MESSAGE, 10 * MIB)], ids=["kizen", "haufe"])
def test_largest_file(case: Case, most: int, cli: CommandLine, tmp_path: Path) -> None:
    """A file that is exactly as large as the service takes is attached, whole."""
    path = sized(tmp_path, "full.pdf", most)
    result = cli.send(case.service, path, target=case.target, inputs=case.inputs)
    assert result.code == 0, result.text
    assert [list(files) for files in attached(cli.practice, case.service)] == [[print_of(path)]]


def test_one_byte_more_than_the_service_file_says(cli: CommandLine, tmp_path: Path) -> None:
    """A limit that the service file knows refuses before anything at all is asked; a good file beside it waits."""
    good, bad = sized(tmp_path, "good.pdf", 10), sized(tmp_path, "full.pdf", 10 * MB + 1)
    result = cli.send("kizen", good, bad, target="record_field", inputs=KIZEN_FIELD.inputs)
    assert (result.code, result.problems) == (1, ["file_too_large"])
    assert [line["file"] for line in result.events("problem")] == [str(bad)]
    assert "full.pdf has 10.0 MB (10,000,001 bytes); Kizen takes up to 10.0 MB (10,000,000 bytes) here." in result.text
    assert not cli.practice.world.requests


def test_one_byte_more_than_the_sign_answer_says(cli: CommandLine, tmp_path: Path) -> None:
    """A limit that only the service's answer tells refuses before a byte of the file is sent."""
    path = sized(tmp_path, "full.pdf", 10 * MIB + 1)
    result = cli.send("haufe", path, target="message", inputs=HAUFE_MESSAGE.inputs)
    assert (result.code, result.problems) == (1, ["file_too_large"])
    assert "(10,485,761 bytes); Haufe Copilot takes up to 10.5 MB (10,485,760 bytes) here." in result.text
    assert cli.asked("haufe", "sign") == 1
    assert cli.asked("haufe", "transfer") == 0
    assert not cli.practice.world.attachments()


def test_largest_files_together(cli: CommandLine, tmp_path: Path) -> None:
    """Files that are together exactly as large as allowed are attached."""
    paths = [sized(tmp_path, "one.pdf", 12 * MB), sized(tmp_path, "two.pdf", 13 * MB)]
    result = cli.send("close", *paths, target="whatsapp_log", inputs=WHATSAPP.inputs)
    assert result.code == 0, result.text
    [files] = attached(cli.practice, "close")
    assert set(files) == {print_of(path) for path in paths}


def test_one_byte_more_together(cli: CommandLine, tmp_path: Path) -> None:
    """One byte more, together, refuses before anything is asked: a problem of the batch and not of a file."""
    paths = [sized(tmp_path, "one.pdf", 12 * MB), sized(tmp_path, "two.pdf", 13 * MB + 1)]
    result = cli.send("close", *paths, target="whatsapp_log", inputs=WHATSAPP.inputs)
    assert (result.code, result.problems) == (1, ["batch_too_large"])
    assert [line["file"] for line in result.events("problem")] == [None]
    assert "Together the files have 25.0 MB (25,000,001 bytes)" in result.text
    assert not cli.practice.world.requests


@pytest.mark.parametrize(
    ("least", "most", "problem"),
    [(0, 1000, None), (1000, 1000, None), (0, 999, "file_too_large"), (1001, 5000, "file_too_small")],
)
def test_policy(
    least: int, most: int, problem: str | None, cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The range in a signed form's policy is held before a byte is sent, to the byte, at both ends."""
    make = post_policy._policy

    def policy(signer: object, fields: object, expires: float, conditions: list[object]) -> str:
        del conditions
        return make(signer, fields, expires, [["content-length-range", least, most]])  # type: ignore[arg-type]

    monkeypatch.setattr(post_policy, "_policy", policy)
    path = sized(tmp_path, "page.pdf", 1000)
    result = cli.send("kizen", path, target="knowledge_source")
    assert (result.code, result.problems) == ((1, [problem]) if problem else (0, [])), result.text
    assert cli.asked("kizen", "transfer") == (0 if problem else 1)


def test_types_of_the_sign_answer(cli: CommandLine, tmp_path: Path) -> None:
    """A type that the service's answer does not allow is refused before a byte is sent."""
    path = sized(tmp_path, "film.mp4", 100)
    result = cli.send("haufe", path, target="upload")
    assert (result.code, result.problems) == (1, ["file_type"])
    assert "film.mp4" in result.text
    assert cli.asked("haufe", "transfer") == 0


def test_types_of_the_service_file(cli: CommandLine, tmp_path: Path) -> None:
    """A type that the service file does not allow is refused before anything is asked; each file by its own path."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    paths = [sized(tmp_path / "a", "notes.txt", 5), sized(tmp_path / "b", "notes.txt", 6)]
    result = cli.send("kizen", *paths, target="public_image")
    assert (result.code, result.problems) == (1, ["file_type", "file_type"])
    assert [line["file"] for line in result.events("problem")] == [str(path) for path in paths]
    assert not cli.practice.world.requests
