"""What a service would answer, as far as its file's expressions tell: for trying the file where there is no service.

The real engine runs on it afterwards: where this guesses wrong, the flow says what it misses.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from uploader_gui.services import schema, survey
from uploader_gui.services.backwards import Backwards, Slot
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import Address, Template, templates

ADDRESS = "https://storage.example/upload?signature=a-signature"
FIELDS: Mapping[str, Any] = {"key": "uploads/example", "policy": "a-policy"}
HEADERS: Mapping[str, Any] = {"x-example": "as-answered"}
SECONDS = 3600
MOST = 10**12
"""Bytes; more than any file that is tried has."""


@dataclass(frozen=True, kw_only=True)
class Assumed:
    """What a service answers.

    Attributes:
        answers: By the step, the id of a call before the attach, or a lookup: "sign", "draft", "lookups.lead.one".
        headers: The answers' headers, by the step.
    """

    answers: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, dict[str, Any]] = field(default_factory=dict)


def assumed(flow: Flow, inputs: Mapping[str, Any], media_type: str) -> Assumed:
    """Make up the answers of a service to one target's flow.

    Args:
        flow: The target's flow.
        inputs: What the person filled in.
        media_type: The file's: where the service says which it takes, this is one of them.
    """
    made = Assumed()
    _Maker(flow, inputs, made).make(media_type)
    made.answers.update({owner: {} for owner, answer in made.answers.items() if answer is None})
    return made


class _Maker:
    def __init__(self, flow: Flow, inputs: Mapping[str, Any], made: Assumed) -> None:
        self._flow = flow
        self._inputs = inputs
        self._made = made
        owners = (*survey.UPLOAD_STEPS, *(call.id for call in flow.target.prepare))
        known = {"target": {**inputs, **flow.target.set}, "constants": dict(flow.service.constants)}
        names = {owner: Slot(made.answers, owner, (owner,)) for owner in owners}
        self._backwards = Backwards(names=names, known=known, headers=made.headers)

    def make(self, media_type: str) -> None:
        # What is needed most comes first: it is not changed by what would take anything.
        self._steps(media_type)
        self._batch()
        self._account()
        for one in self._flow.target.inputs:
            if one.lookup is not None:
                self._lookup(one.lookup, self._inputs.get(one.id))
        self._rest()

    def _steps(self, media_type: str) -> None:
        transfer, sign, ready = self._flow.transfer, self._flow.sign, self._flow.ready
        own = f"{self._flow.service.account.base}/as-answered"
        self._address(transfer.call, own if transfer.auth else ADDRESS)
        for call in (self._flow.confirm, ready, *self._flow.target.prepare, self._flow.target.attach):
            if call is not None:
                self._address(call.call, own)
        self._whole(transfer.fields, FIELDS)
        self._whole(transfer.headers, HEADERS)
        if sign is not None:
            walk = self._answering("sign")
            _wish(walk, sign.expires, SECONDS)
            _wish(walk, sign.max_size, MOST)
            _wish(walk, sign.types, [media_type])
        if ready is not None:
            walk = self._answering("ready")
            _decide(walk, ready.done, yes=True)
            for rule in ready.failed:
                _decide(walk, rule.when, yes=False)

    def _whole(self, body: Any, value: Mapping[str, Any]) -> None:
        """Form fields or headers: all of them as the service gave them, or each."""
        for one in body if isinstance(body, list) else [body]:
            for template in templates(one):
                _wish(self._backwards, template, dict(value) if template is one else None)

    def _address(self, address: Address, answered: str) -> None:
        """Let an address that an answer gives whole be this one."""
        beginning = address.template.parts[0]
        for expression in address.template.expressions:
            self._backwards.wish(expression.tree, answered if expression is beginning else None)

    def _batch(self) -> None:
        for rule in self._flow.target.ensure:
            _decide(self._backwards, rule.when, yes=False)
        _decide(self._answering("attach"), self._flow.target.accepted, yes=True)
        verify = self._flow.target.verify
        before = None if verify is None or verify.before is None else verify.before.whole
        if verify is not None and before is not None and (there := self._backwards.slot(before.tree)) is not None:
            # What the record has already: one part, such as the look afterwards reads.
            for template in (verify.id, verify.same):
                _wish(_naming(self._backwards, "part", there.item()), template)

    def _account(self) -> None:
        token = self._answering("token")
        for way in self._flow.service.account.ways:
            for call in (way.token, way.token.refresh if way.token else None):
                if call is not None:
                    _wish(token, call.value, "a-token")
                    _wish(token, call.expires, SECONDS)
                    granted = _naming(token, "granted", token.names["answer"])
                    for template in templates([call.query, call.headers, call.body_json, call.form]):
                        _wish(granted, template)
        check = self._flow.service.account.check_
        for one in (check.shows, check.author):
            _wish(self._answering("check"), one)

    def _lookup(self, name: str, chosen: Any) -> None:
        lookup, key = self._flow.service.lookups[name], f"lookups.{name}"
        listing = self._answering(key)
        _decide(listing, lookup.more, yes=False)
        _found(listing, lookup.items, lookup, chosen)
        if lookup.one is not None:
            _found(self._answering(f"{key}.one"), lookup.one.item, lookup, chosen)

    def _rest(self) -> None:
        service, target = self._flow.service, self._flow.target_id
        for place in (*survey.of_upload(service, target), *survey.of_batch(service, target)):
            judges = place.key.rpartition(".")[2] in {"accepted", "done", "text", "when"}
            if not judges and place.step not in {"shown", "inputs", "verify"}:
                _wish(self._answering(place.step), place.template)

    def _answering(self, owner: str) -> Backwards:
        """The walk where `answer` is that of this owner."""
        path = tuple(owner.split(".")[:2])
        return _naming(self._backwards, "answer", Slot(self._made.answers, owner, path))


def _naming(walk: Backwards, name: str, slot: Slot) -> Backwards:
    return dataclasses.replace(walk, names={**walk.names, name: slot})


def _wish(walk: Backwards, template: Any, value: Any = None) -> None:
    """Let a template be this value; a text if that is None, or if more stands around the expression."""
    if isinstance(template, Template):
        for expression in template.expressions:
            walk.wish(expression.tree, value if template.whole else None)


def _decide(walk: Backwards, template: Template | None, *, yes: bool) -> None:
    if template is not None and template.whole is not None:
        walk.truth(template.whole.tree, yes=yes)


def _found(walk: Backwards, where: Template, lookup: schema.Lookup, chosen: Any) -> None:
    """Put a record where a lookup reads it, with the id that was chosen."""
    if where.whole is None or (slot := walk.slot(where.whole.tree)) is None:
        return
    item = _naming(walk, "item", slot.item() if where is lookup.items else slot)
    _wish(item, lookup.id, chosen)
    _wish(item, lookup.label)
