"""Accounts in the window: added, tested, saved, used; changed and removed; each refusal with its way out."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from tests.cli.people import nothing_leaked, written
from tests.gui.driver import Driver
from tests.gui.hand import Hand
from tests.store.vault import Vault
from uploader_gui.core.batch import BatchState, UploadState
from uploader_gui.gui import deeds
from uploader_gui.practice import PracticeService
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.store.opening import open_ledger
from uploader_gui.store.secrets import Secrets

pytestmark = pytest.mark.slow

Open = Callable[..., Driver]
SIGNED_IN = "Signed in as Ann Lee, Acme Sales."


@pytest.fixture
def hand(open_window: Open, vault: Vault) -> Hand:
    """A window without any account, and a keychain."""
    del vault
    return Hand(open_window(list))


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    """A file."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(b"%PDF offer")
    return path


def attach(driver: Driver, practice: PracticeService, path: Path) -> None:
    """Attach a file to a lead of Close, and see that it is there."""
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([path])
    driver.state(BatchState.ATTACHED)
    assert [file.name for one in practice.world.attachments("close") for file in one.files][-1] == path.name


def test_added_tested_saved_used(
    hand: Hand, open_window: Open, practice: PracticeService, vault: Vault, offer: Path
) -> None:
    """A key is tried, saved in the keychain, and attaches files; at the next start as well."""
    key = practice.account("close")["api_key"]
    hand.new("close", {"api_key": key}, practice.base("close"))
    assert "The key goes to 127.0.0.1" in hand.form._goes.text()
    hand.press("Test")
    hand.said(SIGNED_IN)
    assert not vault.entries, "a test saves nothing"
    asked = len(practice.world.requests)
    hand.press("Add account")
    hand.listed(f"“Ann Lee, Acme Sales” is saved. {SIGNED_IN}")
    assert len(practice.world.requests) == asked, "what was tested just now is not asked again"
    hand.shows("Close · Ann Lee, Acme Sales (default)\nSigned in as Ann Lee, Acme Sales")
    assert list(vault.entries.values()) == [key]
    hand.driver.until(lambda: hand.driver.desk.accounts and hand.driver.desk.accounts[0].ready)
    attach(hand.driver, practice, offer)
    [batch] = [node.batch for node in hand.driver.nodes]
    assert batch.account == hand.driver.desk.accounts[0].key
    hand.driver.close()
    again = open_window(list)
    again.until(lambda: again.desk.accounts and again.desk.accounts[0].ready)
    attach(again, practice, offer)
    assert len(practice.world.attachments("close")) == 2


def test_one_press(hand: Hand, practice: PracticeService) -> None:
    """Adding tests by itself; the account is called as it is named."""
    face = hand.add(practice, name="Work")
    assert (face.label, face.whose, face.default) == ("Close · Work", "Ann Lee, Acme Sales", True)
    hand.listed(SIGNED_IN)


@pytest.mark.parametrize("service", ["kizen", "haufe", "circle"])
def test_every_service(service: str, hand: Hand, practice: PracticeService) -> None:
    """The fields come from the service file, whatever the service."""
    face = hand.add(practice, service)
    assert face.service.id == service
    assert face.name in {"Kizen", "Haufe Copilot", "Ann Lee"} or face.whose


def test_wrong_key(hand: Hand, practice: PracticeService, vault: Vault) -> None:
    """A key that is not accepted is not saved, and said so; saved on purpose it is not tested."""
    hand.new("close", {"api_key": "api_wrong"}, practice.base("close"), "Work")
    hand.press("Add account")
    hand.said("Key is not accepted.")
    assert not vault.entries
    assert not hand.driver.desk.accounts
    hand.press("Save it all the same")
    hand.listed("“Work” is saved.")
    hand.shows("Close · Work (default)\nNot tested")
    hand.press("Test")
    hand.listed("Key is not accepted.")


def test_editing_takes_the_verdict_back(hand: Hand, practice: PracticeService) -> None:
    """What was said of one key is not left standing beside another."""
    hand.new("close", {"api_key": "api_wrong"}, practice.base("close"))
    hand.press("Test")
    hand.said("Key is not accepted.")
    hand.fill({"api_key": "api_other"})
    assert not hand.form.said.isVisible()
    assert "Save it all the same" not in hand.buttons()


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("api_“x”", "The field “API key” holds a curly quote. Copy it again from its source."),
        ("api_x\napi_y", "The field “API key” holds a line break. Copy it again, alone."),
        ("", "Fill in “API key” first."),
    ],
)
def test_a_key_that_is_none(key: str, sentence: str, hand: Hand, practice: PracticeService, vault: Vault) -> None:
    """It is refused with what is wrong with it, before anybody is asked."""
    hand.new("close", {"api_key": key}, practice.base("close"))
    hand.press("Add account")
    hand.said(sentence)
    assert not vault.entries
    assert not practice.world.requests


def test_blanks_around_a_key(hand: Hand, practice: PracticeService, vault: Vault) -> None:
    """What copying brings along at its ends is no part of it."""
    key = practice.account("close")["api_key"]
    hand.new("close", {"api_key": f"  {key}\n"}, practice.base("close"))
    hand.press("Add account")
    hand.listed(SIGNED_IN)
    assert list(vault.entries.values()) == [key]


def test_address_that_is_none(hand: Hand) -> None:
    """A key goes nowhere unencrypted."""
    hand.new("close", {"api_key": "api_x"}, "http://close.example")
    hand.press("Test")
    hand.said("The address must begin with https://")


def test_address_half_typed(hand: Hand) -> None:
    """An address of IPv6 is no address until its bracket closes; until then nothing is said of where the key goes."""
    for address, said in (("https://[2001:db8:", False), ("https://[2001:db8::1]:8443", True)):
        hand.new("close", {"api_key": "api_x"}, address)
        assert any("[2001:db8::1]:8443" in one.text() for one in hand.form.findChildren(QLabel)) is said
    hand.form.more.base.setText("https://[x")
    hand.press("Test")
    hand.said("The address must begin with https://")


def test_ways(hand: Hand, practice: PracticeService) -> None:
    """Of several ways to sign in the one is used whose fields are filled; what does not go with it is not asked for."""
    hand.new("circle", {}, practice.base("circle"))
    fields = {one.field.id: one.edit for one in hand.form.fields.fields}
    hand.press("Test")
    hand.said("“Member access token”; or “Headless Auth token” and “Member's email”; or “Headless Auth token” and")
    fields["headless_token"].setText("x")
    assert [name for name, edit in fields.items() if not edit.isEnabled()] == ["access_token"]
    fields["email"].setText("ann@acmesales.example")
    assert not fields["community_member_id"].isEnabled()
    assert not hand.form.fields.lacks
    fields["headless_token"].clear()
    fields["email"].clear()
    assert all(edit.isEnabled() for edit in fields.values())


def test_names(hand: Hand, practice: PracticeService) -> None:
    """Two accounts of one person have two names; one that is taken is said before the key is tried."""
    hand.add(practice)
    assert hand.add(practice).name == "Ann Lee, Acme Sales 2"
    asked = len(practice.world.requests)
    hand.new("close", practice.account("close"), practice.base("close"), "ann lee, acme sales")
    hand.press("Add account")
    hand.said("There is an account “ann lee, acme sales” of this service already. Choose another name.")
    assert len(practice.world.requests) == asked


def test_rename_default_remove(hand: Hand, practice: PracticeService, vault: Vault) -> None:
    """Each is a press or two; removing asks first, and takes the key along."""
    hand.add(practice, name="Work")
    hand.add(practice, name="Home")
    hand.choose(1)
    hand.press("Rename…")
    hand.page.new_name.setText("Work")
    hand.press("Rename")
    hand.listed("There is an account “Work” of this service already.")
    hand.page.new_name.setText(" Garden ")
    hand.choose(0)  # it is the other one's name that was asked for
    hand.press("Rename")
    hand.listed("It is called “Garden” now.")
    hand.choose(1)
    hand.press("Make default")
    hand.listed("Close · Garden is the default of Close now.")
    signed = "Signed in as Ann Lee, Acme Sales"
    hand.shows(f"Close · Work\n{signed}", f"Close · Garden (default)\n{signed}")
    assert "Make default" not in hand.buttons()
    hand.press("Remove…")
    hand.driver.until(hand.page.question.isVisible)
    assert hand.page.question.text.startswith("Remove Close · Garden (default)? Its key is removed from your keychain")
    hand.press("Keep it")
    assert len(vault.entries) == 2
    hand.press("Remove…")
    hand.press("Remove")
    hand.listed("The account is removed with its key.")
    hand.shows(f"Close · Work (default)\n{signed}")
    assert len(vault.entries) == 1


def test_removing_says_what_needs_it(hand: Hand, practice: PracticeService, offer: Path) -> None:
    """Open batches that were begun with an account are counted before it goes."""
    hand.add(practice)
    driver = hand.driver
    driver.aim("close", "email_send", {"lead": "lead_globex", "contact": "cont_globex_hank", "sender": "a@b.example"})
    driver.drop([offer])
    driver.until(lambda: driver.nodes and driver.node.all_stored)
    hand.open()
    hand.press("Remove…")
    hand.driver.until(hand.page.question.isVisible)
    assert hand.page.question.text.endswith("1 open batch was begun with it and will need its key again.")


def test_a_keychain_that_does_not_let_go(hand: Hand, practice: PracticeService, vault: Vault) -> None:
    """The account can go without its key, and it is said what that is called."""
    face = hand.add(practice)
    vault.before = _locked
    hand.press("Remove…")
    hand.press("Remove")
    hand.driver.until(lambda: "stays in your keychain" in hand.page.question.text)
    assert "Keychain is locked." in hand.page.said.text
    hand.press("Remove it, leave the key")
    hand.listed(f"What the keychain has of it is called “uploader-gui {face.key}”.")
    hand.shows()


class KeyringLocked(Exception):  # noqa: N818 - as keyring calls it
    """As keyring says that it is locked."""


def _locked(_what: str, _user: str) -> None:
    raise KeyringLocked("c4n4ry")


def test_a_new_key_lets_the_queue_go_on(hand: Hand, practice: PracticeService, vault: Vault, offer: Path) -> None:
    """A row whose key is not accepted leads to the account; once that has the right key, it is attached by itself."""
    hand.new("close", {"api_key": "api_old"}, practice.base("close"), "Work")
    hand.press("Add account")
    hand.press("Save it all the same")
    driver = hand.driver
    driver.until(lambda: driver.desk.accounts and driver.desk.accounts[0].ready)
    hand.dialog.close()
    driver.window.target.fields.fill({"lead": "lead_globex"}, {})
    driver.drop([offer])
    driver.upload(UploadState.NEEDS_ATTENTION)
    row = driver.row(1)
    assert deeds.primary(row.node, row.upload) is deeds.Deed.CHANGE_ACCOUNT
    driver.window.queue._press(1, deeds.Deed.CHANGE_ACCOUNT)
    driver.until(hand.page.isVisible)
    assert hand.page.face is not None
    assert hand.page.face.name == "Work"
    hand.change()
    hand.fill(practice.account("close"))
    hand.press("Save")
    hand.listed(f"“Work” is saved. {SIGNED_IN}")
    driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1
    assert list(vault.entries.values()) == [practice.account("close")["api_key"]]


def test_changing_without_the_key(hand: Hand, practice: PracticeService, vault: Vault) -> None:
    """What is no secret is changed with the key left as it is; another address asks for the key."""
    hand.add(practice, "haufe", name="Work")
    entries = dict(vault.entries)
    hand.change()
    field = hand.form.fields.fields[0]
    assert (field.edit.text(), field.edit.placeholderText()) == ("", "as it is saved")
    hand.form.name.setText("Office")
    hand.press("Save")
    hand.listed("“Office” is saved.")
    assert vault.entries == entries
    hand.change()
    hand.form.more.base.setText(practice.base("haufe") + "/elsewhere")
    hand.press("Save")
    hand.said("A key only goes to the address it was saved with. With another address, fill in the key again.")


def test_somebody_elses_key(hand: Hand, practice: PracticeService, vault: Vault) -> None:
    """It is said before it is saved that batches of the former person do not go on with it."""
    hand.add(practice, "haufe", name="Work")
    other = {**practice.account("haufe"), "user_id": "497f6eca-6276-4993-bfeb-53cbbbba6f08"}
    hand.change()
    hand.fill(other)
    hand.press("Save")
    hand.said("That is somebody else than before")
    assert "497f6eca" not in "".join(hand.rows)
    hand.press("Save it all the same")
    hand.listed("“Work” is saved.")
    hand.driver.until(lambda: "497f6eca" in "".join(hand.rows))
    assert len(vault.entries) == 1


def test_keyboard_alone(hand: Hand, practice: PracticeService) -> None:
    """From the first window to the saved account without a mouse; Escape leads back out, step by step."""
    driver = hand.driver
    QTest.keyClick(driver.window, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    driver.until(hand.form.isVisible)
    assert hand.dialog.focusWidget() is hand.form.service
    hand.type("Clo")
    assert hand.form.service.currentText() == "Close"
    hand.keys(Qt.Key.Key_Tab)
    hand.type(practice.account("close")["api_key"])
    hand.keys(Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    assert hand.dialog.focusWidget() is hand.form.more.fold
    hand.keys(Qt.Key.Key_Space, Qt.Key.Key_Tab)
    assert hand.dialog.focusWidget() is hand.form.more.base
    hand.form.more.base.selectAll()
    hand.type(practice.base("close"))
    hand.keys(Qt.Key.Key_Return)
    hand.listed(SIGNED_IN)
    hand.shows("Close · Ann Lee, Acme Sales (default)\nSigned in as Ann Lee, Acme Sales")
    assert hand.dialog.focusWidget() is hand.page.list
    hand.keys(Qt.Key.Key_F2)
    assert hand.dialog.focusWidget() is hand.page.new_name
    hand.type("Work")
    hand.keys(Qt.Key.Key_Return)
    hand.listed("It is called “Work” now.")
    hand.keys(Qt.Key.Key_Delete, widget=hand.page.list)
    hand.driver.until(hand.page.question.isVisible)
    hand.keys(Qt.Key.Key_Escape)
    assert not hand.page.question.isVisible()
    hand.keys(Qt.Key.Key_Return, widget=hand.page.list)
    hand.driver.until(hand.form.isVisible)
    hand.keys(Qt.Key.Key_Escape)
    assert hand.page.isVisible()
    hand.keys(Qt.Key.Key_Escape)
    assert not hand.dialog.isVisible()


def texts(interface: QAccessibleInterface | None) -> list[str]:
    """Everything that whoever listens can hear of a window."""
    if interface is None:
        return []
    kinds = (QAccessible.Text.Name, QAccessible.Text.Description, QAccessible.Text.Value, QAccessible.Text.Help)
    found = [interface.text(kind) for kind in kinds]
    for number in range(interface.childCount()):
        found += texts(interface.child(number))
    return found


def test_what_is_heard(hand: Hand, practice: PracticeService) -> None:
    """Every field and button has a name, help is heard with its field, and no key is in any of it."""
    key = practice.account("close")["api_key"]
    hand.new("close", {"api_key": key}, practice.base("close"))
    edit = hand.form.fields.fields[0].edit
    said = QAccessible.queryAccessibleInterface(edit)
    assert said is not None
    assert said.text(QAccessible.Text.Name) == "API key"
    assert said.text(QAccessible.Text.Description).startswith("In Close: Settings > Developer > API Keys.")
    heard = texts(QAccessible.queryAccessibleInterface(hand.dialog))
    assert "Add account" in heard
    assert not [text for text in heard if key in text or key[4:12] in text]
    for one in (hand.form.service, hand.form.name, hand.form.more.base, hand.form.more.authority):
        named = QAccessible.queryAccessibleInterface(one)
        assert named is not None
        assert named.text(QAccessible.Text.Name)
    edit.selectAll()
    edit.copy()
    edit.cut()
    assert key not in QApplication.clipboard().text(), "it cannot be copied out again"
    hand.dialog.close()
    assert not hand.form.fields.fields, "no key stays in a window that is closed"


def test_only_until_i_quit(open_window: Open, practice: PracticeService, offer: Path) -> None:
    """Without a keychain the key can stay in memory; afterwards the account is there and says what it lacks."""
    kept = OnlyNow()
    hand = Hand(open_window(list, only_now=kept))
    hand.new("close", practice.account("close"), practice.base("close"), "Work")
    hand.press("Add account")
    hand.said("No keychain is running on this computer, and a key is never written to a file.")
    hand.said("You can also keep the key only until you quit")
    hand.press("Only until I quit")
    hand.listed("“Work” is there until you quit.")
    hand.shows("Close · Work (default)\nSigned in as Ann Lee, Acme Sales · only until you quit")
    driver = hand.driver
    driver.until(lambda: driver.desk.accounts and driver.desk.accounts[0].ready)
    attach(driver, practice, offer)
    driver.close()
    again = Hand(open_window(list))
    again.driver.until(again.driver.window.ways.bar.isVisible)
    said = "The key of this account was only kept until the program ended. Fill it in again."
    assert said in again.driver.window.ways.bar.text
    again.driver.window.target.fields.fill({"lead": "lead_globex"}, {})
    again.driver.drop([offer])
    again.driver.until(lambda: "The key of this account cannot be had now." in again.driver.window.offer.text)
    again.driver.press("Fill it in…", again.driver.window.ways.bar)
    again.driver.until(again.form.isVisible)
    assert again.form.fields.fields[0].edit.placeholderText() == ""
    again.fill(practice.account("close"))
    again.press("Save")
    again.press("Only until I quit")
    again.driver.until(lambda: again.driver.desk.accounts[0].ready)
    assert not again.driver.window.ways.bar.isVisible()
    again.driver.press("Attach", again.driver.window.offer)
    again.driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 2


def test_no_key_in_any_file(hand: Hand, practice: PracticeService, vault: Vault, offer: Path) -> None:
    """Added, refused, changed, used, kept in memory, removed: no file of the program's has the key in any form."""
    hand.new("close", {"api_key": "api_wrong"}, practice.base("close"), "Wrong")
    hand.press("Add account")
    hand.said("Key is not accepted.")
    hand.form.leave()
    face = hand.add(practice, name="Work")
    driver = hand.driver
    attach(driver, practice, offer)
    vault.before = _locked
    hand.new("haufe", practice.account("haufe"), practice.base("haufe"), "Home")
    hand.press("Add account")
    hand.press("Only until I quit")
    hand.listed("“Home” is there until you quit.")
    driver.close()
    with open_ledger(driver.desk.clock.utc()).ledger as ledger:
        work, home = Accounts(ledger, Secrets()).list()
        assert (work.id, work.name, work.fields, work.kept) == (face.key, "Work", {}, ("api_key",))
        assert (home.name, set(home.fields), home.kept) == ("Home", {"user_id"}, ())
    assert any(path.suffix == ".log" for path, _content in written()), "there is a log to look into"
    assert nothing_leaked(practice)
