"""The right key goes to the right place: of the account that is named, of the environment, of the default."""

from pathlib import Path

import pytest
import trustme

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine, Result, kept, rewrite
from tests.cli.people import accounts, add, key_of, nothing_leaked, pipe
from tests.cli.tls import Tunnel
from tests.store.vault import Vault
from uploader_gui.practice import SAMPLES, PracticeService

LEAD = SAMPLES["close"]["lead"]
NOTE = ("--service", "close", "--target", "note", "--set", f"lead={LEAD}")


def send(cli: CommandLine, file: Path, *more: str) -> Result:
    """Send a file to a note."""
    return cli("send", str(file), *NOTE, *more)


def own_key_only(practice: PracticeService) -> bool:
    """Whether nothing but its own key was ever shown to a service: any other it refuses."""
    statuses = [request.status for request in practice.world.requests]
    return bool(statuses) and 401 not in statuses


def test_two_accounts_of_one_service(cli: CommandLine, vault: Vault, offer: Path) -> None:
    """Each key goes to its own address and to no other; without a name the default is used."""
    del vault
    with PracticeService(clock=cli.clock.time) as second:
        add(cli, "--name", "One")
        add(cli, "--name", "Two", practice=second)
        assert send(cli, offer, "--account", "two").code == 0
        assert (len(cli.practice.world.attachments("close")), len(second.world.attachments("close"))) == (0, 1)
        assert send(cli, offer).code == 0
        assert (len(cli.practice.world.attachments("close")), len(second.world.attachments("close"))) == (1, 1)
        assert own_key_only(cli.practice)
        assert own_key_only(second)
        assert [batch.account for batch in kept(ended=True)] == [accounts()[1].id, accounts()[0].id]
        found = cli("targets", "--service", "close", "--lookup", "lead", "--search", "globex", "--account", "Two")
        assert (found.code, LEAD in found.out) == (0, True)
        assert nothing_leaked(cli.practice, second)


def test_resume_uses_the_accounts_of_the_batches(
    cli: CommandLine, vault: Vault, offer: Path, plan: Path, interrupt: Interrupt
) -> None:
    """Each batch goes on with its own, whatever is the default or in the environment by now."""
    del vault
    with PracticeService(clock=cli.clock.time) as second:
        add(cli, "--name", "One")
        add(cli, "--name", "Two", practice=second)
        for file, name in ((offer, "One"), (plan, "Two")):
            interrupt(file)
            assert send(cli, file, "--account", name).code == 130
        cli("accounts", "default", "Two", "--service", "close")
        cli("accounts", "rename", "Two", "Other", "--service", "close")
        cli.environment.setenv("UPLOADER_CLOSE_API_KEY", "wrong-key")
        result = cli("resume", "--json")
        assert (result.code, result.problems) == (0, [])
        assert (len(cli.practice.world.attachments("close")), len(second.world.attachments("close"))) == (1, 1)


def test_the_environment_comes_before_the_default(cli: CommandLine, vault: Vault, offer: Path) -> None:
    """As it was before there were accounts; an account that is named comes before both."""
    del vault
    with PracticeService(clock=cli.clock.time) as second:
        add(cli, "--name", "Two", practice=second)
        assert cli.send("close", offer, target="note", inputs={"lead": LEAD}).code == 0
        assert len(second.world.attachments("close")) == 0
        cli.sign_in("close")
        assert send(cli, offer, "--account", "Two").code == 0
        assert len(second.world.attachments("close")) == 1
        assert own_key_only(second)


def test_an_address_of_its_own_is_for_the_environment_only(cli: CommandLine, vault: Vault, offer: Path) -> None:
    """The key of an account is not sent to whatever address is typed."""
    del vault
    with PracticeService(clock=cli.clock.time) as second:
        add(cli, "--name", "One")
        for more, why in (
            (("--account", "One"), "--base is for keys from the environment: the key of an account only goes to"),
            ((), "there is no key for Close in the environment, and --base is for such keys"),
        ):
            result = send(cli, offer, "--base", second.base("close"), *more)
            assert result.code == 2
            assert why in result.err
        assert not second.world.requests


def test_another_persons_key(
    cli: CommandLine, vault: Vault, offer: Path, interrupt: Interrupt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch is not gone on with by an account whose key is somebody else's by now."""
    del vault
    add(cli, "--name", "Work")
    interrupt(offer)
    send(cli, offer)
    monkeypatch.setattr("uploader_gui.practice.close.USER", "user_other")
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    assert cli("accounts", "change", "Work", "--service", "close", "--key").code == 0
    result = cli("resume", "--json")
    assert (result.code, result.problems) == (1, ["other_account"])
    assert not cli.practice.world.attachments("close")
    [batch] = kept()
    assert batch.account == accounts()[0].id


def test_two_accounts_at_one_address_are_told_apart(
    cli: CommandLine, vault: Vault, offer: Path, plan: Path, interrupt: Interrupt
) -> None:
    """What the service said of one is not taken for the other."""
    del vault
    add(cli, "--name", "Good")
    add(cli, "--name", "Bad", "--no-test", key="wrong-key")
    interrupt(offer)
    send(cli, offer, "--account", "Good")
    interrupt(plan)
    send(cli, plan, "--account", "Good")
    bad = next(one for one in accounts() if one.name == "Bad")
    rewrite(kept()[1], account=bad.id)
    result = cli("resume", "--json")
    assert (result.code, result.problems) == (1, ["signed_out"])
    assert len(cli.practice.world.attachments("close")) == 1


def test_the_account_is_gone(cli: CommandLine, vault: Vault, offer: Path, interrupt: Interrupt) -> None:
    """The batch stays; the same person's account, added again, goes on with it. No other key is sent there."""
    del vault
    add(cli, "--name", "Work")
    interrupt(offer)
    send(cli, offer)
    cli("accounts", "remove", "Work", "--service", "close", "--yes")
    cli.environment.setenv("UPLOADER_CLOSE_API_KEY", "api_real_c4n4ry")
    before = len(cli.practice.world.requests)
    result = cli("resume")
    assert result.code == 1
    base = cli.practice.base("close")
    assert (
        "the account it was begun with (Ann Lee, Acme Sales) is not there any more. "
        f"Add it again: uploader-gui accounts add --service close --base {base}"
    ) in result.err
    assert len(cli.practice.world.requests) == before, "a key for another address is not sent to this one"
    add(cli, "--name", "Somebody", "--no-test")
    assert cli("resume").code == 1, "nobody knows whose that one is"
    assert cli("accounts", "test").code == 0
    assert cli("resume").code == 0
    assert len(cli.practice.world.attachments("close")) == 1


def test_begun_with_the_environment(cli: CommandLine, vault: Vault, offer: Path, interrupt: Interrupt) -> None:
    """Gone on with by an account of the same person at the same address."""
    del vault
    interrupt(offer)
    assert cli.send("close", offer, target="note", inputs={"lead": LEAD}).code == 130
    assert cli("resume").err.count("there is no key for Close. Set UPLOADER_CLOSE_API_KEY in the environment.") == 1
    add(cli, "--name", "Work")
    assert cli("resume").code == 0


def test_another_address_by_now(cli: CommandLine, vault: Vault, offer: Path, interrupt: Interrupt) -> None:
    """A batch's files lie where they were sent: its account elsewhere cannot attach them."""
    del vault
    add(cli, "--name", "Work")
    interrupt(offer)
    send(cli, offer)
    with PracticeService(clock=cli.clock.time) as second:
        pipe(cli.environment, f"{key_of(second)}\n")
        change = ("accounts", "change", "Work", "--service", "close", "--base", second.base("close"))
        assert cli(*change).code == 0
        before = len(second.world.requests)
        result = cli("resume")
        assert result.code == 1
        went = f"its files went to {cli.practice.base('close')}, and the account “Work” has another address now."
        assert went in result.err
        assert len(second.world.requests) == before


def test_the_key_leaves_no_trace(cli: CommandLine, vault: Vault, offer: Path, plan: Path, interrupt: Interrupt) -> None:
    """Good, failing and interrupted batches of every service: nothing of any key is on the disk."""
    del vault
    for service in ("close", "kizen", "haufe", "circle"):
        values = cli.practice.account(service)
        secret = key_of(cli.practice, service)
        more = [part for name, one in values.items() if one != secret for part in ("--set", f"{name}={one}")]
        pipe(cli.environment, f"{secret}\n")
        where = ("--service", service, "--base", cli.practice.base(service))
        assert cli("accounts", "add", *where, *more).code == 0, cli.results[-1].err
    assert send(cli, offer).code == 0
    interrupt(plan)
    assert send(cli, plan).code == 130
    assert cli("send", str(offer), "--service", "haufe", "--target", "upload").code == 0
    assert cli("accounts", "test").code == 0
    assert cli("accounts", "list", "--json").code == 0
    assert nothing_leaked(cli.practice)


def test_an_authority_of_its_own(cli: CommandLine, vault: Vault, offer: Path, tmp_path: Path) -> None:
    """A server that only the account's own CA file vouches for: with it all goes well, without it nothing is sent."""
    del vault
    authority = trustme.CA()
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    with Tunnel(authority, cli.practice) as tunnel:
        base = f"https://127.0.0.1:{tunnel.port}/close/api/v1"
        pipe(cli.environment, f"{key_of(cli.practice)}\n")
        result = cli("accounts", "add", "--service", "close", "--base", base)
        assert result.code == 1
        assert "Certificate is not trusted." in result.err
        assert "--ca-file PATH" in result.err
        assert not cli.practice.world.requests
        pipe(cli.environment, f"{key_of(cli.practice)}\n")
        added = cli("accounts", "add", "--service", "close", "--base", base, "--ca-file", str(path))
        assert added.code == 0, added.err
        assert send(cli, offer).code == 0
        assert len(cli.practice.world.attachments("close")) == 1
