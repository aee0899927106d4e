"""Accounts: several a service, one default, secrets in the keychain and nowhere else, whatever fails on the way."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.canaries import leaks
from tests.store.vault import Vault
from uploader_gui.core.accounts import AccountsError, AccountTrouble, SavedAccount
from uploader_gui.core.ports import LedgerError, SecretsError, SecretsTrouble
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.database import StoreError
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.secrets import Secrets

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = "key-c4n4ry-0123456789"
BASE = "https://api.close.com/api/v1"
ELSEWHERE = "https://elsewhere.example/api"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger lies."""
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """An open ledger."""
    with Ledger(path) as ledger:
        yield ledger


@pytest.fixture
def vault() -> Vault:
    """A keychain in memory."""
    return Vault()


@pytest.fixture
def accounts(ledger: Ledger, vault: Vault) -> Accounts:
    """Accounts with secrets in it."""
    return Accounts(ledger, Secrets(choose=lambda: vault))


def _add(accounts: Accounts, name: str = "Acme", service: str = "close", **more: object) -> SavedAccount:
    facts = {"base": BASE, "fields": {"user": "ann"}, "secrets": {"api_key": KEY}, "at": NOW}
    return accounts.add(service=service, name=name, **{**facts, **more})  # type: ignore[arg-type]


def _refuse(vault: Vault, what: str) -> None:
    def refuse(asked: str, _user: str) -> None:
        if asked == what:
            raise OSError

    vault.before = refuse


def _allow(vault: Vault) -> None:
    vault.before = lambda _what, _user: None


def _ids(accounts: Accounts) -> list[tuple[str, bool]]:
    return [(one.name, one.default) for one in accounts.list("close")]


def test_what_is_saved_comes_back(accounts: Accounts, vault: Vault, ledger: Ledger) -> None:
    """Every fact, in any script; the secrets from the keychain, also for the next start of the program."""
    made = _add(
        accounts, " Müller 🔑 ", whose="Ann Lee, Acme", author="user_1", ca_file=Path("/etc/r\udce9.pem"),
        hosts=["files.close.com", "eu.close.com"], fields={"user": "ann", "region": "eu"},
        secrets={"api_key": KEY, "second": "x" * 3000},
    )  # fmt: skip
    assert (made.name, made.default, made.created) == ("Müller 🔑", True, NOW)
    assert made.hosts == ("files.close.com", "eu.close.com")
    assert made.ca_file == Path("/etc/r\udce9.pem")
    later = Accounts(ledger, Secrets(choose=lambda: vault))
    assert later.list() == [made] == [later.find("close")]
    values = {"user": "ann", "region": "eu", "api_key": KEY, "second": "x" * 3000}
    assert later.values(made) == values
    assert vault.entries[f"uploader-gui {made.id}", "api_key"] == KEY


def test_names_are_one_of_a_kind_in_a_service(accounts: Accounts, vault: Vault) -> None:
    """However they are written; another service may have the same. A taken one is told before the keychain is asked."""
    made = _add(accounts, "Straße")
    _add(accounts, "Straße", service="kizen")
    vault.threads.clear()
    with pytest.raises(AccountsError) as caught:
        _add(accounts, "STRASSE ")
    assert (caught.value.trouble, caught.value.name) == (AccountTrouble.NAME_TAKEN, "STRASSE")
    assert not vault.threads
    other = _add(accounts, "Other")
    with pytest.raises(AccountsError):
        accounts.rename(other.id, "strasse")
    assert accounts.rename(made.id, "STRASSE").name == "STRASSE"
    assert accounts.find("close", "straße") == accounts.find("close", "STRASSE") is not None
    assert accounts.find("close", "nobody") is accounts.find("haufe") is None
    with pytest.raises(AccountsError) as caught:
        accounts.rename("no such id", "x")
    assert caught.value.trouble is AccountTrouble.UNKNOWN


def test_two_that_add_the_same_name_at_once(accounts: Accounts, ledger: Ledger, vault: Vault) -> None:
    """One is told that it is taken, and its secret is not left in the keychain."""
    other, at_once = Accounts(ledger, Secrets(choose=lambda: vault)), threading.Barrier(2, timeout=20)
    told = list[AccountTrouble]()
    waited = threading.local()

    def together(what: str, _user: str) -> None:
        if what == "set" and not getattr(waited, "once", False):  # each has a keychain thread of its own
            waited.once = True
            at_once.wait()

    def add(which: Accounts) -> None:
        try:
            _add(which)
        except AccountsError as error:
            told.append(error.trouble)

    vault.before = together
    threads = [threading.Thread(target=add, args=(one,)) for one in (accounts, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [AccountTrouble.NAME_TAKEN]
    [made] = accounts.list()
    assert [*vault.entries] == [(f"uploader-gui {made.id}", "api_key")]


def test_there_is_one_default_as_long_as_there_is_any(accounts: Accounts) -> None:
    """The first one becomes it; another can be made it; removed, it passes to the oldest one left."""
    first, second, third = (_add(accounts, name) for name in ("1", "2", "3"))
    elsewhere = _add(accounts, "1", service="kizen")
    assert _ids(accounts) == [("1", True), ("2", False), ("3", False)]
    accounts.make_default(third.id)
    assert _ids(accounts) == [("1", False), ("2", False), ("3", True)]
    assert accounts.find("close", None) == accounts.find("close", "3")
    accounts.remove(second.id)
    assert _ids(accounts) == [("1", False), ("3", True)]
    accounts.remove(third.id)
    assert _ids(accounts) == [("1", True)]
    accounts.remove(first.id)
    assert _ids(accounts) == []
    assert accounts.find("close") is None
    assert accounts.list() == [elsewhere]
    for call in (accounts.remove, accounts.make_default):
        with pytest.raises(AccountsError) as caught:
            call(first.id)
        assert caught.value.trouble is AccountTrouble.UNKNOWN


def test_no_secret_is_in_the_file(accounts: Accounts, ledger: Ledger, path: Path, tmp_path: Path) -> None:
    """Neither of those that are kept, nor of those that are only for now, nor of those that were changed."""
    made = _add(accounts)
    accounts.change(made, secrets={"api_key": f"{KEY}-2"})
    _add(accounts, "for now", only_now=True, secrets={"api_key": f"{KEY}-3"})
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert path in files
    for file in files:
        assert leaks(file.read_bytes(), [KEY]) == []
    ledger.close()
    assert leaks(path.read_bytes(), [KEY]) == []


def test_a_keychain_that_refuses_leaves_no_account(accounts: Accounts, vault: Vault) -> None:
    """Adding: told, and there is neither an account nor a secret. The way out: only until the program ends."""
    _refuse(vault, "set")
    with pytest.raises(SecretsError):
        _add(accounts)
    assert accounts.list() == []
    assert not vault.entries
    made = _add(accounts, only_now=True)
    assert (made.secrets, made.kept) == (("api_key",), ())
    assert accounts.values(made)["api_key"] == KEY
    assert not vault.entries


def test_a_file_that_refuses_leaves_no_secret(accounts: Accounts, vault: Vault, ledger: Ledger) -> None:
    """Adding: the row cannot be kept, so the secret is removed again."""
    ledger._writer.execute("PRAGMA max_page_count = 1")
    with pytest.raises(StoreError):
        _add(accounts, whose="x" * 100_000)
    assert not vault.entries
    ledger._writer.execute("PRAGMA max_page_count = 100000")
    assert accounts.list() == []


def test_what_was_only_for_now_is_gone_after_a_restart(accounts: Accounts, ledger: Ledger, vault: Vault) -> None:
    """The account is there; its key is to be filled in again, without the keychain being asked for it."""
    made = _add(accounts, only_now=True)
    later = Accounts(ledger, Secrets(choose=lambda: vault))
    with pytest.raises(SecretsError) as caught:
        later.values(made)
    assert caught.value.trouble is SecretsTrouble.GONE
    assert not vault.threads
    changed = later.change(made, secrets={"api_key": "again"})
    assert later.values(changed)["api_key"] == "again"
    later.remove(made.id)
    assert not vault.entries


def test_removing_removes_the_secrets_or_nothing(accounts: Accounts, vault: Vault) -> None:
    """A keychain that does not let go keeps the account as it is; that can be passed over on purpose."""
    made = _add(accounts, secrets={"api_key": KEY, "second": "two"})
    _refuse(vault, "delete")
    with pytest.raises(SecretsError):
        accounts.remove(made.id)
    _allow(vault)
    assert accounts.list() == [made]
    assert accounts.values(made) == {"user": "ann", "api_key": KEY, "second": "two"}
    accounts.remove(made.id)
    assert accounts.list() == []
    assert not vault.entries
    left = _add(accounts)
    _refuse(vault, "get")
    accounts.remove(left.id, leave_secrets=True)
    assert accounts.list() == []
    assert len(vault.entries) == 1


def test_an_entry_that_is_gone_keeps_nobody_from_removing(accounts: Accounts, vault: Vault) -> None:
    """Removed behind our back: told when it is needed, and the account can be removed."""
    made = _add(accounts)
    vault.entries.clear()
    with pytest.raises(SecretsError) as caught:
        accounts.values(made)
    assert caught.value.trouble is SecretsTrouble.GONE
    accounts.remove(made.id)
    assert accounts.list() == []


def test_facts_change_without_the_secrets(accounts: Accounts, vault: Vault) -> None:
    """Who it is, the CA file, the hosts: saved, and the keychain is not asked. Its name and default stay."""
    made = _add(accounts)
    vault.threads.clear()
    wanted = replace(
        made, whose="Bob", author="user_2", ca_file=Path("/ca.pem"), hosts=("x.example",), fields={"user": "bob"},
        name="ignored", default=False, secrets=("ignored",), kept=(),
    )  # fmt: skip
    changed = accounts.change(wanted)
    assert changed == replace(wanted, name="Acme", default=True, secrets=("api_key",), kept=("api_key",))
    assert not vault.threads
    with pytest.raises(AccountsError):
        accounts.change(replace(made, id="no such id"))


def test_another_address_asks_for_the_key_again(accounts: Accounts) -> None:
    """A key only goes where it was filled in for."""
    made = _add(accounts)
    with pytest.raises(AccountsError) as caught:
        accounts.change(replace(made, base=ELSEWHERE))
    assert caught.value.trouble is AccountTrouble.KEY_NEEDED
    assert accounts.list() == [made]
    changed = accounts.change(replace(made, base=ELSEWHERE), secrets={"api_key": "for there"})
    assert (changed.base, accounts.values(changed)["api_key"]) == (ELSEWHERE, "for there")


def test_another_way_removes_the_secrets_of_the_one_before(accounts: Accounts, vault: Vault) -> None:
    """Nothing of no use stays in the keychain; if it does not let go now, it is removed with the account."""
    made = _add(accounts)
    changed = accounts.change(replace(made, fields={}), secrets={"token": "t"})
    assert (changed.secrets, changed.kept) == (("token",), ("token",))
    assert [user for _service, user in vault.entries] == ["token"]
    _refuse(vault, "delete")
    changed = accounts.change(changed, secrets={"api_key": "k"})
    _allow(vault)
    assert accounts.values(changed) == {"api_key": "k"}
    assert sorted(user for _service, user in vault.entries) == ["api_key", "token"]
    accounts.remove(changed.id)
    assert not vault.entries


@pytest.mark.parametrize("base", [BASE, ELSEWHERE])
def test_a_change_the_keychain_refuses_changes_nothing(accounts: Accounts, vault: Vault, base: str) -> None:
    """The old key works as before."""
    made = _add(accounts)
    _refuse(vault, "set")
    with pytest.raises(SecretsError):
        accounts.change(replace(made, base=base), secrets={"api_key": "new"})
    _allow(vault)
    assert accounts.list() == [made]
    assert accounts.values(made)["api_key"] == KEY


@pytest.mark.parametrize("way", ["no answer", "killed", "file refuses"])
def test_no_key_ever_goes_to_an_address_it_is_not_for(
    ledger: Ledger, vault: Vault, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of address that is broken off when the keychain may have the new key: the account has none then."""
    secrets = Secrets(deadline=0.3, choose=lambda: vault)
    accounts = Accounts(ledger, secrets)
    made = _add(accounts)
    for_ever = threading.Event()
    if way == "no answer":
        vault.after = lambda what, _user: for_ever.wait(30) if what == "set" else None
    elif way == "killed":
        put = secrets.put_all

        def killed(account_id: str, values: dict[str, str], *, only_now: bool) -> None:
            put(account_id, values, only_now=only_now)
            raise SystemExit

        monkeypatch.setattr(secrets, "put_all", killed)
    else:
        save, calls = ledger.write, iter([True, False])

        def write(job: object, **more: object) -> object:
            if next(calls):
                return save(job, **more)  # type: ignore[arg-type]
            raise LedgerError

        monkeypatch.setattr(ledger, "write", write)
    with pytest.raises((SecretsError, SystemExit, LedgerError)):
        accounts.change(replace(made, base=ELSEWHERE), secrets={"api_key": "for there"})
    monkeypatch.undo()
    [now] = Accounts(ledger, Secrets(choose=lambda: vault)).list()
    assert (now.base, now.secrets, now.kept) == (BASE, ("api_key",), ())
    for one in (now, made):
        with pytest.raises((SecretsError, AccountsError)):
            accounts.values(one)
    vault.after = lambda _what, _user: None
    for_ever.set()
    again = Accounts(ledger, Secrets(choose=lambda: vault))
    assert again.values(again.change(now, secrets={"api_key": "filled in"}))["api_key"] == "filled in"
    again.remove(now.id)
    assert not vault.entries


def test_a_key_for_now_goes_to_no_address_that_another_process_set(ledger: Ledger, vault: Vault) -> None:
    """Read before the change, or kept in memory before it: neither is used afterwards."""
    here, there = (Accounts(ledger, Secrets(choose=lambda: vault)) for _ in range(2))
    made = _add(here, only_now=True)
    changed = there.change(replace(made, base=ELSEWHERE), secrets={"api_key": "for there"})
    with pytest.raises(AccountsError) as caught:
        here.values(made)
    assert caught.value.trouble is AccountTrouble.CHANGED
    gone = replace(changed, kept=())
    with pytest.raises(SecretsError):
        here.values(gone)
    there.change(replace(changed, base=BASE), secrets={"api_key": "other"}, only_now=True)
    [now] = here.list()
    with pytest.raises(AccountsError) as caught:
        here.values(changed)
    assert caught.value.trouble is AccountTrouble.CHANGED
    assert there.values(now)["api_key"] == "other"
    there.remove(now.id)
    assert not vault.entries, "what was not used any more went with the account"


def test_only_for_now_in_the_place_of_what_is_kept(accounts: Accounts, ledger: Ledger, vault: Vault) -> None:
    """The keychain cannot be asked, so the old key stays there, unused: after a restart the account has no key."""
    made = _add(accounts)
    _refuse(vault, "set")
    changed = accounts.change(made, secrets={"api_key": "now"}, only_now=True)
    assert accounts.values(changed)["api_key"] == "now"
    with pytest.raises(SecretsError):
        Accounts(ledger, Secrets(choose=lambda: vault)).values(changed)
    accounts.remove(made.id)
    assert not vault.entries


def test_accounts_without_secrets(accounts: Accounts, vault: Vault) -> None:
    """A service that needs none: the keychain is never asked, whether there is one or not."""
    made = _add(accounts, secrets={})
    assert accounts.values(made) == {"user": "ann"}
    accounts.change(replace(made, base=ELSEWHERE))
    accounts.remove(made.id)
    assert not vault.threads


def test_the_file_allows_no_second_default_and_no_name_twice(accounts: Accounts, ledger: Ledger) -> None:
    """Whatever a mistake of ours would write."""
    first, second = _add(accounts, "1"), _add(accounts, "2")
    for mistake, value in (("UPDATE account SET is_default = 1 WHERE id = ?", second.id),
                           ("UPDATE account SET folded = '2' WHERE id = ?", first.id)):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError):
            ledger._writer.execute(mistake, (value,))
