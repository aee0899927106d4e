"""The files that are meant: needs no Qt."""

import os
from pathlib import Path

import pytest

from tests.contract.cases import picture
from uploader_gui.core.batch import UploadState
from uploader_gui.core.cancel import Cancelled, CancelToken
from uploader_gui.core.problems import Kind
from uploader_gui.services import catalogue
from uploader_gui.services.flow import Flow, flow
from uploader_gui.workers.gathering import gather


def of(service: str, target: str) -> Flow:
    """What happens with files that go there."""
    return flow(catalogue.find(service), target)


def test_folders_and_files(tmp_path: Path) -> None:
    """Folders are walked in order; what systems leave lying about stays out; an empty folder is told."""
    for name in ("b/2.txt", "b/1.txt", "b/.DS_Store", "b/__MACOSX/x.txt", "b/half.part", "a.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "nothing").mkdir()
    given = [str(tmp_path / one) for one in ("b", "a.txt", "nothing")]
    found = gather(of("close", "note"), "batch", given)
    assert [one.name for one in found.uploads] == ["1.txt", "2.txt", "a.txt"]
    assert found.empty == ("nothing",)
    assert {one.batch_id for one in found.uploads} == {"batch"}


def test_what_is_hidden_stays_out(tmp_path: Path) -> None:
    """What is hidden in a folder is named and not sent; given by itself it is."""
    for name in (".env", "sub/.key", "sub/plan.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x")
    found = gather(of("close", "note"), "b", [str(tmp_path)])
    assert [one.name for one in found.uploads] == ["plan.txt"]
    assert found.hidden == (".env", ".key")
    assert [one.name for one in gather(of("close", "note"), "b", [str(tmp_path / ".env")]).uploads] == [".env"]


def test_the_same_file_twice(tmp_path: Path) -> None:
    """A file given by two paths, or beside a batch that has it, is taken once."""
    path = tmp_path / "a.txt"
    path.write_text("a")
    (tmp_path / "link.txt").symlink_to(path)
    first = gather(of("close", "note"), "b", [str(path), str(tmp_path / "link.txt"), str(path)])
    assert [one.name for one in first.uploads] == ["a.txt"]
    assert first.twice == ("link.txt", "a.txt")
    second = gather(of("close", "note"), "b", [str(path)], beside=first.uploads)
    assert (second.uploads, second.twice) == ((), ("a.txt",))


def test_what_cannot_be_read_has_a_row(tmp_path: Path) -> None:
    """A file that is not there is not passed over: it needs a person."""
    found = gather(of("close", "note"), "b", [str(tmp_path / "gone.pdf")])
    [upload] = found.uploads
    assert (upload.state, upload.problem and upload.problem.kind) == (UploadState.NEEDS_ATTENTION, Kind.FILE_MISSING)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_one_bad_file_in_a_folder(tmp_path: Path) -> None:
    """What is no file inside a folder is left alone, and does not hide the others."""
    os.mkfifo(tmp_path / "pipe")
    for name in ("a.txt", "z.txt"):
        (tmp_path / name).write_text(name)
    assert [one.name for one in gather(of("close", "note"), "b", [str(tmp_path)]).uploads] == ["a.txt", "z.txt"]


def test_limits(tmp_path: Path) -> None:
    """What the service would refuse is known before a byte is sent: type, size, number, all together."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    (tmp_path / "b.png").write_bytes(picture(7, 5))
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        file.truncate(26_000_000)
    both = [str(tmp_path / one) for one in ("a.pdf", "b.png")]
    first, second = gather(of("circle", "image_post"), "b", both).uploads
    assert first.problem is not None
    assert first.problem.kind is Kind.FILE_TYPE
    assert (second.state, second.width, second.height) == (UploadState.QUEUED, 7, 5)
    assert [one.kind for one in gather(of("circle", "avatar"), "b", both).together] == [Kind.TOO_MANY_FILES]
    too_large = gather(of("close", "whatsapp_log"), "b", [str(big), *both])
    assert [one.kind for one in too_large.together] == [Kind.BATCH_TOO_LARGE]
    for where in (("kizen", "record_field"), ("close", "whatsapp_log")):
        found = gather(of(*where), "b", [str(big)])
        assert not found.together, "by itself it is this file that is too large"
        assert found.uploads[0].problem is not None
        assert found.uploads[0].problem.kind is Kind.FILE_TOO_LARGE


def test_it_can_be_stopped(tmp_path: Path) -> None:
    """A folder without end is given up when it is told to."""
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        gather(of("close", "note"), "b", [str(tmp_path)], cancel=cancel)
