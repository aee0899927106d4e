"""The .venv at the checkout's root: made from requirements.lock when it is missing, stale or broken."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from terminal import WRONG_USE, StopRun, run, say

if TYPE_CHECKING:
    from pathlib import Path

    from locking import RunLock

# Raised when this file makes .venv in a new way, so that the old ones are made again.
RECIPE = "1"
STAMP = "made-by-dev.py"
# These would lead a child to another Python's packages, or pip to another folder.
MISLEADING = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__", "PIP_PREFIX", "PIP_ROOT", "PIP_TARGET")


def child_environment() -> dict[str, str]:
    """Return the person's environment without what misleads Python; proxies and pip's settings stay."""
    env = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    return {**env, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0", "PYTHONUTF8": "1"}


def folder(root: Path) -> Path:
    """Return where the checkout's own packages lie."""
    return root / ".venv"


def python(root: Path) -> Path:
    """Return the interpreter inside .venv."""
    return folder(root) / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def fingerprint(root: Path) -> str:
    """Return what .venv depends on, as one word: the lock, the project, this Python, and where the checkout lies."""
    digest = hashlib.sha256()
    for part in (
        RECIPE.encode(),
        (root / "requirements.lock").read_bytes(),
        (root / "pyproject.toml").read_bytes(),
        platform.python_implementation().encode(),
        platform.python_version().encode(),
        sys.base_prefix.encode(),
        str(root).encode(),
    ):
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def why_make(root: Path) -> str | None:
    """Return why .venv must be made (anew), or None when it is good."""
    if not os.path.lexists(folder(root)):
        return "there is none yet"
    try:
        stamp = (folder(root) / STAMP).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return "the one here was not finished, or was made by hand"
    if stamp != fingerprint(root):
        return "the dependencies, Python or the checkout's place have changed"
    # find_spec, not import: a mistake in the program itself is for the tests to show.
    look = "import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))"
    try:
        works = subprocess.run(
            [python(root), "-I", "-c", look, "uploader_gui", "pip", "pytest", "httpx"],
            env=child_environment(),
            check=False,
            timeout=60,
            stdin=subprocess.DEVNULL,
            capture_output=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return "the one here does not start"
    return "the one here is damaged" if works.returncode else None


def prepare(root: Path, lock: RunLock) -> Path:
    """Return .venv's interpreter, with .venv good and held for use until the lock is let go."""
    lock.share()
    while (reason := why_make(root)) is not None:
        lock.alone()
        if why_make(root) is not None:
            check_venv_can_be_made()
            say(f"Making .venv ({reason}) from requirements.lock: some 130 MB, half a minute.")
            make(root)
        lock.share()
    return python(root)


def check_venv_can_be_made() -> None:
    """Stop when Python's own venv is not whole: Debian and Ubuntu keep it in a package of its own."""
    if any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip")):
        sudo = "" if running_as_root() else "sudo "
        raise StopRun(
            f"Python's venv module is not installed. On Debian and Ubuntu this line installs it:\n"
            f"    {sudo}apt-get install -y python3-venv\n"
            "Then run the same command again.",
            WRONG_USE,
        )


def running_as_root() -> bool:
    """Return whether this is root; nobody is on Windows."""
    return sys.platform != "win32" and os.geteuid() == 0


def base_python() -> str:
    """Return the interpreter .venv is made with; never .venv's own, which is about to be deleted."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    return str(getattr(sys, "_base_executable", sys.executable))


def remove(path: Path) -> None:
    """Delete .venv, stamp first: what is left of a deletion cut short never looks finished."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.exists():
        (path / STAMP).unlink(missing_ok=True)
        shutil.rmtree(path)


def make(root: Path) -> None:
    """Make .venv in its place, since a venv cannot be moved, and write the stamp when all is there."""
    remove(folder(root))
    # PYTHONSAFEPATH: the working folder holds a folder named packaging, which is also a library's name.
    env = {**child_environment(), "PYTHONSAFEPATH": "1"}
    if run([base_python(), "-m", "venv", folder(root)], env=env):
        raise StopRun("Python could not make .venv: see above.")
    pip: list[str | Path] = [python(root), "-m", "pip", "install", "--quiet"]
    locked: list[str | Path] = ["--require-hashes", "--only-binary=:all:", "-r", root / "requirements.lock"]
    if run([*pip, *locked], env=env):
        raise StopRun(
            "pip could not install requirements.lock: see above. Check the network (or pip's settings) and run again."
        )
    if run([*pip, "--no-build-isolation", "--no-deps", "-e", root], env=env):
        raise StopRun("pip could not install the project itself: see above, most likely a mistake in pyproject.toml.")
    # Written beside and then moved: a stamp is whole or not there.
    fresh = folder(root) / f"{STAMP}.new"
    fresh.write_text(fingerprint(root), encoding="ascii")
    fresh.replace(folder(root) / STAMP)
