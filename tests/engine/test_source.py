"""Files on this computer: found, left out, and described."""

import os
from pathlib import Path
from unittest import mock

import pytest

from uploader_gui.core.problems import Kind, UploadError
from uploader_gui.engine.image_size import image_size
from uploader_gui.engine.source import find, hidden, ignored, look, unicode_name


def test_a_folder_is_walked_in_order_and_junk_is_left_out(tmp_path: Path) -> None:
    """All files below it, sorted; what systems and office programs leave lying about is not among them."""
    names = [
        "b.txt", "a.txt", "sub/c.txt", "sub/deeper/d.txt", ".DS_Store", "Thumbs.db", "~$report.docx", "._a.txt",
        "sub/desktop.ini", ".~lock.x.odt#", "movie.mov.crdownload", ".git/config", "__MACOSX/x",
    ]  # fmt: skip
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    found = [source.given.removeprefix(str(tmp_path)) for source in find(str(tmp_path))]
    assert found == ["/a.txt", "/b.txt", "/sub/c.txt", "/sub/deeper/d.txt"]


def test_a_hidden_file_that_was_meant_is_sent(tmp_path: Path) -> None:
    """Named by itself, even junk is what the person means."""
    path = tmp_path / "Thumbs.db"
    path.write_text("x")
    assert [source.name for source in find(str(path))] == ["Thumbs.db"]
    assert ignored("THUMBS.DB")


def test_what_is_hidden_in_a_folder_is_left_out_and_told(tmp_path: Path) -> None:
    """Whoever gives a folder has not seen it: a key in `.env` must not land on a customer's record."""
    for name in (".env", ".ssh/id_ed25519", ".DS_Store", ".git/config", "sub/.hidden", "sub/shown.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    told: list[str] = []
    assert [source.name for source in find(str(tmp_path), told.append)] == ["shown.txt"]
    assert told == [".env", ".ssh", ".hidden"]
    assert [source.name for source in find(str(tmp_path / ".env"), told.append)] == [".env"]
    assert [source.name for source in find(str(tmp_path / ".ssh"), told.append)] == ["id_ed25519"]
    assert len(told) == 3


@pytest.mark.parametrize(("attributes", "flags", "is_hidden"), [(2, 0, True), (0, 0x8000, True), (32, 0, False)])
def test_hidden_by_attribute_or_flag(
    monkeypatch: pytest.MonkeyPatch, attributes: int, flags: int, *, is_hidden: bool
) -> None:
    """Windows and macOS hide files whose names do not say so."""
    monkeypatch.setattr("sys.platform", "elsewhere")
    facts = mock.Mock(st_file_attributes=attributes, st_flags=flags)
    entry = mock.Mock(stat=mock.Mock(return_value=facts))
    entry.name = "plan.txt"
    assert hidden(entry) is is_hidden
    entry.stat.side_effect = FileNotFoundError
    assert not hidden(entry)


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    """A link could lead anywhere, or in circles."""
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    assert [source.name for source in find(str(tmp_path))] == ["real.txt"]
    assert [source.name for source in find(str(tmp_path / "link.txt"))] == ["link.txt"]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda _path: None, Kind.FILE_MISSING),
        (os.mkfifo, Kind.FILE_UNREADABLE),
        (lambda path: path.symlink_to(path.with_name("nowhere")), Kind.FILE_MISSING),
    ],
)
def test_what_is_no_file_is_told(tmp_path: Path, make: object, kind: Kind) -> None:
    """Missing, a pipe (opening it would block for ever), a link into nothing."""
    path = tmp_path / "thing"
    make(path)  # type: ignore[operator]
    with pytest.raises(UploadError) as caught:
        look(str(path), path)
    assert caught.value.problem.kind is kind
    assert caught.value.problem.name == "thing"


def test_a_name_that_is_no_text_can_be_sent(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 become replacement signs in what a service is told; the path stays the real one."""
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/r\xe9sum\xe9.pdf"))
    path.write_text("x")
    source = look(str(path), path)
    assert source.name == "r\ufffdsum\ufffd.pdf"
    assert source.path.exists()
    assert unicode_name("plain ü 🎉") == "plain ü 🎉"


def test_pictures_have_a_size(tmp_path: Path) -> None:
    """Width and height are read; what is no picture has none, and nothing is raised."""
    gif = tmp_path / "a.gif"
    gif.write_bytes(b"GIF89a" + (30).to_bytes(2, "little") + (20).to_bytes(2, "little") + bytes(10))
    assert image_size(gif) == (30, 20)
    for content in (b"", b"\x89PNG\r\n\x1a\n", b"no picture", bytes(100), b"\xff\xd8\xff"):
        other = tmp_path / "b.png"
        other.write_bytes(content)
        assert image_size(other) is None
