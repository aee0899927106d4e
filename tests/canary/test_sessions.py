"""Whole sessions, each command a process: good, failing at each step, killed, gone on with, given up. Nothing leaks."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.canary.scan import Canaries
from tests.cli.children import command, environment, reached, wait_until
from tests.cli.harness import keys, secrets_of
from tests.contract.cases import Case
from tests.engine.test_canaries import CONTENT
from tests.kill.commands import Blow, Commands, Struck
from uploader_gui.practice import SERVICES, Fault, PracticeService

pytestmark = [pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork"), pytest.mark.slow]

CASES = [
    Case(service="close", target="note"),
    Case(service="kizen", target="record_field"),
    Case(service="haufe", target="new_thread"),
    Case(service="circle", target="chat_message"),
]
IDS = [case.service for case in CASES]
STEPS = ("token", "check", "lookup", "sign", "transfer", "confirm", "ready", "prepare", "attach", "verify")
FAULTS = [("server_error", step) for step in STEPS] + [
    (kind, step) for kind in ("redirect", "broken_json", "half_answer") for step in ("sign", "transfer", "attach")
]


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> Canaries:
    """Every secret that goes over the wire from now on."""
    found = Canaries()
    found.listen(monkeypatch)
    return found


class Session:
    """Commands in one home, and all that they printed."""

    def __init__(self, practice: PracticeService, commands: Commands, home: Path, canaries: Canaries) -> None:
        self.practice = practice
        self.home = home
        self.canaries = canaries
        self.shown: dict[str, str] = {}
        self._commands = commands
        secret = secrets_of(practice)
        canaries.keys.add(*secret)
        accounts = (
            practice.account(service, way) for service in SERVICES for way in (0, 1 if service == "circle" else 0)
        )
        canaries.public |= {value for account in accounts for value in account.values()} - secret

    def run(self, *arguments: str, blow: Blow | None = None) -> Struck:
        """Run a command; what it prints is kept."""
        ended = self._commands.run(arguments, blow)
        assert "Traceback" not in ended.out
        self.shown[f"{' '.join(arguments[:2])} {len(self.shown)}"] = ended.out
        return ended

    def send(self, case: Case, *, blow: Blow | None = None) -> Struck:
        """Send two files whose contents are a canary."""
        paths = []
        for number in (1, 2) if case.flow.max_files != 1 else (1,):
            path = case.file(self.home.parent, f"Offer {number}")
            path.write_bytes(path.read_bytes() + CONTENT.encode() * 20)
            paths.append(str(path))
        where = ["--service", case.service, "--base", self.practice.base(case.service), "--target", case.target]
        for name, value in case.inputs.items():
            where += ["--set", f"{name}={value}"]
        return self.run("send", *paths, *where, "--json", "--yes", blow=blow)

    def open(self) -> list[str]:
        """The ids of the batches that have not ended."""
        return [json.loads(line)["batch"] for line in self.run("queue", "--json").out.splitlines()]

    def end(self) -> None:
        """Go on until nothing is open."""
        for _ in range(6):
            left = self.open()
            if not left:
                return
            if self.run("resume", "--json", "--yes").code == 3:
                self.run("settle", left[0], "--attached", "--json")
        pytest.fail("it never came to an end")

    def give_up(self) -> None:
        """Cancel what is open, or settle what cannot be cancelled."""
        for batch in self.open():
            if self.run("cancel", batch, "--json").code:
                self.run("settle", batch, "--attached", "--json")
        assert not self.open()

    def check(self, *, ended: bool) -> None:
        """Look everywhere, also at what is made to be shown."""
        self.run("diagnostics")
        self.run("diagnostics", "--without-names")
        self.run("history", "--json")
        self.run("accounts", "list")
        self.run("services", "try", "close")
        for path in (self.home / "logs" / "traces").glob("*.jsonl"):
            batch = path.name.partition(".")[0]
            if batch != "none":
                assert self.run("trace", batch).code == 0
                assert self.run("trace", batch, "--curl").code == 0
        self.canaries.check(self.home, self.shown, ended=ended)


@pytest.fixture
def session(practice: PracticeService, tmp_path: Path, canaries: Canaries) -> Iterator[Session]:
    """A home, signed in everywhere."""
    practice.world.processing_seconds = 0
    known: dict[str, str] = {}
    for service in SERVICES:
        known |= keys(practice, service, 1 if service == "circle" else 0)
    home = tmp_path / "home"
    # What lies in the folder for passing files is searched as well, also after a kill.
    (home / "tmp").mkdir(parents=True)
    known["TMPDIR"] = str(home / "tmp")
    with Commands(practice, home, known) as commands:
        yield Session(practice, commands, home, canaries)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_good(session: Session, case: Case) -> None:
    """A batch that is sent at once; with enough canaries that the search means something."""
    assert session.send(case).code == 0
    session.check(ended=True)
    assert len(session.canaries.keys.found) >= 3
    assert session.canaries.signed.found
    assert session.canaries.given.found


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_failing_at_each_step(session: Session, case: Case) -> None:
    """Every step fails, those with something secret in four ways; each batch is then given up."""
    for kind, step in FAULTS:
        session.practice.misbehave(Fault(kind=kind, service=case.service, step=step, times=0))
        session.send(case)
        session.give_up()
    session.check(ended=True)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_killed_and_gone_on_with(session: Session, case: Case) -> None:
    """Killed at each step, before and after it was done; looked at as it lies there, and when it has ended."""
    for step in ("sign", "transfer", "confirm", "attach"):
        for handled, delay in ((False, 0.0), (True, 0.0), (True, 0.02)):
            session.send(case, blow=Blow(request=1, step=step, handled=handled, delay=delay))
            session.canaries.check(session.home, session.shown, ended=False)
            session.end()
    session.check(ended=True)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_killed_and_given_up(session: Session, case: Case) -> None:
    """A signed address lies in the row of the killed batch, and nowhere once it is given up."""
    for request in range(1, 9):
        session.send(case, blow=Blow(request=request, delay=0.01))
        session.give_up()
    session.check(ended=True)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_with_the_ledger_open_elsewhere(session: Session, case: Case) -> None:
    """While a window has the ledger open its write-ahead log stays: what has ended is not in it either."""
    assert session.send(case).code == 0
    with closing(sqlite3.connect(session.home / "data" / "ledger.db")) as window:
        assert window.execute("SELECT count(*) FROM batch").fetchall() == [(1,)]
        assert session.send(case).code == 0
        session.check(ended=True)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("service", ["close", "circle"])
def test_no_children_and_no_arguments(practice: PracticeService, tmp_path: Path, service: str) -> None:
    """While it sends it has no child process, and its arguments hold no key."""
    path = tmp_path / "Offer.pdf"
    path.write_bytes(b"%PDF-1.7\n" + os.urandom(300_000))
    practice.misbehave(Fault(kind="stall", step="transfer", after=1000))
    arguments = command(practice, service, [path], "--json", "--yes")
    known = environment(practice, service)
    with subprocess.Popen(arguments, env=known, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            wait_until(lambda: reached(practice, "transfer"))
            for _ in range(20):
                tasks = list(Path(f"/proc/{process.pid}/task").iterdir())
                assert len(tasks) > 1
                assert not "".join((task / "children").read_text() for task in tasks).split()
                time.sleep(0.02)
            typed = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            assert b"send" in typed
            assert not any(secret.encode() in typed for secret in secrets_of(practice))
        finally:
            process.send_signal(signal.SIGTERM)
            practice.behave()
            out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert not any(secret.encode() in out + err for secret in secrets_of(practice))
    assert not re.search(rb"Traceback", err)
