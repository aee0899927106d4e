"""`uploader-gui history`: the batches that have ended, with what their files are still good for."""

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from uploader_gui.cli import environment, exits, keeping, left, naming
from uploader_gui.core import notation, words
from uploader_gui.core.batch import Batch, Upload
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.ledger import Ledger

NEWEST = 50
COLUMNS = (
    "ended", "batch", "state", "service", "target", "record", "place", "record_link",
    "file", "name", "size", "md5", "sha256", "crc32c", "proof", "link", "values", "good_until", "seconds_left",
)  # fmt: skip
# With these a spreadsheet takes a field for a formula, and runs it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    now = keeping.now()
    with keeping.opened(writes=False) as ledger:
        newest = None if options.all else NEWEST
        batches = ledger.batches(ended=True, search=options.search, newest=newest)
        if options.all:
            batches.reverse()
        if options.csv:
            _write_csv(ledger, batches, now)
        elif options.json:
            for batch in batches:
                print(json.dumps(_as_json(batch, ledger.uploads(batch.id), now)))
        else:
            _write_plain(ledger, batches, now, options.search)
            if (
                len(batches) == newest
                and len(ledger.batches(ended=True, search=options.search, newest=NEWEST + 1)) > NEWEST
            ):
                print(_("These are the newest {n}; all of them: --all").format(n=NEWEST), file=sys.stderr)
    return exits.DONE


def _write_plain(ledger: Ledger, batches: list[Batch], now: datetime, search: str) -> None:
    for batch in batches:
        uploads = ledger.uploads(batch.id)
        at = (batch.ended or batch.created).astimezone()
        print(
            f"{notation.day_and_time(at)}  {left.short(batch.id)}  {naming.title(batch, uploads)}: {left.state(batch)}"
        )
        if batch.link:
            print(f"    {words.one_line(batch.link)}")
        for upload in uploads:
            good_for = "".join(f"; {line}" for line in _good_for(upload, now))
            print(f"    {words.plain(upload.given)}  {words.size(upload.size)}{good_for}")
    if not batches:
        print(
            _("Nothing that has ended has “{search}” in it.").format(search=words.plain(search))
            if search
            else _("Nothing has ended yet.")
        )


def _good_for(upload: Upload, now: datetime) -> Iterator[str]:
    """What a file is good for, and how long still."""
    remaining = _seconds_left(upload, now)
    if remaining is not None and remaining <= 0:
        yield _("link expired")
        return
    how_long = (
        "" if remaining is None else " " + _("good for {duration} more:").format(duration=words.duration(remaining))
    )
    for name, value in upload.result.items():
        yield f"{name}{how_long} {words.one_line(str(value), 2000)}"


def _seconds_left(upload: Upload, now: datetime) -> int | None:
    """None: for ever, as far as is known."""
    return None if upload.good_until is None else round((upload.good_until - now).total_seconds())


def _as_json(batch: Batch, uploads: tuple[Upload, ...], now: datetime) -> dict[str, Any]:
    return {
        "event": "history",
        "batch": batch.id,
        "service": batch.service,
        "target": batch.target,
        "record": naming.record_name(batch),
        "place": naming.place_and_link(batch, uploads)[0],
        "link": batch.link,
        "state": batch.state,
        "created": batch.created.isoformat(),
        "ended": None if batch.ended is None else batch.ended.isoformat(),
        "base": batch.base,
        "whose": batch.whose,
        "files": [_file(upload, now) for upload in uploads],
    }


def _file(upload: Upload, now: datetime) -> dict[str, Any]:
    receipt, remaining = upload.receipt, _seconds_left(upload, now)
    return {
        "file": upload.given,
        "name": upload.name,
        "size": upload.size,
        "state": upload.state,
        "md5": receipt.md5 if receipt else None,
        "sha256": receipt.sha256 if receipt else None,
        "crc32c": receipt.crc32c if receipt else None,
        "etag": receipt.etag if receipt else None,
        "proof": receipt.proof if receipt else None,
        "stored": None if upload.stored_at is None else upload.stored_at.isoformat(),
        "result": dict(upload.result),
        "good_until": None if upload.good_until is None else upload.good_until.isoformat(),
        "seconds_left": None if remaining is None else max(0, remaining),
    }


def _write_csv(ledger: Ledger, batches: list[Batch], now: datetime) -> None:
    """One row a file (RFC 4180), with a line that names the columns."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(newline="")  # the rows end as they must by themselves
    writer = csv.writer(sys.stdout)
    writer.writerow(COLUMNS)
    for batch in batches:
        facts = _as_json(batch, ledger.uploads(batch.id), now)
        facts["record_link"] = facts.pop("link")
        for file in facts.pop("files"):
            result = file.pop("result")
            link, values = result.pop("link", None), json.dumps(result, ensure_ascii=False) if result else None
            row = {**file, **facts, "link": link, "values": values}
            writer.writerow([_harmless(row[name]) for name in COLUMNS])


def _harmless(value: Any) -> str:
    """A field that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
