"""What is known when a service file's expressions are filled in. Secret fields of the account are never among it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.engine.digest import base64_of
from uploader_gui.services.digests import DIGESTS
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import Template


def of_file(upload: Upload) -> dict[str, Any]:
    """A file, as expressions see it."""
    digests = upload.digests
    modified = datetime.fromtimestamp(upload.modified / 1e9, UTC).isoformat(timespec="seconds")
    return {
        "name": upload.name,
        "stem": PurePath(upload.name).stem,
        "size": upload.size,
        "type": upload.media_type,
        "modified": modified,
        **{name: digests.get(name) for name in DIGESTS},
        **{f"{name}_base64": base64_of(digests[name]) if name in digests else None for name in DIGESTS},
        "width": upload.width,
        "height": upload.height,
    }


def outer(flow: Flow, account: Mapping[str, Any], inputs: Mapping[str, Any], now: datetime) -> Scope:
    """What every call of a target knows."""
    empty: dict[str, Any] = dict.fromkeys(one.id for one in flow.target.inputs)
    return {
        "account": dict(account),
        "constants": dict(flow.service.constants),
        "now": now.isoformat(timespec="seconds"),
        "target": {**empty, **inputs, **flow.target.set},
    }


def of_upload(flow: Flow, account: Mapping[str, Any], batch: Batch, upload: Upload, now: datetime) -> Scope:
    """What an upload's steps know."""
    return {**outer(flow, account, batch.inputs, now), "file": of_file(upload), **upload.answers}


def of_batch(flow: Flow, account: Mapping[str, Any], batch: Batch, uploads: Sequence[Upload], now: datetime) -> Scope:
    """What a batch's calls know."""
    return {
        **outer(flow, account, batch.inputs, now),
        "named": dict(batch.named),
        "batch": summary(batch.id, uploads),
        "files": [{"file": of_file(upload), **upload.answers} for upload in uploads],
        **batch.answers,
    }


def summary(batch_id: str, uploads: Sequence[Upload]) -> dict[str, Any]:
    """A batch, as expressions see it."""
    return {
        "id": batch_id,
        "names": [upload.name for upload in uploads],
        "count": len(uploads),
        "size": sum(upload.size for upload in uploads),
    }


def result(flow: Flow, known: Scope) -> dict[str, Any]:
    """What a stored file is good for, as the service file says: its link, ids; without what is not there."""
    wanted: dict[str, Template] = dict(flow.result.values)
    if flow.result.link is not None:
        wanted["link"] = flow.result.link
    found = {}
    for name, template in wanted.items():
        try:
            found[name] = template.value(known)
        except ExpressionError:
            continue
    return {name: value for name, value in found.items() if value is not None}
