"""What is printed while a service file is tried: requests as they would go out, answers, what is known from then on."""

import base64
import contextlib
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from uploader_gui.core import words
from uploader_gui.core.lines import visible
from uploader_gui.core.problems import Problem
from uploader_gui.core.translation import gettext as _
from uploader_gui.engine.body import FormBody
from uploader_gui.engine.cleaning import STEP
from uploader_gui.engine.http import Request
from uploader_gui.engine.rehearsal import Exchanged, Learned
from uploader_gui.engine.session import Account
from uploader_gui.services.flow import Flow

MOST = 2000
"""Characters of one value that are shown."""


def begin(flow: Flow, account: Account, made_up: Mapping[str, Any]) -> None:
    """Say what is tried, and what stands for what."""
    print(
        _("{name}, target “{target_id}”: {label}").format(
            name=flow.service.name, target_id=flow.target_id, label=flow.target.label
        )
    )
    print(_("Nothing leaves this computer. What the service answers is made up from what its file asks of it."))
    labels = {one.id: one.label for one in flow.service.account.fields}
    for name, value in account.values.items():
        print("  " + _("{value} stands for your {label}").format(value=_line(value), label=_line(labels[name])))
    inputs = {one.id: one.label for one in flow.target.inputs}
    for name, value in made_up.items():
        print(
            "  "
            + _("{value} stands for the input “{label}”: give your own by --set {name}=…").format(
                value=_line(_json(value)), label=_line(inputs[name]), name=name
            )
        )


class Steps:
    """Prints each step.

    Args:
        account: Whose requests they are.
        own: Whose answers the person gave.
    """

    def __init__(self, account: Account, own: frozenset[str]) -> None:
        self._secrets = account.secrets
        self._own = own
        self._number = 0
        self._known: Mapping[str, Any] = {}

    def tell(self, event: Exchanged | Learned) -> None:
        """Print one thing that happened."""
        if isinstance(event, Learned):
            if event.known and event.known != self._known:
                _row(_("known"), _json(event.known))
                self._known = event.known
            return
        self._number += 1
        request = event.request
        remark = " " + _("(only of files that are not attached after all)") if event.owner == STEP else ""
        print(f"\n{self._number}. {event.owner}{remark}")
        _row(_("request"), f"{request.method} {request.url}")
        for name, value in request.headers:
            _row("", f"{name}: {self._header(value)}")
        for line in _body(request):
            _row(_("body"), line)
        if event.answer is None:
            _row(_("answer"), _("not made up: it is compared with what was sent"))
            return
        origin = _("yours") if event.owner in self._own else _("made up")
        _row(_("answer"), f"{event.answer.status} {event.answer.text()} ({origin})")
        for name, value in event.answer.headers.items():
            if name not in {"content-type", "date"}:
                _row("", f"{name}: {value}")

    def _header(self, value: str) -> str:
        """A header with what stands for secrets to be read, also where it is encoded (RFC 7617)."""
        scheme, _blank, rest = value.partition(" ")
        with contextlib.suppress(ValueError):  # a file may write there what it likes
            inside = base64.b64decode(rest, validate=True).decode() if scheme == "Basic" else ""
            if any(secret in inside for secret in self._secrets):
                return f"Basic base64({inside})"
        return value


def _body(request: Request) -> Iterator[str]:
    body = request.body
    if body is None:
        return
    if isinstance(body, bytes):
        yield body.decode("utf-8", "replace")
        return
    if isinstance(body, FormBody):
        for name, value in body.fields:
            yield f"{name} = {value}"
        yield _("{name} = the file, {type}").format(name=body.names[-1], type=body.file_type)
    yield (
        _("{size} in all").format(size=words.exact_size(body.length))
        if isinstance(body, FormBody)
        else _("the file, {length} bytes").format(length=body.length)
    )


def end(flow: Flow) -> None:
    """Say that all went well, and what comes next."""
    attaches = flow.target.attach is not None
    ended = _("With these answers the file is attached.") if attaches else _("With these answers the file is stored.")
    what = _(
        "Hold the requests against the service's documentation; to see what\n"
        "becomes of an answer that is printed there, give it: --answer sign=FILE"
    )
    print(f"\n{ended} {what}")


def problem(found: Problem) -> None:
    """Say what would go wrong."""
    print(f"\n{words.describe(found).whole}", file=sys.stderr)


def say_how_to_answer(step: str) -> None:
    """Say how an answer of one's own is given."""
    print(
        _("If the service answers something else to that: --answer {step}=FILE, with its answer as JSON.").format(
            step=step
        ),
        file=sys.stderr,
    )


def _row(what: str, text: str) -> None:
    print(f"   {what:9}{_line(text)}")


def _line(text: str) -> str:
    shown = visible(text[: MOST + 1])
    return shown if len(text) <= MOST else f"{shown[:MOST]}…"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
