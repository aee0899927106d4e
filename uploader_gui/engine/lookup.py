"""Finding records at a service: by what a person types, by id, and whose account it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from uploader_gui.core.problems import Kind, Problem, UploadError
from uploader_gui.core.words import one_line
from uploader_gui.engine import scope
from uploader_gui.engine.asking import truthy, unexpected
from uploader_gui.engine.conversation import Conversation
from uploader_gui.engine.verify import first_page
from uploader_gui.services import schema
from uploader_gui.services.expression import ExpressionError, Scope
from uploader_gui.services.flow import Flow
from uploader_gui.services.template import templates

MAX_PAGES = 20


@dataclass(frozen=True, kw_only=True)
class Found:
    """A record: its id, and what people call it, in one line without signs that a terminal or window would obey."""

    id: str
    label: str


class Lookups:
    """Finds records for one target's inputs.

    Args:
        flow: The target's flow.
        conversation: With the service, in the account's name.
        now: The time, in UTC.
    """

    def __init__(self, flow: Flow, conversation: Conversation, now: datetime) -> None:
        self._flow = flow
        self._service = flow.service
        self._conversation = conversation
        self._now = now
        self._cut = True

    def search(self, name: str, text: str, inputs: Mapping[str, Any]) -> Iterator[Found]:
        """Find records by a text, best first as the service has them.

        Args:
            name: The lookup's.
            text: What the person typed; "" for all.
            inputs: What is filled in so far.

        Raises:
            UploadError: The service does not answer as it should.
            Cancelled: It was told to stop.
        """
        lookup = self._service.lookups[name]
        searches = _searches(lookup)
        for found in self._all(lookup, text, inputs):
            if searches or text.casefold() in found.label.casefold():
                yield found

    def name(self, one: schema.Input, value: str, inputs: Mapping[str, Any]) -> str:
        """What people call the record that an input holds; its id where the service cannot be asked.

        Raises:
            UploadError: There is no such record, or the service does not answer.
            Cancelled: It was told to stop.
        """
        for choice in one.choices:
            if choice.id == value:
                return choice.label
        if one.lookup is None:
            return value
        lookup = self._service.lookups[one.lookup]
        if lookup.one is None:
            return self._name_in_list(one, lookup, value, inputs)
        known = {**self._scope(inputs), "id": value}
        try:
            _answer, content = self._conversation.read(lookup.one, known, "lookup", name=value)
            item = lookup.one.item.value({**known, "answer": content})
            label = lookup.label.value({**self._scope(inputs), "item": item})
        except ExpressionError:
            raise unexpected(self._service.name, "lookup", "the record has no name") from None
        return (said(self._conversation, label) if isinstance(label, str) else "") or value

    def scrubbed(self, text: str) -> str:
        """A text without the account's secrets."""
        return self._conversation.session.scrubbed(text)

    def _name_in_list(self, one: schema.Input, lookup: schema.Lookup, value: str, inputs: Mapping[str, Any]) -> str:
        """Find a record's name where only a list can be had; what a list read to its end lacks is not there."""
        for found in self._all(lookup, "", inputs):
            if found.id == value:
                return found.label
        if one.free or self._cut or _searches(lookup):
            return value
        raise UploadError(Problem(kind=Kind.NOT_FOUND, service=self._service.name, step="lookup", name=value))

    def _scope(self, inputs: Mapping[str, Any]) -> Scope:
        return scope.outer(self._flow, self._conversation.session.account.public, inputs, self._now)

    def _all(self, lookup: schema.Lookup, text: str, inputs: Mapping[str, Any]) -> Iterator[Found]:
        self._cut = True
        page = first_page()
        known = {**self._scope(inputs), "search": text}
        for _ in range(MAX_PAGES):
            _answer, content = self._conversation.read(lookup, {**known, "page": page}, "lookup")
            answered = {**known, "page": page, "answer": content}
            try:
                items = lookup.items.value(answered)
                more = lookup.more is not None and truthy(lookup.more.value(answered))
                cursor = lookup.next.value(answered) if lookup.next else None
            except ExpressionError:
                raise unexpected(self._service.name, "lookup", "there is no list in it") from None
            if not isinstance(items, list):
                raise unexpected(self._service.name, "lookup", "there is no list in it")
            for item in items:
                found = self._found(lookup, known, item)
                if found is not None:
                    yield found
            if not more and not cursor:
                self._cut = False
                return
            page = {"number": page["number"] + 1, "skip": page["skip"] + len(items), "cursor": cursor}

    def _found(self, lookup: schema.Lookup, known: Scope, item: Any) -> Found | None:
        """One record of a list; None if it has no id."""
        outside = {key: value for key, value in known.items() if key != "search"}
        try:
            record = lookup.id.text({**outside, "item": item})
            label = lookup.label.text({**outside, "item": item})
        except ExpressionError:
            return None
        # The id is sent back as it is, so nothing but a secret is taken out of it.
        record = self._conversation.session.scrubbed(record)
        return Found(id=record, label=said(self._conversation, label) or record)


def said(conversation: Conversation, text: str) -> str:
    """What a service calls something: in one line, without the account's secrets."""
    scrubbed = conversation.session.scrubbed
    # Before, as what is cut off cannot be recognised; and after, as hidden signs may have kept it apart.
    return scrubbed(one_line(scrubbed(text)))


def _searches(lookup: schema.Lookup) -> bool:
    """Whether the service searches; else the engine picks by label."""
    return any("search" in expression.text for expression in _expressions(lookup))


def _expressions(lookup: schema.Lookup) -> Iterator[Any]:
    for body in (lookup.call.template, lookup.query, lookup.body_json, lookup.form, lookup.items):
        for template in templates(body):
            yield from template.expressions


def name_inputs(lookups: Lookups, flow: Flow, inputs: Mapping[str, Any]) -> dict[str, str]:
    """Name every filled input as people do, and find out before any byte is sent whether its record is there.

    Raises:
        UploadError: A record is not there, or the key is not accepted.
        Cancelled: It was told to stop.
    """
    named = {}
    for one in flow.target.inputs:
        value = inputs.get(one.id)
        if value is None:
            continue
        values = value if isinstance(value, list) else [value]
        try:
            named[one.id] = ", ".join(lookups.name(one, str(each), inputs) for each in values)
        except UploadError as error:
            if error.problem.kind not in {Kind.FORBIDDEN, Kind.UNEXPECTED_ANSWER, Kind.REFUSED}:
                raise
            # The name is a courtesy: an account that may write need not be allowed to read.
            named[one.id] = ", ".join(str(each) for each in values)
    return {key: lookups.scrubbed(name) for key, name in named.items()}


@dataclass(frozen=True, kw_only=True)
class Whose:
    """Whose account it is.

    Attributes:
        shown: For people: "Ann Lee, Acme Sales".
        author: Its id, as what it makes at the service carries it; None where the service file names none.
    """

    shown: str
    author: str | None


def whose(conversation: Conversation, now: datetime) -> Whose:
    """Ask the service whose account it is.

    Raises:
        UploadError: The key does not work, or the service does not answer.
        Cancelled: It was told to stop.
    """
    account = conversation.session.account
    known: Scope = {
        "account": account.public,
        "constants": dict(account.service.constants),
        "now": now.isoformat(timespec="seconds"),
    }
    check = account.service.account.check_
    _answer, content = conversation.read(check, known, "check")
    answered = {**known, "answer": content}
    try:
        author = None if check.author is None else check.author.text(answered)
        shown = check.shows.text(answered)
    except ExpressionError:
        raise unexpected(account.service.name, "check", "it does not say whose account it is") from None
    if author is not None and conversation.session.scrubbed(author) != author:
        author = None  # it is kept and shown: not if the service says the key itself
    return Whose(shown=said(conversation, shown), author=author)
