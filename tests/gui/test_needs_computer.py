"""What is wrong on this computer, or in this program, and what passes by itself: told, and gone on with."""

import errno
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication, QImage

from tests.gui.driver import Driver
from tests.gui.needs import LEAD, NOTE, Scene, Trouble, drive, params, save_account
from tests.store.vault import Vault
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.core.problems import Action, Kind
from uploader_gui.engine import body
from uploader_gui.engine.retry import Policy
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.store import pasted

pytestmark = pytest.mark.slow
CLOSE = SAMPLES["close"]
WHATSAPP = {
    **{name: CLOSE[name] for name in ("lead", "contact", "local_phone", "remote_phone")},
    "direction": "incoming",
    "external_id": "wamid.1",
}


# ------------------------------------------------------------------------------------------------ mistakes of ours
@pytest.fixture
def mistaken(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """A window of a program that makes a mistake, once, with the first file."""
    check, fell = body.check_source, list[object]()

    def wrong(one: Any) -> None:
        if not fell:
            fell.append(one)
            raise KeyError("a secret")
        check(one)

    monkeypatch.setattr("uploader_gui.engine.upload.check_source", wrong)
    return scene


def as_usual(scene: Scene) -> None:
    """Files that are fine."""
    scene.drop(NOTE, LEAD, scene.files())


OURS = [Trouble(kind=Kind.INTERNAL, bring=as_usual)]


@pytest.mark.logs_errors
@pytest.mark.parametrize(("trouble", "action"), params(OURS))
def test_a_mistake_of_ours(trouble: Trouble, action: Action, mistaken: Scene) -> None:
    """Its row and its details say it, with a way out; the way out leads there."""
    drive(mistaken, trouble, action)


def falls_once(scene: Scene, monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """Let a lane fall the next time it tells the queue this."""
    works = scene.driver.desk._works
    assert works is not None
    real, fell = getattr(works.queue, told), list[object]()

    def fall(*given: Any) -> None:
        if not fell:
            fell.append(given)
            raise KeyError("a secret")
        real(*given)

    monkeypatch.setattr(works.queue, told, fall)


@pytest.mark.logs_errors
@pytest.mark.parametrize("told", ["began", "step_done", "stored"])
def test_a_lane_falls_with_a_file(told: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was at is not "sending" for ever: its row says so, and another try attaches it, once."""
    falls_once(scene, monkeypatch, told)
    as_usual(scene)
    row = scene.needs(Kind.INTERNAL)
    scene.read(row)
    for bar in scene.driver.window.notices.bars:
        bar.button("OK").click()
    scene.driver.choose(row.node, row.upload)
    scene.driver.press("Try again", scene.driver.window.details)
    scene.attached("a.pdf")
    assert scene.driver.desk.lanes == 1


@pytest.mark.logs_errors
def test_a_lane_falls_after_the_attach(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attach that went out is not done again: it is looked for, and found."""
    falls_once(scene, monkeypatch, "attached")
    as_usual(scene)
    scene.driver.state(BatchState.ATTACHED)
    assert len(scene.practice.world.attachments("close")) == 1
    assert sum("attach" in one.steps for one in scene.practice.world.requests) == 1


@pytest.mark.logs_errors
def test_a_lane_falls_before_the_attach(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot have gone out is a person's to try again; then it is done once."""
    falls_once(scene, monkeypatch, "learned")
    as_usual(scene)
    scene.needs(Kind.INTERNAL)
    assert not scene.practice.world.attachments()
    scene.driver.choose(scene.driver.node)
    scene.driver.press("Try again", scene.driver.window.details)
    scene.driver.state(BatchState.ATTACHED)
    assert len(scene.practice.world.attachments("close")) == 1


@pytest.mark.logs_errors
def test_a_lane_falls_while_it_looks(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that came to nothing leaves the attach to a person, who is asked."""
    scene.practice.misbehave(Fault(kind="drop_after_attach", service="close", step="attach"))
    falls_once(scene, monkeypatch, "looked")
    as_usual(scene)
    scene.driver.until(lambda: scene.driver.nodes and scene.driver.node.asks)
    scene.driver.choose(scene.driver.node)
    scene.driver.press("It is attached", scene.driver.window.details)
    scene.driver.state(BatchState.ATTACHED)
    assert len(scene.practice.world.attachments("close")) == 1


# --------------------------------------------------------------------------------------------------------- the disk
def test_the_disk_is_full(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pasted picture for which there is no room is told with the way out; once there is room it is attached."""
    keep = pasted.keep

    def full(*_given: Any, **_more: Any) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pasted, "keep", full)
    driver = scene.driver
    driver.aim(*NOTE, dict(LEAD))
    QGuiApplication.clipboard().setImage(QImage(2, 2, QImage.Format.Format_RGB32))
    driver.window.paste()
    driver.until(lambda: driver.window.notices.texts)
    [said] = driver.window.notices.texts
    assert said.startswith("Disk is full. There is no room left on this computer's disk (No space left on device).")
    assert said.endswith("Make room, then try again.")
    driver.press("OK", driver.window.notices)
    monkeypatch.setattr(pasted, "keep", keep)
    driver.window.paste()
    driver.state(BatchState.ATTACHED)
    assert len(scene.practice.world.attachments("close")) == 1


# --------------------------------------------------------------------------------------------------- too much at once
def test_too_large_together(scene: Scene) -> None:
    """More than goes together is told in a bar before anything is sent; not sent, and then fewer, it is attached."""
    driver = scene.driver
    scene.count = 2
    files = scene.files()
    for path in files:
        with path.open("r+b") as file:
            file.truncate(13_000_000)
    scene.drop(("close", "whatsapp_log"), WHATSAPP, files)
    driver.until(lambda: "Files are too large together." in driver.window.offer.text)
    assert not driver.nodes
    driver.press("Don't send", driver.window.offer)
    assert not driver.window.offer.isVisible()
    assert not scene.practice.world.stored()
    driver.drop(files[:1])
    scene.attached("a.pdf")


def _three(scene: Scene, *mega: int) -> list[Path]:
    """Three files of so many megabytes, dropped where 25 go together."""
    scene.count = 3
    files = scene.files()
    for path, size in zip(files, mega, strict=True):
        with path.open("r+b") as file:
            file.truncate(size * 1_000_000)
    scene.drop(("close", "whatsapp_log"), WHATSAPP, files)
    scene.driver.until(lambda: "Files are too large together." in scene.driver.window.offer.text)
    return files


def test_too_large_together_without_the_largest(scene: Scene) -> None:
    """The largest is left out by a press where the others go together then."""
    _three(scene, 11, 10, 12)
    scene.driver.press("Leave out c.pdf", scene.driver.window.offer)
    scene.attached("a.pdf", "b.pdf")


def test_too_large_together_without_the_two_largest(scene: Scene) -> None:
    """Or as many as it takes, also of a folder's."""
    driver = scene.driver
    scene.count = 3
    for path, size in zip(scene.files(), (3, 24, 27), strict=True):
        with path.open("r+b") as file:
            file.truncate(size * 1_000_000)
    scene.drop(("close", "whatsapp_log"), WHATSAPP, [scene.folder])
    driver.press("Leave out the 2 largest files", driver.window.offer)
    scene.attached("a.pdf")


def test_too_large_together_twice_at_once(scene: Scene) -> None:
    """What was dropped while the first were looked at is not left out unseen: it is asked about all that waits."""
    driver = scene.driver
    files = [scene.write(f"{name}.pdf") for name in "abcdef"]
    for path, size in zip(files, (10, 9, 11, 12, 8, 7), strict=True):
        with path.open("r+b") as file:
            file.truncate(size * 1_000_000)
    scene.drop(("close", "whatsapp_log"), WHATSAPP, files[:3])
    driver.drop(files[3:])
    offering = driver.window.offering
    driver.until(lambda: not offering.busy and len(offering.waiting) == 6)
    assert [one.text() for one in driver.window.offer.buttons] == ["Try again", "Don't send"]
    driver.press("Try again", driver.window.offer)
    driver.press("Leave out the 3 largest files", driver.window.offer)
    scene.attached("e.pdf", "f.pdf", "b.pdf")


def test_too_large_together_afterwards(scene: Scene) -> None:
    """Another file in the place of one that is missing must fit beside the others; left out, those are attached."""
    driver = scene.driver
    large = scene.write("a.pdf")
    with large.open("r+b") as file:
        file.truncate(13_000_000)
    scene.drop(("close", "whatsapp_log"), WHATSAPP, [large, scene.folder / "b.pdf"])
    missing = driver.upload(UploadState.NEEDS_ATTENTION, 1)
    other = scene.write("c.pdf")
    with other.open("r+b") as file:
        file.truncate(13_000_000)
    driver.choose(driver.node, missing)
    driver.press("Choose another file…", driver.window.details)
    driver.dialog(other)
    driver.until(lambda: driver.window.notices.texts)
    assert driver.window.notices.texts[0].startswith("Files are too large together.")
    driver.press("OK", driver.window.notices)
    driver.press("Leave out", driver.window.details)
    driver.state(BatchState.ATTACHED)
    [attachment] = scene.practice.world.attachments("close")
    assert [one.name for one in attachment.files] == ["a.pdf"]


def test_too_many_at_once(scene: Scene) -> None:
    """More files than go at once are told in a bar; as one batch for each they are attached."""
    driver = scene.driver
    scene.count = 2
    scene.drop(("haufe", "new_thread"), {"assistant": SAMPLES["haufe"]["assistant"]}, scene.files())
    driver.until(lambda: driver.window.offer.text == "This target takes 1 file at once; here are 2.")
    driver.press("One batch for each file (2)", driver.window.offer)
    driver.until(lambda: len(driver.nodes) == 2)
    driver.state(BatchState.ATTACHED, 0)
    driver.state(BatchState.ATTACHED, 1)
    assert len(scene.practice.world.attachments("haufe")) == 2


# ----------------------------------------------------------------------------------------------- passes by itself
@pytest.mark.parametrize("way", ["by itself", "given up"])
def test_no_network(way: str, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a network a file waits and says so; once it is back it goes on, and until then it can be given up."""
    find, gone = socket.getaddrinfo, list[bool]([True])

    def nobody(*given: Any, **more: Any) -> Any:
        if gone:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return find(*given, **more)

    driver = scene.driver
    driver.aim(*NOTE, dict(LEAD))
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    driver.drop([scene.write("a.pdf")])
    driver.upload(UploadState.WAITING_NETWORK)
    assert driver.rows[1][2] == "No connection: goes on when it is back"
    if way == "given up":
        driver.choose(driver.node)
        driver.press("Give up", driver.window.details)
        scene.gone()
        return
    gone.clear()
    driver.desk._network.back.emit()
    scene.attached("a.pdf")


@pytest.mark.parametrize(
    ("kind", "said", "step"),
    [
        ("server_error", "Service is in trouble: tries again in 0:0", "sign"),
        ("reset", "Connection lost: tries again in 0:0", "sign"),
        ("rate_limit", "Too many requests: goes on in 0:0", "sign"),
        ("rate_limit", "Too many requests: goes on in 0:0", "attach"),
    ],
)
def test_it_passes(
    kind: str,
    said: str,
    step: str,
    open_window: Callable[..., Driver],
    practice: PracticeService,
    vault: Vault,
    tmp_path: Path,
) -> None:
    """What passes by itself says in its row when it goes on; then it does, and is attached once."""
    del vault
    save_account(practice, "close")
    scene = Scene.opened(open_window, practice, tmp_path, policy=Policy(tries=2, first=0.4, jitter=lambda: 1.0))
    practice.misbehave(Fault(kind=kind, service="close", step=step, seconds=1))
    as_usual(scene)
    scene.driver.until(lambda: any(one[2].startswith(said) for one in scene.driver.rows))
    scene.attached("a.pdf")


TROUBLES = OURS
