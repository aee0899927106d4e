"""What goes wrong between a person and real storage, made by nginx and by the kernel: what is sent again, what is told.

The API is the practice service's; the bytes go through nginx to radosgw.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.fixtures import Pace
from tests.cli.harness import CommandLine, attached, print_of
from tests.contract.cases import Case
from tests.real_servers.ceph import Radosgw
from tests.real_servers.front import BUCKET, Front
from tests.real_servers.running import free_ports, not_run, program
from uploader_gui.core.progress import Meter
from uploader_gui.practice import PracticeService

Serve = Callable[..., None]
FORM = Case(service="close", target="note")
PUT = Case(service="haufe", target="message")
both = pytest.mark.parametrize("case", [FORM, PUT], ids=["form", "PUT"])
MIB = 2**20


@dataclass(frozen=True, kw_only=True)
class Between:
    """Puts nginx between the command line and the storage."""

    cli: CommandLine
    practice: PracticeService
    radosgw: Radosgw
    serve: Serve
    fronts: list[Front]

    def stand(self, *, inside: str = "", stream: str = "") -> int:
        """Start nginx, with lines of one server of its http block or with a whole stream server; gives its port."""
        [port] = free_ports(1)
        http = f"server {{ listen 127.0.0.1:{port}; {inside} location / {{ proxy_pass {self.radosgw.endpoint}; }} }}"
        if stream:
            stream = f"server {{ listen 127.0.0.1:{port}; {stream} proxy_pass 127.0.0.1:{self.radosgw.port}; }}"
        self.serve([port], http="" if stream else http, stream=stream)
        self.lead_to(f"http://127.0.0.1:{port}")
        return port

    def lead_to(self, storage: str) -> None:
        """Let uploads be signed for this address of the storage."""
        self.radosgw.client().create_bucket(Bucket=BUCKET)
        front = Front(self.practice, self.radosgw, storage=storage)
        front.__enter__()
        self.fronts.append(front)
        self.cli.front, self.cli.ended = front.origin, front.hand_over


@pytest.fixture
def between(cli: CommandLine, practice: PracticeService, radosgw: Radosgw, serve: Serve) -> Iterator[Between]:
    """What stands between."""
    made = Between(cli=cli, practice=practice, radosgw=radosgw, serve=serve, fronts=[])
    yield made
    for front in made.fronts:
        front.__exit__(None, None, None)
        assert not front.errors


def large(folder: Path, size: int) -> Path:
    """A file of this size that is not all zeros."""
    path = folder / "Offer.pdf"
    path.write_bytes(os.urandom(MIB) * (size // MIB))
    return path


@both
def test_over_ipv6(case: Case, between: Between, tmp_path: Path) -> None:
    """Storage at an IPv6 address of this computer is reached, and what was signed for that address is taken."""
    between.lead_to(f"http://[::1]:{between.radosgw.port}")
    path = large(tmp_path, MIB)
    result = between.cli.send(case.service, path, target=case.target, inputs=case.inputs)
    assert (result.code, result.problems) == (0, []), result.text
    assert [list(files) for files in attached(between.practice, case.service)] == [[print_of(path)]]


@both
def test_too_large_in_mid_body(case: Case, between: Between, tmp_path: Path) -> None:
    """A server that answers 413 while the bytes still come is heard, and the file is said to be too large; once."""
    between.stand(inside="client_max_body_size 1m;")
    # Within what Haufe's own answer allows.
    result = between.cli.send(case.service, large(tmp_path, 10 * MIB), target=case.target, inputs=case.inputs)
    assert (result.code, result.problems) == (1, ["file_too_large"])
    assert "Offer.pdf has 10.5 MB (10,485,760 bytes), and " in result.text
    assert "takes no file of that size. Choose a smaller file or leave it out." in result.text
    assert not attached(between.practice, case.service)


def test_far_too_large_in_mid_body(between: Between, tmp_path: Path) -> None:
    """The same with more bytes than any buffer between holds: the answer is read before the connection is closed."""
    between.stand(inside="client_max_body_size 1m;")
    result = between.cli.send("close", large(tmp_path, 64 * MIB), target="note", inputs=FORM.inputs)
    assert (result.code, result.problems) == (1, ["file_too_large"])


@pytest.mark.parametrize(
    ("inside", "kind", "said"),
    [
        (
            "return 307 http://127.0.0.1:1/elsewhere;",
            "redirected",
            "127.0.0.1 wants the request sent to another address",
        ),
        ("return 444;", "connection_lost", "The connection to 127.0.0.1 broke off while sending the file. Try again."),
        (
            "add_header Retry-After 7 always; if ($request_method != GET) { return 503; }",
            "service_down",
            "127.0.0.1 had an error of its own while sending the file (status 503). Try again later.",
        ),
    ],
    ids=["307", "closed", "503"],
)
def test_never_taken(inside: str, kind: str, said: str, between: Between, tmp_path: Path) -> None:
    """Storage that sends elsewhere, closes or is down ends with what a person can understand; nothing is attached."""
    between.stand(inside=inside)
    result = between.cli.send("close", large(tmp_path, MIB), target="note", inputs=FORM.inputs)
    assert (result.code, result.problems) == (1, [kind])
    assert said in result.text
    assert not attached(between.practice, "close")


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], list[int]]:
    """Let the kernel cut the connection to a port when so many bytes have gone out; gives when that was done."""
    if sys.platform != "linux" or os.geteuid() != 0:
        not_run("only root may have a connection cut by ss -K")
    add, ss = Meter.add, program("ss")

    def arm(port: int, after: int) -> list[int]:
        done: list[int] = []
        sent = [0]

        def adding(meter: Meter, count: int) -> None:
            add(meter, count)
            sent[0] += count
            if sent[0] >= after and not done:
                said = subprocess.run(
                    [ss, "-K", "-tnH", "dst", "127.0.0.1", "dport", "=", str(port)],
                    check=False,
                    capture_output=True,
                    text=True,
                )
                if f":{port}" not in said.stdout:
                    not_run("this kernel has no way to cut a connection (INET_DIAG_DESTROY)")
                done.append(sent[0])

        monkeypatch.setattr(Meter, "add", adding)
        return done

    return arm


@both
def test_cut_in_mid_body(case: Case, cut: Callable[[int, int], list[int]], between: Between, tmp_path: Path) -> None:
    """A connection that the kernel cuts in mid-body is noticed; the file is sent again, whole, and attached once."""
    port = between.stand()
    path = large(tmp_path, 8 * MIB)
    cuts = cut(port, 3 * MIB)
    result = between.cli.send(case.service, path, target=case.target, inputs=case.inputs)
    assert cuts, "nothing was cut"
    assert (result.code, result.problems) == (0, []), result.text
    waits = [line for line in result.events("step") if line["state"] == "waiting" and line["step"] == "transfer"]
    assert len(waits) == 1
    assert [list(files) for files in attached(between.practice, case.service)] == [[print_of(path)]]
    assert between.cli.attach_calls(case.service) == 1


def test_what_is_read_of_a_cut(cut: Callable[[int, int], list[int]], between: Between, tmp_path: Path) -> None:
    """A person reads that the connection broke off and when it goes on, and then that all is well."""
    cut(between.stand(), 3 * MIB)
    path = large(tmp_path, 8 * MIB)
    result = between.cli.send("close", path, target="note", inputs=FORM.inputs, more=())
    assert result.code == 0
    assert "Offer.pdf: Connection lost. Trying again in 1 s." in result.err
    assert "attached to the note on Globex Corporation" in result.out


@both
def test_slow_line(case: Case, between: Between, pace: Pace, tmp_path: Path) -> None:
    """At 256 KiB/s nothing is taken for a stall: not while it is sent, nor while buffers on the way still empty."""
    pace.stall, pace.answer = 2, 30
    between.stand(stream="proxy_upload_rate 256k; proxy_buffer_size 16k;")
    path = large(tmp_path, 2 * MIB)
    result = between.cli.send(case.service, path, target=case.target, inputs=case.inputs)
    assert (result.code, result.problems) == (0, []), result.text
    steps = [line for line in result.events("step") if line["step"] == "transfer"]
    assert [line["state"] for line in steps] == ["started", "done"]
    assert steps[1]["ms"] > 5000, "the line was not slow"
    assert [list(files) for files in attached(between.practice, case.service)] == [[print_of(path)]]
