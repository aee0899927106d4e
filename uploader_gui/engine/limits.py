"""What a service takes, checked before a byte is sent: limits of its file, of its answer, and of a signed form."""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from typing import Any

from uploader_gui.core.batch import Upload
from uploader_gui.core.problems import Kind, Problem
from uploader_gui.engine.media_type import fits
from uploader_gui.services.flow import Flow


def check_files(flow: Flow, uploads: Sequence[Upload]) -> Iterator[Problem]:
    """Find what the service would refuse, by what its file says: number, sizes, types."""
    for upload in uploads:
        yield from check_alone(flow, upload)
    yield from check_together(flow, uploads)


def check_alone(flow: Flow, upload: Upload) -> Iterator[Problem]:
    """Find what the service would refuse about one file, whatever goes with it."""
    service = flow.service.name
    for limits in flow.limits:
        # One that is larger than all together may be goes with no others either.
        size = min((one for one in (limits.size, limits.total) if one is not None), default=None)
        if (problem := check_one(upload, service, size, limits.types)) is not None:
            yield problem
    if flow.needs_image_size and (upload.width is None or upload.height is None):
        yield Problem(kind=Kind.FILE_NOT_IMAGE, service=service, name=upload.name)


def check_together(flow: Flow, uploads: Sequence[Upload]) -> Iterator[Problem]:
    """Find what the service would refuse about files together: their number, their size."""
    service = flow.service.name
    most = flow.max_files
    if most is not None and len(uploads) > most:
        yield Problem(kind=Kind.TOO_MANY_FILES, service=service, size=len(uploads), limit=most)
    together = sum(upload.size for upload in uploads)
    for limits in flow.limits if len(uploads) > 1 else ():
        if limits.total is not None and together > limits.total:
            yield Problem(kind=Kind.BATCH_TOO_LARGE, service=service, size=together, limit=limits.total)


def without_largest(flow: Flow, uploads: Sequence[Upload]) -> list[Upload]:
    """Those of some files, in their order, that are not too large together once the largest are left out."""
    total = min((one.total for one in flow.limits if one.total is not None), default=None)
    size, left_out = sum(upload.size for upload in uploads), set[str]()
    for upload in sorted(uploads, key=lambda one: one.size, reverse=True):
        if total is None or size <= total:
            break
        left_out.add(upload.id)
        size -= upload.size
    return [upload for upload in uploads if upload.id not in left_out]


def grown_too_large(flow: Flow, upload: Upload, uploads: Sequence[Upload]) -> Problem | None:
    """What the service would refuse about a file whose size has changed, by what its file says.

    Args:
        flow: What happens with it.
        upload: The file as it is now.
        uploads: All files of its batch that are not left out, as they are now.
    """
    alone = (problem for problem in check_files(flow, [upload]) if problem.kind is Kind.FILE_TOO_LARGE)
    together = (problem for problem in check_files(flow, uploads) if problem.kind is Kind.BATCH_TOO_LARGE)
    return next(alone, None) or next(together, None)


def check_one(upload: Upload, service: str, size: Any, types: Any, *, least: int | None = None) -> Problem | None:
    """Hold one file against limits; those that are not numbers or lists of texts say nothing."""
    if isinstance(size, int | float) and not isinstance(size, bool) and upload.size > size:
        return Problem(kind=Kind.FILE_TOO_LARGE, service=service, name=upload.name, size=upload.size, limit=int(size))
    if least is not None and upload.size < least:
        return Problem(kind=Kind.FILE_TOO_SMALL, service=service, name=upload.name, size=upload.size, limit=least)
    allowed = [one for one in types if isinstance(one, str)] if isinstance(types, list | tuple) else []
    if allowed and not any(fits(upload.media_type, one) for one in allowed):
        return Problem(kind=Kind.FILE_TYPE, service=service, name=upload.name, detail=", ".join(allowed))
    return None


def policy_range(fields: Sequence[tuple[str, str]]) -> tuple[int, int] | None:
    """Read the content-length-range of a signed form's policy (least, most bytes); None if it has none.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
    """
    policy = next((value for name, value in fields if name.lower() == "policy"), "")
    try:
        conditions = json.loads(base64.b64decode(policy, validate=True)).get("conditions", [])
    except (ValueError, binascii.Error, AttributeError, RecursionError):
        return None
    for condition in conditions if isinstance(conditions, list) else []:
        if (
            isinstance(condition, list)
            and len(condition) == 3
            and condition[0] == "content-length-range"
            and all(str(bound).isdecimal() and len(str(bound)) < 20 for bound in condition[1:])
        ):
            return int(condition[1]), int(condition[2])
    return None
