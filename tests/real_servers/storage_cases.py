"""What S3 does, case by case: the answers are AWS's, as its documents and recorded tests have them.

A case does something to a storage and gives what came of it in one line. Where a storage answers otherwise, the case
says how, and why that is so; a test holds it to just that. The cases are in form_cases and put_cases.
"""

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.real_servers.sides import Side

HELLO = b"hello"
MD5 = base64.b64encode(hashlib.md5(HELLO, usedforsecurity=False).digest()).decode()
KEY = "there/a.txt"
DENIED = "403 AccessDenied"
NOTHING = "nothing stored"
V2 = "s3"
"""Signature Version 2, as boto3 calls it."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case.

    Attributes:
        name: What it is about.
        aws: What AWS answers, and whether the object is there afterwards.
        do: Does it.
        otherwise: By storage: what it answers instead, and why.
    """

    name: str
    aws: str
    do: Callable[[Side], str]
    otherwise: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def expected(self, side: str) -> str:
        """What this storage answers."""
        return self.otherwise[side][0] if side in self.otherwise else self.aws


CASES: list[Case] = []


def case(name: str, aws: str, **otherwise: tuple[str, str]) -> Callable[[Callable[[Side], str]], Callable[[Side], str]]:
    """Make a function a case: its name, AWS's answer, and who answers otherwise."""

    def add(do: Callable[[Side], str]) -> Callable[[Side], str]:
        CASES.append(Case(name=name, aws=aws, do=do, otherwise=otherwise))
        return do

    return add


def kept(side: Side, key: str = KEY) -> str:
    """Whether an object is stored, and as what type."""
    found = side.stored(key)
    if found is None:
        return NOTHING
    return f"{len(found[0])} bytes of {found[1]}"
