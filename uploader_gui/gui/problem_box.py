"""What is wrong with a row: a title, a sentence, what the service said, and the buttons that solve it."""

from collections.abc import Callable

from PySide6.QtWidgets import QPushButton, QWidget

from uploader_gui.core import words
from uploader_gui.core.batch import BatchState, Partly, UploadState
from uploader_gui.core.translation import gettext as _
from uploader_gui.gui import deeds, look, pieces, seen, wording
from uploader_gui.gui.deeds import Deed
from uploader_gui.gui.queue_model import Row
from uploader_gui.gui.rows import Group
from uploader_gui.workers.desk import Desk
from uploader_gui.workers.facts import Why

Wish = Callable[[Deed, Row], Callable[[], None]]


def problem_box(desk: Desk, row: Row, wish: Wish, parent: QWidget) -> pieces.Box | None:
    """The box; None if nothing is wrong.

    Args:
        desk: Knows flows and the time.
        row: What it is about.
        wish: Gives what a button does.
        parent: Its owner.
    """
    node, upload = row.node, row.upload
    problem = deeds.problem_of(node, upload)
    solving = deeds.solving(node, upload)
    waits = problem is not None and not solving and (upload is None or upload.state is not UploadState.CANCELLED)
    if not solving and not waits:
        return None
    box = pieces.Box(parent)
    if problem is not None:
        said = words.describe(problem)
        box.add(look.heading(said.title))
        box.add(look.plain_label(said.text))
        if said.said:
            box.add(pieces.quiet(said.said))
    else:
        for number, text in enumerate(_asked(desk, row)):
            box.add(look.plain_label(text) if number else look.heading(text))
    for number, deed in enumerate(solving):
        button = QPushButton(deeds.label(deed), box)
        button.setDefault(number == 0)
        button.setAutoDefault(False)
        button.clicked.connect(wish(deed, row))
        box.add(button)
    return box


def _asked(desk: Desk, row: Row) -> list[str]:
    """What a person is asked where nothing has gone wrong: a title and a sentence."""
    node = row.node
    if node.left is not None:
        return [wording.left(node), _left_text(node.left)]
    if node.batch.state is BatchState.HELD:
        return [_("Goes out in a moment")]
    if row.upload is not None:
        return []
    if node.batch.state is BatchState.ATTACH_UNKNOWN:
        return [_("Not known whether it was attached"), _("Look at the record, then say which it is.")]
    if node.held_back:
        flow = desk.flow(node.batch)
        who = seen.by(flow.target.seen_by) if flow is not None else ""
        return [_("Ready to be sent"), _("Nothing has gone out yet; once it does, {seen}.").format(seen=who)]
    if node.group is Group.NEEDS_YOU:
        now = wording.batch_now(node, desk.clock.monotonic())
        if node.batch.partly is Partly.NOTHING:
            return [now, _("Nothing is attached before all its files are stored: so it was chosen.")]
        return [now, _("Nothing is attached until its files are settled, so that none is missing.")]
    return []


def _left_text(why: Why) -> str:
    if why is Why.NO_ACCOUNT:
        return _("It was begun with an account that is not there now. Add it again, then try again; or give it up.")
    if why is Why.NO_KEY:
        return _("Look at the account: there it says why. It goes on by itself once the key is there.")
    if why is Why.KEY_WAITS:
        return _("It goes on once your keychain has given the key of its account.")
    if why is Why.OTHER_ADDRESS:
        return _("Its files lie at the former address. Give the account that address again, or give the batch up.")
    if why is Why.NO_SERVICE:
        return _("Put the service file back in “Service files”; or give it up.")
    return _("It is looked whether its account is still the same.")
