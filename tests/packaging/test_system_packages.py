"""What Linux must have: the line a person is told, what root installs, and the guard against started services."""

import dataclasses
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import system_packages
from system_packages import PURPOSES, QT, Machine, Package
from terminal import StopRun

GLIB = next(package for package in PURPOSES[QT] if len(package.names) > 1)
EGL = Package(names=("libegl1",), library="libEGL.so.1")
NEW_NAMES = """libglib2.0-0t64:
  Installed: (none)
  Candidate: 2.84.4-3
  Version table:
libglib2.0-0:
  Installed: (none)
  Candidate: (none)
"""
OLD_NAMES = """libglib2.0-0:
  Installed: (none)
  Candidate: 2.74.6-2
"""


class FakeApt:
    """A machine of folders under tmp_path whose apt-get only notes what it is asked, and what it then saw."""

    def __init__(self, root: Path, *, is_root: bool = True, policy: str = OLD_NAMES, codes: Sequence[int] = ()) -> None:
        self.root = root
        self.lines: list[str] = []
        self.policies: list[str] = []
        self.environments: list[Mapping[str, str]] = []
        self.codes = list(codes)
        (root / "usr/sbin").mkdir(parents=True)
        (root / "var/lib/apt/lists/partial").mkdir(parents=True)
        self.machine = Machine(
            root=root, is_root=is_root, has_program=lambda _name: True, call=self.call, ask=lambda *_: policy
        )

    @property
    def policy_file(self) -> Path:
        """Where Debian looks whether services may start."""
        return self.root / "usr/sbin/policy-rc.d"

    def fill_lists(self) -> None:
        """Have lists as after an update."""
        (self.root / "var/lib/apt/lists/mirror_bookworm_main_binary-amd64_Packages.lz4").touch()

    def call(self, command: Sequence[str], env: Mapping[str, str]) -> int:
        """Stand in for apt-get."""
        self.lines.append(" ".join(command))
        self.policies.append(self.policy_file.read_text())
        self.environments.append(env)
        return self.codes.pop(0) if self.codes else 0


def test_a_user_is_told_one_line(tmp_path: Path) -> None:
    """Without root's rights nothing is installed: what is missing and the one line that installs it, exit code 1."""
    apt = FakeApt(tmp_path, is_root=False)
    with pytest.raises(StopRun) as stop:
        system_packages.supply([EGL, GLIB], apt.machine)
    assert str(stop.value).splitlines() == [
        "Missing on this system: libEGL.so.1, libglib-2.0.so.0.",
        "This line installs it; then run the same command again.",
        "    sudo apt-get install -y --no-install-recommends libegl1 libglib2.0-0",
    ]
    assert stop.value.code == 1
    assert apt.lines == []


def test_without_apt_the_libraries_are_named(tmp_path: Path) -> None:
    """On another kind of Linux the person learns which libraries to look for."""
    with pytest.raises(StopRun, match=r"libEGL\.so\.1.*\n.*no apt-get.*libegl1"):
        system_packages.supply([EGL], Machine(root=tmp_path, has_program=lambda _name: False))


@pytest.mark.parametrize(
    ("policy", "name"), [(NEW_NAMES, "libglib2.0-0t64"), (OLD_NAMES, "libglib2.0-0"), ("", "libglib2.0-0")]
)
def test_renamed_packages_are_asked_for(tmp_path: Path, policy: str, name: str) -> None:
    """Debian 13's new name is used where apt has it; with empty lists the old one, which the new one provides."""
    apt = FakeApt(tmp_path, policy=policy)
    assert system_packages.names_apt_knows([GLIB, EGL], apt.machine) == [name, "libegl1"]


def test_root_installs_without_questions_or_services(tmp_path: Path) -> None:
    """With fresh lists there is one call of apt-get; it asks nothing, and no service may start meanwhile."""
    apt = FakeApt(tmp_path)
    apt.fill_lists()
    system_packages_supply(apt)
    assert apt.lines == [
        "apt-get install -y --no-install-recommends libegl1 -q -o DPkg::Lock::Timeout=300",
    ]
    assert apt.environments[0]["DEBIAN_FRONTEND"] == "noninteractive"
    assert apt.policies[0].startswith("#!/bin/sh\n")
    assert "exit 101" in apt.policies[0]
    assert not apt.policy_file.exists()
    assert [file.name for file in apt.policy_file.parent.iterdir()] == []


def system_packages_supply(apt: FakeApt) -> None:
    """Install one package on the fake machine."""
    (apt.root / "run").mkdir(exist_ok=True)
    system_packages.supply([EGL], apt.machine)


def test_lists_are_fetched_when_empty_or_old(tmp_path: Path) -> None:
    """A container's image comes without lists; a laptop's may be of last month."""
    apt = FakeApt(tmp_path)
    assert system_packages.lists_are_old(tmp_path, now=0)
    system_packages_supply(apt)
    assert [line.split()[-1] for line in apt.lines] == ["update", "DPkg::Lock::Timeout=300"]
    apt.fill_lists()
    now = (tmp_path / "var/lib/apt/lists").stat().st_mtime
    assert not system_packages.lists_are_old(tmp_path, now + 3600)
    assert system_packages.lists_are_old(tmp_path, now + 2 * 24 * 3600)


def test_a_failed_install_is_tried_once_more_with_new_lists(tmp_path: Path) -> None:
    """Lists of this morning may name a version that is gone by now."""
    apt = FakeApt(tmp_path, codes=[100, 0, 0])
    apt.fill_lists()
    system_packages_supply(apt)
    assert ["update" in line for line in apt.lines] == [False, True, False]


@pytest.mark.parametrize("codes", [[100, 0, 100], [100, 100]])
def test_the_former_policy_is_back_after_a_failure(tmp_path: Path, codes: list[int]) -> None:
    """Whatever apt-get does, a policy that was there before is there afterwards, byte for byte and executable."""
    apt = FakeApt(tmp_path, codes=codes)
    apt.fill_lists()
    apt.policy_file.write_text("#!/bin/sh\nexit 0 # the administrator's\n")
    apt.policy_file.chmod(0o750)
    with pytest.raises(StopRun, match="see above"):
        system_packages_supply(apt)
    assert all("101" in policy for policy in apt.policies)
    assert apt.policy_file.read_text() == "#!/bin/sh\nexit 0 # the administrator's\n"
    assert apt.policy_file.stat().st_mode & 0o777 == 0o750
    assert [file.name for file in apt.policy_file.parent.iterdir()] == ["policy-rc.d"]


def test_an_interruption_removes_the_policy(tmp_path: Path) -> None:
    """Ctrl-C or SIGTERM while packages are installed leaves nothing behind."""
    (tmp_path / "usr/sbin").mkdir(parents=True)
    for end in (KeyboardInterrupt, SystemExit):
        with pytest.raises(end), system_packages.no_service_starts(tmp_path):
            raise end
        assert list((tmp_path / "usr/sbin").iterdir()) == []


@pytest.mark.parametrize("former", [None, "#!/bin/sh\nexit 0\n"])
def test_what_a_killed_run_left_is_put_right(tmp_path: Path, former: str | None) -> None:
    """Ours from a run killed by kill -9 is not taken for the administrator's, whose own one comes back."""
    folder = tmp_path / "usr/sbin"
    folder.mkdir(parents=True)
    policy = folder / "policy-rc.d"
    policy.write_text(system_packages.POLICY)
    if former:
        (folder / "policy-rc.d.before-uploader-gui").write_text(former)
    with system_packages.no_service_starts(tmp_path):
        assert policy.read_text() == system_packages.POLICY
    assert (policy.read_text() if policy.exists() else None) == former
    assert len(list(folder.iterdir())) == (1 if former else 0)


def test_a_linked_policy_stays_a_link(tmp_path: Path) -> None:
    """A policy that is a link (Debian's alternatives make one) is put back as the link; its end is not written to."""
    folder = tmp_path / "usr/sbin"
    folder.mkdir(parents=True)
    (tmp_path / "theirs").write_text("exit 0\n")
    (folder / "policy-rc.d").symlink_to(tmp_path / "theirs")
    with system_packages.no_service_starts(tmp_path):
        assert not (folder / "policy-rc.d").is_symlink()
    assert (folder / "policy-rc.d").readlink() == tmp_path / "theirs"
    assert (tmp_path / "theirs").read_text() == "exit 0\n"


@pytest.mark.skipif(sys.platform != "linux", reason="apt is for Linux")
def test_what_is_welcome_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without root's rights it is said which tests are not run, with the line that helps; all else goes on."""
    monkeypatch.setattr(system_packages, "PURPOSES", {"tests on a star": (Package(names=("star",), program="none"),)})
    apt = FakeApt(tmp_path, is_root=False)
    machine = dataclasses.replace(apt.machine, has_program=lambda name: name != "none")
    system_packages.ensure_if_possible(["tests on a star"], Path(sys.executable), machine)
    said = capsys.readouterr().out
    assert "Not run will be: tests on a star." in said
    assert "sudo apt-get install -y --no-install-recommends star" in said
    assert apt.lines == []


def test_files_are_looked_for_by_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that brings no program is there when one of its files is, whatever its version."""
    table = {"rails": (Package(names=("ruby-rails",), file="usr/share/*/rails-*.gemspec"),)}
    monkeypatch.setattr(system_packages, "PURPOSES", table)
    machine = Machine(root=tmp_path)
    assert system_packages.missing(["rails"], Path(sys.executable), machine) == list(table["rails"])
    (tmp_path / "usr/share/gems").mkdir(parents=True)
    (tmp_path / "usr/share/gems/rails-6.1.7.gemspec").touch()
    assert system_packages.missing(["rails"], Path(sys.executable), machine) == []


@pytest.mark.skipif(sys.platform != "linux", reason="the table is for Linux")
def test_missing_things_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that the loader lacks and a program that is nowhere are missing; those that are there are not."""
    table = {
        "here": (Package(names=("libc6",), library="libc.so.6"), Package(names=("dash",), program="sh")),
        "gone": (Package(names=("a",), library="libnowhere.so.9"), Package(names=("b",), program="no-such-program")),
    }
    monkeypatch.setattr(system_packages, "PURPOSES", table)
    python = Path(sys.executable)
    assert system_packages.missing(["here"], python, Machine()) == []
    assert system_packages.missing(["here", "gone"], python, Machine()) == list(table["gone"])


def test_programs_of_root_are_found_by_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """An ordinary user's PATH without the sbin folders does not make a program missing."""
    monkeypatch.setenv("PATH", os.path.join(os.sep, "nowhere"))  # noqa: PTH118 - a PATH is text
    monkeypatch.setattr("shutil.which", lambda name, path: name if "/usr/sbin" in path else None)
    assert system_packages.program_there("runuser")


def test_nothing_is_asked_where_nothing_is_needed(tmp_path: Path) -> None:
    """Without a purpose the system is not looked at: the demo and the fast tests run without apt."""
    system_packages.ensure((), tmp_path / "no-python")
