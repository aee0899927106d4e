"""Accounts: added in a minute, tested, changed, removed; what is said of a key is where it is, and no more."""

import sqlite3
import subprocess
from pathlib import Path

import pytest
import trustme

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, kept
from tests.cli.people import accounts, add, agrees, key_of, nothing_leaked, pipe, types
from tests.store.vault import Vault
from uploader_gui.cli import entering
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core.accounts import PASSPHRASE, Certificate
from uploader_gui.practice import SAMPLES, Fault, PracticeService
from uploader_gui.services import catalogue
from uploader_gui.store import accounts as store

LEAD = {"lead": SAMPLES["close"]["lead"]}
ANN = "Ann Lee, Acme Sales"


def test_added(cli: CommandLine, vault: Vault) -> None:
    """The key is tried first and lies in the keychain only; the account is called as whose it is."""
    result = add(cli)
    assert (result.code, result.err) == (0, f"The key goes to: 127.0.0.1:{cli.practice.port}\n")
    assert result.out == (
        f"Signed in as {ANN}.\nSaved as “{ANN}”, with its key in the keychain. "
        "It is used for Close where no account is named.\n"
    )
    [account] = accounts()
    assert (account.name, account.whose, account.default) == (ANN, ANN, True)
    assert (account.base, account.fields, account.secrets) == (cli.practice.base("close"), {}, ("api_key",))
    assert vault.entries[f"uploader-gui {account.id}", "api_key"] == key_of(cli.practice)
    assert nothing_leaked(cli.practice)


def test_names_are_made_unique(cli: CommandLine, vault: Vault) -> None:
    """A second account of the same person gets a number; a name of one's own is taken as it is."""
    del vault
    for more in ((), (), ("--name", "Müller 🔑"), ()):
        assert add(cli, *more).code == 0
    assert [one.name for one in accounts()] == [ANN, f"{ANN} 2", "Müller 🔑", f"{ANN} 3"]
    assert [one.default for one in accounts()] == [True, False, False, False]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (ANN.upper(), "There is an account “ANN LEE, ACME SALES” of this service already."),
        ("x" * 101, "The name is too long"),
        ("a\u202eb", "The name holds a line break or a hidden sign."),
        (" ", "An account needs a name."),
    ],
)
def test_a_name_that_cannot_be(name: str, why: str, cli: CommandLine, vault: Vault) -> None:
    """It is told before the keychain or the service is asked for anything."""
    add(cli)
    vault.threads.clear()
    before = len(cli.practice.world.requests)
    result = add(cli, "--name", name)
    assert (result.code, result.out) == (2, "")
    assert why in result.err
    assert not vault.threads
    assert len(cli.practice.world.requests) == before


def test_a_wrong_key_is_not_saved(cli: CommandLine, vault: Vault) -> None:
    """Unless that is wanted; then it is there and does not work."""
    result = add(cli, key="api_wrong_c4n4ry")
    assert result.code == 1
    assert "Key is not accepted. Close does not accept the key" in result.err
    assert "Nothing was saved. To save it all the same, add --no-test." in result.err
    assert "c4n4ry" not in result.err
    assert not accounts()
    assert not vault.entries
    assert add(cli, "--no-test", key="api_wrong_c4n4ry").code == 0
    assert [one.name for one in accounts()] == ["Close"]
    assert "not tested" in cli("accounts").out
    tested = cli("accounts", "test")
    assert (tested.code, tested.out) == (1, "")
    assert tested.err.startswith("Close, “Close”: Key is not accepted.")


@pytest.mark.parametrize(
    ("piped", "why"),
    [
        ("", "standard input has 0 lines, not one line for each of: API key."),
        ("a\nb\n", "standard input has 2 lines, not one line for each of: API key."),
        ("\n\nsecret_c4n4ry\n", "a line of standard input is empty."),
        (b"\xffc4n4ry", "standard input is no text."),
        ("x" * 300_000, "standard input is too long for keys."),
        ("c4n4ry\0more", "The field “API key” holds a line break."),
        ("“c4n4ry”", "The field “API key” holds a curly quote."),
    ],
    ids=["nothing", "two", "empty", "bytes", "long", "nul", "curly"],
)
def test_what_is_no_key(piped: str | bytes, why: str, cli: CommandLine, vault: Vault) -> None:
    """It is refused before it is sent, and not repeated."""
    pipe(cli.environment, piped)
    result = cli("accounts", "add", "--service", "close", "--base", cli.practice.base("close"))
    assert result.code == 2
    assert why in result.err
    assert "c4n4ry" not in result.err
    assert not vault.entries
    assert not cli.practice.world.requests


def test_a_key_as_an_argument_is_refused(cli: CommandLine, vault: Vault) -> None:
    """Arguments can be read by other programs; what was given is not said again."""
    del vault
    for setting in ("api_key=c4n4ry", "c4n4ry", "key=c4n4ry"):
        result = cli("accounts", "add", "--service", "close", "--set", setting)
        assert result.code == 2
        assert "c4n4ry" not in result.out + result.err
    assert "“api_key” is secret and never given as an argument" in cli.results[0].err


@pytest.mark.parametrize(("before", "after"), [("", ""), ("  ", " \r"), ("\ufeff", "\r")])
def test_blanks_around_a_key(before: str, after: str, cli: CommandLine, vault: Vault) -> None:
    """What shells and copying put around a key is taken off."""
    del vault
    assert add(cli, key=f"{before}{key_of(cli.practice)}{after}").code == 0


CIRCLE = [
    (["token"], ["access_token"]),
    (["", "token", "ann@acme.example"], ["email", "headless_token"]),
    (["", "token", "", "17"], ["community_member_id", "headless_token"]),
]


@pytest.mark.parametrize(("answers", "filled"), CIRCLE, ids=["token", "email", "number"])
def test_the_way_follows_from_what_is_filled_in(
    answers: list[str], filled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what can still be needed is asked for."""
    questions = types(monkeypatch, *answers)
    values = entering.enter(catalogue.find("circle"), {}, from_stdin=False)
    assert sorted(values) == filled
    assert len(questions) == len(answers)
    assert "does not show" in questions[0]


def test_what_is_needed_is_asked_for_again(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With where to find it; a field that was given is not asked for; the end of the input ends it."""
    questions = types(monkeypatch, "", "key")
    assert entering.enter(catalogue.find("close"), {}, from_stdin=False) == {"api_key": "key"}
    assert questions == ["API key (it does not show): "] * 2
    said = capsys.readouterr().err
    assert said.startswith("In Close: Settings > Developer > API Keys.")
    assert said.endswith("API key is needed.\n")
    types(monkeypatch, "key")
    given = {"email": "ann@acme.example"}
    assert entering.enter(catalogue.find("circle"), given, from_stdin=False) == {**given, "headless_token": "key"}
    types(monkeypatch)
    with pytest.raises(FailedError, match="nothing was saved"):
        entering.enter(catalogue.find("close"), {}, from_stdin=False)
    with pytest.raises(WrongUseError, match="--stdin is for a pipe"):
        entering.enter(catalogue.find("close"), {}, from_stdin=True)


@pytest.mark.parametrize("way", [0, 1, 2])
def test_every_way_by_a_pipe(way: int, cli: CommandLine, vault: Vault) -> None:
    """Open fields as arguments, secret ones piped."""
    del vault
    service = catalogue.find("circle")
    values = cli.practice.account("circle", way)
    secret = [field.id for field in service.account.fields if field.secret and field.id in values]
    settings = [f"{name}={value}" for name, value in values.items() if name not in secret]
    more = [part for setting in settings for part in ("--set", setting)]
    pipe(cli.environment, "\n".join(values[name] for name in secret))
    where = ("accounts", "add", "--service", "circle", "--base", cli.practice.base("circle"))
    assert cli(*where, *more).code == 0
    [account] = accounts()
    assert set(account.fields) | set(account.secrets) == set(values)
    assert nothing_leaked(cli.practice)
    assert cli("accounts", "test").code == 0


def test_half_a_way_is_none(cli: CommandLine, vault: Vault) -> None:
    """What is missing is said with the ways there are."""
    del vault
    pipe(cli.environment, "key\n")
    result = cli("accounts", "add", "--service", "kizen", "--set", "business_id=1")
    assert result.code == 2
    assert "not all fields are given: Kizen needs " in result.err


def test_listed(cli: CommandLine, vault: Vault) -> None:
    """Which account is the default, where it is, whether its key is there; not even the key's length."""
    assert cli("accounts").out == "There is no account yet. Add one: uploader-gui accounts add --service ID\n"
    assert cli("accounts", "list", "--json").out == ""
    add(cli, "--name", "Work")
    add(cli, "--name", "Home")
    base = cli.practice.base("close")
    vault.entries.pop((f"uploader-gui {accounts()[1].id}", "api_key"))
    assert cli("accounts", "list").out.splitlines() == [
        f"close      {'Work':30} default; signed in as {ANN}; at {base}; key in the keychain",
        f"close      {'Home':30} signed in as {ANN}; at {base}; its key is gone from the keychain",
    ]
    [first, second] = cli("accounts", "list", "--json").lines
    assert first == {
        "event": "account",
        "account": accounts()[0].id,
        "service": "close",
        "name": "Work",
        "default": True,
        "whose": ANN,
        "base": base,
        "hosts": [],
        "ca_file": None,
        "cert_file": None,
        "key": "keychain",
    }
    assert (second["key"], second["default"]) == ("gone", False)
    result = cli("accounts", "test", "Home", "--service", "close")
    assert result.code == 1
    assert "Close, “Home”: Key is not in the keychain." in result.err
    assert result.err.endswith("uploader-gui accounts change Home --service close --key\n")


def test_tested(cli: CommandLine, vault: Vault) -> None:
    """One, those of a service, or all; one that fails does not keep the others from it."""
    del vault
    assert cli("accounts", "test").code == 1
    add(cli, "--name", "Work")
    add(cli, "--name", "Bad", "--no-test", key="wrong-key")
    add(cli, "--name", "Untested", "--no-test")
    assert cli("accounts", "test", "work", "--service", "close").out == f"Close, “Work”: Signed in as {ANN}.\n"
    result = cli("accounts", "test")
    assert result.code == 1
    assert result.out == f"Close, “Work”: Signed in as {ANN}.\nClose, “Untested”: Signed in as {ANN}.\n"
    assert result.err.startswith("Close, “Bad”: Key is not accepted.")
    assert [one.whose for one in accounts()] == [ANN, None, ANN]
    assert cli("accounts", "test", "--service", "kizen").code == 1


def test_a_service_that_repeats_the_key(cli: CommandLine, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in whose it is, nor in the account's name, nor as its author."""
    del vault
    key = key_of(cli.practice)
    monkeypatch.setattr("uploader_gui.practice.close.USER", f"user_{key}")
    result = add(cli)
    assert result.code == 0
    assert accounts()[0].author is None
    assert nothing_leaked(cli.practice)


def test_renamed_and_made_default(cli: CommandLine, vault: Vault) -> None:
    """However the name is written; the other account is the default no more."""
    del vault
    add(cli, "--name", "Work")
    add(cli, "--name", "Home")
    assert cli("accounts", "rename", "WORK", "Office", "--service", "close").out == "“Work” is now called “Office”.\n"
    taken = cli("accounts", "rename", "Home", "office", "--service", "close")
    assert (taken.code, taken.out) == (1, "")
    assert "There is an account “office” of this service already." in taken.err
    assert cli("accounts", "default", "Home", "--service", "close").code == 0
    assert [(one.name, one.default) for one in accounts()] == [("Office", False), ("Home", True)]


def test_removed(cli: CommandLine, vault: Vault, offer: Path, interrupt: Interrupt) -> None:
    """With its key, once somebody has agreed; what is on its way in its name is named and stays."""
    add(cli, "--name", "Work")
    interrupt(offer)
    where = ["--service", "close", "--target", "note", "--set", f"lead={LEAD['lead']}"]
    assert cli("send", str(offer), *where).code == 130
    [batch] = kept()
    remove = ["accounts", "remove", "Work", "--service", "close"]
    result = cli(*remove)
    assert result.code == 2
    assert f"1 open batch was begun with it and will need its key again ({batch.id[:8]}). Add --yes" in result.err
    for answer, code in ((False, 1), (None, 130)):
        with pytest.MonkeyPatch.context() as patch:
            questions = agrees(patch, answer)
            assert cli(*remove).code == code
            assert questions[0].endswith("Close, “Work” is removed with its key Go on?")
    assert len(accounts()) == len(vault.entries) == 1
    result = cli(*remove, "--yes")
    assert (result.code, result.out) == (0, "Removed: Close, “Work”.\n")
    assert not accounts()
    assert not vault.entries
    assert kept() == [batch]
    assert f"    Account: removed; it was {ANN}'s" in cli("queue").out


def test_removed_without_its_key(cli: CommandLine, vault: Vault) -> None:
    """A keychain that does not let go of the key keeps the account; unless the key is left there on purpose."""
    add(cli, "--name", "Work")
    account = accounts()[0]

    def refuse(what: str, _user: str) -> None:
        if what == "delete":
            raise OSError("c4n4ry")

    vault.before = refuse
    result = cli("accounts", "remove", "Work", "--service", "close", "--yes")
    assert result.code == 1
    assert "Keychain has an error." in result.err
    assert "c4n4ry" not in result.err
    assert result.err.endswith("uploader-gui accounts remove Work --service close --leave-key\n")
    assert accounts() == [account]
    result = cli("accounts", "remove", "Work", "--service", "close", "--yes", "--leave-key")
    assert result.code == 0
    assert result.err == f"What the keychain has of it is called “uploader-gui {account.id}”.\n"
    assert not accounts()


def test_a_changed_key(cli: CommandLine, vault: Vault) -> None:
    """It is tried first; one that does not work leaves everything as it was."""
    add(cli, "--name", "Work", "--no-test", key="old-key-c4n4ry")
    change = ["accounts", "change", "Work", "--service", "close", "--key"]
    pipe(cli.environment, "another-wrong-c4n4ry\n")
    result = cli(*change)
    assert (result.code, result.out) == (1, "")
    assert "Nothing was changed." in result.err
    assert set(vault.entries.values()) == {"old-key-c4n4ry"}
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    result = cli(*change)
    assert (result.code, result.out) == (0, f"Signed in as {ANN}.\nChanged: Close, “Work”.\n")
    assert set(vault.entries.values()) == {key_of(cli.practice)}
    assert accounts()[0].whose == ANN


def test_a_key_of_somebody_else(cli: CommandLine, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is taken, and said to be that."""
    del vault
    add(cli, "--name", "Work")
    monkeypatch.setattr("uploader_gui.practice.close.USER", "user_other")
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    result = cli("accounts", "change", "Work", "--service", "close", "--key")
    assert result.code == 0
    assert f"That is somebody else than before ({ANN}): batches begun with the former key are not gone on" in result.err
    assert accounts()[0].author == "user_other"


def test_a_changed_address(cli: CommandLine, vault: Vault) -> None:
    """It asks for the key again: the old one is never sent there."""
    add(cli, "--name", "Work")
    with PracticeService(clock=cli.clock.time) as second:
        change = ["accounts", "change", "Work", "--service", "close", "--base", second.base("close")]
        pipe(cli.environment, "")
        result = cli(*change)
        assert result.code == 2
        assert "standard input has 0 lines" in result.err
        assert not second.world.requests
        pipe(cli.environment, f"{key_of(second)}\n")
        assert cli(*change).code == 0
        assert [request.status for request in second.world.requests] == [200], "no other key was shown to it"
        assert set(vault.entries.values()) == {key_of(second)}
        assert accounts()[0].base == second.base("close")
        assert nothing_leaked(cli.practice, second)


def test_changed_fields_need_no_key(cli: CommandLine, vault: Vault) -> None:
    """What is no secret is changed and tried with the key that is there."""
    pipe(cli.environment, cli.practice.account("circle", 1)["headless_token"])
    where = ["--service", "circle", "--base", cli.practice.base("circle")]
    email = cli.practice.account("circle", 1)["email"]
    assert cli("accounts", "add", *where, "--name", "Work", "--set", f"email={email}").code == 0
    before = dict(vault.entries)
    number = cli.practice.account("circle", 2)["community_member_id"]
    change = ["accounts", "change", "Work", "--service", "circle"]
    result = cli(*change, "--set", "email=", "--set", f"community_member_id={number}")
    assert result.code == 0, result.err
    assert accounts()[0].fields == {"community_member_id": number}
    assert vault.entries == before
    both = cli(*change, "--set", f"email={email}")
    assert both.code == 1
    assert "Circle, “Work”: Circle needs access_token or" in both.err


def test_a_ca_file(cli: CommandLine, vault: Vault, tmp_path: Path) -> None:
    """Is looked at when it is given, kept with the account, and taken away again."""
    del vault
    authority = tmp_path / "authority.pem"
    trustme.CA().cert_pem.write_to_path(str(authority))
    assert add(cli, "--name", "Work", "--ca-file", str(authority)).code == 0
    assert accounts()[0].ca_file == authority
    assert f"trusts {authority}" in cli("accounts").out
    assert cli("accounts", "change", "Work", "--service", "close", "--no-ca-file").code == 0
    assert accounts()[0].ca_file is None
    authority.write_text("no certificate")
    other = tmp_path / "other.pem"
    other.write_text("no certificate")
    result = cli("accounts", "change", "Work", "--service", "close", "--ca-file", str(other))
    assert result.code == 2
    assert "There is no certificate in the file" in result.err


def test_a_service_that_cannot_be_asked(cli: CommandLine, vault: Vault) -> None:
    """Its trouble is told as that, and nothing is saved."""
    del vault
    cli.practice.misbehave(Fault(kind="redirect", service="close", step="check"))
    result = add(cli)
    assert result.code == 1
    assert "Sent elsewhere." in result.err
    assert not accounts()


def test_the_ledger_cannot_be_kept(cli: CommandLine, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then no key stays in the keychain either."""

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(store, "_added", fail)
    result = add(cli)
    assert result.code == 1
    assert "the queue" in result.err
    assert not vault.entries


def test_a_batch_keeps_its_account_by_id(cli: CommandLine, vault: Vault, offer: Path, interrupt: Interrupt) -> None:
    """Renaming loses nothing; the queue shows the name it has now."""
    del vault
    add(cli, "--name", "Work")
    interrupt(offer)
    cli("send", str(offer), "--service", "close", "--target", "note", "--set", f"lead={LEAD['lead']}")
    cli("accounts", "rename", "Work", "Office", "--service", "close")
    [batch] = kept()
    assert batch.account == accounts()[0].id
    assert "    Account: Office\n" in cli("queue").out
    assert cli("queue", "--json").lines[0]["account"] == "Office"
    assert cli("resume").code == 0


def test_a_client_certificate(cli: CommandLine, vault: Vault, tmp_path: Path) -> None:
    """Kept with the account, its passphrase with the key in the keychain; another one, and none, on request."""
    leaf = trustme.CA().issue_cert("ann@acme.example")
    file, key = tmp_path / "ann.pem", tmp_path / "ann.key"
    leaf.cert_chain_pems[0].write_to_path(str(file))
    leaf.private_key_pem.write_to_path(str(key))
    locked = tmp_path / "locked.pem"
    made = ["openssl", "pkcs8", "-topk8", "-in", str(key), "-passout", "pass:a passphrase"]
    locked.write_bytes(file.read_bytes() + subprocess.run(made, capture_output=True, check=True).stdout)
    shown = ("--cert-file", str(file), "--cert-key", str(key))
    alone = add(cli, "--name", "Work", "--cert-key", str(key))
    assert (alone.code, "--cert-key is the key of a --cert-file" in alone.err) == (2, True)
    half = add(cli, "--name", "Work", "--cert-file", str(file))
    assert (half.code, "key is not in its file" in half.err) == (2, True)
    assert add(cli, "--name", "Work", *shown).code == 0
    assert accounts()[0].certificate == Certificate(file=file, key=key)
    assert f"shows {file}" in cli("accounts").out
    before = dict(vault.entries)

    change = ("accounts", "change", "Work", "--service", "close")
    pipe(cli.environment, "wrong\n")
    refused = cli(*change, "--cert-file", str(locked), "--stdin")
    assert (refused.code, "does not open with this passphrase" in refused.err) == (1, True)
    assert vault.entries == before
    pipe(cli.environment, "a passphrase\n")
    changed = cli(*change, "--cert-file", str(locked), "--stdin")
    assert changed.code == 0, changed.err
    assert accounts()[0].certificate == Certificate(file=locked)
    assert PASSPHRASE in accounts()[0].secrets
    assert "a passphrase" not in str(accounts())
    assert cli("accounts", "test", "Work", "--service", "close").code == 0

    assert cli(*change, "--no-cert-file").code == 0
    assert accounts()[0].certificate is None
    assert PASSPHRASE not in accounts()[0].secrets
    assert vault.entries == before, "the key is the same, and the passphrase is gone"


def test_a_passphrase_beside_the_key(cli: CommandLine, vault: Vault, tmp_path: Path) -> None:
    """On a pipe it is the last line; what lacks it is told before anything is saved."""
    leaf = trustme.CA().issue_cert("ann@acme.example")
    key, locked = tmp_path / "ann.key", tmp_path / "locked.pem"
    leaf.private_key_pem.write_to_path(str(key))
    made = ["openssl", "pkcs8", "-topk8", "-in", str(key), "-passout", "pass:a passphrase"]
    content = leaf.cert_chain_pems[0].bytes() + subprocess.run(made, capture_output=True, check=True).stdout
    locked.write_bytes(content)
    lacks = add(cli, "--name", "Work", "--cert-file", str(locked))
    assert lacks.code == 2
    assert not vault.entries
    base = cli.practice.base("close")
    [api_key] = cli.practice.account("close").values()
    pipe(cli.environment, f"{api_key}\na passphrase\n")
    added = cli("accounts", "add", "--service", "close", "--name", "Work", "--cert-file", str(locked), "--base", base)
    assert added.code == 0, added.err
    assert set(accounts()[0].secrets) == {"api_key", PASSPHRASE}
    assert cli("accounts", "test").code == 0
