"""The ledger on disk: what is kept, who may read it, and what happens when the file is of no use."""

import contextlib
import sqlite3
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from uploader_gui.core.batch import Batch, BatchEvent, BatchState, Proof, Receipt, Step, Upload, UploadState, advance
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.store import database
from uploader_gui.store.database import StoreError, Trouble, connect, set_aside
from uploader_gui.store.ledger import Ledger
from uploader_gui.store.migrations import MIGRATIONS
from uploader_gui.store.paths import places, private_folder

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _batch(key: str = "b", **more: object) -> Batch:
    facts = {
        "id": key, "service": "close", "target": "note", "inputs": {"lead": "lead_globex", "to": ["a", "b"]},
        "named": {"lead": "Globex Corporation"}, "created": NOW, "base": "https://api.close.com/api/v1",
        "account": "Acme", "whose": "Ann Lee", "there": ("1", "2"), "author": "user_1", "record": "close r",
        "service_name": "Close",
    }  # fmt: skip
    return Batch(**{**facts, **more})  # type: ignore[arg-type]


def _upload(key: str = "u", batch: str = "b", **more: object) -> Upload:
    facts = {
        "id": key, "batch_id": batch, "given": "ü 🎉.pdf", "file": "/x/ü 🎉.pdf", "name": "ü 🎉.pdf",
        "size": 5 * 2**40, "modified": 1_800_000_000_123_456_789, "media_type": "application/pdf",
    }  # fmt: skip
    return Upload(**{**facts, **more})  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger lies."""
    return tmp_path / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    """An open ledger."""
    with Ledger(path) as ledger:
        yield ledger


def test_what_is_kept_comes_back(ledger: Ledger) -> None:
    """Every fact of a batch and its uploads, names in any script and sizes beyond 32 bits included."""
    problem = Problem(kind=Kind.STALLED, service="Close", step="transfer", host="s3", said="“x”", wait=2.5)
    batch = _batch(uploads=("u", "v"), problem=problem, place="the note", link="https://x/", tries=2, limited=3)
    receipt = Receipt(size=5, md5="00", sha256=None, etag="e", proof=Proof.ETAG)
    one = _upload(
        state=UploadState.STORED, next_step=Step.READY, answers={"sign": {"id": [1, {"a": None}]}},
        digests={"md5": "00"}, receipt=receipt, stored_at=NOW, width=3, height=4,
        result={"link": "https://x/"}, good_until=NOW,
    )  # fmt: skip
    two = _upload("v", file="/x/r\udce9.pdf", given="r\udce9.pdf", name="r\ufffd.pdf")
    ledger.add(batch, [one, two], NOW)
    assert ledger.batches() == [batch]
    kept = ledger.uploads("b")
    assert kept[0] == one
    assert kept[1].path == two.path


def test_half_a_character_comes_back(ledger: Ledger) -> None:
    """A service may cut a text in the middle of a sign: what it said is kept all the same, and as it was."""
    said = {"sign": {"title": "x\ud83d", "path": "\\\ud83d", "whole": "ü🎉"}}
    ledger.add(_batch(uploads=("u",), answers=said), [_upload()], NOW)
    one = _upload(answers=said, result=said, problem=Problem(kind=Kind.REFUSED, said="no \udc00"))
    ledger.post(one, NOW, ("b", "u", "signed")).result()
    assert ledger.uploads("b") == (one,)
    assert ledger.batches()[0].answers == said


def test_a_change_is_there_before_the_call_returns(ledger: Ledger, path: Path) -> None:
    """Another process that looks right afterwards sees it, with its line in the journal."""
    ledger.add(_batch(uploads=("u",)), [_upload()], NOW)
    begun = advance(_batch(uploads=("u",)), BatchEvent.ATTACH_STARTED)
    ledger.save(begun, [], NOW, ("b", None, "attach sent"), durable=True)
    with contextlib.closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT state FROM batch").fetchone() == ("attaching",)
        assert [row[0] for row in other.execute("SELECT event FROM journal ORDER BY number")] == [
            "added",
            "attach sent",
        ]
    assert [line[2] for line in ledger.journal("b")] == ["added", "attach sent"]


def test_many_threads_write_through_one(ledger: Ledger) -> None:
    """Eight lanes at once: nothing is lost, and the order within each is kept."""
    for lane in range(8):
        ledger.add(_batch(f"b{lane}"), [_upload(f"u{lane}", f"b{lane}")], NOW)

    def work(lane: int) -> None:
        for number in range(50):
            ledger.save(None, [], NOW, (f"b{lane}", None, str(number)))

    threads = [threading.Thread(target=work, args=(lane,)) for lane in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for lane in range(8):
        assert [line[2] for line in ledger.journal(f"b{lane}")] == ["added", *map(str, range(50))]


def test_what_is_searched_is_found(ledger: Ledger) -> None:
    """By file, by record, by digest; signs of the search language are only signs."""
    ledger.add(_batch("b"), [_upload("u", "b", name="100%_done.pdf", digests={"md5": "abcdef"})], NOW)
    ledger.add(_batch("c", named={"lead": "Initech"}, state=BatchState.ATTACHED, ended=NOW), [_upload("v", "c")], NOW)
    found = {
        text: [batch.id for batch in ledger.batches(search=text)]
        for text in ("100%_", "0%x", "initech", "cdef", "🎉", "2026-11-20", "")
    }
    assert found == {
        "100%_": ["b"],
        "0%x": [],
        "initech": ["c"],
        "cdef": ["b"],
        "🎉": ["b", "c"],
        "2026-11-20": ["c"],
        "": ["b", "c"],
    }
    assert [batch.id for batch in ledger.batches(ended=True)] == ["c"]
    assert [batch.id for batch in ledger.batches(ended=False)] == ["b"]
    assert [batch.id for batch in ledger.batches(newest=1)] == ["c"]


def test_a_thing_is_claimed_once(ledger: Ledger) -> None:
    """What one batch's attach made cannot be taken for another's, also not by another batch of the same files."""
    for name in "bc":
        ledger.add(_batch(name), [_upload(f"u{name}", name)], NOW)
    assert ledger.claim("close lead:1", "note_1", "b")
    assert ledger.claim("close lead:1", "note_1", "b")
    assert not ledger.claim("close lead:1", "note_1", "c")
    assert ledger.claimed("close lead:1") == {"note_1": "b"}
    ledger.remove(["b"])
    assert ledger.claimed("close lead:1") == {}
    assert ledger.uploads("b") == ()


def test_nobody_else_may_read_it(ledger: Ledger, path: Path) -> None:
    """Names of customers and open upload addresses: the file and its companions are the owner's only."""
    ledger.add(_batch(), [_upload()], NOW)
    for part in path.parent.iterdir():
        assert stat.S_IMODE(part.stat().st_mode) == 0o600, part.name


def test_one_that_was_put_back(path: Path) -> None:
    """A ledger that comes from a copy which everybody may read is the owner's only from then on."""
    Ledger(path).close()
    path.chmod(0o644)
    Ledger(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_deleted_is_gone_from_the_file(path: Path) -> None:
    """A signed address that is no longer needed is not left behind in free pages."""
    with Ledger(path) as ledger:
        upload = _upload(answers={"sign": {"url": "https://signed.example/s3cret-signature"}})
        ledger.add(_batch(), [upload], NOW)
        ledger.save(None, [_upload(answers={})], NOW, ("b", "u", "stored"))
    assert b"s3cret-signature" not in path.read_bytes()
    assert not path.with_name(path.name + "-wal").exists()


@pytest.mark.parametrize(
    ("content", "trouble"),
    [(b"this is no database at all, not in the least" * 100, Trouble.DAMAGED), (None, Trouble.NEWER)],
)
def test_a_file_that_is_of_no_use_is_told(path: Path, content: bytes | None, trouble: Trouble) -> None:
    """Damaged, or written by a newer program: told apart, and the file is left as it is."""
    if content is None:
        with contextlib.closing(connect(path)) as connection:
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StoreError) as caught:
        Ledger(path)
    assert (caught.value.trouble, caught.value.path) == (trouble, path)
    assert path.read_bytes() == before


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """No file can be made: said so, no traceback of the database's own."""
    with pytest.raises(StoreError) as caught:
        Ledger(tmp_path / "nowhere" / "ledger.db")
    assert caught.value.trouble is Trouble.UNREACHABLE


def test_a_full_disk_loses_nothing(ledger: Ledger) -> None:
    """When no page can be added the change is refused, what was there is still there, and work goes on afterwards."""
    ledger.add(_batch(), [_upload()], NOW)
    pages = ledger._writer.execute("PRAGMA page_count").fetchone()[0]
    ledger._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError) as caught:
        ledger.add(_batch("c", inputs={"text": "x" * 100_000}), [_upload("v", "c")], NOW)
    assert caught.value.trouble is Trouble.FULL
    assert [batch.id for batch in ledger.batches()] == ["b"]
    ledger._writer.execute("PRAGMA max_page_count = 100000")
    ledger.add(_batch("c"), [_upload("v", "c")], NOW)
    assert [batch.id for batch in ledger.batches()] == ["b", "c"]


def test_a_disk_that_is_full_in_the_middle_of_several(ledger: Ledger) -> None:
    """Batches that come together are all there or none: of those before the one without room nothing is left."""
    new = [(_batch(key, uploads=(f"{key}u",)), [_upload(f"{key}u", key)]) for key in ("a", "b")]
    large = _batch("c", uploads=("cu",), inputs={"text": "x" * 2_000_000})
    pages = ledger.write(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    ledger.write(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages + 50}"))
    with pytest.raises(StoreError) as caught:
        ledger.add_all([*new, (large, [_upload("cu", "c")])], NOW)
    assert caught.value.trouble is Trouble.FULL
    assert ledger.batches() == []
    ledger.add_all(new, NOW)
    assert [(batch.id, len(ledger.uploads(batch.id))) for batch in ledger.batches()] == [("a", 1), ("b", 1)]
    assert ledger.journal("b") == [(NOW, None, "added")]


def test_a_file_somebody_else_holds_is_told(ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that keeps it locked: after the waiting time that is said."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)
    with Ledger(path) as second, contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError) as caught:
            second.add(_batch(), [_upload()], NOW)
        assert caught.value.trouble is Trouble.LOCKED
        other.execute("ROLLBACK")
        second.add(_batch(), [_upload()], NOW)
    assert len(ledger.batches()) == 1


def test_a_damaged_file_is_set_aside_with_its_date(path: Path) -> None:
    """The old one keeps lying there under its date, and an empty one takes its place."""
    path.write_bytes(b"damaged" * 1000)
    aside = set_aside(path, NOW)
    assert aside.name == "ledger-damaged-2026-11-20-120000.db"
    assert aside.read_bytes().startswith(b"damaged")
    with Ledger(path) as ledger:
        assert ledger.batches() == []


def test_a_migration_keeps_a_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a new version the file as it was is copied; what it held is in the new one; half a migration is none."""
    with Ledger(path) as ledger:
        ledger.add(_batch(), [_upload()], NOW)
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, ("ALTER TABLE batch ADD COLUMN x TEXT", "NONSENSE")))
    with pytest.raises(StoreError):
        Ledger(path)
    monkeypatch.setattr(database, "MIGRATIONS", (*MIGRATIONS, ("ALTER TABLE batch ADD COLUMN x TEXT",)))
    with Ledger(path) as ledger:
        assert len(ledger.batches()) == 1
    copy = path.with_name(f"ledger.db.v{len(MIGRATIONS)}.bak")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with contextlib.closing(sqlite3.connect(copy)) as old:
        assert old.execute("SELECT count(*) FROM batch").fetchone() == (1,)
        assert old.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)


def test_places_move_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One variable moves all of the program's folders; without it they are the system's."""
    monkeypatch.setenv("UPLOADER_GUI_HOME", str(tmp_path / "home"))
    found = places()
    assert {found.data, found.config, found.cache, found.logs} == {
        tmp_path / "home" / name for name in ("data", "config", "cache", "logs")
    }
    assert stat.S_IMODE(private_folder(found.data).stat().st_mode) == 0o700
    monkeypatch.delenv("UPLOADER_GUI_HOME")
    assert "uploader-gui" in str(places().data)


def test_what_comes_after_the_end_is_told(path: Path) -> None:
    """A change that is asked for once the ledger is closed is refused at once: nobody waits for it for ever."""
    ledger = Ledger(path)
    ledger.add(_batch(), (), NOW)
    ledger.close()
    told: list[Trouble] = []

    def late() -> None:
        try:
            ledger.remove(["b"])
        except StoreError as error:
            told.append(error.trouble)

    thread = threading.Thread(target=late, daemon=True)
    thread.start()
    thread.join(10)
    assert told == [Trouble.UNREACHABLE]
    ledger.close()  # twice is nothing


def test_batches_are_held_until_everything_is_written(path: Path) -> None:
    """Nobody else takes a batch up while this process still has something to write about it."""
    ledger = Ledger(path)
    ledger.add(_batch(), (), NOW)
    assert ledger.hold("b")
    begun, go_on, held = threading.Event(), threading.Event(), list[bool]()

    def slow(_connection: sqlite3.Connection) -> None:
        begun.set()
        go_on.wait(10)

    def look() -> None:
        held.append(Ledger.held(other, "b"))
        go_on.set()

    with Ledger(path) as other:
        writing = threading.Thread(target=ledger.write, args=(slow,))
        writing.start()
        assert begun.wait(10)
        closing = threading.Thread(target=ledger.close)
        closing.start()
        # It is told to end, and waits for what is being written.
        while not ledger.closed:
            assert closing.is_alive()
        look()
        closing.join(10)
        writing.join(10)
        assert held == [True]
        assert not other.held("b")
