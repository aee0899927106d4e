"""Changing what a batch says, by which key it goes on, and where."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from uploader_gui.core.batch import BatchState
from uploader_gui.engine import preparing
from uploader_gui.engine.batches import Batches
from uploader_gui.engine.entry import Entry, moved
from uploader_gui.engine.session import Session


class Editing(Batches):
    """Wishes about what a batch is, while that can still be changed."""

    def edit(self, batch_id: str, inputs: Mapping[str, Any], named: Mapping[str, str]) -> bool:
        """Change what is filled in.

        Returns:
            False if it is too late, a file was already sent by one of these inputs, or what a call made by them is
            still to be looked for.
        """
        with self._changed:
            entry = self._entry(batch_id)
            locked = any(inputs.get(one) != entry.batch.inputs.get(one) for one in entry.flow.locked_inputs)
            if locked or entry.batch.state not in {BatchState.OPEN, BatchState.PAUSED, BatchState.NEEDS_ATTENTION}:
                return False
            changes: dict[str, Any] = {"inputs": dict(inputs), "named": dict(named), "there": None, "place": None}
            batch = dataclasses.replace(entry.batch, **changes)
            account, now = entry.session.account, self._clock.utc()
            answers = preparing.edited(entry.batch, batch, entry.included, entry.flow, account, now)
            if answers is None:
                return False
            batch = dataclasses.replace(batch, answers=answers)
            edited = Entry(batch, entry.ordered, entry.flow, entry.session)
            self._keeper.batch(entry, edited.batch, "edited")
            self._changed.notify_all()
        return True

    def sign_in(self, batch_id: str, session: Session) -> bool:
        """Go on with a batch by another key of the same person at the same address; what runs ends with the former.

        Returns:
            False if it goes on so already.
        """
        with self._changed:
            entry = self._entry(batch_id)
            if entry.session is session:
                return False
            if entry.session.account.base != session.account.base:
                raise ValueError("a batch goes on at the address it was begun at")
            entry.session = session
            self._changed.notify_all()
        return True

    def move(self, batch_id: str, session: Session) -> bool:
        """Go on with a batch at another address of its account, from the start.

        Returns:
            False if something of it lies at the former address already, or is on its way there.
        """
        with self._changed:
            entry = self._entry(batch_id)
            found = moved(entry, session)
            if found is None:
                return False
            self._keeper.moved(entry, *found)
            entry.session = session
            self._changed.notify_all()
        return True
