"""Accounts out of the ordinary: a certificate authority of their own, new hosts, another address, files that went."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from PySide6.QtWidgets import QWidget

from tests.cli.people import own_service
from tests.cli.tls import Tunnel
from tests.gui import screen_text
from tests.gui.driver import Driver
from tests.gui.hand import Hand
from tests.gui.test_golden import GOLDEN, hold
from tests.store.vault import Vault
from uploader_gui.core.batch import BatchState
from uploader_gui.practice import Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.store.paths import places
from uploader_gui.workers.accounts import from_environment
from uploader_gui.workers.facts import Why

pytestmark = pytest.mark.slow
Open = Callable[..., Driver]


@pytest.fixture
def hand(open_window: Open, vault: Vault) -> Hand:
    """A window without any account, and a keychain."""
    del vault
    return Hand(open_window(list))


@pytest.fixture
def own() -> Iterator[Path]:
    """The folder of the person's own service files."""
    folder = places().config / "services"
    folder.mkdir(parents=True)
    catalogue.look_in(folder)
    yield folder
    catalogue.look_in(None)


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    """A file."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(b"%PDF offer")
    return path


def test_a_certificate_authority_of_its_own(hand: Hand, practice: PracticeService, offer: Path, tmp_path: Path) -> None:
    """A server that only the account's own CA file vouches for: said what is missing, and with it all goes well."""
    authority = trustme.CA()
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    with Tunnel(authority, practice) as tunnel:
        hand.new("close", practice.account("close"), f"https://127.0.0.1:{tunnel.port}/close/api/v1", "Work")
        hand.press("Add account")
        hand.said("Certificate is not trusted.")
        hand.said("If you have its certificate authority's file, choose it under “Address and certificates”.")
        hand.form.more.authority.setText(str(tmp_path / "nothing.pem"))
        hand.press("Add account")
        hand.said("The file of the certificate authority is not there. Choose it where it lies now.")
        assert not practice.world.requests
        hand.form.more.authority.setText(str(path))
        hand.press("Add account")
        hand.listed("“Work” is saved. Signed in as Ann Lee, Acme Sales.")
        driver = hand.driver
        driver.until(lambda: driver.desk.accounts and driver.desk.accounts[0].ready)
        driver.until(lambda: f"Trusts also: {path}" in hand.page.about.text())
        driver.aim("close", "note", {"lead": "lead_globex"})
        driver.drop([offer])
        driver.state(BatchState.ATTACHED)
        assert len(practice.world.attachments("close")) == 1
        driver.close()


def test_a_client_certificate(hand: Hand, practice: PracticeService, offer: Path, tmp_path: Path) -> None:
    """A server that lets nobody in without one: files and passphrase are given, kept, and used; never shown again."""
    authority = trustme.CA()
    path, file, key = tmp_path / "authority.pem", tmp_path / "ann.pem", tmp_path / "ann.key"
    authority.cert_pem.write_to_path(str(path))
    leaf = authority.issue_cert("ann@acme.example")
    leaf.cert_chain_pems[0].write_to_path(str(file))
    leaf.private_key_pem.write_to_path(str(key))
    locked = ["openssl", "pkcs8", "-topk8", "-in", str(key), "-passout", "pass:c4n4ry phrase"]
    key.write_bytes(subprocess.run(locked, capture_output=True, check=True).stdout)
    with Tunnel(authority, practice, asks=True) as tunnel:
        hand.new("close", practice.account("close"), f"https://127.0.0.1:{tunnel.port}/close/api/v1", "Work")
        more = hand.form.more
        more.authority.setText(str(path))
        more.shown.setText(str(file))
        hand.press("Add account")
        hand.said("The client certificate's key is not in its file. Choose the file of its key as well.")
        more.key.setText(str(key))
        hand.press("Add account")
        hand.said("The key of the client certificate wants its passphrase. Fill it in.")
        more.passphrase.setText("another")
        hand.press("Add account")
        hand.said("The key of the client certificate does not open with this passphrase.")
        assert not practice.world.requests
        more.passphrase.setText("c4n4ry phrase")
        hand.press("Add account")
        hand.listed("“Work” is saved. Signed in as Ann Lee, Acme Sales.")
        driver = hand.driver
        driver.until(lambda: driver.desk.accounts and driver.desk.accounts[0].ready)
        driver.until(lambda: f"Shows the certificate: {file}" in hand.page.about.text())
        face = driver.desk.accounts[0]
        assert "c4n4ry" not in repr(face), "the window knows nothing of it"
        hand.change()
        assert (more.shown.text(), more.key.text(), more.passphrase.text()) == (str(file), str(key), "")
        more.passphrase.setText("another")
        hand.press("Save")
        hand.said("With another certificate or passphrase, fill in both again.")
        more.passphrase.clear()
        hand.form.name.setText("Office")
        hand.press("Save")
        hand.listed("“Office” is saved.")
        driver.until(lambda: driver.desk.accounts and driver.desk.accounts[0].ready)
        driver.aim("close", "note", {"lead": "lead_globex"})
        driver.drop([offer])
        driver.state(BatchState.ATTACHED)
        assert len(practice.world.attachments("close")) == 1
        driver.close()


def test_hosts_that_are_agreed_to(open_window: Open, vault: Vault, practice: PracticeService, own: Path) -> None:
    """Further hosts are named before the key is given; those that come later get it only once a person has agreed."""
    del vault
    checked = "checked = 2026-11-20"
    own_service(practice, own)
    hand = Hand(open_window(list))
    hand.new("acme", practice.account("close"), practice.base("close"), "Work")
    assert not hand.form.agree.isVisible()
    hand.press("Add account")
    hand.listed("“Work” is saved.")
    hand.driver.close()
    own_service(practice, own, (checked, f'{checked}\nhosts   = ["files.acme.example"]'))
    hand = Hand(open_window(list))
    hand.driver.until(lambda: hand.driver.desk.accounts and hand.driver.desk.accounts[0].ready)
    hand.open()
    said = "The service file also names files.acme.example. Nobody has agreed to that, so the key does not go there."
    assert said in hand.page.about.text()
    assert "The key goes to: 127.0.0.1" in hand.page.about.text()
    hand.press("Agree")
    hand.listed("The key may go to files.acme.example as well now.")
    hand.driver.until(lambda: "files.acme.example" in hand.page.about.text().partition("\n")[0])
    hand.driver.until(lambda: hand.driver.desk.accounts[0].ready)
    assert hand.driver.desk.accounts[0].unagreed == ()
    hand.new("acme", practice.account("close"), practice.base("close"), "Home")
    assert hand.form.agree.text() == "The key may also go to files.acme.example, as the service file says"
    assert not hand.form.agree.isChecked()
    hand.press("Add account")
    hand.listed("“Home” is saved.")
    hand.driver.until(lambda: len(hand.driver.desk.accounts) == 2)
    home = next(one for one in hand.driver.desk.accounts if one.name == "Home")
    assert home.unagreed == ("files.acme.example",)


def test_an_address_for_each_customer(open_window: Open, vault: Vault, practice: PracticeService, own: Path) -> None:
    """Where the service file's address is only an example, it is asked for, with what it looks like."""
    del vault
    base = f'base = "{practice.base("close")}"'
    own_service(practice, own, (base, 'base = "https://you.acme.example"\nbase_help = "https://NAME.acme.example"'))
    hand = Hand(open_window(list)).open()
    hand.driver.until(hand.form.isVisible)
    hand.form.service.setCurrentIndex(hand.form.service.findData("acme"))
    hand.fill(practice.account("close"))
    assert hand.form.more.base.text() == ""
    assert hand.form.more._address_about.text() == "https://NAME.acme.example"
    hand.press("Add account")
    hand.said("Fill in “Address” first.")
    hand.form.more.base.setText(practice.base("close"))
    hand.press("Add account")
    hand.listed("is saved. Signed in as Ann Lee, Acme Sales.")


def test_a_service_file_that_went(open_window: Open, vault: Vault, practice: PracticeService, own: Path) -> None:
    """Its account is shown, cannot be used, and can be removed."""
    path = own_service(practice, own)
    hand = Hand(open_window(list))
    hand.new("acme", practice.account("close"), practice.base("close"), "Work")
    hand.press("Add account")
    hand.listed("“Work” is saved.")
    hand.driver.close()
    path.unlink()
    hand = Hand(open_window(list))
    hand.driver.until(lambda: hand.driver.desk.account_desk.stranded)
    hand.open()
    hand.shows("acme · Work\nIts service file is gone or has mistakes")
    assert {"Test", "Change…", "Rename…", "Make default"}.isdisjoint(hand.buttons())
    hand.press("Remove…")
    hand.press("Remove")
    hand.shows()
    assert not vault.entries


def test_an_account_that_moved(
    hand: Hand, open_window: Open, vault: Vault, practice: PracticeService, offer: Path
) -> None:
    """What was begun at the former address waits, says why, and goes on once the account has that address again."""
    offer.write_bytes(b"x" * 300_000)
    hand.add(practice, name="Work")
    practice.misbehave(Fault(kind="stall", service="close", step="transfer", times=0))
    driver = hand.driver
    driver.aim("close", "note", {"lead": "lead_globex"})
    driver.drop([offer])
    driver.until(lambda: driver.nodes and driver.node.running)
    driver.close()
    with PracticeService() as elsewhere:
        _move(Hand(open_window(list)), elsewhere)
        hand = Hand(open_window(list))
        hand.driver.until(lambda: hand.driver.nodes and hand.driver.node.left is Why.OTHER_ADDRESS)
        assert hand.driver.rows[0][2] == "Its account has another address now"
        assert not elsewhere.world.attachments()
        hand.driver.choose(hand.driver.node)
        hand.driver.press("Look at the account", hand.driver.window.details)
        practice.behave()
        _move(hand, practice)
    hand.driver.state(BatchState.ATTACHED)
    assert len(practice.world.attachments("close")) == 1
    assert len(vault.entries) == 1


def _move(hand: Hand, practice: PracticeService) -> None:
    """Give the account another address, and the key that is good there."""
    driver = hand.driver
    driver.until(lambda: driver.desk.accounts and driver.desk.accounts[0].ready)
    hand.open()
    hand.change()
    hand.fill(practice.account("close"))
    hand.form.more.base.setText(practice.base("close"))
    hand.press("Save")
    hand.listed("“Work” is saved.")
    if not driver.nodes or driver.node.left is not Why.OTHER_ADDRESS:
        driver.close()


def test_the_environments_account(open_window: Open, vault: Vault) -> None:
    """It is shown, and it is said where it is changed; the window does not touch it."""
    del vault
    hand = Hand(open_window(from_environment({"UPLOADER_CLOSE_API_KEY": "api_x"}))).open()
    hand.shows("Close · from the environment\nIts key came with the program's start")
    assert "It is changed there." in hand.page.about.text()
    assert {"Test", "Change…", "Rename…", "Make default", "Remove…"}.isdisjoint(hand.buttons())
    assert "Add…" in hand.buttons()


def test_what_they_say(hand: Hand, practice: PracticeService) -> None:
    """The form and the list as whoever hears them is told, held against a text."""
    hand.new("circle", {}, practice.base("circle"))
    _hold(hand.dialog, "account-form")
    hand.form.leave()
    hand.add(practice, name="Work")
    hand.press("Remove…")
    hand.driver.until(hand.page.question.isVisible)
    hand.driver.rest(0.02)
    _hold(hand.dialog, "account-list")


def _hold(window: QWidget, scene: str) -> None:
    nameless = [
        one
        for one in screen_text.everything(screen_text.accessible(window))
        if one.state().focusable and not screen_text.name(one)
    ]
    assert [one.object() for one in nameless] == []
    hold(screen_text.text_of(window), GOLDEN / f"{scene}.txt")
