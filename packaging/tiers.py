"""The tiers of `dev.py test`: each checks one thing, and all are run even when one fails."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import hygiene
import system_packages
from environment import child_environment
from terminal import run, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

# What would let a test read or change something of the person's, or reach further than this computer.
PERSONAL = frozenset(
    [
        "ALL_PROXY",
        "FTP_PROXY",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "SSLKEYLOGFILE",
        "NETRC",
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "WAYLAND_DISPLAY",
        "XAUTHORITY",
        "SSH_AUTH_SOCK",
        "LANG",
        "LANGUAGE",
        "PYTEST_ADDOPTS",
        "PYTHONWARNINGS",
        "PYTHONSAFEPATH",
        "PYTHON_KEYRING_BACKEND",
    ]
)
PERSONAL_FAMILIES = ("GIT_", "GNOME_KEYRING_", "LC_", "QT_", "UPLOADER_", "XDG_")


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """What a tier is given."""

    root: Path
    python: Path
    env: Mapping[str, str]
    fast: bool
    pytest_arguments: Sequence[str]


@contextlib.contextmanager
def clean_environment() -> Iterator[dict[str, str]]:
    """Give an environment in which nothing of the person's is read or written; its folder is deleted afterwards."""
    home = Path(tempfile.mkdtemp(prefix="uploader-home-"))
    env = {
        name: value
        for name, value in child_environment().items()
        if name.upper() not in PERSONAL and not name.upper().startswith(PERSONAL_FAMILIES)
    }
    env |= {"HOME": str(home), "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}
    for name in ("CONFIG_HOME", "CACHE_HOME", "DATA_HOME", "STATE_HOME", "RUNTIME_DIR"):
        place = home / name.lower()
        place.mkdir(mode=0o700)
        env[f"XDG_{name}"] = str(place)
    if os.name == "nt":
        env |= {"USERPROFILE": str(home), "APPDATA": env["XDG_CONFIG_HOME"], "LOCALAPPDATA": env["XDG_DATA_HOME"]}
    try:
        yield env
    finally:
        shutil.rmtree(home, ignore_errors=True)


def module(checkout: Checkout, *arguments: str | Path) -> bool:
    """Run a module of .venv at the checkout's root; True when it ends well."""
    return run([checkout.python, "-m", *arguments], env=checkout.env, cwd=checkout.root) == 0


def format_tier(checkout: Checkout) -> bool:
    """Every file is formatted."""
    return module(checkout, "ruff", "format", "--check", "--cache-dir", ".cache/ruff")


def lint_tier(checkout: Checkout) -> bool:
    """No lint rule is broken."""
    return module(checkout, "ruff", "check", "--cache-dir", ".cache/ruff")


def types_tier(checkout: Checkout) -> bool:
    """Types fit together, strictly."""
    return module(checkout, "mypy", "--cache-dir", ".cache/mypy")


def layers_tier(checkout: Checkout) -> bool:
    """Each floor of the house imports only downward."""
    # The package cannot be run by -m; its script may be gone or renamed from system to system.
    start = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    command: list[str | Path] = [checkout.python, "-c", start, "--no-logo", "--cache-dir", ".cache/import_linter"]
    return run(command, env=checkout.env, cwd=checkout.root) == 0


def security_tier(checkout: Checkout) -> bool:
    """Nothing is written in a way that is known to be dangerous, or it says at its place why it is not."""
    quiet: list[str | Path] = ["bandit", "--quiet", "--configfile", "pyproject.toml", "--recursive"]
    program = module(checkout, *quiet, "uploader_gui")
    # The packaging is there to start other programs, by name and with arguments of our own; the program says at its
    # place where it does.
    return module(checkout, *quiet, "--skip", "B101,B404,B603,B607", "packaging") and program


def tests_tier(checkout: Checkout) -> bool:
    """The tests pass."""
    marks = "not long and not slow" if checkout.fast else "not long"
    # The fast tests need no Qt, and must run where its libraries are not: the plugin would ask for them at once.
    without_qt = ["-p", "no:pytest-qt"] if checkout.fast else []
    arguments = ["-o", "cache_dir=.cache/pytest", *without_qt, "-m", marks, *checkout.pytest_arguments]
    return module(checkout, "pytest", *arguments)


def wheel_tier(checkout: Checkout) -> bool:
    """The wheel is built offline, carries the service files, and starts from a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="uploader-wheel-") as name:
        place = Path(name)
        if not module(checkout, "hatchling", "build", "-t", "wheel", "-d", place):
            return False
        wheels = list(place.glob("*.whl"))
        if len(wheels) != 1:
            say(f"One wheel was expected, {len(wheels)} were built.")
            return False
        if lacking := not_carried(wheels[0], checkout.root):
            say(f"The wheel does not carry: {', '.join(lacking)}.")
            return False
        target = place / "installed"
        # --isolated: pip's settings could name another folder, and nothing is to be fetched.
        pip: list[str | Path] = [
            "pip",
            "--isolated",
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--target",
            target,
            wheels[0],
        ]
        if not module(checkout, *pip):
            return False
        # In the new folder nothing of the checkout is to be found before what the wheel brought.
        env = {**checkout.env, "PYTHONPATH": str(target)}
        where = f"import sys, uploader_gui as u; sys.exit(not u.__file__.startswith({str(target)!r}))"
        if run([checkout.python, "-c", where], env=env, cwd=place):
            say("The checkout was started instead of what the wheel installed.")
            return False
        return run([checkout.python, "-m", "uploader_gui", "--help"], env=env, cwd=place) == 0


def not_carried(wheel: Path, root: Path) -> list[str]:
    """Return the service files and catalogues of the checkout that a wheel lacks."""
    services = sorted(file.name for file in (root / "resources/services").glob("*.toml"))
    catalogues = sorted(file.name for file in (root / "resources/translations").glob("*.po"))
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    # Without a single one in the checkout the question would answer itself.
    wanted = services or ["(the checkout has none)"]
    lacking = [name for name in wanted if f"uploader_gui/resources/services/{name}" not in inside]
    return lacking + [name for name in catalogues if f"uploader_gui/resources/translations/{name}" not in inside]


def hygiene_tier(checkout: Checkout) -> bool:
    """No tracked file names a package registry's host or the checkout's own path."""
    found = list(hygiene.findings(checkout.root))
    for line in found:
        say(line)
    return not found


def translations_tier(checkout: Checkout) -> bool:
    """Every sentence of the code has its translation, with the same fields, forms and ends."""
    return run([checkout.python, "packaging/translations.py", "--check"], env=checkout.env, cwd=checkout.root) == 0


TIERS: Mapping[str, Callable[[Checkout], bool]] = {
    "format": format_tier,
    "lint": lint_tier,
    "types": types_tier,
    "layers": layers_tier,
    "security": security_tier,
    "translations": translations_tier,
    "tests": tests_tier,
    "wheel": wheel_tier,
    "clone-hygiene": hygiene_tier,
}
NOT_FAST = frozenset(["wheel"])


def chosen(names: Sequence[str], *, fast: bool) -> list[str]:
    """Return the tiers to run, in their order. One that is asked for by name is run, fast or not."""
    return [name for name in TIERS if name in names or (not names and not (fast and name in NOT_FAST))]


def purposes(names: Sequence[str], *, fast: bool) -> list[str]:
    """Return what these tiers need of the system; tests that need it are marked slow, so fast ones need nothing."""
    if "tests" not in names or fast:
        return []
    return [system_packages.QT, system_packages.ORDINARY_USER, system_packages.KEYCHAIN, system_packages.DESKTOP]


def welcome(names: Sequence[str], *, fast: bool) -> list[str]:
    """Return what tests need that are reported as not run where it is not to be had."""
    return [system_packages.SERVERS] if purposes(names, fast=fast) else []


def run_all(names: Sequence[str], checkout: Checkout) -> bool:
    """Run tiers in order, go on after a failed one, and show what each took; True when all passed."""
    rows: list[tuple[str, float, bool]] = []
    for name in names:
        doing = (TIERS[name].__doc__ or "").strip().rstrip(".")
        say(f"\n== {name}: {doing}")
        start = time.monotonic()
        passed = TIERS[name](checkout)
        rows.append((name, time.monotonic() - start, passed))
        say(f"-- {name}: {'passed' if passed else 'FAILED'} in {rows[-1][1]:.1f} s")
    say("")
    for name, took, passed in rows:
        say(f"{name:<14}{took:>7.1f} s   {'passed' if passed else 'FAILED'}")
    failed = [name for name, _, passed in rows if not passed]
    total = sum(took for _, took, _ in rows)
    say(f"{'total':<14}{total:>7.1f} s   {'FAILED: ' + ', '.join(failed) if failed else 'all passed'}")
    return not failed
