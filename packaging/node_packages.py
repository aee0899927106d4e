"""The JavaScript packages that tests need: Rails' own upload client, and the browser's objects it expects.

They are named with their versions in one small file. There is no lock: it would name the host they come from.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from environment import child_environment
from terminal import run, say

WANTED = Path("tests/real_servers/browser/package.json")


def folder(root: Path) -> Path:
    """Return where they lie, outside of what git sees: a folder of its own for each set of versions."""
    digest = hashlib.sha256((root / WANTED).read_bytes()).hexdigest()
    return root / ".cache" / "node" / digest[:16]


def ensure_if_possible(root: Path) -> None:
    """Have them, where there is npm and a network; else say what is not done for want of them."""
    place = folder(root)
    if place.exists():
        return
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        say("Not run will be: tests with Rails' own upload client. There is no node and npm here.")
        return
    say("Fetching what the tests with Rails' own upload client need, by npm (10 s).")
    place.parent.mkdir(parents=True, exist_ok=True)
    # Made beside and then moved: it is whole or not there.
    with tempfile.TemporaryDirectory(prefix="making-", dir=place.parent) as name:
        fresh = Path(name) / "node"
        fresh.mkdir()
        shutil.copy(root / WANTED, fresh)
        # No package's script is run, and nothing is asked of anybody but for the packages themselves.
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
        if run([npm, "install", *options], env=child_environment(), cwd=fresh):
            say("Not run will be: tests with Rails' own upload client. npm could not fetch it: see above.")
            return
        if not place.exists():
            fresh.rename(place)
