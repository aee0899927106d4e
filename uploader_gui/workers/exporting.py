"""The history as a file: JSON, or CSV with a row for each file."""

import csv
import io
import json
from pathlib import Path
from typing import Any

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.workers.works import Works

MOST = 1_000_000
COLUMNS = (
    "ended", "batch", "state", "service", "target", "place", "record_link",
    "file", "name", "size", "md5", "sha256", "crc32c", "proof", "link", "values", "good_until",
)  # fmt: skip
# With these a spreadsheet takes a field for a formula, and runs it.
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def export(works: Works, path: Path, search: str) -> int:
    """Write what has ended to a file; gives the number of batches. Raises OSError and StoreError."""
    found = works.past.history(search, MOST)
    found.reverse()
    write = _csv if path.suffix.lower() == ".csv" else _json
    # Whole or not at all: a half-written file must not stand where a whole one was.
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(write(found), encoding="utf-8", newline="")
    beside.replace(path)
    return len(found)


def _json(found: list[tuple[Batch, tuple[Upload, ...]]]) -> str:
    return json.dumps([_batch(batch, uploads) for batch, uploads in found], ensure_ascii=False, indent=2) + "\n"


def _csv(found: list[tuple[Batch, tuple[Upload, ...]]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for batch, uploads in found:
        facts = _batch(batch, uploads)
        facts["record_link"] = facts.pop("link")
        for file in facts.pop("files"):
            result = file.pop("result")
            link, values = result.pop("link", None), json.dumps(result, ensure_ascii=False) if result else None
            row = {**file, **facts, "link": link, "values": values}
            writer.writerow([_harmless(row[name]) for name in COLUMNS])
    return text.getvalue()


def _batch(batch: Batch, uploads: tuple[Upload, ...]) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "service": batch.service,
        "target": batch.target,
        "place": batch.place,
        "link": batch.link,
        "state": batch.state,
        "created": batch.created.isoformat(),
        "ended": None if batch.ended is None else batch.ended.isoformat(),
        "whose": batch.whose,
        "files": [_file(upload) for upload in uploads],
    }


def _file(upload: Upload) -> dict[str, Any]:
    receipt = upload.receipt
    return {
        "file": upload.given,
        "name": upload.name,
        "size": upload.size,
        "state": upload.state,
        "md5": receipt.md5 if receipt else None,
        "sha256": receipt.sha256 if receipt else None,
        "crc32c": receipt.crc32c if receipt else None,
        "proof": receipt.proof if receipt else None,
        "result": dict(upload.result),
        "good_until": None if upload.good_until is None else upload.good_until.isoformat(),
    }


def _harmless(value: Any) -> str:
    """A field that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULAS) else text
