"""Batches, uploads and accounts as rows, and back."""

import dataclasses
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from uploader_gui.core.accounts import Certificate, SavedAccount, folded
from uploader_gui.core.batch import NOTHING, Batch, BatchState, Partly, Proof, Receipt, Step, Upload, UploadState
from uploader_gui.core.problems import Kind, Problem

Row = Mapping[str, Any]
_EMPTY = "{}"


def of_batch(batch: Batch) -> dict[str, Any]:
    """A batch as the columns of its row."""
    return {
        "id": batch.id,
        "service": batch.service,
        "service_name": batch.service_name,
        "base": batch.base,
        "account": batch.account,
        "whose": batch.whose,
        "author": batch.author,
        "record": batch.record,
        "target": batch.target,
        "inputs": _json(batch.inputs),
        "named": _json(batch.named),
        "attaches": int(batch.attaches),
        "state": batch.state.value,
        "answers": _json(batch.answers),
        "there": None if batch.there is None else _json(list(batch.there)),
        "tries": batch.tries,
        "limited": batch.limited,
        "problem": _of_problem(batch.problem),
        "created": _date(batch.created),
        "ended": _date(batch.ended),
        "place": batch.place,
        "link": batch.link,
        "partly": batch.partly.value,
    }


def batch_of(row: Row, uploads: tuple[str, ...]) -> Batch:
    """A row as a batch."""
    return Batch(
        id=row["id"],
        service=row["service"],
        service_name=row["service_name"],
        base=row["base"],
        account=row["account"],
        whose=row["whose"],
        author=row["author"],
        record=row["record"],
        target=row["target"],
        inputs=json.loads(row["inputs"]),
        named=json.loads(row["named"]),
        attaches=bool(row["attaches"]),
        state=BatchState(row["state"]),
        answers=json.loads(row["answers"]),
        there=None if row["there"] is None else tuple(json.loads(row["there"])),
        tries=row["tries"],
        limited=row["limited"],
        problem=_problem_of(row["problem"]),
        created=datetime.fromisoformat(row["created"]),
        ended=_read_date(row["ended"]),
        place=row["place"],
        link=row["link"],
        partly=Partly(row["partly"]),
        uploads=uploads,
    )


def of_upload(upload: Upload) -> dict[str, Any]:
    """An upload as the columns of its row. Times that only this process knows stay behind."""
    receipt = None if upload.receipt is None else _json(vars(upload.receipt))
    return {
        "id": upload.id,
        "batch": upload.batch_id,
        "given": upload.given.encode("utf-8", "replace").decode(),
        "path": os.fsencode(upload.file),
        "name": upload.name,
        "size": upload.size,
        "modified": upload.modified,
        "type": upload.media_type,
        "width": upload.width,
        "height": upload.height,
        "state": upload.state.value,
        "next_step": upload.next_step.value,
        "answers": _of_mapping(upload.answers),
        "digests": _of_mapping(upload.digests),
        "receipt": receipt,
        "stored": _date(upload.stored_at),
        "result": _of_mapping(upload.result),
        "good_until": _date(upload.good_until),
        "tries": upload.tries,
        "limited": upload.limited,
        "problem": _of_problem(upload.problem),
    }


def upload_of(row: Row) -> Upload:
    """A row as an upload."""
    receipt = None if row["receipt"] is None else json.loads(row["receipt"])
    return Upload(
        id=row["id"],
        batch_id=row["batch"],
        given=row["given"],
        file=os.fsdecode(row["path"]),
        name=row["name"],
        size=row["size"],
        modified=row["modified"],
        media_type=row["type"],
        width=row["width"],
        height=row["height"],
        state=UploadState(row["state"]),
        next_step=Step(row["next_step"]),
        answers=_mapping(row["answers"]),
        digests=_mapping(row["digests"]),
        receipt=None if receipt is None else Receipt(**{**receipt, "proof": Proof(receipt["proof"])}),
        stored_at=_read_date(row["stored"]),
        result=_mapping(row["result"]),
        good_until=_read_date(row["good_until"]),
        tries=row["tries"],
        limited=row["limited"],
        problem=_problem_of(row["problem"]),
    )


def of_account(account: SavedAccount, lying: Iterable[str]) -> dict[str, Any]:
    """An account as the columns of its row, but which is the default. `lying`: its secrets in the keychain, by name."""
    return {
        "id": account.id,
        "service": account.service,
        "name": account.name,
        "folded": folded(account.name),
        "base": account.base,
        "fields": _json(dict(account.fields)),
        "secrets": _json(account.secrets),
        "kept": _json(account.kept),
        "lying": _json(sorted(lying)),
        "whose": account.whose,
        "author": account.author,
        "ca_file": _file(account.ca_file),
        "cert_file": _file(account.certificate.file if account.certificate else None),
        "cert_key": _file(account.certificate.key if account.certificate else None),
        "hosts": _json(account.hosts),
        "created": _date(account.created),
    }


def account_of(row: Row) -> SavedAccount:
    """A row as an account."""
    return SavedAccount(
        id=row["id"],
        service=row["service"],
        name=row["name"],
        base=row["base"],
        fields=json.loads(row["fields"]),
        secrets=tuple(json.loads(row["secrets"])),
        kept=tuple(json.loads(row["kept"])),
        default=bool(row["is_default"]),
        whose=row["whose"],
        author=row["author"],
        ca_file=_path(row["ca_file"]),
        certificate=_certificate_of(row),
        hosts=tuple(json.loads(row["hosts"])),
        created=datetime.fromisoformat(row["created"]),
    )


def _file(path: Path | None) -> bytes | None:
    return None if path is None else os.fsencode(path)


def _path(file: bytes | None) -> Path | None:
    return None if file is None else Path(os.fsdecode(file))


def _certificate_of(row: Row) -> Certificate | None:
    file = _path(row["cert_file"])
    return None if file is None else Certificate(file=file, key=_path(row["cert_key"]))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=dict)
    # Half a character, as a service may say it, is no UTF-8: as JSON writes it, it is the same when it is read.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _of_mapping(mapping: Mapping[str, Any]) -> str:
    # Most are empty, and there may be a hundred thousand of them.
    return _json(mapping) if mapping else _EMPTY


def _mapping(text: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = NOTHING if text == _EMPTY else json.loads(text)
    return found


def _date(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(timespec="milliseconds")


def _read_date(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _of_problem(problem: Problem | None) -> str | None:
    return None if problem is None else _json(dataclasses.asdict(problem))


def _problem_of(text: str | None) -> Problem | None:
    if text is None:
        return None
    facts = json.loads(text)
    return Problem(**{**facts, "kind": Kind(facts["kind"])})
