"""The main job, done by command line on a practice service: started by `dev.py demo`, run by .venv's Python.

Three sample files are sent to each of the four services, by the same commands a person would type; then the digests of
what the practice service holds are compared with those of the files.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from terminal import INTERRUPTED, StopRun, end_tidily_on_signals, say

from uploader_gui.practice import SAMPLES, PracticeService
from uploader_gui.practice.sample_files import make_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from uploader_gui.practice.world import AttachedFile


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One use of the command line: where to, which inputs the target asks for, and how many files it takes."""

    service: str
    target: str
    inputs: tuple[str, ...]
    max_files: int | None = None

    def words(self, files: Sequence[Path], samples: Mapping[str, str], base: str) -> list[str]:
        """Return what follows `uploader-gui`."""
        chosen = [word for name in self.inputs for word in ("--set", f"{name}={samples[name]}")]
        to = ["--service", self.service, "--target", self.target]
        # The target may be one that sends, and nobody is asked in a demo: hence --yes.
        return ["send", *map(str, files), *to, *chosen, "--base", base, "--yes"]


ERRANDS = (
    Errand(service="close", target="note", inputs=("lead",)),
    Errand(service="kizen", target="record_field", inputs=("object", "record", "field")),
    Errand(service="haufe", target="message", inputs=("thread",), max_files=1),
    Errand(service="circle", target="chat_message", inputs=("room",)),
)
# Whoever starts the demo may have accounts or proxies in the environment: neither belongs in it.
NOT_FOR_CHILDREN = ("UPLOADER_", "ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY")


def child_environment(service: str, account: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the environment for one command: the practice account and a home of its own, nothing of the person's."""
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith(NOT_FOR_CHILDREN)}
    keys = {f"UPLOADER_{service.upper()}_{field.upper()}": value for field, value in account.items()}
    return {**env, **keys, "UPLOADER_GUI_HOME": str(home), "PYTHONUTF8": "1"}


def send(words: Sequence[str], env: Mapping[str, str]) -> None:
    """Run the command line; it prints its own line. Stop when it fails, with what it said."""
    # -P keeps the working folder out: the checkout's folder named packaging is also a library's name.
    command = [sys.executable, "-P", "-m", "uploader_gui", *words]
    done = subprocess.run(command, env=env, check=False, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip() or "(it said nothing)"
        raise StopRun(
            f"The command ended with exit code {done.returncode} and said:\n{said}\n  uploader-gui {' '.join(words)}"
        )


def digests(files: Iterable[Path]) -> list[tuple[str, int, str]]:
    """Return name, size and SHA-256 of files on disk, sorted."""
    return sorted((file.name, file.stat().st_size, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files)


def differences(service: str, sent: Sequence[Path], attached: Sequence[Sequence[AttachedFile]]) -> str | None:
    """Return in words how what a service holds differs from what was sent, or None when it is the same, once."""
    if len(attached) != 1:
        return f"{service}: one attachment was expected, the practice service has {len(attached)}"
    there = sorted((file.name, file.size, file.sha256) for file in attached[0])
    wanted = digests(sent)
    if there == wanted:
        return None
    wrong = sorted({name for name, _, _ in set(there) ^ set(wanted)})
    number = f"{len(there)} files for {len(wanted)}"
    return f"{service}: what was attached differs from what was sent: {', '.join(wrong) or number}"


def demo() -> None:
    """Send to each service, then compare."""
    with tempfile.TemporaryDirectory(prefix="uploader-demo-") as name, PracticeService() as practice:
        place = Path(name)
        (place / "files").mkdir()
        files = make_samples(place / "files")
        say(f"Practice service: {practice.page}")
        say(f"Sample files: {', '.join(f'{file.name} ({file.stat().st_size} bytes)' for file in files)}\n")
        problems: list[str] = []
        count = 0
        for errand in ERRANDS:
            sent = files[: errand.max_files]
            words = errand.words(sent, SAMPLES[errand.service], practice.base(errand.service))
            send(words, child_environment(errand.service, practice.account(errand.service), place / "home"))
            attached = [each.files for each in practice.world.attachments(errand.service)]
            if problem := differences(errand.service, sent, attached):
                problems.append(problem)
            count += len(sent)
        problems += [f"the practice service itself has a mistake:\n{each}" for each in practice.errors]
        if problems:
            raise StopRun("The proof failed.\n" + "\n".join(problems))
        say(f"\nProven: {count} files arrived at {len(ERRANDS)} services, whole (size and SHA-256 equal) and once.")
        look(practice.page)


def look(page: str) -> None:
    """Leave the practice service open for a person at a terminal; nobody else has the time to look."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        say("Where to look: from a terminal, the demo leaves the practice service's page open until you press Enter.")
        return
    say(f"Look at what arrived: {page}")
    say("Press Enter to end the practice service.")
    sys.stdin.readline()


def main() -> int:
    """Run the demo; 0 when it was proven, 1 when not, 130 when interrupted."""
    end_tidily_on_signals()
    try:
        demo()
    except StopRun as stop:
        print(stop, file=sys.stderr, flush=True)
        return stop.code
    except KeyboardInterrupt:
        # dev.py, which got the same Ctrl-C, says so.
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main())
