"""The demo's parts: sample files that are what they say, the commands, and a comparison that can fail."""

import csv
import hashlib
import io
import re
import struct
import sys
import zlib
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import demo
from terminal import StopRun

from uploader_gui.practice import sample_files
from uploader_gui.practice.world import AttachedFile


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The sample files on disk."""
    return sample_files.make_samples(tmp_path)


def attached(file: Path, content: bytes | None = None) -> AttachedFile:
    """What the practice service would hold of a file, or of other bytes under its name."""
    data = file.read_bytes() if content is None else content
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return AttachedFile(name=file.name, type="", size=len(data), md5=md5, sha256=hashlib.sha256(data).hexdigest())


def test_the_pdf_is_one() -> None:
    """Each offset in the PDF's table leads to its object, and the last line to the table."""
    data = sample_files.pdf()
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", data)[0])
    assert data[start:].startswith(b"xref\n0 7\n")
    for number, offset in enumerate(re.findall(rb"(\d{10}) 00000 n \n", data), start=1):
        assert data[int(offset) :].startswith(b"%d 0 obj\n" % number)


def test_the_png_is_one() -> None:
    """The PNG's chunks carry their checksums, and its pixels are as many as its head says."""
    data = sample_files.png(5, 3)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, pixels, kinds = 8, b"", []
    while at < len(data):
        size = struct.unpack(">I", data[at : at + 4])[0]
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size : at + 12 + size])[0] == zlib.crc32(kind + content)
        kinds.append(kind)
        pixels = content if kind == b"IDAT" else pixels
        at += 12 + size
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]
    assert len(zlib.decompress(pixels)) == 3 * (1 + 5 * 3)


def test_the_csv_is_one() -> None:
    """The table has the same columns in every row and a letter beyond ASCII, which some encodings break."""
    rows = list(csv.reader(io.StringIO(sample_files.csv().decode())))
    assert {len(row) for row in rows} == {3}
    assert not sample_files.csv().isascii()


def test_the_commands_are_a_persons(files: list[Path]) -> None:
    """The words are those of the command line's contract; where a target takes one file, the PDF is it."""
    close, haufe = demo.ERRANDS[0], demo.ERRANDS[2]
    assert close.words(files, {"lead": "lead_1"}, "http://127.0.0.1:1/close") == [
        *["send", *map(str, files), "--service", "close", "--target", "note", "--set", "lead=lead_1"],
        *["--base", "http://127.0.0.1:1/close", "--yes"],
    ]
    assert haufe.max_files == 1
    assert files[0].suffix == ".pdf"
    assert [errand.service for errand in demo.ERRANDS] == ["close", "kizen", "haufe", "circle"]


def test_the_keys_are_the_practice_accounts_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person's own keys and proxies do not reach the demo, and its settings lie in its own folder."""
    monkeypatch.setenv("UPLOADER_CLOSE_API_KEY", "the person's")
    monkeypatch.setenv("UPLOADER_KIZEN_API_KEY", "the person's")
    monkeypatch.setenv("http_proxy", "the person's")
    env = demo.child_environment("close", {"api_key": "practice"}, tmp_path)
    assert env["UPLOADER_CLOSE_API_KEY"] == "practice"
    assert env["UPLOADER_GUI_HOME"] == str(tmp_path)
    assert "the person's" not in env.values()


def test_the_same_bytes_are_proven(files: list[Path]) -> None:
    """One attachment with all files, in whatever order, is as it should be."""
    assert demo.differences("close", files, [[attached(file) for file in reversed(files)]]) is None


def test_the_proof_can_fail(files: list[Path]) -> None:
    """One changed byte, a missing file, a file twice, nothing attached, or attached twice: each is found."""
    whole = [attached(file) for file in files]
    changed = attached(files[1], files[1].read_bytes()[:-1] + b"\0")
    assert "picture.png" in (demo.differences("close", files, [[whole[0], changed, whole[2]]]) or "")
    assert "visitors.csv" in (demo.differences("close", files, [whole[:2]]) or "")
    assert "4 files for 3" in (demo.differences("close", files, [[*whole, whole[0]]]) or "")
    assert "has 0" in (demo.differences("close", files, []) or "")
    assert "has 2" in (demo.differences("close", files, [whole, whole]) or "")


def test_a_failed_command_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the command line fails, what it said on its error output is shown, and the demo ends with 1."""
    monkeypatch.setattr(sys, "executable", "/bin/false" if Path("/bin/false").exists() else sys.executable)
    with pytest.raises(StopRun, match="exit code 1 and said:\n") as stop:
        demo.send(["send", "--nonsense"], {})
    assert stop.value.code == 1
