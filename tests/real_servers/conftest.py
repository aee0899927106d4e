"""Real servers, each started when the first test needs it, with fresh data, and stopped by its process id at the end.

Without a server's program its tests are *not run*. When a test fails, what its servers wrote meanwhile is shown.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.cli.conftest import vault
from tests.cli.fixtures import cli, clock, pace, practice
from tests.real_servers.ceph import Radosgw
from tests.real_servers.nginx import Nginx
from tests.real_servers.rails_server import BUCKET, Rails
from tests.real_servers.running import Running, program

__all__ = ["cli", "clock", "pace", "practice", "vault"]

_CEPH = ("ceph-mon", "ceph-osd", "radosgw", "ceph", "radosgw-admin", "ceph-authtool", "monmaptool")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave them out of the fast tests, which need nothing of the system."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def place() -> Iterator[Callable[[str], Path]]:
    """Make an empty folder for a server; all of them are gone at the end."""
    # Not under pytest's folder: that is kept, and a storage's data may be large.
    top = Path(tempfile.mkdtemp(prefix="real-servers-"))

    def make(name: str) -> Path:
        # A name of its own: ports, which are in them, come again.
        return Path(tempfile.mkdtemp(prefix=f"{name}-", dir=top))

    yield make
    shutil.rmtree(top, ignore_errors=True)


@pytest.fixture(scope="session")
def radosgw(place: Callable[[str], Path]) -> Iterator[Radosgw]:
    """Ceph's S3 storage with nothing in it."""
    for name in _CEPH:
        program(name)
    server = Radosgw(place("ceph"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def rails(place: Callable[[str], Path], radosgw: Radosgw) -> Iterator[Rails]:
    """Rails' ActiveStorage, on its disk and on radosgw."""
    program("puma")
    radosgw.client().create_bucket(Bucket=BUCKET)
    server = Rails(place("rails"), radosgw.endpoint)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def serve(place: Callable[[str], Path]) -> Iterator[Callable[..., None]]:
    """Start nginx: `serve(ports, http=..., stream=...)`; it ends with the test."""
    started: list[Nginx] = []

    def start(ports: Sequence[int], *, http: str = "", stream: str = "") -> None:
        started.append(Nginx(place(f"nginx-{ports[0]}"), ports, http=http, stream=stream))
        started[-1].start()

    yield start
    for server in started:
        server.stop()


@pytest.fixture(autouse=True)
def only_what_is_new() -> None:
    """Forget what the servers wrote before this test."""
    for server in Running.all:
        server.news()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Add what the servers wrote to the report of a failed test."""
    del item
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.failed:
        report.sections += [(f"log of {server.name}", news) for server in Running.all if (news := server.news())]
    return report  # type: ignore[return-value]
