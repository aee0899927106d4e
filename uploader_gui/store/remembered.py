"""The targets that are remembered: the last ones that were used, and those that are pinned. In the ledger's file."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from uploader_gui.core.remembered import RECENT, Remembered
from uploader_gui.store.ledger import Ledger

_UNPIN = "UPDATE remembered SET pinned = 0 WHERE service = ? AND base = ? AND account = ? AND target = ? AND inputs = ?"
_FORGET = "DELETE FROM remembered WHERE service = ? AND base = ? AND account = ? AND target = ? AND inputs = ?"
_KEEP = """
    INSERT INTO remembered
        (service, base, account, target, inputs, named, place, service_name, account_name, pinned, used)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET named = excluded.named, place = excluded.place, service_name = excluded.service_name,
        account_name = excluded.account_name, pinned = max(pinned, excluded.pinned), used = excluded.used
"""
_PRUNE = """
    DELETE FROM remembered WHERE pinned = 0 AND used < (
        SELECT min(used) FROM (SELECT used FROM remembered WHERE pinned = 0 ORDER BY used DESC LIMIT ?)
    )
"""


def remembered(ledger: Ledger) -> list[Remembered]:
    """All of them: the pinned ones by name, then the others, the last one used first. Raises StoreError."""
    with ledger.reading() as connection:
        found = [_of(row) for row in connection.execute("SELECT * FROM remembered ORDER BY used DESC")]
    pinned = sorted((one for one in found if one.pinned), key=lambda one: one.place.casefold())
    return [*pinned, *(one for one in found if not one.pinned)][: len(pinned) + RECENT]


def remember(ledger: Ledger, one: Remembered) -> None:
    """Remember a target that was used, or pin it; what was pinned stays so. Raises StoreError."""

    def job(connection: sqlite3.Connection) -> None:
        called = (_json(one.named), one.place, one.service_name, one.account_name)
        connection.execute(_KEEP, (*_key(one), *called, int(one.pinned), _date(one.used)))
        connection.execute(_PRUNE, (RECENT,))

    ledger.write(job)


def unpin(ledger: Ledger, one: Remembered) -> None:
    """Take a pin back: it is one of those that were used. Raises StoreError."""

    def job(connection: sqlite3.Connection) -> None:
        connection.execute(_UNPIN, _key(one))
        connection.execute(_PRUNE, (RECENT,))

    ledger.write(job)


def forget(ledger: Ledger, one: Remembered) -> None:
    """Forget one. Raises StoreError."""
    ledger.write(lambda connection: connection.execute(_FORGET, _key(one)))


def _key(one: Remembered) -> tuple[str, str, str, str, str]:
    return one.service, one.base, one.account, one.target, _json(one.inputs)


def _of(row: sqlite3.Row) -> Remembered:
    return Remembered(
        service=row["service"],
        service_name=row["service_name"],
        base=row["base"],
        account=row["account"],
        account_name=row["account_name"],
        target=row["target"],
        inputs=json.loads(row["inputs"]),
        named=json.loads(row["named"]),
        place=row["place"],
        pinned=bool(row["pinned"]),
        used=datetime.fromisoformat(row["used"]),
    )


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _date(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
