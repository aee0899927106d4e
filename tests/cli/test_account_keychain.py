"""Every trouble with a keychain has its sentence and a way out; no key is asked for in vain, or put anywhere else."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine
from tests.cli.people import accounts, add, key_of, pipe
from tests.store.vault import Vault
from uploader_gui.cli import keychain
from uploader_gui.store import secrets, worker


class KeyringLocked(Exception):  # noqa: N818 - as keyring calls it
    """As keyring says that it is locked."""


def _locked(_what: str, _user: str) -> None:
    raise KeyringLocked("c4n4ry")


def _broken(_what: str, _user: str) -> None:
    raise ZeroDivisionError("c4n4ry")


TROUBLES: list[tuple[Callable[[str, str], object], str]] = [
    (_locked, "Keychain is locked. Its question may have been cancelled. Unlock it, then try again."),
    (_broken, "Keychain has an error. Your keychain failed with an error of its own (ZeroDivisionError)."),
]


def test_no_keychain(cli: CommandLine) -> None:
    """It is said before a key is asked for, with the environment as the other way."""
    result = add(cli)
    assert (result.code, result.out) == (1, "")
    assert "No keychain is running on this computer, and a key is never written to a file." in result.err
    assert result.err.endswith(
        "Keys can also come from the environment. Set UPLOADER_CLOSE_API_KEY in the environment.\n"
    )
    assert not cli.practice.world.requests
    assert not accounts()


@pytest.mark.parametrize(("trouble", "sentence"), TROUBLES, ids=["locked", "broken"])
def test_trouble(trouble: Callable[[str, str], object], sentence: str, cli: CommandLine, vault: Vault) -> None:
    """Adding, testing, listing, sending: each says what is wrong; of nothing more than one knows."""
    add(cli, "--name", "Work")
    add(cli, "--name", "Home")
    vault.before = trouble
    requests = len(cli.practice.world.requests)
    for command, code in (
        (("accounts", "test", "Work", "--service", "close"), 1),
        (("targets", "--service", "close", "--lookup", "lead", "--account", "Work"), 1),
        (("send", __file__, "--service", "close"), 1),
        (("accounts", "list"), 0),
    ):
        result = cli(*command)
        assert result.code == code
        assert sentence in result.err
        assert "c4n4ry" not in result.err
    assert result.err.count("Keychain") == 1, "it is said once for all accounts"
    assert result.out.count("the keychain could not be asked for its key") == 2
    assert add(cli, "--name", "Third").code == 1
    assert len(accounts()) == 2
    assert len(cli.practice.world.requests) == requests


def test_a_locked_keychain_is_asked_once(cli: CommandLine, vault: Vault) -> None:
    """A person who said no to its question is not asked again for every account."""
    for name in ("a", "b", "c"):
        add(cli, "--name", name)
    asked = []

    def locked(what: str, user: str) -> None:
        asked.append(what)
        _locked(what, user)

    vault.before = locked
    assert cli("accounts", "test").code == 1
    assert len(asked) == 1
    assert cli.results[-1].err.count("Keychain is locked.") == 3


def test_a_slow_keychain_is_waited_for(cli: CommandLine, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a word on standard error: it may be asking for its password."""
    monkeypatch.setattr(worker, "WAITING_SECONDS", 0.01)
    slow = threading.Event()
    vault.before = lambda what, _user: slow.wait(0.2) if what == "set" else None
    result = add(cli)
    assert result.code == 0
    assert "Waiting for your keychain… It may be asking for its password in a window of its own.\n" in result.err
    assert "Waiting" not in result.out


def test_a_keychain_that_hangs(cli: CommandLine, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is given up in the end; where somebody sits at a terminal that takes minutes, elsewhere half of one."""
    monkeypatch.setattr(keychain, "ANSWER_SECONDS", 0.05)
    ever = threading.Event()
    vault.before = lambda _what, _user: ever.wait(20)
    result = add(cli)
    ever.set()
    assert result.code == 1
    assert "Your keychain gave no answer in time." in result.err
    assert not accounts()
    assert secrets.PROMPT_SECONDS >= 120


def test_it_fails_only_when_the_key_is_put(cli: CommandLine, vault: Vault) -> None:
    """Then the account is not there either."""
    vault.before = lambda what, user: _locked(what, user) if what == "set" else None
    result = add(cli)
    assert result.code == 1
    assert result.err.endswith("Unlock it, then try again. Nothing was saved.\n")
    assert not accounts()


def test_it_fails_while_a_key_is_changed(cli: CommandLine, vault: Vault) -> None:
    """The old key stays, and works."""
    add(cli, "--name", "Work")
    vault.before = lambda what, user: _locked(what, user) if what == "set" else None
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    result = cli("accounts", "change", "Work", "--service", "close", "--key")
    assert result.code == 1
    assert "Keychain is locked." in result.err
    assert result.err.endswith("uploader-gui accounts change Work --service close --key\n")
    vault.before = lambda _what, _user: None
    assert cli("accounts", "test").code == 0


def test_a_long_key(cli: CommandLine, vault: Vault, tmp_path: Path) -> None:
    """Longer than Windows takes in one entry: it comes back whole."""
    del vault, tmp_path
    assert add(cli, "--name", "Work", "--no-test", key="x" * 5000).code == 0
    assert cli("accounts", "list", "--json").lines[0]["key"] == "keychain"
