"""Nothing that needs a person is left out: each kind of problem and each of its buttons is driven in the window."""

from collections.abc import Mapping

from tests.gui import (
    test_needs_attach,
    test_needs_computer,
    test_needs_files,
    test_needs_service,
    test_needs_way,
    test_needs_you,
)
from tests.gui.needs import NOT_OFFERED, Trouble
from uploader_gui.core.problems import ACTIONS, Action, Kind

TABLES: tuple[list[Trouble], ...] = (
    test_needs_files.TROUBLES,
    test_needs_way.TROUBLES,
    test_needs_service.TROUBLES,
    test_needs_attach.TROUBLES,
    test_needs_attach.SLOW,
    test_needs_computer.TROUBLES,
)

OTHERWISE: Mapping[tuple[Kind, Action], object] = {
    # What another word than the action's own stands on the button for has a test of its own.
    (Kind.PROCESSING_SLOW, Action.LEAVE_OUT): test_needs_attach.test_still_at_work_and_left_out,
    (Kind.BATCH_TOO_LARGE, Action.LEAVE_OUT): test_needs_computer.test_too_large_together_afterwards,
    (Kind.BATCH_TOO_LARGE, Action.REMOVE): test_needs_computer.test_too_large_together,
    (Kind.TOO_MANY_FILES, Action.LEAVE_OUT): test_needs_computer.test_too_many_at_once,
    (Kind.NO_NETWORK, Action.RETRY): test_needs_computer.test_no_network,
    (Kind.NO_NETWORK, Action.REMOVE): test_needs_computer.test_no_network,
    (Kind.ATTACH_UNKNOWN, Action.RETRY): test_needs_you.test_nobody_knows_whether_it_was_attached,
    (Kind.ATTACH_UNKNOWN, Action.OPEN_RECORD): test_needs_attach.test_the_record_is_opened,
    (Kind.RECORD_BUSY, Action.RETRY): test_needs_attach.test_another_one_comes_first,
    (Kind.RECORD_BUSY, Action.OPEN_RECORD): test_needs_attach.test_the_record_of_the_first_is_opened,
    (Kind.RECORD_BUSY, Action.REMOVE): test_needs_attach.test_the_second_one_is_given_up,
    (Kind.OTHER_ACCOUNT, Action.CHANGE_ACCOUNT): test_needs_attach.test_a_key_of_somebody_else,
    (Kind.OTHER_ACCOUNT, Action.REMOVE): test_needs_attach.test_a_key_of_somebody_else,
    (Kind.DISK_FULL, Action.RETRY): test_needs_computer.test_the_disk_is_full,
}

REASONS: Mapping[tuple[Kind, Action], str] = {
    (Kind.TOO_MANY_FILES, Action.REMOVE): "It is told before there is a batch: the bar's “Don't send” ends it.",
    (Kind.ATTACH_UNKNOWN, Action.REMOVE): "It may be attached: it cannot be given up, only said that it is, or is not.",
    (Kind.APPEND_INCOMPLETE, Action.OPEN_RECORD): "The one target that adds to a record has no address of its record.",
    (Kind.APPEND_INCOMPLETE, Action.REMOVE): "As of an unknown attach; what a person says of it is driven instead.",
    (Kind.DISK_FULL, Action.REMOVE): "It is told in a bar: nothing has begun that could be given up.",
}


def test_everything_is_driven() -> None:
    """A kind, or an action of it, that nobody has brought about in the window, and that has no reason, fails here."""
    driven = {(one.kind, action) for table in TABLES for one in table for action in one.actions}
    wanted = {(kind, action) for kind in Kind for action in ACTIONS[kind]}
    told = driven | OTHERWISE.keys() | REASONS.keys() | NOT_OFFERED.keys()
    assert wanted - told == set()
    assert told - wanted == set(), "what is not offered any more"
    assert not REASONS.keys() & (driven | OTHERWISE.keys()), "what is driven needs no reason"
