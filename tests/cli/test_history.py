"""What has ended is told with digests, links, and how long they live; for people, programs and spreadsheets."""

import csv
import hashlib
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from google_crc32c import value as crc32c

from tests.cli.harness import CommandLine, kept, kept_uploads, ledger, rewrite
from uploader_gui.cli import keeping
from uploader_gui.cli.history import COLUMNS, NEWEST
from uploader_gui.core.batch import Batch, BatchState, Upload, UploadState
from uploader_gui.practice import SAMPLES

LEAD = {"lead": SAMPLES["close"]["lead"]}
INITECH = {"lead": "lead_initech"}
PLACE = "Close, the note on Globex Corporation"


def later(monkeypatch: pytest.MonkeyPatch, **time: float) -> None:
    """Let it be later than it is."""
    at = datetime.now(UTC) + timedelta(**time)
    monkeypatch.setattr(keeping, "now", lambda: at)


def fill(count: int, name: str = "Page.pdf") -> None:
    """Put batches that have ended into the ledger."""
    now = datetime.now(UTC)
    with ledger() as opened:
        for number in range(count):
            batch = Batch(
                id=f"b{number:04}", service="close", target="note", inputs={}, named={"lead": "Globex"}, created=now,
                state=BatchState.ATTACHED, ended=now, place=f"the note on number {number}",
            )  # fmt: skip
            upload = Upload(
                id=f"u{number:04}", batch_id=batch.id, given=name, file="/x", name=name, size=1, modified=0,
                media_type="text/plain", state=UploadState.STORED,
            )  # fmt: skip
            opened.add(batch, [upload], now)


def test_what_is_shown(cli: CommandLine, offer: Path, plan: Path) -> None:
    """Newest first: when, which, where to; the record's address; each file with its link and how long that lives."""
    cli.send("close", offer, target="note", inputs=LEAD)
    cli.send("close", plan, target="note", inputs=INITECH)
    result = cli("history")
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0].endswith("Close, the note on Initech: is attached")
    first = kept(ended=True)[0]
    assert first.ended is not None
    at = first.ended.astimezone().strftime("%Y-%m-%d %H:%M")
    assert lines[3:5] == [
        f"{at}  {first.id[:8]}  {PLACE}: is attached",
        "    https://app.close.com/lead/lead_globex/",
    ]
    assert lines[5].startswith(f"    {offer}  1.0 kB; link good for 2")
    assert "more: http" in lines[5]


def test_expired(cli: CommandLine, offer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that has run out is called expired; the next command that writes forgets it."""
    cli.send("close", offer, target="note", inputs=LEAD)
    later(monkeypatch, hours=25)
    assert f"{offer}  1.0 kB; link expired\n" in cli("history").out
    [file] = cli("history", "--json").lines[0]["files"]
    assert file["seconds_left"] == 0
    assert cli("resume").code == 0
    assert kept_uploads(kept(ended=True)[0].id)[0].result == {}


def test_for_ever(cli: CommandLine, offer: Path) -> None:
    """What does not run out has no time with it."""
    cli.send("circle", offer, target="upload")
    assert "good for" not in cli("history").out
    [file] = cli("history", "--json").lines[0]["files"]
    assert (file["good_until"], file["seconds_left"]) == (None, None)
    assert file["result"]


def test_json(cli: CommandLine, offer: Path) -> None:
    """One object a batch, with all that is known of each file."""
    cli.send("close", offer, target="note", inputs=LEAD)
    [line] = cli("history", "--json").lines
    [batch] = kept(ended=True)
    assert line["batch"] == batch.id
    assert (line["event"], line["state"], line["record"]) == ("history", "attached", "Globex Corporation")
    assert line["link"] == "https://app.close.com/lead/lead_globex/"
    assert line["whose"]
    [file] = line["files"]
    content = offer.read_bytes()
    assert (file["size"], file["proof"]) == (1000, "etag")
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert file["crc32c"] == f"{crc32c(content):08x}"
    assert set(file["result"]) == {"link"}
    assert 86000 < file["seconds_left"] <= 86400
    assert datetime.fromisoformat(file["good_until"]).tzinfo is not None


def test_csv(cli: CommandLine, tmp_path: Path) -> None:
    """One row a file below the names of the columns; a name that a spreadsheet would run gets an apostrophe."""
    names = ["=1+1.pdf", 'a "quoted", name.pdf', "@SUM.pdf", "plain.pdf"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode())
    cli.send("close", *[tmp_path / name for name in names], target="note", inputs=LEAD)
    written = cli("history", "--csv").out
    assert written.count("\r\n") == written.count("\n") == 5
    rows = list(csv.DictReader(io.StringIO(written, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["name"] for row in rows] == ["'=1+1.pdf", 'a "quoted", name.pdf', "'@SUM.pdf", "plain.pdf"]
    assert {row["place"] for row in rows} == {"the note on Globex Corporation"}
    assert all(row["link"].startswith("http") and row["md5"] for row in rows)


def test_search(cli: CommandLine, offer: Path, plan: Path) -> None:
    """By a file's name, a digest, or the record's name."""
    cli.send("close", offer, target="note", inputs=LEAD)
    cli.send("close", plan, target="note", inputs=INITECH)
    digest = hashlib.md5(plan.read_bytes(), usedforsecurity=False).hexdigest()
    for text, name in (("Offer", "Offer.pdf"), ("initech", "Plan.pdf"), (digest, "Plan.pdf")):
        [line] = cli("history", "--search", text, "--json").lines
        assert [file["name"] for file in line["files"]] == [name]
    assert cli("history", "--search", "100%").out == "Nothing that has ended has “100%” in it.\n"


def test_newest(cli: CommandLine) -> None:
    """The newest fifty, with a line that there are more; with --all, all of them, newest first as well."""
    fill(NEWEST + 2)
    result = cli("history")
    assert result.out.count("the note on number") == NEWEST
    assert result.err == f"These are the newest {NEWEST}; all of them: --all\n"
    result = cli("history", "--all", "--json")
    assert (result.err, len(result.lines)) == ("", NEWEST + 2)
    assert result.lines[0]["batch"] == f"b{NEWEST + 1:04}"


def test_open_batches_are_not_in_it(cli: CommandLine) -> None:
    """Nothing has ended while nothing has ended."""
    assert cli("history").out == "Nothing has ended yet.\n"
    assert cli("history", "--json").out == ""
    assert cli("history", "--csv").out.splitlines() == [",".join(COLUMNS)]


def test_service_file_is_gone(cli: CommandLine, offer: Path) -> None:
    """What was attached is told also when its service file is gone."""
    cli.send("close", offer, target="note", inputs=LEAD)
    rewrite(kept(ended=True)[0], service="gone")
    assert "Close, the note on Globex Corporation: is attached" in cli("history").out
    assert cli("history", "--json").lines[0]["place"] == "the note on Globex Corporation"


def test_given_up(cli: CommandLine) -> None:
    """A batch that was given up is in it as that."""
    fill(1)
    rewrite(kept(ended=True)[0], state=BatchState.CANCELLED)
    assert cli("history").out.splitlines()[0].endswith("the note on number 0: was given up")
