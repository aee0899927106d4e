"""The contract of every service file: what is sent to any of its targets is attached there, whole, by one call."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, Result, attached, print_of
from tests.contract.cases import Case, case_id, cases
from uploader_gui.practice import PracticeService

NAMES = [
    "two  spaces and a dot.",
    'it\'s "quoted" & 100% <b>',
    "a+b=c;d?e#f",
    "family 👩‍👩‍👧 😀",
    "Übergrößenträger São Naïve",
    "契約書 договор ملف חוזה",
    "a\u0308 decomposed",
    "-dash",
    "x" * 200,
]
every_target = pytest.mark.parametrize("case", cases(), ids=case_id)


def send(cli: CommandLine, case: Case, *paths: Path) -> Result:
    """Send files to a case's target."""
    return cli.send(case.service, *paths, target=case.target, inputs=case.inputs)


def check_whole(cli: CommandLine, case: Case, result: Result, paths: dict[Path, str]) -> None:
    """Hold what the practice service has against the files, and the receipts against both."""
    practice = cli.practice
    expected = Counter(print_of(path, case.shown(name)) for path, name in paths.items())
    assert (result.code, result.problems) == (0, []), result.text or result.err
    if case.attaches:
        assert attached(practice, case.service) == [expected]
        assert cli.attach_calls(case.service) == 1
        assert [line["files"] for line in result.events("attached")] == [[str(path) for path in paths]]
    else:
        stored = Counter((one.name, one.size, one.md5, one.sha256) for one in practice.world.stored(case.service))
        assert stored == expected
        assert cli.attach_calls(case.service) == 0
        assert not result.events("attached")
    receipts = Counter((one["size"], one["md5"], one["sha256"]) for one in result.events("stored"))
    assert receipts == Counter((size, md5, sha256) for _name, size, md5, sha256 in expected.elements())
    count = len(paths)
    counts = {"files": count, "stored": count, "attached": count * case.attaches, "problems": 0, "unknown": 0}
    assert {name: result.done[name] for name in counts} == counts


@every_target
def test_one_file(case: Case, cli: CommandLine, proof: Callable[[Case], str], tmp_path: Path) -> None:
    """One file arrives whole, with the best proof its storage can give."""
    path = case.file(tmp_path)
    result = send(cli, case, path)
    check_whole(cli, case, result, {path: path.name})
    assert [line["proof"] for line in result.events("stored")] == [proof(case)]


@every_target
def test_several_files(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """Several files go in one attach, in the order they were given; where only some fit, nothing is sent at all."""
    paths = [case.file(tmp_path, f"{number} of 5") for number in (3, 1, 5, 2, 4)]
    result = send(cli, case, *paths)
    if case.flow.max_files == 1:
        assert result.code == 2
        assert "takes 1 file at once, not 5" in result.err
        assert not cli.practice.world.requests
        return
    check_whole(cli, case, result, {path: path.name for path in paths})
    if case.attaches:
        [attachment] = cli.practice.world.attachments(case.service)
        assert [file.name for file in attachment.files] == [path.name for path in paths]


@every_target
def test_empty_file(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """A file without a byte is attached as one; only where its picture's size is needed it is refused beforehand."""
    path = tmp_path / case.name("empty")
    path.touch()
    result = send(cli, case, path)
    if case.flow.needs_image_size:
        assert (result.code, result.problems) == (1, ["file_not_image"])
        assert not cli.practice.world.requests
        return
    check_whole(cli, case, result, {path: path.name})


@every_target
def test_names(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """Every name a person may give a file arrives as it is, or as the service cleans it."""
    stems = [" ".join(NAMES[:-1])[:80]] if case.flow.max_files == 1 else NAMES
    paths = [case.file(tmp_path, stem) for stem in stems]
    check_whole(cli, case, send(cli, case, *paths), {path: path.name for path in paths})


@every_target
def test_name_that_is_no_text(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """A name that is not valid UTF-8 on disk gets replacement signs, and is named in JSON as it was given."""
    try:
        path = case.file(tmp_path, b"caf\xe9")
    except OSError:
        pytest.skip("this file system takes only valid names")
    result = send(cli, case, path)
    check_whole(cli, case, result, {path: case.name("caf\ufffd")})


@every_target
def test_plain_lines(case: Case, cli: CommandLine, practice: PracticeService, tmp_path: Path) -> None:
    """A person reads one line that names service, number and place; where nothing is attached, what to copy."""
    path = case.file(tmp_path)
    result = cli.send(case.service, path, target=case.target, inputs=case.inputs, more=("--yes",))
    assert (result.code, result.err) == (0, "")
    said = "attached to" if case.attaches else "stored in"
    assert f"1 file {said} " in result.out
    assert "None" not in result.out
    assert "${" not in result.out
    if not case.attaches:
        assert f"{path}: " in result.out
    assert len(practice.world.attachments(case.service)) == case.attaches
