"""Deleting what files that are not attached after all have left at the service: once, and only where that can be had.

Nothing waits for it, and nothing depends on it: what cannot be deleted is noted, and stays.
"""

import logging
from datetime import datetime

from uploader_gui.core.batch import CLEANED, NOT_CLEANED
from uploader_gui.core.cancel import Cancelled
from uploader_gui.core.problems import UploadError
from uploader_gui.engine import scope
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.work import CleanupWork

log = logging.getLogger(__name__)
STEP = "cleanup"


def run(work: CleanupWork, talk: Conversation, now: datetime) -> dict[str, str]:
    """Delete; gives what happened to each file that had left something, by its id. Raises nothing."""
    happened: dict[str, str] = {}
    call = work.flow.cleanup
    for upload in work.uploads if call is not None else ():
        assert call is not None  # noqa: S101 - else there are none
        known = scope.of_upload(work.flow, talk.session.account.public, work.batch, upload, now)
        try:
            talk.check(call, known, STEP)
        except UploadError:
            continue  # it had not come so far that there is something to delete
        try:
            talk.tell(call, known, STEP, name=upload.name)
        except UploadError as error:
            happened[upload.id] = f"{NOT_CLEANED}: {error.problem.kind}"
        except Cancelled:
            happened[upload.id] = f"{NOT_CLEANED}: the program ended"
            break
        except Exception as error:  # noqa: BLE001 - a mistake of ours must not end the lane
            log.error("unexpected %s", type(error).__name__)  # noqa: TRY400 - its text may hold anything
            happened[upload.id] = f"{NOT_CLEANED}: an error of this program"
        else:
            happened[upload.id] = CLEANED
    return happened
