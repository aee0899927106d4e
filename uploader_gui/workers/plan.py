"""Making a batch of what the window says: what is missing, what is filled in by itself, where it goes in words."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from uploader_gui.core.batch import Batch, Upload
from uploader_gui.engine import scope
from uploader_gui.engine.entry import shown
from uploader_gui.services.expression import ExpressionError
from uploader_gui.services.flow import Flow
from uploader_gui.services.schema import Input


def missing(flow: Flow, inputs: Mapping[str, Any]) -> tuple[Input, ...]:
    """The inputs that must be filled in, are not, and have no default."""
    return tuple(
        one
        for one in flow.target.inputs
        if not one.optional and one.default is None and inputs.get(one.id) in (None, "", [])
    )


def complete(flow: Flow, inputs: Mapping[str, Any], batch: Batch, uploads: tuple[Upload, ...]) -> Batch:
    """The batch with its files and inputs, those left out by their defaults. What is given empty stays empty."""
    known = {"batch": dict(scope.summary(batch.id, uploads)), "constants": dict(flow.service.constants)}
    filled = {key: value for key, value in inputs.items() if value not in ("", [])}
    for one in flow.target.inputs:
        if one.id not in filled and one.default is not None:
            try:
                filled[one.id] = one.default.value(known)
            except ExpressionError:
                filled[one.id] = None
    return dataclasses.replace(batch, inputs=filled, uploads=tuple(upload.id for upload in uploads))


def place(flow: Flow, named: Mapping[str, str]) -> str:
    """Where something goes to, in words: "the note on Globex Corporation"."""
    known: dict[str, Any] = {"named": {**dict.fromkeys(one.id for one in flow.target.inputs), **named}}
    return shown(flow.target.place, known) or flow.target.label
