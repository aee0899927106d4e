"""A keychain that is locked, slow, frozen or gone: the window says so, stays of use, and goes on once it answers."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from tests.gui.driver import Driver, practice_source
from tests.gui.hand import Hand
from tests.keychain import Keychain, keychain, lead_to, needs_keychain
from tests.store.vault import Vault
from uploader_gui.core.batch import BatchState
from uploader_gui.gui import deeds
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.store import worker
from uploader_gui.workers.facts import Why

pytestmark = [
    pytest.mark.slow,
    # keyring leaves the connection of a call that failed to be collected, which closes it.
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"),
]
Open = Callable[..., Driver]
WAITING = "Waiting for your keychain… It may be asking for its password in a window of its own."
SIGNED_IN = "Signed in as Ann Lee, Acme Sales."


class KeyringLocked(Exception):  # noqa: N818 - as keyring calls it
    """As keyring says that it is locked."""


class Frozen:
    """A keychain that hangs until it is told to go on."""

    def __init__(self, vault: Vault) -> None:
        self._go = threading.Event()
        vault.before = lambda _what, _user: self._go.wait(60)

    def thaw(self) -> None:
        """Let it go on."""
        self._go.set()


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    """A file."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(b"%PDF offer")
    return path


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A keychain takes its time after a moment."""
    monkeypatch.setattr(worker, "WAITING_SECONDS", 0.02)


def locked(_what: str, _user: str) -> None:
    """It says that it is locked."""
    raise KeyringLocked("c4n4ry")


def fine(_what: str, _user: str) -> None:
    """It does what it is asked."""


@pytest.fixture
def saved(open_window: Open, vault: Vault, practice: PracticeService) -> Vault:
    """A keychain with the key of an account that an earlier run has saved."""
    hand = Hand(open_window(list))
    hand.add(practice, name="Work")
    hand.driver.close()
    return vault


def test_locked_while_it_is_saved(open_window: Open, vault: Vault, practice: PracticeService) -> None:
    """Nothing is saved, and it is said what to do; unlocked, the same press saves it."""
    hand = Hand(open_window(list))
    vault.before = locked
    hand.new("close", practice.account("close"), practice.base("close"), "Work")
    hand.press("Add account")
    hand.said("Keychain is locked. Its question may have been cancelled. Unlock it, then try again.")
    hand.said("You can also keep the key only until you quit")
    assert not hand.driver.desk.accounts
    vault.before = fine
    hand.press("Add account")
    hand.listed(f"“Work” is saved. {SIGNED_IN}")


def test_locked_at_the_start(saved: Vault, open_window: Open, practice: PracticeService, offer: Path) -> None:
    """The account is shown with its reason; files wait; once it is unlocked they go on."""
    saved.before = locked
    driver = open_window(list)
    driver.until(driver.window.ways.bar.isVisible)
    assert driver.window.ways.bar.text.startswith("Close · Work cannot be used now. Keychain is locked.")
    hand = Hand(driver).open()
    hand.shows("Close · Work (default)\nKeychain is locked")
    assert "Unlock it, then try again." in hand.page.about.text()
    driver.window.target.fields.fill({"lead": "lead_globex"}, {})
    driver.drop([offer])
    driver.until(lambda: driver.window.offer.text == "Offer.pdf is waiting. The key of this account cannot be had now.")
    saved.before = fine
    driver.press("Try again", driver.window.ways.bar)
    driver.until(lambda: driver.desk.accounts[0].ready)
    assert not driver.window.ways.bar.isVisible()
    driver.press("Attach", driver.window.offer)
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1


def _labels(driver: Driver) -> str:
    """Everything that stands in the window."""
    return "\n".join(label.text() for label in driver.window.findChildren(QLabel) if label.isVisible())


def test_why_is_said_once(saved: Vault, open_window: Open, offer: Path) -> None:
    """What waits for the key does not say once more what the bar above says; where that was put away, it does."""
    saved.before = locked
    driver = open_window(list)
    driver.until(driver.window.ways.bar.isVisible)
    driver.window.target.fields.fill({"lead": "lead_globex"}, {})
    driver.drop([offer])
    driver.until(lambda: driver.window.offer.text)
    assert _labels(driver).count("locked") == 1
    driver.press("Not now", driver.window.ways.bar)
    driver.press("Try again", driver.window.offer)
    driver.until(lambda: driver.window.offer.text.startswith("Keychain is locked. "))
    assert _labels(driver).count("locked") == 1


def test_locked_keychain_is_asked_once(saved: Vault, open_window: Open, practice: PracticeService) -> None:
    """A person who said no to its question is not asked again for every account."""
    hand = Hand(open_window(list))
    hand.add(practice, name="Home")
    hand.driver.close()
    asked: list[str] = []

    def no(what: str, user: str) -> None:
        asked.append(user)
        locked(what, user)

    saved.before = no
    driver = open_window(list)
    driver.until(driver.window.ways.bar.isVisible)
    driver.until(lambda: all(face.trouble for face in driver.desk.accounts))
    assert len(asked) == 1
    assert "Close · Work and 1 more cannot be used now." in driver.window.ways.bar.text


def test_what_was_left_waits_for_the_key(
    saved: Vault, open_window: Open, practice: PracticeService, offer: Path
) -> None:
    """A batch of an earlier run says that the key cannot be had, leads to the account, and goes on with the key."""
    offer.write_bytes(b"x" * 300_000)
    practice.misbehave(Fault(kind="stall", service="close", step="transfer"))
    first = open_window(list)
    first.until(lambda: first.desk.accounts and first.desk.accounts[0].ready)
    first.aim("close", "note", {"lead": "lead_globex"})
    first.drop([offer])
    first.until(lambda: first.nodes and first.node.running)
    first.close()
    practice.behave()
    saved.before = locked
    driver = open_window(list)
    driver.until(lambda: driver.nodes and driver.node.left is Why.NO_KEY)
    assert driver.rows[0][2] == "The key of its account cannot be had"
    assert deeds.solving(driver.node, None)[0] is deeds.Deed.CHANGE_ACCOUNT
    driver.window.queue._press(0, deeds.Deed.CHANGE_ACCOUNT)
    hand = Hand(driver)
    driver.until(hand.page.isVisible)
    saved.before = fine
    hand.press("Try again")
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1


def test_waiting_holds_nothing_up(saved: Vault, open_window: Open, practice: PracticeService, offer: Path) -> None:
    """While the keychain takes its time other accounts send, and what waits for it says so."""
    frozen = Frozen(saved)
    driver = open_window(practice_source(practice))
    driver.until(driver.window.ways.bar.isVisible)
    assert driver.window.ways.bar.text == WAITING
    work = next(face for face in driver.desk.accounts if face.name == "Work")
    assert work.waits
    other = next(face for face in driver.desk.accounts if face.service.id == "kizen")
    driver.window.target.choose(other.key, "record_field")
    driver.window.target.fields.fill({"object": "client_client", "record": "rec_ann", "field": "documents"}, {})
    driver.drop([offer])
    driver.state(BatchState.ATTACHED)
    frozen.thaw()
    driver.until(lambda: all(face.ready for face in driver.desk.accounts))
    assert not driver.window.ways.bar.isVisible()


def test_what_is_filled_in_stays(saved: Vault, open_window: Open) -> None:
    """A key that comes late takes nothing away from what a person types meanwhile."""
    frozen = Frozen(saved)
    driver = open_window(list)
    driver.until(driver.window.ways.bar.isVisible)
    driver.window.target.fields.fill({"text": "hello"}, {})
    frozen.thaw()
    driver.until(lambda: driver.desk.accounts[0].ready)
    assert driver.window.target.fields.values == {"text": "hello"}


def test_stop_waiting(saved: Vault, open_window: Open, practice: PracticeService) -> None:
    """Whoever does not want to wait need not; once it answers, the key is there."""
    frozen = Frozen(saved)
    driver = open_window(list)
    driver.until(driver.window.ways.bar.isVisible)
    driver.press("Stop waiting", driver.window.ways.bar)
    driver.until(lambda: "Keychain was not waited for. You stopped waiting" in driver.window.ways.bar.text)
    hand = Hand(driver)
    hand.new("close", practice.account("close"), practice.base("close"), "Home")
    hand.press("Add account")
    hand.said(WAITING)
    hand.press("Stop waiting")
    hand.said("You stopped waiting for your keychain, so it did not do what it was asked.")
    frozen.thaw()
    hand.press("Add account")
    hand.listed("“Home” is saved.")
    driver.press("Try again", driver.window.ways.bar)
    driver.until(lambda: len(driver.desk.accounts) == 2 and all(face.ready for face in driver.desk.accounts))
    assert len(saved.entries) == 2, "what was given up is undone"


@pytest.mark.parametrize("renamed", [False, True])
def test_cancelled_while_it_is_saved(renamed: bool, saved: Vault, open_window: Open, practice: PracticeService) -> None:
    """What was cancelled changes nothing, and what is filled in next stays as it is typed, and is told nothing."""
    hand = Hand(open_window(list))
    hand.driver.until(lambda: hand.driver.desk.accounts and hand.driver.desk.accounts[0].ready)
    hand.open()
    hand.change()
    hand.fill(practice.account("close"))
    if renamed:
        hand.form.name.setText("Other")
    frozen = Frozen(saved)
    hand.press("Save")
    hand.said("Saving…")
    hand.press("Cancel")
    hand.press("Add…")
    hand.driver.until(hand.form.isVisible)
    hand.form.service.setCurrentIndex(hand.form.service.findData("close"))
    hand.fill({"api_key": "api_next"})
    hand.form.name.setText("Next")
    frozen.thaw()
    hand.driver.until(lambda: hand.driver.desk.account_desk._keychain.idle and hand.driver.desk._wishes.idle)
    hand.driver.rest(0.2)
    assert hand.form.isVisible()
    assert (hand.form.name.text(), hand.form.fields.values) == ("Next", {"api_key": "api_next"})
    assert not hand.form.said.text
    assert hand.form.save.isEnabled()


def test_quitting_does_not_wait(saved: Vault, open_window: Open) -> None:
    """A window that waits for a frozen keychain closes all the same."""
    frozen = Frozen(saved)
    driver = open_window(list)
    driver.until(driver.window.ways.bar.isVisible)
    driver.close()
    frozen.thaw()


@needs_keychain
class TestReal:
    """The same with a real gnome-keyring on a bus of its own."""

    @pytest.fixture
    def real(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[Keychain]:
        """A keychain that runs and is unlocked; this process finds it and no other."""
        with keychain() as made:
            made.start()
            lead_to(made, monkeypatch)
            monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
            yield made

    def test_it_lives_through_everything(
        self, real: Keychain, open_window: Open, practice: PracticeService, offer: Path
    ) -> None:
        """Saved; there after a restart of both; locked; unlocked again; frozen; used; removed behind our back."""
        hand = Hand(open_window(list))
        hand.add(practice, name="Work")
        hand.driver.close()
        real.kill()
        real.start(password=None)
        driver = open_window(list)
        driver.until(driver.window.ways.bar.isVisible)
        driver.until(lambda: driver.desk.accounts[0].trouble)
        trouble = driver.desk.accounts[0].trouble
        assert trouble is not None
        assert trouble.sentence.title == "Keychain is locked"
        real.kill()
        real.start()
        driver.press("Try again", driver.window.ways.bar)
        driver.until(lambda: driver.desk.accounts[0].ready)
        driver.aim("close", "note", {"lead": "lead_globex"})
        driver.drop([offer])
        driver.state(BatchState.ATTACHED)
        real.freeze()
        hand = Hand(driver).open()
        hand.press("Test")
        hand.listed(WAITING)
        real.thaw()
        hand.listed(SIGNED_IN)
        assert len(practice.world.attachments("close")) == 1

    def test_no_keychain(self, real: Keychain, open_window: Open, practice: PracticeService) -> None:
        """Nothing is on the bus: said, with the way out; once there is one it is found."""
        real.kill()
        hand = Hand(open_window(list))
        hand.new("close", practice.account("close"), practice.base("close"), "Work")
        hand.press("Add account")
        hand.said("No keychain is running on this computer, and a key is never written to a file.")
        real.start()
        hand.press("Add account")
        hand.listed(f"“Work” is saved. {SIGNED_IN}")
