"""The command line of dev.py: which tiers run, exit codes, messages, and what an old Python is told."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "packaging"))

import commands
import dev
import hygiene
import terminal
import tiers
from terminal import StopRun

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"


@pytest.fixture
def checkout(tmp_path: Path) -> tiers.Checkout:
    """What a tier is given, in an empty folder."""
    python = Path(sys.executable)
    return tiers.Checkout(root=tmp_path, python=python, env=dict(os.environ), fast=False, pytest_arguments=())


def always(answer: bool) -> Callable[[tiers.Checkout], bool]:
    """A tier that passes, or not."""

    def tier(_checkout: tiers.Checkout) -> bool:
        """Answer as told."""
        return answer

    return tier


def test_all_tiers_in_order() -> None:
    """Without a choice every tier runs; --fast leaves out the wheel; one asked for by name is never left out."""
    everything = ["format", "lint", "types", "layers", "security", "translations", "tests", "wheel", "clone-hygiene"]
    assert tiers.chosen([], fast=False) == everything
    assert tiers.chosen([], fast=True) == [name for name in everything if name != "wheel"]
    assert tiers.chosen(["wheel", "lint"], fast=True) == ["lint", "wheel"]


def test_only_the_whole_tests_need_system_packages() -> None:
    """--fast, and every other tier, runs on a system without Qt's libraries; and so does the demo by command line."""
    everything = tiers.chosen([], fast=False)
    assert tiers.purposes(everything, fast=True) == []
    assert tiers.purposes([name for name in everything if name != "tests"], fast=False) == []
    assert len(tiers.purposes(["tests"], fast=False)) == 4
    assert tiers.welcome(everything, fast=True) == []
    assert len(tiers.welcome(["tests"], fast=False)) == 1
    assert commands.TERMINAL_PURPOSES == ()


@pytest.mark.parametrize(
    ("words", "environment", "shown"),
    [
        ([], {"DISPLAY": ":1"}, "window"),
        ([], {"WAYLAND_DISPLAY": "wayland-0"}, "window"),
        (["--terminal"], {"DISPLAY": ":1"}, "terminal"),
        ([], {"DISPLAY": ""}, "terminal"),
    ],
)
@pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="there is always a screen there")
def test_the_demo_is_a_window_where_there_is_a_screen(
    words: list[str], environment: dict[str, str], shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has a screen sees the window; everybody else, and whoever wants it, the command line."""
    opened: list[str] = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.setenv(name, environment.get(name, ""))

    def opens(what: str) -> Callable[[], int]:
        def note() -> int:
            opened.append(what)
            return 0

        return note

    monkeypatch.setattr(commands, "window", opens("window"))
    monkeypatch.setattr(commands, "demo", opens("terminal"))
    monkeypatch.setattr(commands, "end_tidily_on_signals", lambda: None)
    assert commands.main(["demo", *words]) == 0
    assert opened == [shown]


def test_a_failed_tier_does_not_hide_the_next(
    checkout: tiers.Checkout, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """All tiers run, the table shows each with its time, and the last line says which failed."""
    monkeypatch.setattr(tiers, "TIERS", {"one": always(True), "two": always(False), "three": always(True)})
    assert not tiers.run_all(["one", "two", "three"], checkout)
    lines = capfd.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[-4:]] == ["one", "two", "three", "total"]
    assert [line.split()[-1] for line in lines[-4:]] == ["passed", "FAILED", "passed", "two"]
    assert tiers.run_all(["one", "three"], checkout)
    assert capfd.readouterr().out.splitlines()[-1].endswith("all passed")


@pytest.mark.parametrize(
    "words",
    [[], ["deploy"], ["test", "--tier", "nonsense"], ["test", "--tier", "lint", "--", "-k", "x"], ["demo", "--", "x"]],
)
def test_wrong_use_is_2(words: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    """A wrong command line is exit code 2 and says how it goes."""
    with pytest.raises(SystemExit) as end:
        commands.main(words)
    assert end.value.code == 2
    assert capfd.readouterr().err.startswith("usage: dev.py")


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (StopRun("Something is missing.", 2), 2, "Something is missing.\n"),
        (StopRun("It failed."), 1, "It failed.\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (FileNotFoundError(2, "No such file", "requirements.lock"), 1, "requirements.lock: No such file.\n"),
    ],
)
def test_exit_codes_and_no_traceback(
    raised: BaseException, code: int, said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each way to end has its exit code and one plain message on the error output."""

    def fail() -> int:
        raise raised

    monkeypatch.setattr(commands, "demo", fail)
    monkeypatch.setattr(commands, "end_tidily_on_signals", lambda: None)
    assert commands.main(["demo", "--terminal"]) == code
    assert capfd.readouterr().err == said


def test_what_belongs_to_root_is_said_in_words() -> None:
    """A .cache left by sudo is named, with a way out."""
    sentence = commands.in_words(PermissionError(13, "Permission denied", ".cache/dev.lock"))
    assert sentence.startswith(".cache/dev.lock: Permission denied.")
    assert "another user" in sentence


@pytest.mark.parametrize(
    ("folder", "line", "passes"),
    [
        ("uploader_gui", "import json", True),
        ("uploader_gui", "import subprocess", False),
        ("packaging", "import subprocess", True),
        ("packaging", "eval(input())", False),
    ],
)
def test_security(checkout: tiers.Checkout, folder: str, line: str, *, passes: bool) -> None:
    """What is dangerous fails it; starting programs is dangerous in the program and what the packaging is there for."""
    shutil.copy(PACKAGING.parent / "pyproject.toml", checkout.root)
    for name in ("uploader_gui", "packaging"):
        (checkout.root / name).mkdir()
    (checkout.root / folder / "one.py").write_text(f"{line}\n", encoding="utf-8")
    assert tiers.security_tier(checkout) is passes


def test_pytest_arguments_pass_through(checkout: tiers.Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands after -- reaches pytest last, so that it wins; --fast leaves out what is marked slow."""
    assert commands.split(["test", "--fast", "--", "-k", "a", "--"]) == (["test", "--fast"], ["-k", "a", "--"])
    seen: list[list[str]] = []

    def noting(command: list[str | Path], **_: object) -> int:
        seen.append([str(word) for word in command])
        return 0

    monkeypatch.setattr(tiers, "run", noting)
    for fast, marks in ((False, "not long"), (True, "not long and not slow")):
        given = tiers.Checkout(
            root=checkout.root, python=checkout.python, env={}, fast=fast, pytest_arguments=["-m", "long"]
        )
        assert tiers.tests_tier(given)
        assert seen[-1][-4:] == ["-m", marks, "-m", "long"]


def test_nothing_of_the_persons_reaches_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests get a home of their own, gone afterwards, and no key, proxy, display or session bus of the person."""
    for name in ("UPLOADER_CLOSE_API_KEY", "https_proxy", "DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "XDG_SESSION_ID"):
        monkeypatch.setenv(name, "the person's")
    with tiers.clean_environment() as env:
        assert "the person's" not in env.values()
        home = Path(env["HOME"])
        assert home.is_dir()
        assert home != Path.home()
        assert all(Path(value).is_relative_to(home) for name, value in env.items() if name.startswith("XDG_"))
        assert env["QT_QPA_PLATFORM"] == "offscreen"
        assert env["LC_ALL"] == "C.UTF-8"
        (home / "left").touch()
    assert not home.exists()


def test_a_wheel_without_service_files_is_noticed(tmp_path: Path) -> None:
    """Each service file of the checkout must lie in the wheel; a checkout without any is no proof."""
    with zipfile.ZipFile(tmp_path / "one.whl", "w") as wheel:
        wheel.writestr("uploader_gui/resources/services/close.toml", "")
    assert tiers.not_carried(tmp_path / "one.whl", tmp_path) == ["(the checkout has none)"]
    (tmp_path / "resources/services").mkdir(parents=True)
    (tmp_path / "resources/services/close.toml").touch()
    assert tiers.not_carried(tmp_path / "one.whl", tmp_path) == []
    (tmp_path / "resources/services/kizen.toml").touch()
    assert tiers.not_carried(tmp_path / "one.whl", tmp_path) == ["kizen.toml"]


def test_hosts_and_paths_are_found(tmp_path: Path) -> None:
    """A registry's host and the checkout's own place are found, with their lines; likenesses are not."""
    root = tmp_path / "clone"
    (root / ".venv").mkdir(parents=True)
    host = "files.python" + "hosted.org"
    (root / ".venv/seen-by-nobody").write_text(host)
    (root / "good.md").write_text(f"See pyproject and PyPI. Also my{root}.\nA {root}2 and {root}-2 are others.\n")
    (root / "bad.md").write_text(f"line\nhttps://{host}/x\ncd {root}/y\nfile://{root}\n")
    found = list(hygiene.findings(root))
    if os.name != "nt":
        assert [line.split(": ")[0] for line in found] == ["bad.md:2", "bad.md:3", "bad.md:4"]
    assert found[0] == f"bad.md:2: names the host of a package registry ({host[6:18]}); leave it out"


def test_a_short_place_is_not_searched_for(tmp_path: Path) -> None:
    """A checkout at /src would be found in many a sentence that means something else."""
    assert hygiene.own_path(Path("/src")) is None
    assert hygiene.own_path(tmp_path / "x") is not None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_with_git_only_tracked_files_count(tmp_path: Path) -> None:
    """Notes that are not in the repository may say what they like."""
    for words in (["init", "-q"], ["add", "in.md"]):
        (tmp_path / "in.md").touch()
        (tmp_path / "out.md").touch()
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    assert hygiene.tracked(tmp_path) == [tmp_path / "in.md"]


def test_a_lock_names_no_address_and_every_hash() -> None:
    """A new lock is refused when it names where packages come from, or leaves one unpinned."""
    good = 'aiohttp==3.14 ; sys_platform == "linux" \\\n    --hash=sha256:00 \\\n    --hash=sha256:11\n    # via x\n'
    assert commands.wrong_with_lock(good * 2) is None
    assert "address" in (commands.wrong_with_lock("--index-url https://example.org/simple\n" + good) or "")
    assert commands.wrong_with_lock(good + "httpx==0.28.1\n") == "has no hash for httpx==0.28.1"
    assert commands.wrong_with_lock("") == "is empty"
    assert commands.wrong_with_lock((PACKAGING.parent / "requirements.lock").read_text(encoding="utf-8")) is None


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """Python before 3.11: one sentence with the line to run, exit code 2."""
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "argv", ["dev.py", "test", "--fast"])
    assert dev.main() == 2
    assert capfd.readouterr().err == (
        "This is Python 3.9, and the program needs 3.11 or newer. With a newer one installed, run:\n"
        "    python3.11 packaging/dev.py test --fast\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_children_and_tidies(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C and SIGTERM end a child that would sleep on, run what puts things right, and give their exit codes."""
    script = tmp_path / "waits.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(PACKAGING)!r})
        import commands, terminal
        def demo():
            try:
                return terminal.run([sys.executable, "-c", "print('ready', flush=True); import time; time.sleep(60)"])
            finally:
                print("tidied", flush=True)
        commands.demo = demo
        sys.exit(commands.main(["demo", "--terminal"]))
        """)
    )
    command = [sys.executable, str(script)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert run.stdout
        assert run.stdout.readline() == "ready\n"
        started = time.monotonic()
        # To all, as a terminal does.
        os.killpg(run.pid, number)
        assert run.wait(20) == code
        assert time.monotonic() - started < 10
        assert run.stdout.read() == "tidied\n"


def test_a_child_gets_no_keyboard_unless_allowed() -> None:
    """A tool that would ask something ends instead of waiting for an answer nobody sees the question of."""
    assert terminal.run([sys.executable, "-c", "import sys; sys.exit(len(sys.stdin.read()))"]) == 0
    assert terminal.run([sys.executable, "-c", "import sys; sys.exit(7)"]) == 7


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
def test_an_installation_is_not_cut_short(tmp_path: Path) -> None:
    """Ctrl-C while packages are installed waits for their end: dpkg is not left half-way."""
    script = tmp_path / "installs.py"
    work = "import time; print('ready', flush=True); time.sleep(1); print('installed', flush=True)"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(PACKAGING)!r})
        import commands, terminal
        commands.demo = lambda: terminal.run([sys.executable, "-c", {work!r}], patience=None)
        sys.exit(commands.main(["demo", "--terminal"]))
        """)
    )
    with subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        assert run.stdout
        assert run.stdout.readline() == "ready\n"
        os.killpg(run.pid, signal.SIGINT)
        assert run.communicate(timeout=20) == ("installed\n", "Interrupted.\n")
        assert run.returncode == 130


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    """`dev.py test | head` ends without complaint when head has seen enough."""
    script = tmp_path / "talks.py"
    script.write_text(
        textwrap.dedent(f"""
        import sys
        sys.path.insert(0, {str(PACKAGING)!r})
        import commands, terminal
        def demo():
            while True:
                terminal.say("more")
        commands.demo = demo
        sys.exit(commands.main(["demo", "--terminal"]))
        """)
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(20) == 1
