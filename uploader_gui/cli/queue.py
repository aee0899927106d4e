"""`uploader-gui queue`: the batches that have not ended."""

import argparse
import json
from collections.abc import Mapping
from typing import Any

from uploader_gui.cli import environment, exits, keeping, left, outcome
from uploader_gui.core import words
from uploader_gui.core.batch import Batch, Upload, UploadState
from uploader_gui.core.problems import Problem
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _
from uploader_gui.store.ledger import Ledger

_STATES = {
    UploadState.QUEUED: N_("waits"),
    UploadState.RUNNING: N_("is being sent"),
    UploadState.STORED: N_("stored"),
    UploadState.PAUSED: N_("paused"),
    UploadState.WAITING_NETWORK: N_("waits for the network"),
    UploadState.WAITING_RETRY: N_("waits to try again"),
    UploadState.NEEDS_ATTENTION: N_("needs attention"),
    UploadState.CANCELLED: N_("given up"),
}


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    environment.take_keys()
    with keeping.opened(writes=False) as ledger:
        batches = ledger.batches(ended=False)
        names = _names(ledger) if any(batch.account for batch in batches) else {}
        for batch in batches:
            working, now, uploads = _seen(ledger, batch)
            if options.json:
                print(json.dumps(_as_json(now, uploads, names, working=working)))
            else:
                print("\n".join(_lines(now, uploads, names, working=working)))
        if not batches and not options.json:
            print(_("Nothing is on its way. What was attached is told by: uploader-gui history"))
    return exits.DONE


def _seen(ledger: Ledger, batch: Batch) -> tuple[bool, Batch, tuple[Upload, ...]]:
    """Whether a process works on a batch; and the batch as it is now, or as one that is gone has left it."""
    uploads = ledger.uploads(batch.id)
    if ledger.held(batch.id):
        return True, batch, uploads
    return False, left.as_left(ledger, batch), tuple(map(left.upload_as_left, uploads))


def _names(ledger: Ledger) -> dict[str, str]:
    """What the saved accounts are called, by id."""
    from uploader_gui.cli import keychain  # noqa: PLC0415 - most batches are the environment's
    from uploader_gui.store.accounts import Accounts  # noqa: PLC0415 - likewise

    return {account.id: account.name for account in Accounts(ledger, keychain.secrets()).list()}


def _as_json(batch: Batch, uploads: tuple[Upload, ...], names: Mapping[str, str], *, working: bool) -> dict[str, Any]:
    from uploader_gui.cli import naming  # noqa: PLC0415 - reads service files; an empty queue needs none

    return {
        "event": "batch",
        "batch": batch.id,
        "service": batch.service,
        "target": batch.target,
        "record": naming.record_name(batch),
        "place": naming.place_and_link(batch, uploads)[0],
        "account": names.get(batch.account),
        "whose": batch.whose,
        "state": batch.state,
        "created": batch.created.isoformat(),
        "files": [
            {
                "file": upload.given,
                "state": upload.state,
                "size": upload.size,
                "problem": upload.problem.kind if upload.problem else None,
            }
            for upload in uploads
        ],
        "problem": _problem_as_json(batch.problem),
        "working": working,
    }


def _problem_as_json(problem: Problem | None) -> dict[str, str] | None:
    if problem is None:
        return None
    sentence = words.describe(problem)
    text = " ".join(part for part in (sentence.text, sentence.said) if part)
    return {"kind": problem.kind, "title": sentence.title, "text": text}


def _lines(batch: Batch, uploads: tuple[Upload, ...], names: Mapping[str, str], *, working: bool) -> list[str]:
    from uploader_gui.cli import naming  # noqa: PLC0415 - likewise

    state = _("is being sent by another process") if working else left.state(batch)
    lines = [f"{left.short(batch.id)}  {naming.title(batch, uploads)}: {state}"]
    if batch.account:
        name, whose = names.get(batch.account), words.plain(batch.whose or _("somebody the service does not name"))
        lines.append(
            "    " + _("Account: {name}").format(name=name)
            if name
            else "    " + _("Account: removed; it was {whose}'s").format(whose=whose)
        )
    if batch.problem is not None:
        lines.append(f"    {words.describe(batch.problem).whole}")
    for upload in uploads:
        problem = upload.problem if upload.state is UploadState.NEEDS_ATTENTION else None
        trouble = f": {words.describe(problem).whole}" if problem is not None else ""
        lines.append(f"    {words.plain(upload.given)}  {words.size(upload.size)}  {_(_STATES[upload.state])}{trouble}")
    if not working:
        lines.append("    " + _("Go on: {ways}").format(ways=outcome.ways(batch, uploads)))
    return lines
