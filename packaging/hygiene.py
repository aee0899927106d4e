"""What must not be in a clone: names of package registries' hosts, and the path it was written at."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The brackets keep each pattern from finding itself in this file.
REGISTRY = re.compile(
    r"pyp[i]\.\w|python[h]osted|npm[j]s|yarn[p]kg|crates[.]io|ruby[g]ems\.\w|proxy\.gol[a]ng"
    r"|(?:deb|security|snapshot|ftp)\.[d]ebian|(?:archive|security|ports)\.[u]buntu",
    re.IGNORECASE,
)
# Without git these are known not to be tracked; .gitignore says the same.
UNTRACKED = frozenset(
    [
        ".git",
        ".venv",
        ".cache",
        ".hypothesis",
        ".import_linter_cache",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        "__pycache__",
        "build",
        "dist",
    ]
)


def own_path(root: Path) -> re.Pattern[str] | None:
    """Return what finds the checkout's own place; None when that is too short to tell.

    The person's home is not looked for: an example such as Ann's would be a finding on the computer of a real Ann.
    """
    # A single name such as /src means something in many a sentence.
    if len(root.parts) < 3:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, sorted({str(root), root.as_posix()})))})(?![\w-])")


def tracked(root: Path) -> list[Path]:
    """Return the files that a clone has; without git or outside a clone, all that are not known to be made here."""
    if shutil.which("git"):
        # Git refuses a checkout of another owner, which is what root has before it in a container.
        answer = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"], check=False, capture_output=True
        )
        if answer.returncode == 0:
            return [root / name for name in answer.stdout.decode().split("\0") if name]
    return sorted(walk(root))


def walk(folder: Path) -> Iterator[Path]:
    """Go through a folder's files, but not through what is made anew in every checkout."""
    for path in folder.iterdir():
        if path.name in UNTRACKED:
            continue
        if path.is_dir() and not path.is_symlink():
            yield from walk(path)
        else:
            yield path


def findings(root: Path) -> Iterator[str]:
    """Yield one line for each place in a tracked file that must not be there."""
    path = own_path(root)
    for file in tracked(root):
        if file.is_symlink() or not file.is_file():
            continue
        place = file.relative_to(root).as_posix()
        for number, line in enumerate(file.read_bytes().decode(errors="replace").splitlines(), start=1):
            if found := REGISTRY.search(line):
                yield f"{place}:{number}: names the host of a package registry ({found.group()}); leave it out"
            if path and (found := path.search(line)):
                yield f"{place}:{number}: names a path of this computer ({found.group()}); make it relative"
