"""As large as one request may be: what is larger is refused unsent, and what is nearly as large really goes through.

The figures of the long ones: pytest -m long -o junit_family=xunit1 --junit-xml=FILE tests/real_servers/test_large.py
"""

import hashlib
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.fixtures import Pace
from tests.cli.harness import CommandLine
from tests.contract.cases import Case
from tests.real_servers.ceph import Radosgw
from tests.real_servers.front import BUCKET, Front
from tests.real_servers.rails_server import Rails
from uploader_gui.practice import PracticeService

GIB = 2**30
S3 = [Case(service="close", target="note"), Case(service="circle", target="upload")]


def sparse(folder: Path, size: int) -> Path:
    """A file that has this size and takes next to no room, and whose beginning and end are no zeros."""
    path = folder / "film.mp4"
    with path.open("wb") as file:
        file.write(b"begins")
        file.seek(size - 4)
        file.write(b"ends")
    assert path.stat().st_size == size
    return path


@pytest.mark.parametrize("case", S3, ids=["close", "circle"])
def test_one_byte_too_many(case: Case, cli: CommandLine, tmp_path: Path) -> None:
    """What S3 does not take in one request is refused before anything is asked, with both sizes."""
    path = sparse(tmp_path, 5 * GIB + 1)
    result = cli.send(case.service, path, target=case.target, inputs=case.inputs)
    assert (result.code, result.problems) == (1, ["file_too_large"])
    name = case.flow.service.name
    assert f"film.mp4 has 5.4 GB (5,368,709,121 bytes); {name} takes up to 5.4 GB (5,368,709,120 bytes)" in result.text
    assert "Choose a smaller file or leave it out." in result.text
    assert not cli.practice.world.requests


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_four_gib_by_form(
    cli: CommandLine,
    practice: PracticeService,
    radosgw: Radosgw,
    pace: Pace,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    """4 GiB go to radosgw by a signed form, in little memory; its ETag is the MD5 of what is on this disk."""
    pace.answer = 300
    storage = radosgw.client()
    storage.create_bucket(Bucket=BUCKET)
    path = sparse(tmp_path, 4 * GIB)
    before = peak()
    with Front(practice, radosgw) as front:
        cli.front = front.origin
        result = cli.send("close", path, target="upload")
        assert (result.code, result.problems) == (0, []), result.text
        assert not front.errors
    [stored] = result.events("stored")
    [kept] = [one for one in storage.list_objects_v2(Bucket=BUCKET)["Contents"] if one["Size"] == 4 * GIB]
    storage.delete_object(Bucket=BUCKET, Key=kept["Key"])
    assert kept["ETag"].strip('"') == stored["md5"] == stored["etag"] == md5_of(path)
    check_figures(result.events("step"), peak() - before, record_property)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_four_gib_by_put(
    cli: CommandLine, rails: Rails, pace: Pace, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """4 GiB go to Rails by a signed PUT, in little memory; Rails finds them whole, by the MD5 it was told before."""
    pace.answer = 300
    path = sparse(tmp_path, 4 * GIB)
    cli.environment.setenv("UPLOADER_CIRCLE_ACCESS_TOKEN", rails.token)
    before = peak()
    where = ("--service", "circle", "--target", "upload", "--base", rails.base("disk"))
    result = cli("send", str(path), *where, "--json")
    assert (result.code, result.problems) == (0, []), result.text
    [stored] = result.events("stored")
    found = rails.found(signed_id=stored["result"]["signed_id"], patience=300)
    assert found["byte_size"] == 4 * GIB
    assert found["md5"] == stored["md5"] == md5_of(path)
    check_figures(result.events("step"), peak() - before, record_property)


def md5_of(path: Path) -> str:
    """The MD5 of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "md5").hexdigest()


def check_figures(steps: list[dict[str, Any]], grown: int, record: Callable[[str, object], None]) -> None:
    """Write down how fast it was, and see that it took no more memory than a small file."""
    [took] = [line["ms"] for line in steps if (line["step"], line["state"]) == ("transfer", "done")]
    record("seconds", took / 1000)
    record("MB a second", round(4 * GIB / 1e6 / (took / 1000), 1))
    record("memory", grown)
    assert grown < 20 * 10**6
