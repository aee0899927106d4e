"""Whatever is wrong with what a person gives has its sentence and its exit code, before a byte is sent."""

import os
import re
import stat
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, attached, print_of
from uploader_gui.practice import SAMPLES

LEAD = {"lead": SAMPLES["close"]["lead"]}
CHAT = {"room": SAMPLES["circle"]["room"]}
CURLY = "\N{LEFT DOUBLE QUOTATION MARK}api_key\N{RIGHT DOUBLE QUOTATION MARK}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that any target takes."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(os.urandom(1000))
    return path


def nothing_sent(cli: CommandLine) -> bool:
    """Whether no request has reached any service."""
    return not cli.practice.world.requests


USES = [
    ([], "usage: uploader-gui"),
    (["sned"], "invalid choice: 'sned'"),
    (["send"], "the following arguments are required: FILE, --service"),
    (["send", "FILE"], "the following arguments are required: --service"),
    (["send", "FILE", "--service", "clsoe"], "there is no service “clsoe”; there are circle, close, haufe, kizen."),
    (["send", "FILE", "--service", "close", "--target", "nte"], "Close has no target “nte”; there are upload, note,"),
    (["send", "FILE", "--service", "kizen"], "Kizen needs a target: choose one with --target; there are record_field,"),
    (
        ["send", "FILE", "--service", "close", "--target", "note", "--set", "lad=1"],
        "the target “note” has no input “lad”; its inputs: lead, text.",
    ),
    (["send", "FILE", "--service", "close", "--target", "note", "--set", "lead"], "--set takes NAME=VALUE, not “lead”"),
    (
        ["send", "FILE", "--service", "close", "--target", "note", "--set", "lead=1", "--set", "lead=2"],
        "“lead” is given twice.",
    ),
    (
        ["send", "FILE", "--service", "close", "--target", "whatsapp_log", "--set", "direction=up"],
        "“direction” is one of incoming, outgoing, not “up”.",
    ),
    (
        ["send", "FILE", "--service", "close", "--link", "https://app.close.com/settings/"],
        "this is not the address of a record of Close: https://app.close.com/settings/",
    ),
    (
        [
            "send",
            "FILE",
            "--service",
            "close",
            "--target",
            "email_draft_add",
            "--link",
            "https://app.close.com/lead/l/",
        ],
        "the address does not fit the target “email_draft_add”; it fits note,",
    ),
    (["send", "FILE", "--service", "close", "--lanes", "9"], "argument --lanes: must be a number from 1 to 8"),
    (
        ["send", "FILE", "--service", "close"],
        "there is no key for Close. Set UPLOADER_CLOSE_API_KEY in the environment.",
    ),
    (
        ["send", "FILE", "--service", "close", "--account", "work"],
        "Close has no account “work”; there is none. Add one: uploader-gui accounts add --service close",
    ),
    (
        ["send", "FILE", "--service", "close", "--account", "work", "--base", "https://api.close.com"],
        "--base is for keys from the environment: the key of an account only goes to the account's own address.",
    ),
    (["accounts", "sned"], "invalid choice: 'sned'"),
    (["accounts", "add"], "the following arguments are required: --service"),
    (["accounts", "add", "--service", "clsoe"], "there is no service “clsoe”; there are circle, close, haufe, kizen."),
    (
        ["accounts", "add", "--service", "close", "--base", "http://api.close.com"],
        "--base takes an address that begins",
    ),
    (["accounts", "add", "--service", "close", "--ca-file", "/no.pem"], "--ca-file /no.pem: The file of the certif"),
    (["accounts", "test", "work"], "say which service the account belongs to: --service ID."),
    (["accounts", "remove", "work", "--service", "close"], "Close has no account “work”; there is none."),
    (["accounts", "remove", "work", "--service", "clsoe"], "there is no service “clsoe”; there are circle, close"),
    (["accounts", "change", "work", "--service", "close"], "say what to change: --key, --base, --set, --ca-file, --no"),
    (["services", "remove", "close"], "Close comes with the program and cannot be removed."),
    (["services", "remove", "../close"], "there is no service “../close” of your own; there are none."),
    (["services", "add", "/nowhere.toml"], "“/nowhere.toml” cannot be read: no such file or directory."),
    (
        ["send", "FILE", "--service", "close", "--base", "http://api.close.com"],
        "--base takes an address that begins with https:// (http:// only on this computer), not “http://api.close.com”.",
    ),
    (
        ["send", "FILE", "--service", "close", "--base", "close.com"],
        "--base takes an address that begins with https://",
    ),
    (
        ["targets", "--service", "close", "--lookup", "led"],
        "Close has no lookup “led”; there are lead, contact, email,",
    ),
    (["targets", "--service", "close", "--search", "x"], "--search needs --lookup."),
    (["services", "show", "clsoe"], "there is no service “clsoe”"),
    (["services", "check", "/nowhere.toml"], "“/nowhere.toml” cannot be read: no such file or directory."),
    (["practice", "--port", "70000"], "argument --port: must be a number from 0 to 65535"),
]


@pytest.mark.parametrize(("arguments", "sentence"), USES, ids=[" ".join(one[0]) for one in USES])
def test_wrong_use(arguments: list[str], sentence: str, cli: CommandLine, file: Path) -> None:
    """What is mistyped is named, with what could have been meant, and ends with 2."""
    result = cli(*[str(file) if one == "FILE" else one for one in arguments])
    assert result.code == 2
    assert sentence in result.out + result.err
    assert nothing_sent(cli)


@pytest.mark.parametrize(
    "more",
    [
        ["--target", "note\x1b[31m\u202e"],
        ["--link", "https://evil.example/\x1b]0;x\x07\u202e"],
        ["--target", "note", "--set", "lead\x1b[31m\u202e=1"],
        ["--base", "http://evil.example/\x1b[31m\u202e"],
        ["--account", "\x1b[31m\u202e"],
    ],
)
def test_what_was_pasted_does_nothing(more: list[str], cli: CommandLine, file: Path) -> None:
    """A sentence that repeats what was typed spells out what would act on the terminal."""
    result = cli("send", str(file), "--service", "close", *more)
    assert result.code == 2
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]", result.out + result.err)


def test_missing_input(cli: CommandLine, file: Path) -> None:
    """An input that must be filled is named with its label."""
    result = cli.send("close", file, target="sms_draft", inputs=LEAD)
    assert result.code == 2
    assert "the target “sms_draft” needs --set contact=… (Contact) and --set local_phone=… (From number)" in result.err
    assert "To find one: uploader-gui targets --service close --lookup contact" in result.err
    assert nothing_sent(cli)


def test_no_such_file(cli: CommandLine, file: Path) -> None:
    """Every path that is not there is named as it was given; the good file beside them is not sent."""
    result = cli.send("close", "nowhere.pdf", file, "also/not.pdf")
    assert (result.code, result.problems) == (2, ["file_missing", "file_missing"])
    assert [line["file"] for line in result.events("problem")] == ["nowhere.pdf", "also/not.pdf"]
    assert (result.done["files"], result.done["problems"]) == (1, 2)
    assert nothing_sent(cli)


def test_folder(cli: CommandLine, file: Path, tmp_path: Path) -> None:
    """A folder is walked; what systems leave lying about and what is hidden is left out; a file twice is sent once."""
    (tmp_path / "in").mkdir()
    inner = tmp_path / "in" / "Plan.pdf"
    inner.write_bytes(b"plan")
    (tmp_path / ".DS_Store").touch()
    (tmp_path / "in" / ".env").write_text("KEY=secret")
    result = cli.send("close", tmp_path, file, target="note", inputs=LEAD)
    assert result.code == 0, result.text
    assert [list(files) for files in attached(cli.practice, "close")] == [[print_of(file), print_of(inner)]]
    assert result.events("attached")[0]["files"] == [f"{tmp_path}/Offer.pdf", f"{tmp_path}/in/Plan.pdf"]
    assert f"{file}: it is there twice and is sent once." in result.err
    assert f"{tmp_path}: Hidden files were left out: .env. To send one, choose it by itself.\n" in result.err


def test_folder_without_files(cli: CommandLine, tmp_path: Path) -> None:
    """A folder with nothing to send in it is wrong use, and named."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "Thumbs.db").touch()
    result = cli.send("close", tmp_path / "empty")
    assert result.code == 2
    assert f"there is no file to send in the folder “{tmp_path}/empty”." in result.err


def test_fifo(cli: CommandLine, tmp_path: Path) -> None:
    """What is no file is not opened: a pipe nobody writes to would wait for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    result = cli.send("close", tmp_path / "pipe")
    assert (result.code, result.problems) == (1, ["file_unreadable"])
    assert "pipe cannot be read (it is not a file)." in result.text


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (CURLY, "The field “API key” holds a curly quote."),
        ("api_key\n", "The field “API key” holds a line break."),
        ("api key ", "The field “API key” begins or ends with a space."),
        ("api_k\N{ZERO WIDTH SPACE}ey", "The field “API key” holds a hidden sign."),
        ("api_kéy", "The field “API key” holds the sign “é”."),
    ],
)
def test_damaged_key(value: str, sentence: str, cli: CommandLine, file: Path) -> None:
    """A key that was damaged by copying is refused with what is wrong with it, and is not shown."""
    cli.environment.setenv("UPLOADER_CLOSE_API_KEY", value)
    result = cli("send", str(file), "--service", "close", "--base", cli.practice.base("close"))
    assert result.code == 2
    assert sentence in result.err
    assert value.strip() not in result.err
    assert nothing_sent(cli)


def test_half_an_account(cli: CommandLine, file: Path) -> None:
    """Fields that are not those of one way to sign in are refused with the ways there are."""
    cli.environment.setenv("UPLOADER_CIRCLE_HEADLESS_TOKEN", "x")
    result = cli("send", str(file), "--service", "circle")
    assert result.code == 2
    assert (
        "Set UPLOADER_CIRCLE_ACCESS_TOKEN, or UPLOADER_CIRCLE_HEADLESS_TOKEN and UPLOADER_CIRCLE_EMAIL, or"
        in result.err
    )


@pytest.mark.parametrize("service", ["close", "kizen", "haufe", "circle"])
def test_wrong_key(service: str, cli: CommandLine, file: Path) -> None:
    """A key that the service does not take ends the batch before a byte is sent."""
    target = {"kizen": "knowledge_source"}.get(service, "upload")
    cli.sign_in(service)
    secret = {"circle": "ACCESS_TOKEN"}.get(service, "API_KEY")
    cli.environment.setenv(f"UPLOADER_{service.upper()}_{secret}", "wrong")
    base = cli.practice.base(service)
    result = cli("send", str(file), "--service", service, "--base", base, "--target", target, "--json")
    assert (result.code, result.problems) == (1, ["signed_out"])
    assert cli.asked(service, "transfer") == 0


@pytest.mark.parametrize(
    ("service", "target", "inputs"),
    [
        ("close", "note", {"lead": "lead_nobody"}),
        ("close", "email_draft_add", {"email": "acti_nobody"}),
        ("kizen", "record_field", {"object": "client_client", "record": "rec_nobody", "field": "documents"}),
        ("kizen", "connector_input", {"connector": "6f9619ff-8b86-d011-b42d-00c04fc964ff"}),
        ("circle", "chat_message", {"room": "6f9619ff-8b86-d011-b42d-00c04fc964ff"}),
        ("haufe", "message", {"thread": "6f9619ff-8b86-d011-b42d-00c04fc964ff"}),
    ],
)
def test_wrong_record(service: str, target: str, inputs: dict[str, str], cli: CommandLine, file: Path) -> None:
    """A record that is not there is found out before a byte is sent."""
    result = cli.send(service, file, target=target, inputs=inputs)
    assert (result.code, result.problems) == (1, ["not_found"])
    assert cli.asked(service, "sign") == 0
    assert cli.attach_calls(service) == 0


def test_link(cli: CommandLine, file: Path) -> None:
    """The address of a record, as copied from the browser, fills the input and chooses the target."""
    more = ("--link", f"https://app.close.com/lead/{LEAD['lead']}/#activity", "--json")
    result = cli.send("close", file, more=more)
    assert result.code == 0, result.err
    [line] = result.events("attached")
    assert (line["target"], line["record"]) == ("note", "Globex Corporation")
    assert line["link"] == f"https://app.close.com/lead/{LEAD['lead']}/"


def test_sending_needs_yes(cli: CommandLine, file: Path) -> None:
    """Where nobody can be asked, what goes out to others at once needs --yes; nothing is asked of the service."""
    result = cli.send("circle", file, target="chat_message", inputs=CHAT, more=("--json",))
    assert result.code == 2
    assert "1 file will be sent at once to “Message in a chat” (the members see it). Add --yes if" in result.err
    assert nothing_sent(cli)
    assert cli.send("circle", file, target="chat_message", inputs=CHAT, more=("--json", "--yes")).code == 0
    assert len(cli.practice.world.attachments("circle")) == 1


def test_yes_is_harmless(cli: CommandLine, file: Path) -> None:
    """--yes changes nothing for a target that sends nothing."""
    assert cli.send("close", file, target="note", inputs=LEAD, more=("--yes",)).code == 0
    assert len(cli.practice.world.attachments("close")) == 1


@pytest.mark.parametrize("way", [0, 1, 2])
def test_ways_to_sign_in(way: int, cli: CommandLine, file: Path) -> None:
    """Every way to sign in works; a token that is fetched is fetched once for all files."""
    cli.way = way
    other = file.with_name("Other.pdf")
    other.write_bytes(b"other")
    result = cli.send("circle", file, other, target="chat_message", inputs=CHAT)
    assert result.code == 0, result.text
    assert cli.asked("circle", "token") == min(way, 1)


def test_keys_leave_the_environment(cli: CommandLine, file: Path) -> None:
    """No child process gets a key: neither of this service nor of another one."""
    cli.sign_in("kizen")
    assert cli.send("close", file).code == 0
    assert not [name for name in os.environ if name.startswith("UPLOADER_") and not name.startswith("UPLOADER_GUI_")]
