"""What is tried again, how often, and what is never tried again: told by the requests that reached the service."""

from pathlib import Path

import pytest

from tests.cli.harness import CommandLine, attached, print_of
from tests.contract.cases import Case
from uploader_gui.practice import VIRUS, Fault

NOTE = Case(service="close", target="note")
FIELD = Case(service="kizen", target="record_field")
CHAT = Case(service="circle", target="chat_message")
SIGNED = [NOTE, FIELD, CHAT, Case(service="haufe", target="message")]
every_storage = pytest.mark.parametrize("case", SIGNED, ids=[case.service for case in SIGNED])


@every_storage
def test_storage_answer_lost(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """Where storage's answer got lost, only the bytes are sent again: not signed again, and attached once."""
    path = case.file(tmp_path)
    cli.practice.misbehave(Fault(kind="drop_after_store", service=case.service))
    result = cli.send(case.service, path, target=case.target, inputs=case.inputs)
    assert result.code == 0, result.text
    assert (cli.asked(case.service, "sign"), cli.asked(case.service, "transfer")) == (1, 2)
    assert [list(files) for files in attached(cli.practice, case.service)] == [[print_of(path)]]
    [waiting] = [line for line in result.events("step") if line["state"] == "waiting"]
    assert (waiting["step"], waiting["file"], waiting["ms"]) == ("transfer", str(path), 1000)


@every_storage
def test_address_expired_once(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """An upload address that is not taken any more is replaced by a new one, without a person noticing."""
    path = case.file(tmp_path)
    cli.practice.misbehave(Fault(kind="expired", service=case.service))
    result = cli.send(case.service, path, target=case.target, inputs=case.inputs)
    assert result.code == 0, result.text
    assert (cli.asked(case.service, "sign"), cli.asked(case.service, "transfer")) == (2, 2)
    assert [list(files) for files in attached(cli.practice, case.service)] == [[print_of(path)]]


@every_storage
def test_address_expired_twice(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """If the new one is not taken either, a person is told; there is no third."""
    cli.practice.misbehave(Fault(kind="expired", service=case.service, times=0))
    result = cli.send(case.service, case.file(tmp_path), target=case.target, inputs=case.inputs)
    assert (result.code, result.problems) == (1, ["link_expired"])
    assert (cli.asked(case.service, "sign"), cli.asked(case.service, "transfer")) == (2, 2)
    assert not cli.practice.world.attachments()


def test_address_runs_out_while_waiting(cli: CommandLine, tmp_path: Path) -> None:
    """Storage asks to wait longer than Close's form lives: it is signed anew before the bytes are sent again."""
    cli.practice.misbehave(Fault(kind="rate_limit", service="close", step="transfer", seconds=90))
    result = cli.send("close", NOTE.file(tmp_path), target="note", inputs=NOTE.inputs)
    assert result.code == 0, result.text
    assert (cli.asked("close", "sign"), cli.asked("close", "transfer")) == (2, 2)


def test_lost_attach_is_found(cli: CommandLine, tmp_path: Path) -> None:
    """An attach whose answer got lost is sent once, looked for, found, and called attached."""
    path = NOTE.file(tmp_path)
    cli.practice.misbehave(Fault(kind="drop_after_attach", service="close"))
    result = cli.send("close", path, target="note", inputs=NOTE.inputs)
    assert (result.code, result.problems) == (0, [])
    assert cli.attach_calls("close") == 1
    assert (result.done["attached"], result.done["unknown"]) == (1, 0)
    steps = [(line["step"], line["state"]) for line in result.events("step")]
    assert steps[-2:] == [("verify", "started"), ("verify", "done")]


@pytest.mark.parametrize("name", ["plain.png", "My photo (1) 100%; ä😀.png"])
def test_lost_post_is_found(name: str, cli: CommandLine, tmp_path: Path) -> None:
    """Circle shows only the address of a post's picture, with the name cleaned and encoded: it is found by that."""
    case = Case(service="circle", target="post")
    path = case.file(tmp_path).rename(tmp_path / name)
    cli.practice.misbehave(Fault(kind="drop_after_attach", service="circle"))
    result = cli.send("circle", path, target="post", inputs=case.inputs)
    assert (result.code, result.problems) == (0, [])
    assert cli.attach_calls("circle") == 1


def test_lost_attach_that_sends_is_never_repeated(cli: CommandLine, tmp_path: Path) -> None:
    """What is sent to people and cannot be found is called unknown, and not sent a second time."""
    cli.way = 1
    cli.practice.misbehave(Fault(kind="unavailable", service="circle", step="attach"))
    result = cli.send("circle", CHAT.file(tmp_path), target="chat_message", inputs=CHAT.inputs)
    assert (result.code, result.problems) == (3, ["attach_unknown"])
    assert cli.attach_calls("circle") == 1
    assert (result.done["attached"], result.done["unknown"]) == (0, 1)
    assert not result.events("attached")


def test_plain_words_of_a_lost_attach(cli: CommandLine, tmp_path: Path) -> None:
    """A person reads that it is not known and what to do, and nowhere that nothing was attached."""
    cli.way = 1
    cli.practice.misbehave(Fault(kind="unavailable", service="circle", step="attach"))
    result = cli.send("circle", CHAT.file(tmp_path), target="chat_message", inputs=CHAT.inputs, more=("--yes",))
    assert result.code == 3
    assert "Look at the record before you send them again." in result.err
    assert "othing was" not in result.err


def test_one_bad_file(cli: CommandLine, tmp_path: Path) -> None:
    """If one of several files cannot be stored, nothing is attached, and the others are counted as stored."""
    paths = [NOTE.file(tmp_path, f"Offer {number}") for number in range(3)]
    cli.practice.misbehave(Fault(kind="early_413", service="close"))
    result = cli.send("close", *paths, target="note", inputs=NOTE.inputs)
    assert (result.code, result.problems) == (1, ["file_too_large"])
    assert (result.done["stored"], result.done["attached"], result.done["problems"]) == (2, 0, 1)
    assert cli.attach_calls("close") == 0


def test_confirm_is_given_again(cli: CommandLine, tmp_path: Path) -> None:
    """A confirming call that makes no second file may be repeated; the bytes are not sent again."""
    cli.practice.misbehave(Fault(kind="server_error_after", service="kizen", step="confirm"))
    result = cli.send("kizen", FIELD.file(tmp_path), target="record_field", inputs=FIELD.inputs)
    assert result.code == 0, result.text
    assert (cli.asked("kizen", "transfer"), cli.asked("kizen", "confirm")) == (1, 2)


def test_scan_that_finds_something(cli: CommandLine, tmp_path: Path) -> None:
    """A file that the service takes and then rejects is told as that, and not attached."""
    path = tmp_path / "infected.pdf"
    path.write_bytes(b"%PDF-1.7 " + VIRUS)
    result = cli.send("haufe", path, target="message", inputs=SIGNED[3].inputs)
    assert (result.code, result.problems) == (1, ["processing_failed"])
    assert "The virus scan found something in this file." in result.text
    assert not cli.practice.world.attachments()
