"""A command starts fast because it imports only what it needs. What each import takes is printed in every run."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.children import command, environment
from uploader_gui.practice import PracticeService

LIBRARIES = {"httpx", "PySide6", "keyring", "rich", "aiohttp"}
QUICK = [
    ["--help"],
    ["--version"],
    ["send", "--help"],
    ["send"],
    ["send", "x", "--service", "nobody"],
    ["send", "x", "--service", "kizen"],
    ["services"],
    ["services", "show", "close"],
    ["targets", "--service", "circle"],
    ["accounts"],
    ["accounts", "rename", "a", "b", "--service", "close"],
]


def imported(arguments: list[str], capsys: pytest.CaptureFixture[str], env: dict[str, str] | None = None) -> set[str]:
    """Run a command and give the top modules it imports."""
    ended = subprocess.run(arguments, env=env, capture_output=True, text=True, timeout=60, check=False)
    rows = [
        line.split("|") for line in ended.stderr.splitlines() if line.startswith("import time:") and "us]" not in line
    ]
    slowest = sorted(((int(row[1]), row[2].strip()) for row in rows), reverse=True)[:5]
    with capsys.disabled():
        print("\n ", " ".join(arguments[4:8]), *(f"{name} {micros / 1000:.0f} ms" for micros, name in slowest))  # noqa: T201
    return {row[2].strip().partition(".")[0] for row in rows}


@pytest.mark.parametrize("arguments", QUICK, ids=[" ".join(one) for one in QUICK])
def test_nothing_heavy(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Help, lists and mistakes import none of the heavy libraries."""
    found = imported([sys.executable, "-X", "importtime", "-m", "uploader_gui", *arguments], capsys)
    assert "uploader_gui" in found
    assert not found & LIBRARIES


def test_send_needs_no_window(practice: PracticeService, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Sending imports neither Qt nor the keychain nor the practice service's library."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(b"offer")
    run = command(practice, "close", [path], "--json")
    found = imported([run[0], "-X", "importtime", *run[1:]], capsys, environment(practice, "close"))
    assert len(practice.world.attachments()) == 1
    assert "httpx" in found
    # httpx brings rich by itself where click is installed, as it is for developers.
    assert not found & (LIBRARIES - {"httpx", "rich"})
