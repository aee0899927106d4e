"""Saved accounts as a source: which one a batch finds, what a key that cannot be read means. Needs no Qt."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.store.vault import Vault
from uploader_gui.core.batch import Batch
from uploader_gui.core.cancel import CancelToken
from uploader_gui.services import catalogue
from uploader_gui.store import secrets
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.only_now import OnlyNow
from uploader_gui.workers.accounts import KnownAccount, fitting, from_environment
from uploader_gui.workers.drafts import UnusableError
from uploader_gui.workers.saved import SavedAccounts

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
BASE = "https://api.close.com/api/v1"
KEY = "api_c4n4ry"


class KeyringLocked(Exception):  # noqa: N818 - as keyring calls it
    """As keyring says that it is locked."""


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    """A keychain in memory, in the place of the system's."""
    made = Vault()
    monkeypatch.setattr(secrets, "system_keychain", lambda: made)
    return made


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger(tmp_path / "ledger.db") as made:
        yield made


@pytest.fixture
def saved(ledger: Ledger, vault: Vault) -> SavedAccounts:
    """No account yet, and a keychain."""
    del vault
    return SavedAccounts(ledger)


def add(saved: SavedAccounts, name: str, base: str = BASE, *, only_now: bool = False) -> str:
    """Add an account of Close; gives its id."""
    made = saved.accounts.add(
        service="close",
        name=name,
        base=base,
        fields={},
        secrets={"api_key": KEY},
        at=NOW,
        only_now=only_now,
        whose=name,
        author=f"user_{name}",
    )
    return made.id


def known(name: str, **facts: object) -> KnownAccount:
    """An account of Close that can be used."""
    made = KnownAccount(
        service=catalogue.find("close"), name=name, base=BASE, values={"api_key": KEY}, id=name, whose=name
    )
    return dataclasses.replace(made, **facts)  # type: ignore[arg-type]


def batch(account: str, **facts: object) -> Batch:
    """A batch that was begun with an account."""
    made = Batch(
        id="b", service="close", target="note", inputs={}, named={}, created=NOW, base=BASE, account=account, uploads=()
    )
    return dataclasses.replace(made, **facts)  # type: ignore[arg-type]


def test_read_when_the_keychain_answers(saved: SavedAccounts, vault: Vault) -> None:
    """The facts are there at once, the key when it was read; it is asked for once."""
    add(saved, "Work")
    [account] = saved()
    assert (account.waits, account.ready, dict(account.values)) == (True, False, {})
    assert account.face.filled == {"api_key"}
    assert saved.read(CancelToken())
    [account] = saved()
    assert (account.ready, dict(account.values)) == (True, {"api_key": KEY})
    asked: list[str] = []
    vault.before = lambda what, _user: asked.append(what)
    assert not saved.read(CancelToken())
    assert not asked


def test_no_face_has_a_secret(saved: SavedAccounts) -> None:
    """What the window gets holds no key, nor does what is printed of an account."""
    add(saved, "Work")
    saved.read(CancelToken())
    [account] = saved()
    assert KEY not in repr(account)
    assert KEY not in repr(account.face)
    assert KEY not in repr(saved._read)


def test_a_locked_keychain(saved: SavedAccounts, vault: Vault) -> None:
    """All accounts have the reason, from one question; asked again on purpose they are there."""
    add(saved, "Work")
    add(saved, "Home")
    asked: list[str] = []

    def locked(what: str, _user: str) -> None:
        asked.append(what)
        raise KeyringLocked

    vault.before = locked
    saved.read(CancelToken())
    titles = [one.trouble.sentence.title for one in saved() if one.trouble]
    assert titles == ["Keychain is locked", "Keychain is locked"]
    assert len(asked) == 1
    vault.before = lambda _what, _user: None
    assert not saved.read(CancelToken()), "nobody is asked twice unasked"
    saved.try_again()
    saved.read(CancelToken())
    assert all(one.ready for one in saved())


def test_an_entry_that_is_gone(saved: SavedAccounts, vault: Vault) -> None:
    """One account's trouble is not the other's."""
    add(saved, "Work")
    vault.entries.clear()
    add(saved, "Home")
    saved.read(CancelToken())
    work, home = saved()
    assert work.trouble is not None
    assert work.trouble.fill_in
    assert work.trouble.sentence.title == "Key is not in the keychain"
    assert home.ready


def test_only_until_quit(ledger: Ledger, vault: Vault) -> None:
    """Such a key needs no keychain, outlives a reopening, and ends with the program."""
    vault.before = lambda _what, _user: pytest.fail("nobody asks the keychain for it")
    kept = OnlyNow()
    add(SavedAccounts(ledger, only_now=kept), "Work", only_now=True)
    [account] = SavedAccounts(ledger, only_now=kept)()
    assert (account.ready, account.only_now, dict(account.values)) == (True, True, {"api_key": KEY})
    [account] = SavedAccounts(ledger)()
    assert account.trouble is not None
    assert account.trouble.fill_in
    assert account.trouble.sentence.title == "Key is not there any more"


def test_it_can_be_stopped(saved: SavedAccounts) -> None:
    """Whoever closes the window is not asked for the keys of all accounts first."""
    from uploader_gui.core.cancel import Cancelled  # noqa: PLC0415 - where it counts

    add(saved, "Work")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        saved.read(cancel)
    with pytest.raises(UnusableError):
        saved.read_anew("nobody")


def test_a_service_file_that_is_gone(saved: SavedAccounts, ledger: Ledger) -> None:
    """The account cannot be used and is not forgotten."""
    add(saved, "Work")
    ledger.write(lambda connection: connection.execute("UPDATE account SET service = 'gone'"))
    assert not saved()
    assert [one.name for one in saved.stranded()] == ["Work"]


def test_a_batch_finds_its_account() -> None:
    """By its id, whatever it is called now; by the same person at the same address if that is gone; else not."""
    work, home = known("Work"), known("Home")
    there = [work, home]
    assert fitting(there, batch("Home")) is home
    assert fitting([dataclasses.replace(work, name="Home"), home], batch("Work")).id == "Work"  # type: ignore[union-attr]
    assert fitting([work], batch("gone", whose="Work")) is work
    assert fitting([work], batch("gone", whose="Somebody")) is None
    assert fitting([work], batch("gone", base="https://elsewhere.example")) is None


def test_its_account_has_moved() -> None:
    """Its files lie at the former address: no other account, and not this one, takes it up."""
    moved = known("Work", base="https://elsewhere.example")
    assert fitting([moved, known("Home", whose="Work")], batch("Work", whose="Work")) is None


def test_the_environments_account() -> None:
    """It goes on with what was begun with it, and with a saved account's batch at the service's own address only."""
    [account] = from_environment({"UPLOADER_CLOSE_API_KEY": KEY})()
    assert fitting([account], batch("")) is account
    assert fitting([account], batch("gone")) is account
    elsewhere = dataclasses.replace(account, base="https://127.0.0.1/close")
    assert fitting([elsewhere], batch("gone", base="https://127.0.0.1/close")) is None
    assert fitting([elsewhere], batch("", base="https://127.0.0.1/close")) is elsewhere
