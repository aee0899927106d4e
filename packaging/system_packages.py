"""The system libraries and programs that Linux must have: what is missing, and installing it where apt-get is.

A table says per purpose which packages and how to see that they are there. It holds what is in use today; who
needs more (a display, a storage server) adds it here and names the purpose where it is needed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from environment import running_as_root
from locking import RunLock
from terminal import StopRun, run, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence


@dataclass(frozen=True, kw_only=True)
class Package:
    """One package: its names (the first that apt knows is taken), and what it brings.

    `file` is a pattern of a path below the root, for what is neither a library to load nor a program to start.
    """

    names: tuple[str, ...]
    library: str | None = None
    program: str | None = None
    file: str | None = None

    @property
    def brings(self) -> str:
        """What is looked for to see whether the package is there."""
        return self.library or self.program or self.names[0]


QT = "the window's toolkit, Qt"
ORDINARY_USER = "tests that must not have root's rights"
KEYCHAIN = "tests with a real keychain"
SERVERS = "tests on real servers"
DESKTOP = "tests on a screen of their own, with mouse and keyboard"

PURPOSES: Mapping[str, tuple[Package, ...]] = {
    QT: (
        Package(names=("libegl1",), library="libEGL.so.1"),
        Package(names=("libgl1",), library="libGL.so.1"),
        # Debian 13 and Ubuntu 24.04 renamed it when they made time 64 bits wide.
        Package(names=("libglib2.0-0t64", "libglib2.0-0"), library="libglib-2.0.so.0"),
        Package(names=("libfontconfig1",), library="libfontconfig.so.1"),
        Package(names=("libdbus-1-3",), library="libdbus-1.so.3"),
        Package(names=("libxkbcommon-x11-0",), library="libxkbcommon-x11.so.0"),
        Package(names=("libxcb-cursor0",), library="libxcb-cursor.so.0"),
        Package(names=("libxcb-icccm4",), library="libxcb-icccm.so.4"),
        Package(names=("libxcb-keysyms1",), library="libxcb-keysyms.so.1"),
        Package(names=("libxcb-shape0",), library="libxcb-shape.so.0"),
    ),
    ORDINARY_USER: (Package(names=("util-linux",), program="setpriv"),),
    KEYCHAIN: (
        Package(names=("gnome-keyring",), program="gnome-keyring-daemon"),
        # Debian 12 made a package of its own of it; the older one brings it along.
        Package(names=("dbus-daemon", "dbus"), program="dbus-daemon"),
    ),
    # Storage that checks as strictly as S3, Rails' own upload half, TLS and faults, a proxy, and Rails' browser client.
    SERVERS: (
        Package(names=("radosgw",), program="radosgw"),
        Package(names=("ceph-mon",), program="ceph-mon"),
        Package(names=("ceph-osd",), program="ceph-osd"),
        Package(names=("ruby-rails",), file="usr/share/rubygems-integration/all/specifications/rails-*.gemspec"),
        Package(names=("ruby-sqlite3",), file="usr/share/rubygems-integration/*/specifications/sqlite3-*.gemspec"),
        Package(
            names=("ruby-aws-sdk-s3",),
            file="usr/share/rubygems-integration/all/specifications/aws-sdk-s3-*.gemspec",
        ),
        Package(names=("puma",), program="puma"),
        Package(names=("nginx",), program="nginx"),
        Package(names=("libnginx-mod-stream",), file="usr/lib/nginx/modules/ngx_stream_module.so"),
        Package(names=("tinyproxy",), program="tinyproxy"),
        # Lets the proxy know a host's name that no name server does.
        Package(names=("libnss-wrapper",), file="usr/lib/*/libnss_wrapper.so"),
        Package(names=("iproute2",), program="ss"),
        Package(names=("nodejs",), program="node"),
        Package(names=("npm",), program="npm"),
    ),
    DESKTOP: (
        Package(names=("xvfb",), program="Xvfb"),
        Package(names=("openbox",), program="openbox"),
        Package(names=("xdotool",), program="xdotool"),
        Package(names=("x11-utils",), program="xwininfo"),
        # A file manager whose toolkit is not ours: what is dragged out of it is what people drag.
        Package(names=("pcmanfm",), program="pcmanfm"),
        # What screen readers listen by; its bus needs the daemon of the keychain's tests.
        Package(names=("at-spi2-core",), file="usr/libexec/at-spi-bus-launcher"),
    ),
}

LOAD = """
import ctypes, sys
for name in sys.argv[1:]:
    try:
        ctypes.CDLL(name)
    except OSError:
        print(name)
"""
APT_DAY = 24 * 3600.0
POLICY = """#!/bin/sh
# Put here by packaging/dev.py while it installs packages, so that none starts a service. It is removed afterwards.
exit 101
"""


def libraries_not_loading(python: Path, names: Sequence[str]) -> set[str]:
    """Return which libraries the dynamic loader does not find: asked of .venv's Python, which is to load them."""
    answer = subprocess.run([python, "-I", "-c", LOAD, *names], check=True, capture_output=True, text=True)
    return set(answer.stdout.split())


def program_there(name: str) -> bool:
    """Return whether a program is there; an ordinary user's PATH leaves out some of its places."""
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin", "/sbin"])
    return shutil.which(name, path=path) is not None


def call_quietly(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Run apt-get, whose hundreds of lines are shown only when it fails, and let it end whatever is pressed."""
    with tempfile.TemporaryFile() as output:
        code = run(command, env=env, patience=None, output=output)
        if code:
            output.seek(0)
            say(output.read().decode(errors="replace"))
    return code


@dataclass(frozen=True, kw_only=True)
class Machine:
    """What this module asks of the computer, so that a test can stand in for it."""

    root: Path = Path("/")
    is_root: bool = field(default_factory=running_as_root)
    has_program: Callable[[str], bool] = program_there
    call: Callable[[Sequence[str], Mapping[str, str]], int] = call_quietly
    ask: Callable[[Sequence[str], Mapping[str, str]], str] = lambda command, env: (
        subprocess.run(command, env=env, check=False, capture_output=True, text=True).stdout
    )


def missing(purposes: Iterable[str], python: Path, machine: Machine) -> list[Package]:
    """Return the packages whose library or program is not there."""
    wanted = [package for purpose in purposes for package in PURPOSES[purpose]]
    libraries = [package.library for package in wanted if package.library]
    absent = libraries_not_loading(python, libraries) if libraries else set()
    return [
        package
        for package in wanted
        if package.library in absent
        or (package.program and not machine.has_program(package.program))
        or (package.file and not any(machine.root.glob(package.file)))
    ]


def ensure(purposes: Sequence[str], python: Path, machine: Machine | None = None) -> None:
    """Have all that the purposes need: install it as root, else say the line that does, and stop."""
    if sys.platform != "linux" or not purposes:
        return
    machine = machine or Machine()
    if lacking := missing(purposes, python, machine):
        supply(lacking, machine)
        if still := missing(purposes, python, machine):
            raise StopRun(f"apt-get is done, yet still missing: {', '.join(package.brings for package in still)}.")
    if QT in purposes:
        check_qt_loads(python)


def ensure_if_possible(purposes: Sequence[str], python: Path, machine: Machine | None = None) -> None:
    """Have what the purposes need where that can be had; else say what is not done for want of it, and go on.

    For tests that say themselves that they were not run: they are not worth stopping all the others.
    """
    for purpose in purposes:
        try:
            ensure([purpose], python, machine)
        except StopRun as stop:
            say(f"Not run will be: {purpose}.\n{stop}")


def check_qt_loads(python: Path) -> None:
    """Load the real thing: its list of libraries may be longer than ours on another system."""
    answer = subprocess.run(
        [python, "-I", "-c", "import PySide6.QtWidgets"], check=False, capture_output=True, text=True
    )
    if answer.returncode:
        lines = answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"]
        raise StopRun(
            f"Qt does not load on this system: {lines[-1]}. Install the package that brings it and run again."
        )


def supply(lacking: Sequence[Package], machine: Machine) -> None:
    """Install packages, or stop and say how."""
    things = ", ".join(package.brings for package in lacking)
    if not machine.has_program("apt-get"):
        names = " ".join(package.names[-1] for package in lacking)
        raise StopRun(
            f"Missing on this system: {things}.\n"
            f"There is no apt-get here: install them with the system's own package manager (Debian's names: {names})\n"
            "and run the same command again."
        )
    if not machine.is_root:
        line = " ".join(["sudo", *install_command(names_apt_knows(lacking, machine))])
        raise StopRun(
            f"Missing on this system: {things}.\nThis line installs it; then run the same command again.\n    {line}"
        )
    say(f"Installing what is missing on this system (half a minute): {things}.")
    with alone_installing(machine), no_service_starts(machine.root):
        install(lacking, machine)


def install_command(names: Sequence[str]) -> list[str]:
    """Return the one line that a person could type as well."""
    return ["apt-get", "install", "-y", "--no-install-recommends", *names]


def apt_environment() -> dict[str, str]:
    """Return the environment for apt: it asks nothing, and its answers are in English to be read."""
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8", "LANGUAGE": ""}


def names_apt_knows(packages: Sequence[Package], machine: Machine) -> list[str]:
    """Choose among each package's names; the last one where apt knows none (its lists may be empty)."""
    choices = [name for package in packages if len(package.names) > 1 for name in package.names]
    known: set[str] = set()
    if choices:
        name = ""
        for line in machine.ask(["apt-cache", "policy", *choices], apt_environment()).splitlines():
            if not line.startswith(" "):
                name = line.strip().removesuffix(":")
            elif line.strip().startswith("Candidate:") and "(none)" not in line:
                known.add(name)
    return [next((name for name in package.names if name in known), package.names[-1]) for package in packages]


def lists_are_old(root: Path, now: float) -> bool:
    """Return whether apt's lists are missing or older than a day.

    The lists carry the server's time; the folders' times are those of the last update.
    """
    lists = root / "var/lib/apt/lists"
    if not any(lists.glob("*Packages*")):
        return True
    return now - max(path.stat().st_mtime for path in (lists, lists / "partial") if path.exists()) > APT_DAY


def install(packages: Sequence[Package], machine: Machine) -> None:
    """Install by apt-get, with new lists where they are old or turn out to be."""
    env = apt_environment()
    # Another apt may be at work, such as the nightly updates.
    patient = ["-q", "-o", "DPkg::Lock::Timeout=300"]
    updated = False
    while True:
        if updated or lists_are_old(machine.root, time.time()):
            if machine.call(["apt-get", *patient, "update"], env):
                raise StopRun(
                    "apt-get could not fetch the lists of packages: see above. Check the network and run again."
                )
            updated = True
        command = install_command(names_apt_knows(packages, machine))
        if machine.call([*command, *patient], env) == 0:
            return
        if updated:
            raise StopRun(f"apt-get could not install: see above. The line was: {' '.join(command)}")
        updated = True


@contextlib.contextmanager
def alone_installing(machine: Machine) -> Iterator[None]:
    """Keep a run in another checkout from taking our policy-rc.d away too soon."""
    with RunLock(
        machine.root / "run/uploader-gui-packages.lock",
        waiting=lambda: say("Another run is installing packages; waiting for it to end."),
    ) as lock:
        lock.alone()
        yield


@contextlib.contextmanager
def no_service_starts(root: Path) -> Iterator[None]:
    """Forbid packages to start services while they are installed, the way Debian provides for it.

    An existing policy is moved aside and put back. When a run was killed in between, the next one finds ours (known by
    its text) in place and the former one still aside, and puts that back in the end.
    """
    policy = root / "usr/sbin/policy-rc.d"
    former = policy.with_name("policy-rc.d.before-uploader-gui")
    if os.path.lexists(policy) and not is_ours(policy):
        policy.replace(former)
    fresh = policy.with_name("policy-rc.d.uploader-gui")
    fresh.write_text(POLICY, encoding="ascii")
    fresh.chmod(0o755)
    fresh.replace(policy)
    try:
        yield
    finally:
        # A package may have brought a policy of its own meanwhile: that one stays.
        if is_ours(policy):
            policy.unlink()
        if os.path.lexists(former) and not os.path.lexists(policy):
            former.replace(policy)


def is_ours(policy: Path) -> bool:
    """Return whether a policy is the one written here."""
    try:
        return not policy.is_symlink() and policy.read_text(encoding="utf-8", errors="replace") == POLICY
    except OSError:
        return False
