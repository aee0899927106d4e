"""Benchmark: one large file, raw and as a form, against `curl -T`, `curl -F` and `md5sum` on the same sink.

    .venv/bin/python tests/bench/transfer.py [ROUNDS] [MEBIBYTES]

The sink (sink.py) drops what comes; how fast it is by itself is measured with sendfile. "without digests" is the
engine's body and client alone; the program always takes an MD5 while it sends, which the last rows do, the very last
ones as `uploader-gui send`. The runs take turns, so that a busy machine is busy for all of them. Prints medians and
ratios.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from uploader_gui.core.batch import Upload
from uploader_gui.core.cancel import CancelToken
from uploader_gui.core.progress import Meter
from uploader_gui.engine.body import FileBody, FormBody
from uploader_gui.engine.digest import Digests
from uploader_gui.engine.http import Client, Request

SERVICE = """
format = 1
id = "sink_{body}"
name = "Sink"
[account]
base = "http://127.0.0.1:{port}"
fields = [{{ id = "key", label = "Key", secret = true }}]
ways = [{{ fields = ["key"], headers = {{ X-Key = "${{account.key}}" }} }}]
check = {{ call = "GET /me", shows = "x" }}
[sign]
call = "POST /sign"
[transfer]
call = "POST ${{sign.url}}"
body = "{body}"
{fields}
success = [200]
[targets.upload]
label = "Sink"
place = "the sink"
seen_by = "me"
"""


@contextlib.contextmanager
def sink() -> Iterator[int]:
    """A sink in a process of its own: its port."""
    command = [sys.executable, str(Path(__file__).with_name("sink.py"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def alone(path: Path, port: int) -> float:
    """The sink by itself: the kernel copies from the file to the connection."""
    size = path.stat().st_size
    with socket.create_connection(("127.0.0.1", port)) as connection, path.open("rb") as file:
        began = time.perf_counter()
        connection.sendall(b"PUT /store HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % size)
        connection.sendfile(file)
        assert connection.recv(2**16)
        return time.perf_counter() - began


def curl(path: Path, port: int, *, form: bool) -> float:
    """What curl says that it took."""
    what = ["-F", f"file=@{path}"] if form else ["-T", str(path)]
    command = ["curl", "-sS", "-H", "Expect:", *what, "-o", os.devnull, "-w", "%{time_total}"]
    said = subprocess.run([*command, f"http://127.0.0.1:{port}/store"], check=True, capture_output=True, text=True)
    return float(said.stdout)


def md5sum(path: Path, _port: int) -> float:
    """The file's MD5 by the system's own tool."""
    began = time.perf_counter()
    subprocess.run(["md5sum", str(path)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def engine(path: Path, port: int, *, form: bool, digests: bool) -> float:
    """The engine's body and client."""
    facts, cancel = path.stat(), CancelToken()
    upload = Upload(
        id="u",
        batch_id="b",
        given=path.name,
        file=str(path),
        name=path.name,
        size=facts.st_size,
        modified=facts.st_mtime_ns,
        media_type="application/octet-stream",
    )
    file = FileBody(upload, Digests({"md5"} if digests else ()), Meter(upload.size), cancel)
    body = FormBody([("key", "k")], file, field="file", name="f", media_type=upload.media_type) if form else file
    client = Client(lambda _origin: True)
    with contextlib.closing(client):
        began = time.perf_counter()
        request = Request(
            method="POST", url=f"http://127.0.0.1:{port}/store", body=body, step="transfer", service="Sink"
        )
        assert client.send(request, cancel).status == 200
        file.digests.hex()
        return time.perf_counter() - began


def program(path: Path, port: int, *, form: bool) -> float:
    """`uploader-gui send`: what its own trace says that the transfer took."""
    kind = "form" if form else "raw"
    with tempfile.TemporaryDirectory() as home:
        services = Path(home) / "config" / "services"
        services.mkdir(parents=True)
        fields = 'fields = "${sign.fields}"' if form else ""
        (services / f"sink_{kind}.toml").write_text(SERVICE.format(port=port, body=kind, fields=fields))
        environment = {**os.environ, "UPLOADER_GUI_HOME": home, f"UPLOADER_SINK_{kind}_KEY".upper(): "k3y-of-nobody"}
        command = [sys.executable, "-m", "uploader_gui", "send", str(path), "--service", f"sink_{kind}"]
        subprocess.run(command, env=environment, check=True, capture_output=True)
        lines = [json.loads(line) for file in Path(home).rglob("*.jsonl") for line in file.read_text().splitlines()]
    return float(next(one["spent"] for one in lines if one["step"] == "transfer")) / 1000


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", nargs="?", type=int, default=5)
    options.add_argument("mebibytes", nargs="?", type=int, default=1024)
    given = options.parse_args()
    assert shutil.which("curl"), "this needs curl"
    runs: dict[str, Callable[[Path, int], float]] = {
        "the sink alone": alone,
        "curl -T": partial(curl, form=False),
        "raw, without digests": partial(engine, form=False, digests=False),
        "curl -F": partial(curl, form=True),
        "form, without digests": partial(engine, form=True, digests=False),
        "md5sum": md5sum,
        "raw, with MD5": partial(engine, form=False, digests=True),
        "form, with MD5": partial(engine, form=True, digests=True),
        "uploader-gui send, raw": partial(program, form=False),
        "uploader-gui send, form": partial(program, form=True),
    }
    rates: dict[str, list[float]] = {name: [] for name in runs}
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        path = Path(folder) / "large.bin"
        with path.open("wb") as file:
            for _ in range(given.mebibytes):
                file.write(os.urandom(2**20))
        for _ in range(given.rounds):
            for name, run in runs.items():
                rates[name].append(given.mebibytes / run(path, port))
    rate = {name: statistics.median(each) for name, each in rates.items()}
    slower = min(rate["curl -T"], rate["md5sum"])
    against = {
        "raw, without digests": ("curl -T", rate["curl -T"]),
        "form, without digests": ("curl -F", rate["curl -F"]),
        **dict.fromkeys(
            ("raw, with MD5", "form, with MD5", "uploader-gui send, raw", "uploader-gui send, form"),
            ("the slower of curl and md5sum", slower),
        ),
    }
    for name, median in rate.items():
        other, theirs = against.get(name, ("", 0.0))
        ratio = f"{median / theirs:8.2f} of {other}" if other else ""
        print(f"{name:26}{median:7.0f} MiB/s{ratio}")


if __name__ == "__main__":
    main()
