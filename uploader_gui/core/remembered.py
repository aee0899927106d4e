"""A target that files went to, or that a person pinned: to choose it again with one click."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

RECENT = 10
"""How many are remembered beside those that are pinned."""


@dataclass(frozen=True, kw_only=True)
class Remembered:
    """One of them.

    Attributes:
        service: The service's id.
        service_name: What it is called, told without its file.
        base: The address its account is for.
        account: The saved account's id; "" for others.
        account_name: What the person called it then.
        target: The target kind's id.
        inputs: Which record: what was picked, by input id; no texts.
        named: The same as people read it, as it was then.
        place: In words: "the note on Globex Corporation".
        pinned: It stays until the person takes it back.
        used: When it was used or pinned last.
    """

    service: str
    service_name: str
    base: str
    account: str
    account_name: str
    target: str
    inputs: Mapping[str, Any]
    named: Mapping[str, str]
    place: str
    pinned: bool
    used: datetime
