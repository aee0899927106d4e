"""What the documents name is there: each module in ARCHITECTURE.md's map, and each command as it can be typed."""

import re
import shlex
from pathlib import Path

import pytest

from uploader_gui.cli.arguments import COMMANDS, parser

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ("README.md", "resources/services/README.md")


def on_the_map() -> list[str]:
    """The modules that the map names; a name without a folder is in that of the one before it."""
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("| module | one idea |")[2].partition("\n\n")[0]
    found = []
    for row in table.splitlines():
        folder = ""
        for name in re.findall(r"`([^`]+\.py)`", row.split("|")[1] if row else ""):
            before, several, after = re.fullmatch(r"([^{]*)(?:\{(.*)\})?(.*)", name).groups()  # type: ignore[union-attr]
            folder = before.rpartition("/")[0] if "/" in before else folder
            path = before if "/" in before or not folder else f"{folder}/{before}"
            found += [f"{path}{one}{after}" for one in (several or "").split(",")]
    return found


def test_every_module_is_on_the_map() -> None:
    """Whoever is new finds each module of the program there, once, and none that is gone."""
    package = ROOT / "uploader_gui"
    modules = {path.relative_to(package).as_posix() for path in package.rglob("*.py") if path.name != "__init__.py"}
    named = on_the_map()
    assert sorted(named) == sorted(modules)


def commands() -> list[str]:
    """The command lines of the guides, but those that open the window."""
    lines = [line for guide in GUIDES for line in (ROOT / guide).read_text("utf-8").splitlines()]
    found = [line.partition("#")[0].strip() for line in lines if line.startswith("    uploader-gui ")]
    return [line for line in found if line.split()[1] in COMMANDS]


@pytest.mark.parametrize("line", commands())
def test_commands_can_be_typed(line: str) -> None:
    """The command line takes each of them as it stands in a guide: its words, and their order."""
    words = shlex.split(re.sub(r"[<>] \S+$", "", line))
    assert parser().parse_args(words[1:]).command == words[1]
