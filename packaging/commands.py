"""The commands of dev.py: demo, test, translations and lock."""

from __future__ import annotations

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import environment
import node_packages
import system_packages
import tiers
from locking import RunLock
from terminal import FAILED, INTERRUPTED, StopRun, end_tidily_on_signals, run, say

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[1]
# The demo by command line needs nothing of the system, and the one in the window Qt's libraries.
TERMINAL_PURPOSES: tuple[str, ...] = ()
WINDOW_PURPOSES = (system_packages.QT,)


def parser() -> argparse.ArgumentParser:
    """Return what the command line may say."""
    top = argparse.ArgumentParser(prog="dev.py", description="Try and check the program from a checkout.")
    commands = top.add_subparsers(dest="command", required=True, metavar="demo|test|translations|lock")
    trying = commands.add_parser("demo", help="try everything on a practice service on this computer")
    trying.add_argument("--terminal", action="store_true", help="by command line, also where there is a screen")
    commands.add_parser("lock", help="choose the dependencies anew and write requirements.lock")
    commands.add_parser("translations", help="take new sentences up into the catalogues, and name what lacks")
    test = commands.add_parser(
        "test", help="check everything", usage="dev.py test [--fast] [--tier NAME]... [-- PYTEST ARGS]"
    )
    test.add_argument("--fast", action="store_true", help="leave out the wheel and the tests marked slow")
    test.add_argument(
        "--tier",
        action="append",
        default=[],
        choices=list(tiers.TIERS),
        metavar="NAME",
        help=f"run only this one; may be given several times: {', '.join(tiers.TIERS)}",
    )
    return top


def main(arguments: Sequence[str]) -> int:
    """Run a command and return the exit code: 0 good, 1 failed, 2 wrong use, 130 interrupted."""
    ours, pytest_arguments = split(arguments)
    wanted = parser().parse_args(ours)
    if pytest_arguments and (wanted.command != "test" or (wanted.tier and "tests" not in wanted.tier)):
        parser().error("what stands after -- goes to pytest, and pytest is not run here")
    end_tidily_on_signals()
    try:
        if wanted.command == "demo":
            return window() if screen_there() and not wanted.terminal else demo()
        if wanted.command == "lock":
            return lock()
        if wanted.command == "translations":
            return translations()
        return test(wanted.tier, pytest_arguments, fast=wanted.fast)
    except StopRun as stop:
        print(stop, file=sys.stderr, flush=True)
        return stop.code
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr, flush=True)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has enough. What is still to be printed at the end of Python has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as problem:
        print(in_words(problem), file=sys.stderr, flush=True)
        return FAILED


def in_words(problem: OSError) -> str:
    """Say what the system refused, and the likely way out."""
    what = f"{problem.filename}: {problem.strerror}" if problem.filename else str(problem)
    if isinstance(problem, PermissionError):
        way = "It may belong to another user (was this run with sudo?) or be in use: give it to yourself or delete it"
        return f"{what}. {way}, and run again."
    return f"{what}."


def split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return our own arguments and those after `--`."""
    if "--" not in arguments:
        return list(arguments), []
    at = arguments.index("--")
    return list(arguments[:at]), list(arguments[at + 1 :])


def use_lock() -> RunLock:
    """Return the lock that keeps .venv from being made anew while another run uses it."""
    return RunLock(
        ROOT / ".cache/dev.lock",
        waiting=lambda: say("Another run of dev.py is making or using .venv; waiting for it to end."),
    )


def screen_there() -> bool:
    """Return whether a window can be shown to somebody."""
    return sys.platform in {"win32", "darwin"} or any(os.environ.get(one) for one in ("DISPLAY", "WAYLAND_DISPLAY"))


def window() -> int:
    """Open the window on the practice service."""
    with use_lock() as held:
        python = environment.prepare(ROOT, held)
        system_packages.ensure(WINDOW_PURPOSES, python)
        say("The window opens on a practice service. Nothing leaves this computer; close the window to end it.")
        # -P keeps the working folder out: the checkout's folder named packaging is also a library's name.
        return run([python, "-P", "-m", "uploader_gui", "--practice"], env=environment.child_environment())


def demo() -> int:
    """Do the main job on the practice service by command line."""
    with use_lock() as held:
        python = environment.prepare(ROOT, held)
        system_packages.ensure(TERMINAL_PURPOSES, python)
        return run([python, ROOT / "packaging/demo.py"], env=environment.child_environment(), keyboard=True)


def test(names: Sequence[str], pytest_arguments: Sequence[str], *, fast: bool) -> int:
    """Run the tiers."""
    with use_lock() as held:
        python = environment.prepare(ROOT, held)
        names = tiers.chosen(names, fast=fast)
        system_packages.ensure(tiers.purposes(names, fast=fast), python)
        if welcome := tiers.welcome(names, fast=fast):
            system_packages.ensure_if_possible(welcome, python)
            node_packages.ensure_if_possible(ROOT)
        with tiers.clean_environment() as env:
            checkout = tiers.Checkout(root=ROOT, python=python, env=env, fast=fast, pytest_arguments=pytest_arguments)
            return 0 if tiers.run_all(names, checkout) else FAILED


def translations() -> int:
    """Take the code's sentences up into the catalogues."""
    with use_lock() as held:
        python = environment.prepare(ROOT, held)
        return run([python, ROOT / "packaging/translations.py"], env=environment.child_environment())


def lock() -> int:
    """Write requirements.lock: versions and hashes for all systems, and no address of where they come from."""
    environment.check_venv_can_be_made()
    with tempfile.TemporaryDirectory(prefix="uploader-lock-") as name:
        place = Path(name)
        env = {**environment.child_environment(), "PYTHONSAFEPATH": "1"}
        if run([environment.base_python(), "-m", "venv", place / "venv"], env=env):
            raise StopRun("Python could not make a venv for uv: see above.")
        scripts = place / "venv" / ("Scripts" if os.name == "nt" else "bin")
        if run([scripts / "python", "-m", "pip", "install", "--quiet", "uv"], env=env):
            raise StopRun("pip could not install uv: see above. Check the network and run again.")
        fresh = place / "requirements.lock"
        choose: list[str | Path] = [
            scripts / "uv",
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--generate-hashes",
            "--no-header",
        ]
        what: list[str | Path] = ["--python-version", "3.11", "pyproject.toml", "--group", "dev", "-o", fresh]
        if run([*choose, *what], env=env, cwd=ROOT):
            raise StopRun("uv could not choose the dependencies: see above. requirements.lock is as it was.")
        text = fresh.read_text(encoding="utf-8")
        if problem := wrong_with_lock(text):
            raise StopRun(f"The new lock {problem}. requirements.lock is as it was.")
        (ROOT / "requirements.lock").write_text(text, encoding="utf-8", newline="\n")
    say(f"requirements.lock is new: {len(re.findall('^[a-z0-9]', text, re.MULTILINE))} packages, no address in it.")
    return 0


def wrong_with_lock(text: str) -> str | None:
    """Return what is wrong with a lock's text: an address in it, or a package without a hash."""
    if found := re.search(r"\S*(?:://|--(?:extra-)?index-url|--find-links)\S*", text):
        return f"names an address ({found.group()})"
    entries = re.findall(r"^[a-z0-9](?:.*\\\n)*.*", text, re.MULTILINE | re.IGNORECASE)
    if not entries:
        return "is empty"
    for entry in entries:
        if "--hash=sha256:" not in entry:
            return f"has no hash for {entry.split()[0]}"
    return None
