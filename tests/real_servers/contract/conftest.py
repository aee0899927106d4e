"""The command line against the front: the practice service's API with real storage behind it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.cli.harness import CommandLine
from tests.contract.cases import Case
from tests.real_servers.ceph import Radosgw
from tests.real_servers.front import BUCKET, Front
from tests.real_servers.rails_server import Rails
from uploader_gui.practice import PracticeService


@pytest.fixture
def front(practice: PracticeService, radosgw: Radosgw, rails: Rails) -> Iterator[Front]:
    """A front, which must not have had an error of its own."""
    radosgw.client().create_bucket(Bucket=BUCKET)
    with Front(practice, radosgw, rails) as before:
        yield before
    assert not before.errors


@pytest.fixture
def cli(cli: CommandLine, front: Front) -> CommandLine:
    """The command line, whose services are reached through the front."""
    cli.front, cli.ended = front.origin, front.hand_over
    return cli


@pytest.fixture
def proof() -> Callable[[Case], str]:
    """The best proof there can be: Ceph answers a form's 204 with no ETag, so Kizen's files prove their size only."""
    known: dict[str, Any] = {"circle": "checked", "kizen": "size"}
    return lambda case: str(known.get(case.service, "etag"))
