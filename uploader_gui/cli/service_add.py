"""`uploader-gui services add`: a service file is shown in plain words, and added if a person agrees."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from uploader_gui.cli import environment, exits, output, person, service_check
from uploader_gui.cli.exits import FailedError, WrongUseError
from uploader_gui.core import reasons, translation, words
from uploader_gui.core.translation import N_
from uploader_gui.core.translation import gettext as _
from uploader_gui.services import catalogue
from uploader_gui.services.language import in_language
from uploader_gui.services.replacing import Replaced, replaced
from uploader_gui.services.review import review
from uploader_gui.services.schema import Service
from uploader_gui.services.variables import shared_variable

_SEEN_BY = {
    "public": N_("everybody sees"),
    "customer": N_("the customer sees"),
    "members": N_("the members see"),
    "team": N_("your team sees"),
    "me": N_("only you see"),
}


def run(options: argparse.Namespace) -> int:
    """Carry the command out; gives the exit code."""
    path = Path(options.file)
    content = service_check.content_of(path)
    try:
        service = catalogue.read(path.name, content)
    except catalogue.ServiceFileError as error:
        return service_check.tell(error)
    _check_id(service, replace=options.replace)
    before = replaced(service)
    for line in (*_shown(service), *_changes(service, before)):
        output.say(line)
    if not _agreed(options, () if before is None else before.new_hosts):
        output.say(_("Nothing was added."))
        return exits.NEEDS_ATTENTION
    try:
        catalogue.add(service, content, replace=options.replace)
    except OSError as error:
        why = reasons.of_system(error)
        raise FailedError(_("the service cannot be kept in the configuration folder: {why}.").format(why=why)) from None
    print(
        _("Added: {name}. Add an account: {how_to_add}").format(
            name=service.name, how_to_add=environment.how_to_add(service)
        )
    )
    return exits.DONE


def _check_id(service: Service, *, replace: bool) -> None:
    """Raise WrongUseError if the id is a bundled service's, or would be given another service's keys."""
    if service.id in catalogue.bundled() and not replace:
        raise WrongUseError(
            _(
                "“{id}” is the id of a service that comes with the program: this file would take its "
                "place, and be given its keys from the environment. Give it another id, or add "
                "--replace if that is what you want."
            ).format(id=service.id)
        )
    both = shared_variable(service, added=True)
    if both is not None:
        raise WrongUseError(
            _(
                "a key of this service would be called {variable} in the environment, as {service}'s is. "
                "Give the service or its field another id."
            ).format(variable=both[0], service=both[1])
        )


def _name(service: Service, before: Replaced) -> str:
    """What the service that is there now is called in a sentence."""
    own = _("your service") if before.own else _("the program's own service")
    return (
        f"{own} {before.name}"
        if before.name
        else _("{own} “{id}”, whose file has mistakes").format(own=own, id=service.id)
    )


def _shown(service: Service) -> list[str]:
    """What the file would do, in plain words."""
    facts = review(in_language(service, translation.language()))
    goes = [*facts.bytes_go_to, *([_("wherever the service says each time")] if facts.bytes_go_anywhere else [])]
    keys_go = [*([_("the address that you fill in")] if facts.own_address else []), *facts.keys_go_to]
    lines = [f"{service.name} ({service.id})", _row(_("your key goes to"), keys_go)]
    lines.append(_row(_("your files go to"), goes))
    lines += [_row(_(_SEEN_BY[who]), labels) for who, labels in facts.targets.items()]
    if facts.sends:
        lines.append(_row(_("goes out to people at once"), facts.sends))
    if facts.experimental:
        lines.append(_row(_("experimental"), facts.experimental))
    return lines


def _row(what: str, which: Sequence[str]) -> str:
    return f"  {what + ':':28}{', '.join(words.plain(one) for one in which)}"


def _changes(service: Service, before: Replaced | None) -> list[str]:
    if before is None:
        return []
    lines = [_("It takes the place of {name}.").format(name=_name(service, before))]
    if before.new_hosts:
        lines.append(_("NEW: your key would also go to {new_hosts}.").format(new_hosts=", ".join(before.new_hosts)))
    if before.gone_hosts:
        lines.append(_("Your key would no longer go to {gone_hosts}.").format(gone_hosts=", ".join(before.gone_hosts)))
    return lines


def _agreed(options: argparse.Namespace, new: Sequence[str]) -> bool:
    """Whether a person agrees: beforehand by options, else when asked.

    Raises:
        WrongUseError: Nobody can be asked.
        KeyboardInterrupt: It was interrupted.
    """
    if options.yes and (options.new_hosts or not new):
        return True
    if not person.can_ask():
        needed = _("--yes and --new-hosts") if new else "--yes"
        raise WrongUseError(_("nothing was added. Give {needed} if this is what you want.").format(needed=needed))
    answer = person.agrees([], _("Add it?"))
    if answer is None:
        raise KeyboardInterrupt
    return answer
