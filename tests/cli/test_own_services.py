"""Services of one's own: shown in plain words before they are added, never given a key that nobody agreed to."""

import os
from pathlib import Path

import pytest

from tests.cli.conftest import Interrupt
from tests.cli.harness import CommandLine
from tests.cli.people import accounts, agrees, key_of, nothing_leaked, own_service, pipe
from tests.store.vault import Vault
from uploader_gui.practice import SAMPLES
from uploader_gui.store.paths import places

LEAD = SAMPLES["close"]["lead"]
NOTE = ("--service", "acme", "--target", "note", "--set", f"lead={LEAD}")
HOSTS = ("docs    = [", 'hosts   = ["files.acme.example"]\ndocs    = [')
SIGNS = ('call    = "POST /files/upload/"', 'call    = "POST https://files.acme.example/upload"')


TEAM = (
    "  your team sees:             Note on a lead, Draft email to a lead, Existing draft email, "
    "Draft text message (MMS), Log of a WhatsApp message, New opportunity"
)


@pytest.fixture
def folder() -> Path:
    """Where the person's own service files lie."""
    return places().config / "services"


def test_all_of_it(cli: CommandLine, vault: Vault, tmp_path: Path, offer: Path, folder: Path) -> None:
    """Shown, added, signed in to, sent with, listed, removed."""
    path = own_service(cli.practice, tmp_path)
    result = cli("services", "add", str(path))
    assert (result.code, result.out) == (2, "")
    host = f"127.0.0.1:{cli.practice.port}"
    assert result.err.splitlines() == [
        "Acme (acme)",
        f"  your key goes to:           {host}",
        "  your files go to:           wherever the service says each time",
        "  the customer sees:          Send an email to a lead",
        TEAM,
        "  only you see:               Upload only (copy the link)",
        "  goes out to people at once: Send an email to a lead",
        "uploader-gui: nothing was added. Give --yes if this is what you want.",
    ]
    assert not folder.exists()
    result = cli("services", "add", str(path), "--yes")
    assert (result.code, result.out) == (
        0,
        "Added: Acme. Add an account: uploader-gui accounts add --service acme\n",
    )
    [listed] = [line for line in cli("services").out.splitlines() if line.startswith("acme ")]
    assert listed.endswith("(your own)")
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    result = cli("accounts", "add", "--service", "acme")
    assert (result.code, result.err) == (0, f"The key goes to: {host}\n")
    result = cli("send", str(offer), *NOTE)
    assert (result.code, result.out.splitlines()[0]) == (0, "Acme: 1 file attached to the note on Globex Corporation")
    assert len(cli.practice.world.attachments("close")) == 1
    result = cli("services", "remove", "acme")
    assert (result.code, result.out) == (0, "Removed: Acme.\n")
    assert "Its accounts stay until you remove them: “Ann Lee, Acme Sales” (uploader-gui accounts remove" in result.err
    assert "its service file is gone" in cli("accounts").out
    assert cli("accounts", "test").code == 1
    assert cli("accounts", "remove", "Ann Lee, Acme Sales", "--service", "acme", "--yes").code == 0
    assert not vault.entries
    assert nothing_leaked(cli.practice)


def test_what_is_on_its_way_is_named(
    cli: CommandLine, vault: Vault, tmp_path: Path, offer: Path, interrupt: Interrupt
) -> None:
    """A batch without its service file waits for it."""
    del vault
    path = own_service(cli.practice, tmp_path)
    cli("services", "add", str(path), "--yes")
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    cli("accounts", "add", "--service", "acme")
    interrupt(offer)
    assert cli("send", str(offer), *NOTE).code == 130
    assert "Without it these batches cannot go on: " in cli("services", "remove", "acme").err
    assert "its service file is gone or has mistakes" in cli("resume").err
    cli("services", "add", str(path), "--yes")
    assert cli("resume").code == 0


@pytest.mark.parametrize(("answer", "code"), [(True, 0), (False, 1), (None, 130)])
def test_a_person_is_asked(answer: bool | None, code: int, cli: CommandLine, tmp_path: Path, folder: Path) -> None:
    """Anything but yes adds nothing."""
    questions = agrees(cli.environment, answer)
    assert cli("services", "add", str(own_service(cli.practice, tmp_path))).code == code
    assert questions == ["Add it?"]
    assert folder.exists() == (answer is True)


def test_too_large(cli: CommandLine, tmp_path: Path, folder: Path) -> None:
    """A file above 256 KiB is refused without being read to its end."""
    path = own_service(cli.practice, tmp_path)
    path.write_bytes(path.read_bytes() + b"#" * 256 * 1024)
    result = cli("services", "add", str(path), "--yes")
    assert result.code == 1
    assert "acme.toml: the file is larger than 256 KiB" in result.err
    assert cli("services", "add", "/dev/zero", "--yes").code == 1
    assert not folder.exists()


def test_mistakes_are_listed(cli: CommandLine, tmp_path: Path, folder: Path) -> None:
    """All of them, and nothing is added."""
    path = own_service(cli.practice, tmp_path, ("success = [201]", "sucess = [201]"), ("[account]", "[acount]"))
    result = cli("services", "add", str(path), "--yes")
    assert result.code == 1
    assert result.err.count("acme.toml: ") > 1
    assert result.err.endswith(" mistakes.\n")
    assert not folder.exists()


def test_a_bundled_service_is_replaced_on_purpose_only(cli: CommandLine, tmp_path: Path) -> None:
    """And if its key would go elsewhere, that is agreed to as well."""
    path = own_service(cli.practice, tmp_path, service_id="close")
    result = cli("services", "add", str(path), "--yes")
    assert result.code == 2
    assert "“close” is the id of a service that comes with the program" in result.err
    result = cli("services", "add", str(path), "--yes", "--replace")
    assert result.code == 2
    host = f"127.0.0.1:{cli.practice.port}"
    assert (
        f"It takes the place of the program's own service Close.\nNEW: your key would also go to {host}.\n"
        in result.err
    )
    assert "Your key would no longer go to api.close.com." in result.err
    assert result.err.endswith("Give --yes and --new-hosts if this is what you want.\n")
    assert cli("services", "add", str(path), "--yes", "--replace", "--new-hosts").code == 0
    [listed] = [line for line in cli("services").out.splitlines() if line.startswith("close ")]
    assert listed.endswith("(your own, in place of the program's)")
    removed = cli("services", "remove", "close")
    assert removed.out == "Removed: Acme. Close is the program's own again.\n"


def test_new_hosts_get_no_key_until_it_is_agreed(cli: CommandLine, vault: Vault, tmp_path: Path, offer: Path) -> None:
    """Neither by adding the new file with --yes alone, nor by sending with an account that was there before."""
    del vault
    cli("services", "add", str(own_service(cli.practice, tmp_path)), "--yes")
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    cli("accounts", "add", "--service", "acme", "--name", "Work")
    path = own_service(cli.practice, tmp_path, HOSTS, SIGNS)
    result = cli("services", "add", str(path), "--yes")
    assert result.code == 2
    assert (
        "It takes the place of your service Acme.\nNEW: your key would also go to files.acme.example.\n" in result.err
    )
    with pytest.MonkeyPatch.context() as patch:
        assert agrees(patch, answer=True) == []
        assert cli("services", "add", str(path), "--yes").code == 0, "a person may be asked instead"
    # That nothing goes there is seen by the guard of all tests, too: it lets nothing leave this computer.
    result = cli("send", str(offer), *NOTE)
    assert result.code == 1
    told = "Acme's service file names a host that was not agreed to: files.acme.example. The key of “Work” does not go"
    assert told in result.err
    assert "files.acme.example is not one of the service's own hosts" in result.err
    assert told in cli("accounts", "test").err
    assert accounts()[0].hosts == ()
    with pytest.MonkeyPatch.context() as patch:
        agrees(patch, answer=False)
        assert "The key does not go there." in cli("accounts", "test").err
        questions = agrees(patch, answer=True)
        assert cli("accounts", "test").code == 0
        assert questions == [
            "Acme's service file now sends the key of “Work” also to files.acme.example Agree?",
        ]
    assert accounts()[0].hosts == ("files.acme.example",)
    assert told not in cli("accounts", "test").err


def test_new_hosts_by_an_option(cli: CommandLine, vault: Vault, tmp_path: Path) -> None:
    """Where nobody can be asked."""
    del vault
    cli("services", "add", str(own_service(cli.practice, tmp_path)), "--yes")
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    cli("accounts", "add", "--service", "acme", "--name", "Work")
    cli("services", "add", str(own_service(cli.practice, tmp_path, HOSTS)), "--yes", "--new-hosts")
    assert cli("accounts", "change", "Work", "--service", "acme", "--new-hosts").code == 0
    assert accounts()[0].hosts == ("files.acme.example",)


def test_a_file_that_opens_a_secret_gets_no_key(cli: CommandLine, vault: Vault, tmp_path: Path, offer: Path) -> None:
    """A field that was secret when it was filled in may not be known everywhere by a later file."""
    del vault
    cli("services", "add", str(own_service(cli.practice, tmp_path)), "--yes")
    pipe(cli.environment, f"{key_of(cli.practice)}\n")
    cli("accounts", "add", "--service", "acme", "--name", "Work")
    steals = ('filename = "${file.name}"', 'filename = "${account.api_key}"')
    path = own_service(cli.practice, tmp_path, ("secret = true", "secret = false"), steals)
    assert cli("services", "add", str(path), "--yes").code == 0
    before = len(cli.practice.world.requests)
    for command in (("send", str(offer), *NOTE), ("accounts", "test")):
        result = cli(*command)
        assert result.code == 1
        assert "no longer treats them as secret. Its key is not used." in result.err
    assert len(cli.practice.world.requests) == before


def test_a_file_that_takes_the_key_of_another_service(cli: CommandLine, tmp_path: Path, folder: Path) -> None:
    """`close_api` with a field `key` would be given what is meant for `close` and its `api_key`."""
    changes = [('id     = "api_key"', 'id     = "key"'), ('["api_key"]', '["key"]'), ("account.api_key", "account.key")]
    path = own_service(cli.practice, tmp_path, *changes, service_id="close_api")
    result = cli("services", "add", str(path), "--yes")
    assert result.code == 2
    assert "would be called UPLOADER_CLOSE_API_KEY in the environment, as Close's is." in result.err
    folder.mkdir(parents=True)
    path.rename(folder / path.name)
    cli.sign_in("close")
    result = cli("send", str(path), "--service", "close_api", "--target", "upload")
    assert result.code == 2
    assert not cli.practice.world.requests


EVIL = "Ac\\u001b[2Jme\\u202egpj"


def test_a_hostile_file_is_shown_harmlessly(cli: CommandLine, tmp_path: Path, folder: Path) -> None:
    """Neither its name, nor its ids, labels and help, nor mistakes in it can do anything to a terminal."""
    for old in ('name    = "Acme"', 'label   = "Note on a lead"', 'label  = "API key"'):
        path = own_service(cli.practice, tmp_path, (old, f'{old.split("=")[0]}= "{EVIL}"'))
        assert cli("services", "add", str(path), "--yes").code == 1
        assert "must be one line of text, without hidden signs" in cli.results[-1].err
    helped = ('help   = "In Close:', f'help   = "{EVIL}')
    path = own_service(cli.practice, tmp_path, helped)
    odd = path.rename(tmp_path / "a\x1b[2J\u202eb.toml")
    assert cli("services", "check", str(odd)).code == 0
    assert cli("services", "add", str(odd), "--yes").code == 0
    cli("services", "show", "acme")
    cli("services", "add", str(tmp_path / "no\x1b[2J\u202e.toml"))
    (folder / "b\x1b[2J\u202ed.toml").write_text('format = 1\nid = "\\u001b"')
    (folder / "other.toml").write_bytes((folder / "acme.toml").read_bytes())
    assert cli("services").code == 0
    assert "has mistakes and is left out" in cli.results[-1].err
    assert "other.toml: is not named as its id says, and is left out" in cli.results[-1].err
    cli("services", "show", "b\x1b[2J\u202ed")
    cli("services", "remove", "c\x1b[2J\u202ed")
    cli("send", "x", "--service", "other\x1b[2J")
    for result in cli.results:
        assert "\x1b" not in result.out + result.err
        assert "\u202e" not in result.out + result.err


def test_keys_leave_the_environment(cli: CommandLine) -> None:
    """Of these commands as well: no child process gets a key."""
    for command in (("accounts",), ("services",)):
        cli.sign_in("close")
        assert cli(*command).code == 0
        assert "UPLOADER_CLOSE_API_KEY" not in os.environ


def test_who_sees_it_is_known(cli: CommandLine, offer: Path, folder: Path) -> None:
    """A record's address chooses no target that everybody sees: that one is named, and then nothing is asked."""
    folder.mkdir(parents=True)
    path = own_service(cli.practice, folder)
    text = path.read_text(encoding="utf-8")
    begin = text.index("[targets.note]")
    path.write_text(text[:begin] + text[begin:].replace('"team"', '"public"', 1), encoding="utf-8")
    cli.environment.setenv("UPLOADER_ACME_API_KEY", key_of(cli.practice))
    where = ("--service", "acme", "--link", f"https://app.close.com/lead/{LEAD}/")
    refused = cli("send", str(offer), *where)
    assert refused.code == 2
    assert "everybody sees what goes to the target “note”: name it, with --target note." in refused.err
    assert cli.practice.world.attachments() == []
    cli.environment.setenv("UPLOADER_ACME_API_KEY", key_of(cli.practice))
    assert cli("send", str(offer), *where, "--target", "note").code == 0
