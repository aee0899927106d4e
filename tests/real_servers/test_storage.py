"""The practice service's storage and Ceph's radosgw, held to the same cases, signed by boto3 and sent by requests."""

import pytest

from tests.real_servers import form_cases, put_cases, sides  # noqa: F401 - the cases add themselves to the list
from tests.real_servers.ceph import Radosgw
from tests.real_servers.storage_cases import CASES, Case
from uploader_gui.practice import PracticeService

every_case = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@every_case
def test_radosgw(case: Case, radosgw: Radosgw) -> None:
    """A storage that nobody here wrote answers as AWS does, or as the case says of it: the cases are right."""
    assert case.do(sides.of_radosgw(radosgw)) == case.expected("radosgw")


@every_case
def test_practice(case: Case, practice: PracticeService) -> None:
    """The practice service answers as AWS does, or as the case says of it and why."""
    assert case.do(sides.of_practice(practice)) == case.expected("practice")
