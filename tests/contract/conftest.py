"""The fixtures of the command line's tests, and what the practice service's storage proves."""

from collections.abc import Callable

import pytest

from tests.cli.fixtures import cli, clock, pace, practice
from tests.contract.cases import Case

__all__ = ["cli", "clock", "pace", "practice"]


@pytest.fixture
def proof() -> Callable[[Case], str]:
    """The best proof of a stored file there can be: Circle's storage is sent an MD5, the others give an ETag."""
    return lambda case: "checked" if case.service == "circle" else "etag"
