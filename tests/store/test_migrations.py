"""A ledger that an earlier version of the program left: brought up to date, with a copy of what it was."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from uploader_gui.core.accounts import Certificate
from uploader_gui.core.batch import BatchState, Partly, Step, UploadState
from uploader_gui.store.accounts import Accounts
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.migrations import MIGRATIONS
from uploader_gui.store.remembered import remembered
from uploader_gui.store.secrets import Secrets

# As each version wrote them. Never change one: add the next.
ROWS: dict[int, tuple[str, ...]] = {
    1: (
        """
        INSERT INTO batch (id, service, base, account, whose, target, inputs, named, attaches, state, answers, there,
            tries, limited, problem, created, ended, place, link)
        VALUES ('b', 'close', 'https://api.close.com/api/v1', '', 'Ann Lee', 'note', '{"lead": "lead_globex"}',
            '{"lead": "Globex"}', 1, 'open', '{"x": {"id": 1}}', '["note_1"]', 1, 0, NULL,
            '2026-11-20T12:00:00.000+00:00', NULL, NULL, NULL)
        """,
        """
        INSERT INTO upload (id, batch, given, path, name, size, modified, type, width, height, state, next_step,
            answers, digests, receipt, stored, tries, limited, problem)
        VALUES ('u', 'b', 'Offer.pdf', CAST('/home/ann/Offer.pdf' AS BLOB), 'Offer.pdf', 6000000000, 5,
            'application/pdf', NULL, NULL, 'stored', 'ready', '{}', '{"md5": "00"}', NULL,
            '2026-11-20T12:00:00.000+00:00', 0, 0, NULL)
        """,
        "INSERT INTO journal (batch, upload, at, event) VALUES ('b', 'u', '2026-11-20T12:00:00.000+00:00', 'stored')",
        "INSERT INTO claim VALUES ('lead', 'note_1', 'b')",
    ),
}
ROWS[2] = ROWS[1]
ROWS[3] = (
    *ROWS[2],
    """
    INSERT INTO account (id, service, name, folded, base, fields, secrets, kept, lying, is_default, whose, author,
        ca_file, hosts, created)
    VALUES ('6f2a6c1e-0000-4000-8000-000000000001', 'close', 'Acme', 'acme', 'https://api.close.com/api/v1',
        '{"user": "ann"}', '["api_key"]', '["api_key"]', '["api_key", "old"]', 1, 'Ann Lee', 'user_1',
        CAST('/etc/acme.pem' AS BLOB), '["files.close.com"]', '2026-11-20T12:00:00.000+00:00')
    """,
)
ROWS[4] = ROWS[3]
ROWS[5] = (
    *ROWS[4],
    """
    INSERT INTO remembered (service, base, account, target, inputs, named, place, service_name, pinned, used)
    VALUES ('close', 'https://api.close.com/api/v1', 'Acme', 'note', '{"lead": "lead_globex"}', '{"lead": "Globex"}',
        'the note on Globex', 'Close', 1, '2026-11-20T12:00:00.000+00:00')
    """,
)
ROWS[6] = ROWS[5]
ROWS[7] = (*ROWS[6], "UPDATE batch SET partly = 'others'")
ROWS[8] = (*ROWS[7], "UPDATE account SET cert_file = CAST('/etc/ann.pem' AS BLOB)")


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_each_earlier_version_is_brought_up_to_date(version: int, tmp_path: Path) -> None:
    """Every batch, file, line, claim and account is there as it was, and so is a copy of the old file."""
    path = tmp_path / "ledger.db"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as old:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                old.execute(statement)
        for row in ROWS[version]:
            old.execute(row)
        old.execute(f"PRAGMA user_version = {version}")
    with Ledger(path) as ledger:
        [batch] = ledger.batches(ended=False)
        [upload] = ledger.uploads("b")
        assert (batch.state, batch.whose, batch.there) == (BatchState.OPEN, "Ann Lee", ("note_1",))
        assert (batch.inputs, batch.answers) == ({"lead": "lead_globex"}, {"x": {"id": 1}})
        assert (upload.state, upload.next_step, upload.size) == (UploadState.STORED, Step.READY, 6_000_000_000)
        assert (upload.result, upload.good_until) == ({}, None)
        assert batch.partly is (Partly.OTHERS if version >= 7 else Partly.ASK)
        assert [line[2] for line in ledger.journal("b")] == ["stored"]
        assert ledger.claimed("lead") == {"note_1": "b"}
        accounts = [(one.name, one.kept, one.default, one.ca_file) for one in Accounts(ledger, Secrets()).list()]
        assert accounts == ([("Acme", ("api_key",), True, Path("/etc/acme.pem"))] if version >= 3 else [])
        shown = [one.certificate for one in Accounts(ledger, Secrets()).list()]
        assert shown == ([] if version < 3 else [Certificate(file=Path("/etc/ann.pem")) if version >= 8 else None])
        assert [one.place for one in remembered(ledger)] == (["the note on Globex"] if version >= 5 else [])
        ledger.save(batch, [upload], batch.created, ("b", None, "seen"))
    copy = path.with_name(f"ledger.db.v{version}.bak")
    assert copy.exists() is (version < len(MIGRATIONS))


def test_a_new_ledger_leaves_no_copies(tmp_path: Path) -> None:
    """Of nothing there is nothing to keep."""
    with Ledger(tmp_path / "ledger.db"):
        pass
    assert not list(tmp_path.glob("*.bak"))
