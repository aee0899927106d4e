"""What is wrong with a file, solved in the window: another one, the same as it is now, or without it."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

import pytest

from tests.contract.cases import picture
from tests.engine.test_locked import said_by_windows
from tests.gui.needs import LEAD, NOTE, Scene, Trouble, drive, fault, nothing, params
from uploader_gui.core.problems import Action, Kind
from uploader_gui.engine import settling
from uploader_gui.practice import SAMPLES, VIRUS, RequestSeen

pytestmark = pytest.mark.slow
CLOSE = SAMPLES["close"]
FIELD = ("kizen", "record_field"), {name: SAMPLES["kizen"][name] for name in ("object", "record", "field")}
THREAD = ("haufe", "message"), {"thread": SAMPLES["haufe"]["thread"]}
GALLERY = ("circle", "image_post"), {"space": SAMPLES["circle"]["image_space"], "title": "Us"}
MMS = (
    ("close", "sms_draft"),
    {name: CLOSE[name] for name in ("lead", "contact", "local_phone", "remote_phone")},
)

HELD: set[str] = set()
"""The files that another program keeps to itself."""


@pytest.fixture(autouse=True)
def as_on_windows(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody opens a file that another program has open."""
    really = os.open

    def opens(path: Any, *given: Any, **more: Any) -> int:
        if PurePath(os.fsdecode(path)).name in HELD:
            raise said_by_windows(32)
        return really(path, *given, **more)

    monkeypatch.setattr(os, "open", opens)
    yield
    HELD.clear()


@pytest.fixture(autouse=True)
def soon_at_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file has come to rest after a moment, not after seconds."""
    monkeypatch.setattr(settling, "SETTLE", 0.02)


def missing(scene: Scene) -> None:
    """A file that is not there."""
    files = scene.files()
    files[0].unlink()
    scene.drop(NOTE, LEAD, files)


def put_back(scene: Scene) -> None:
    """It is put back."""
    scene.write("a.pdf")


def no_file(scene: Scene) -> None:
    """A name under which there is something that cannot be read."""
    files = scene.files()
    files[0].unlink()
    os.mkfifo(files[0])
    scene.drop(NOTE, LEAD, files)


def readable(scene: Scene) -> None:
    """It can be read now."""
    (scene.folder / "a.pdf").unlink()
    scene.write("a.pdf")


def changed(scene: Scene) -> None:
    """A file that is another one before its turn has come."""
    files = scene.files()

    def write(request: RequestSeen) -> None:
        if "check" in request.steps:
            scene.practice.world.on_request = None
            scene.write("a.pdf", b"%PDF is longer now")

    scene.practice.world.on_request = write
    scene.drop(NOTE, LEAD, files)


def changing(scene: Scene) -> None:
    """A file that is written to whenever it is on its way."""
    files = scene.files()

    def write(request: RequestSeen) -> None:
        if "sign" in request.steps:
            with files[0].open("ab") as file:
                file.write(b" and more")

    scene.practice.world.on_request = write
    scene.drop(NOTE, LEAD, files)


def saved(scene: Scene) -> None:
    """The program that writes to it is through."""
    scene.practice.world.on_request = None


def in_cloud(scene: Scene) -> None:
    """A stand-in for a file that a cloud's client has not fetched."""
    scene.drop(NOTE, LEAD, scene.files("pdf.nextcloud", b" "))


def fetched(scene: Scene) -> None:
    """What it stands for is here."""
    scene.write("a.pdf.nextcloud", b"%PDF fetched")


def locked(scene: Scene) -> None:
    """A file that another program has open."""
    HELD.add("a.pdf")
    scene.drop(NOTE, LEAD, scene.files())


def closed(scene: Scene) -> None:
    """It is closed there."""
    del scene
    HELD.clear()


def large(scene: Scene, megabytes: int) -> list[Path]:
    """Files of which the first is larger than so many megabytes."""
    files = scene.files()
    with files[0].open("wb") as file:
        file.truncate(megabytes * 2**20 + 1)
    return files


def too_large(scene: Scene) -> None:
    """Larger than the service file says."""
    scene.drop(*FIELD, large(scene, 10))


def too_large_for_now(scene: Scene) -> None:
    """Larger than the service says when it is asked."""
    scene.drop(*THREAD, large(scene, 10))


def no_type(scene: Scene) -> None:
    """Of a type that is not taken."""
    scene.drop(*MMS, scene.files("exe"))


def no_picture(scene: Scene) -> None:
    """A picture by its name only."""
    files = scene.files("png", b"no picture")
    if len(files) > 1:
        files[1] = scene.write("b.png", picture())
    scene.drop(*GALLERY, files)


def good_picture(scene: Scene) -> Path:
    """A picture."""
    return scene.write("fine.png", picture())


def infected(scene: Scene) -> None:
    """With a virus in it."""
    files = scene.files(content=b"%PDF" + VIRUS)
    scene.drop(*(THREAD if len(files) == 1 else (("haufe", "upload"), {})), files)


TROUBLES = [
    Trouble(kind=Kind.FILE_MISSING, bring=missing, mend=put_back),
    Trouble(kind=Kind.FILE_UNREADABLE, bring=no_file, mend=readable),
    Trouble(kind=Kind.FILE_CHANGED, bring=changed, mend=nothing),
    Trouble(kind=Kind.FILE_CHANGING, bring=changing, mend=saved),
    Trouble(kind=Kind.FILE_LOCKED, bring=locked, mend=closed),
    Trouble(kind=Kind.FILE_IN_CLOUD, bring=in_cloud, mend=fetched),
    Trouble(kind=Kind.FILE_TOO_LARGE, bring=too_large, called="service file"),
    Trouble(kind=Kind.FILE_TOO_LARGE, bring=too_large_for_now, called="sign", only=(Action.CHOOSE_FILE, Action.REMOVE)),
    Trouble(kind=Kind.FILE_TOO_LARGE, bring=fault("s3_error", "transfer", code="EntityTooLarge"), called="storage"),
    Trouble(kind=Kind.FILE_TOO_SMALL, bring=fault("s3_error", "transfer", code="EntityTooSmall"), called="storage"),
    Trouble(kind=Kind.FILE_TYPE, bring=no_type),
    Trouble(kind=Kind.FILE_NOT_IMAGE, bring=no_picture, better=good_picture),
    Trouble(kind=Kind.PROCESSING_FAILED, bring=infected),
]


@pytest.mark.parametrize(("trouble", "action"), params(TROUBLES))
def test_solved(trouble: Trouble, action: Action, scene: Scene) -> None:
    """Its row and its details say it, with a way out; the way out leads there."""
    drive(scene, trouble, action)
