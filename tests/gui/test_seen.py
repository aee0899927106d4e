"""Who will see it is said of every target; and where strangers do, it is known before the first file goes there."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from PySide6.QtCore import QRect, Qt

from tests.cli.people import own_service
from tests.contract.cases import picture
from tests.gui.driver import Driver
from uploader_gui.cli import asking, service_add
from uploader_gui.core import words
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import seen
from uploader_gui.practice import SAMPLES, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.services.schema import Target
from uploader_gui.store.paths import places
from uploader_gui.workers.accounts import KnownAccount
from uploader_gui.workers.facts import Destination

pytestmark = pytest.mark.slow
LINK = "https://app.close.com/lead/lead_globex/"


@pytest.fixture
def public(open_window: Callable[..., Driver], practice: PracticeService) -> Driver:
    """A window on a service whose notes everybody sees, and which has records and addresses."""
    folder = places().config / "services"
    folder.mkdir(parents=True)
    file = own_service(practice, folder)
    text = file.read_text(encoding="utf-8")
    begin = text.index("[targets.note]")
    file.write_text(text[:begin] + text[begin:].replace('"team"', '"public"', 1), encoding="utf-8")

    def accounts() -> list[KnownAccount]:
        service = catalogue.find("acme")
        base = service.account.base.rstrip("/")
        return [KnownAccount(service=service, name="Mine", base=base, values=practice.account("close"))]

    return open_window(accounts)


def has(driver: Driver, count: int) -> bool:
    """Whether so many batches are there."""
    return len(driver.nodes) == count


def pdf(folder: Path, name: str) -> Path:
    """A file."""
    path = folder / name
    path.write_bytes(b"%PDF" + name.encode())
    return path


def test_every_sentence_knows_them_all() -> None:
    """Whoever a service file may name is said in every place that says who sees it, in the window and beside it."""
    everybody = set(get_args(Target.model_fields["seen_by"].annotation))
    for who in everybody:
        assert words.seen_by(who)
        sentences = seen.here(who, attaches=True), seen.here(who, attaches=False), seen.there(who), seen.by(who)
        assert len(set(sentences)) == 4
    assert set(asking._SEEN_BY) == set(service_add._SEEN_BY) == everybody
    assert everybody - seen.OUTSIDE == {"me", "team"}


def waits(driver: Driver) -> bool:
    """Whether what was dropped waits for a word about who sees it; else it is on its way."""
    assert driver.window.offering.waiting or driver.window.offering.busy
    return "Everybody will see it there." in driver.window.offer.text and bool(driver.window.offering.waiting)


def test_said_of_every_target(driver: Driver) -> None:
    """Whatever target is chosen, the bar says in words who sees what goes there; not one says nothing."""
    said = {
        "me": ("Only you see what is attached here.", "Only you see what is uploaded here."),
        "team": ("Your team sees what is attached here.", "Your team sees what is uploaded here."),
        "members": ("The members see what is attached here.", "The members see what is uploaded here."),
        "customer": ("The customer sees what is attached here.", "The customer sees what is uploaded here."),
        "public": ("Everybody sees what is attached here.", "Everybody sees what is uploaded here."),
    }
    target, told = driver.window.target, set()
    for (service, kind), flow in driver.desk.flows.items():
        face = next(one for one in driver.desk.accounts if one.service.id == service)
        assert target.choose(face.key, kind)
        who = flow.target.seen_by
        if flow.target.sends:
            assert seen.by(who) in target.about
        else:
            assert said[who][flow.target.call is None] in target.about
        told.add(who)
    assert told == set(said), "the bundled services have all kinds"


def test_known_before_the_first_byte(driver: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What everybody would see waits, with the words beside the button; nothing is modal, and nothing is sent."""
    path = tmp_path / "logo.png"
    path.write_bytes(picture())
    driver.aim("kizen", "public_image", {})
    driver.drop([path])
    offer = driver.window.offer
    assert offer.text == ("logo.png is waiting. It goes to Kizen's public images. Everybody will see it there.")
    assert [one.text() for one in offer.buttons] == ["Upload", "Don't send"]
    assert not driver.nodes
    driver.press("Don't send", offer)
    assert offer.isHidden()
    driver.drop([path])
    assert driver.window.offering.waiting
    assert practice.world.stored("kizen") == []
    driver.press("Upload", offer)
    driver.state(BatchState.STORED)
    assert len(practice.world.stored("kizen")) == 1


def test_once_for_each_record(public: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """Of one record it is asked once, also when it is chosen again; of another record anew."""
    for number, (lead, asked) in enumerate(
        (("lead_globex", True), ("lead_globex", False), ("lead_initech", True), ("lead_globex", False))
    ):
        public.aim("acme", "note", {"lead": lead, "text": f"text {number}"})
        public.drop([pdf(tmp_path, f"{number}.pdf")])
        assert waits(public) is asked
        if asked:
            public.press("Attach", public.window.offer)
        public.until(functools.partial(has, public, number + 1))
        public.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 4


def test_pasted_address(public: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """A record that comes with its address is asked about as any other, also where files wait for it already."""
    public.aim("acme", "note", {})
    public.drop([pdf(tmp_path, "a.pdf")])
    assert public.window.offer.text == "a.pdf is waiting. Fill in “Lead” above."
    assert public.window.target.take_address(LINK)
    public.until(lambda: public.window.target.place == "the note on Globex Corporation")
    assert "Everybody will see it there." in public.window.offer.text
    public.rest()
    assert not public.nodes
    public.press("Attach", public.window.offer)
    public.state(BatchState.ATTACHED)
    assert [one.record for one in practice.world.attachments("close")] == ["lead_globex"]


def test_pinned(public: Driver, tmp_path: Path) -> None:
    """A pinned target keeps its record; its first files wait all the same, those after them do not."""
    public.aim("acme", "note", {"lead": "lead_globex"})
    public.key(Qt.Key.Key_Space, public.window.target.pin)
    assert public.window.target.pin.isChecked()
    public.drop([pdf(tmp_path, "a.pdf")])
    assert waits(public)
    public.press("Attach", public.window.offer)
    public.state(BatchState.ATTACHED)
    public.drop([pdf(tmp_path, "b.pdf")])
    assert not waits(public)
    public.until(lambda: len(public.nodes) == 2)
    public.state(BatchState.ATTACHED)


def test_more_files_meanwhile(public: Driver, practice: PracticeService, tmp_path: Path) -> None:
    """What is dropped while it is asked waits as well, and goes along."""
    public.aim("acme", "note", {"lead": "lead_globex"})
    public.drop([pdf(tmp_path, "a.pdf")])
    public.drop([pdf(tmp_path, "b.pdf")])
    assert public.window.offer.text.startswith("2 files or folders are waiting. They go to the note on Globex")
    public.press("Attach", public.window.offer)
    public.state(BatchState.ATTACHED)
    [attachment] = practice.world.attachments("close")
    assert [file.name for file in attachment.files] == ["a.pdf", "b.pdf"]


def test_said_while_dragging(public: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is dropped the window says who will see it."""
    public.aim("acme", "note", {"lead": "lead_globex"})
    told: list[str] = []
    overlay = public.window.overlay
    show = overlay.show_over

    def noted(title: str, hint: str, around: QRect | None = None) -> None:
        told.append(f"{title}: {hint}")
        show(title, hint, around)

    monkeypatch.setattr(overlay, "show_over", noted)
    public.drop([pdf(tmp_path, "a.pdf")])
    assert told[0] == "Attach to the note on Globex Corporation: Everybody will see it there."


def test_what_sends_is_not_asked_twice(driver: Driver, tmp_path: Path) -> None:
    """What goes out waits for Send each time: its files go at once, without a second question."""
    path = tmp_path / "a.png"
    path.write_bytes(picture())
    driver.aim("circle", "chat_message", {"room": SAMPLES["circle"]["room"]})
    driver.drop([path])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    assert driver.window.offer.isHidden()


def test_other_accounts_record(driver: Driver) -> None:
    """What is known of one account's target says nothing of another account's; without a target nothing is asked."""
    flow = driver.desk.flows["circle", "avatar"]
    known, where = seen.Known(), Destination(account="a", service="circle", target="avatar", inputs={})
    assert known.asks(flow, where)
    known.say(flow, where)
    assert not known.asks(flow, where)
    assert known.asks(flow, Destination(account="b", service="circle", target="avatar", inputs={}))
    assert not known.asks(None, where)
    assert not known.asks(flow, None)
