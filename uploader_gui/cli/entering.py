"""The fields of an account, as a person or a program fills them in: asked for on a terminal, or read from a pipe."""

import sys
from collections.abc import Mapping, Sequence

from uploader_gui.cli import output, person
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.cli.person import GoneError
from uploader_gui.core import reasons, words
from uploader_gui.core.accounts import PASSPHRASE
from uploader_gui.core.translation import gettext as _
from uploader_gui.core.translation import ngettext
from uploader_gui.services import schema

MOST = 256 * 1024
"""Bytes of standard input; whatever is longer is no key."""


def settings(service: schema.Service, given: Sequence[str]) -> dict[str, str]:
    """Read `--set FIELD=VALUE`; a value may be empty.

    Raises:
        WrongUseError: There is no such field, or it is a secret. What was given is not repeated: it may be a key.
    """
    fields = {field.id: field for field in service.account.fields}
    public = ", ".join(name for name, field in fields.items() if not field.secret) or _("none")
    found: dict[str, str] = {}
    for setting in given:
        name, equals, value = setting.partition("=")
        if not equals or name not in fields:
            raise WrongUseError(
                _("--set takes FIELD=VALUE here; the fields of {name}'s accounts: {public}.").format(
                    name=service.name, public=public
                )
            )
        if fields[name].secret:
            raise WrongUseError(
                _(
                    "“{name}” is secret and never given as an argument, where other programs can read "
                    "it: it is asked for on a terminal, or read from standard input. If this one was a "
                    "real key, replace it."
                ).format(name=name)
            )
        if name in found:
            raise WrongUseError(_("“{name}” is given twice.").format(name=name))
        found[name] = value.strip()
    return found


def enter(
    service: schema.Service, given: Mapping[str, str], *, from_stdin: bool, passphrase: bool = False
) -> dict[str, str]:
    """Fill in the fields of one way to sign in.

    Args:
        service: Whose fields.
        given: Those that are filled already; none is secret.
        from_stdin: Read the secret fields from standard input, though it may be asked for.
        passphrase: Ask for that of the client certificate's key as well, last.

    Raises:
        WrongUseError: They are those of no way, or of several.
        FailedError: The person has ended the input.
    """
    ways = [way for way in service.account.ways if set(given) <= set(way.fields)]
    if not ways:
        raise WrongUseError(
            _("there is no way to sign in with {fields} among others: {needs}.").format(
                fields=_and(given), needs=_needs(service)
            )
        )
    if from_stdin and person.can_type():
        raise WrongUseError(_("--stdin is for a pipe or a file: leave it out to be asked here."))
    if person.can_type():
        try:
            return {**_asked(service, ways, given), **(_asked_passphrase() if passphrase else {})}
        except GoneError:
            raise FailedError(_("nothing was saved: not all fields were filled in.")) from None
    return _read(service, ways, given, passphrase=passphrase)


def passphrase(*, from_stdin: bool) -> dict[str, str]:
    """Ask for the passphrase of a client certificate's key, alone.

    Raises:
        WrongUseError: Standard input is not that one line.
        FailedError: The person has ended the input.
    """
    if person.can_type() and not from_stdin:
        try:
            return _asked_passphrase()
        except GoneError:
            raise FailedError(_("nothing was changed: the passphrase was not filled in.")) from None
    lines = _lines()
    if len(lines) != 1:
        raise WrongUseError(_("standard input is not one line: the passphrase of the certificate's key."))
    return {PASSPHRASE: lines[0]}


def _asked_passphrase() -> dict[str, str]:
    return {PASSPHRASE: person.asked_in_secret(_("Passphrase of the certificate's key (it does not show): "))}


def _asked(service: schema.Service, ways: list[schema.Way], given: Mapping[str, str]) -> dict[str, str]:
    """Ask field by field, in the file's order; what is left empty rules ways out, as does what is filled in."""
    values = dict(given)
    for field in service.account.fields:
        if field.id in values or not any(field.id in way.fields for way in ways):
            continue
        without = [way for way in ways if field.id not in way.fields]
        value = _ask(field, needed=not without)
        if value:
            values[field.id] = value
            ways = [way for way in ways if field.id in way.fields]
        else:
            ways = without
    return values


def _ask(field: schema.AccountField, *, needed: bool) -> str:
    label = words.plain(field.label)
    if field.help:
        output.say(words.plain(field.help, 1000))
    hidden = _("it does not show") if field.secret else ""
    skipped = "" if needed else _("Enter for none")
    remarks = "; ".join(part for part in (hidden, skipped) if part)
    prompt = f"{label}{f' ({remarks})' if remarks else ''}: "
    while True:
        value = person.asked_in_secret(prompt) if field.secret else person.asked(prompt)
        if value or not needed:
            return value
        output.say(_("{label} is needed.").format(label=label))


def _read(
    service: schema.Service, ways: Sequence[schema.Way], given: Mapping[str, str], *, passphrase: bool
) -> dict[str, str]:
    """Read the secret fields of the way that has exactly the given public fields."""
    secret = {field.id for field in service.account.fields if field.secret}
    whole = [way for way in ways if set(way.fields) - secret == set(given)]
    if not whole:
        raise WrongUseError(
            _("not all fields are given: {needs}. Give those that are no secrets with --set.").format(
                needs=_needs(service)
            )
        )
    lines = _lines() if passphrase or any(secret & set(way.fields) for way in whole) else []
    last = {PASSPHRASE: lines.pop()} if passphrase and lines else {}
    fitting = [way for way in whole if len(secret & set(way.fields)) == len(lines)]
    if not fitting:
        needs = _(" or ").join(dict.fromkeys(_labels(service, way) for way in whole))
        found = ngettext("{n} line", "{n} lines", len(lines)).format(n=len(lines))
        raise WrongUseError(
            _("standard input has {found}, not one line for each of: {needs}.").format(found=found, needs=needs)
        )
    if len(fitting) > 1:
        raise WrongUseError(_("it cannot be told from standard input which key it is: add it on a terminal."))
    names = [field.id for field in service.account.fields if field.id in secret & set(fitting[0].fields)]
    return {**given, **dict(zip(names, lines, strict=True)), **last}


def _lines() -> list[str]:
    """The lines of standard input without blanks around them. Raises WrongUseError."""
    try:
        content = b"" if sys.stdin is None or sys.stdin.closed else sys.stdin.buffer.read(MOST + 1)
    except OSError as error:
        raise WrongUseError(
            _("standard input cannot be read: {strerror}.").format(strerror=reasons.of_system(error))
        ) from None
    if len(content) > MOST:
        raise WrongUseError(_("standard input is too long for keys."))
    try:
        # Some shells put a mark before what they pipe.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = None
    if text is None:  # out here: the library's error holds what was read
        raise WrongUseError(_("standard input is no text."))
    lines = [line.strip() for line in text.replace("\r\n", "\n").split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    if not all(lines):
        raise WrongUseError(_("a line of standard input is empty."))
    return lines


def _labels(service: schema.Service, way: schema.Way) -> str:
    labels = [field.label for field in service.account.fields if field.secret and field.id in way.fields]
    return ", ".join(words.plain(label) for label in labels) or _("nothing")


def _needs(service: schema.Service) -> str:
    ways = _(", or ").join(_and(way.fields) for way in service.account.ways)
    return _("{name} needs {ways}").format(name=service.name, ways=ways)


def _and(names: Sequence[str] | Mapping[str, str]) -> str:
    return _(" and ").join(names)
