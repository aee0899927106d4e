"""Benchmark: the memory that `uploader-gui send` needs for 10 GiB against 10 MiB, as the kernel counts it.

    .venv/bin/python -m tests.bench.memory

The large file is sparse, so it takes no room; the sink (sink.py) drops what comes. Linux and macOS.
"""

import os
import sys
import tempfile
from pathlib import Path

from tests.bench.transfer import SERVICE, sink

SIZES = {"10 MiB": 10 * 2**20, "10 GiB": 10 * 2**30}


def peak(path: Path, port: int) -> int:
    """The most bytes that sending a file had in memory."""
    with tempfile.TemporaryDirectory() as home:
        services = Path(home) / "config" / "services"
        services.mkdir(parents=True)
        (services / "sink_raw.toml").write_text(SERVICE.format(port=port, body="raw", fields=""))
        environment = {**os.environ, "UPLOADER_GUI_HOME": home, "UPLOADER_SINK_RAW_KEY": "k3y-of-nobody"}
        command = [sys.executable, "-m", "uploader_gui", "send", str(path), "--service", "sink_raw"]
        child = os.posix_spawn(sys.executable, command, environment)
        _pid, status, used = os.wait4(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
    return used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        most = {}
        for name, size in SIZES.items():
            path = Path(folder) / "file.bin"
            with path.open("wb") as file:
                file.truncate(size)
            most[name] = peak(path, port)
            print(f"{name}: {most[name] / 10**6:.1f} MB")
    print(f"{(most['10 GiB'] - most['10 MiB']) / 10**6:.1f} MB more")


if __name__ == "__main__":
    main()
