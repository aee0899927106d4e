"""The command line in German: help, what is wrong, how it went; what programs read stays as it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.harness import CommandLine
from uploader_gui.core import languages
from uploader_gui.practice import SAMPLES

LEAD = {"lead": SAMPLES["close"]["lead"]}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the program as a person in Germany does."""
    env = {**os.environ, "LC_ALL": "", "LANG": "de_DE.UTF-8", **variables}
    return subprocess.run(
        [sys.executable, "-m", "uploader_gui", *arguments],
        env=env,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["--help"], ["send", "--help"], ["accounts", "add", "--help"]])
def test_help(arguments: list[str]) -> None:
    """Help is German from its first word to its last, argparse's own words too."""
    said = run(*arguments).stdout
    assert said.startswith("Aufruf: uploader-gui")
    assert "diese Hilfe anzeigen und beenden" in said
    english = ("usage", "options", "show", "the", "file", "files", "account", "with", "keys", "and", "default")
    assert [word for word in said.replace(":", " ").split() if word in english] == []


@pytest.mark.slow
def test_wrong_use() -> None:
    """What is mistyped is said in German, by argparse and by us, with the same exit code."""
    result = run("send", "Angebot.pdf", "--service", "klose")
    assert (result.returncode, result.stderr) == (
        2,
        "uploader-gui: es gibt keinen Dienst „klose“; es gibt circle, close, haufe, kizen.\n",
    )
    result = run("send", "--service", "close")
    assert result.returncode == 2
    assert result.stderr.endswith("uploader-gui send: Fehler: diese Argumente fehlen: FILE\n")


@pytest.mark.slow
@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}, {"LANGUAGE": "en"}])
def test_a_script_says_so(variables: dict[str, str]) -> None:
    """A script that wants English says so as it does to every program."""
    assert run("queue", **variables).stdout.startswith("Nothing is on its way.")
    assert run("queue").stdout.startswith("Nichts ist unterwegs.")


@pytest.mark.parametrize(("count", "said"), [(1, "1 Datei"), (2, "2 Dateien")])
def test_attached(count: int, said: str, cli: CommandLine, tmp_path: Path) -> None:
    """The outcome, with the right plural, and with the file's place in German as the service file has it."""
    languages.speak("de")
    files = [tmp_path / f"{number}.pdf" for number in range(count)]
    for number, file in enumerate(files):
        file.write_bytes(b"%PDF" + bytes([number]))
    result = cli.send("close", *files, target="note", inputs=LEAD, more=("--yes",))
    assert (result.code, result.err) == (0, "")
    assert result.out == f"Close: {said} an die Notiz zu Globex Corporation angehängt\n"


def test_a_problem(cli: CommandLine, tmp_path: Path) -> None:
    """What went wrong and the way on are German; the kind, the event and the exit code are a program's, as ever."""
    languages.speak("de")
    result = cli.send("close", tmp_path / "weg.pdf", target="note", inputs=LEAD)
    problem, done = result.lines
    assert (problem["event"], problem["kind"], problem["title"]) == ("problem", "file_missing", "Datei nicht gefunden")
    assert problem["text"].startswith("weg.pdf ist nicht da. Legen Sie sie zurück")
    assert (done["event"], result.code) == ("done", 2)
